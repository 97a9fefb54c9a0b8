"""What the records say: lengths, lines that can be read, languages, no two alike, the story by hand."""

from __future__ import annotations

import re
from collections import Counter

from keqiao.demo.fields import all_topics
from keqiao.demo.needs import kind_of, topic_of
from keqiao.demo.records import Achievement, Need, Organisation, Person, Solution
from keqiao.demo.world import build
from keqiao.exchange.enums import (
    AchievementState,
    CooperationMode,
    DeclineReason,
    IntellectualProperty,
    NeedKind,
    NeedState,
    RejectReason,
    SolutionState,
)
from keqiao.exchange.models import Achievement as AchievementRow
from keqiao.exchange.models import Need as NeedRow
from keqiao.kernel.visibility import Level
from keqiao.parties.enums import OrganisationKind, OrganisationSize

TARGET = re.compile(r"^(?P<name>\S.*?) (?P<relation>[≥≤]) (?P<value>\d+(?:\.\d+)?)(?P<unit>°| \S.*)?$")
LINE = re.compile(r"^(?P<name>\S.*?) (?:[<>≥≤] )?(?P<value>\d+(?:\.\d+)?)(?:～\d+)?(?P<unit>°| \S.*)?$")
GAPS = re.compile(r"[{}<~]|。。|，。|：。|None|[\u4e00-\u9fff] [\u4e00-\u9fff]")


def chinese(needs: list[Need]) -> list[Need]:
    return [need for need in needs if need.language != "en"]


def test_texts_have_between_80_and_400_characters(
    needs: list[Need], achievements: list[Achievement], solutions: list[Solution]
) -> None:
    texts = [need.problem for need in chinese(needs)] + [one.summary for one in achievements if one.language != "en"]
    texts += [one.approach for one in solutions]
    assert [text for text in texts if not 80 <= len(text) <= 400] == []


def test_english_texts_are_whole_paragraphs(needs: list[Need], achievements: list[Achievement]) -> None:
    texts = [need.problem_en or need.problem for need in needs if need.language != "zh"]
    texts += [one.summary_en or one.summary for one in achievements if one.language != "zh"]
    assert [text for text in texts if not 120 <= len(text) <= 1000] == []
    assert [text for text in texts if re.search(r"[\u4e00-\u9fff]", text)] == []


def test_texts_have_no_holes(
    needs: list[Need], achievements: list[Achievement], solutions: list[Solution], organisations: list[Organisation],
    people: list[Person],
) -> None:  # fmt: skip
    texts = [text for need in needs for text in (need.title, need.problem, need.background, need.reject_text)]
    texts += [text for one in achievements for text in (one.title, one.summary, one.advantages, one.maturity_evidence)]
    texts += [text for one in solutions for text in (one.approach, one.evidence, one.team, one.decline_text)]
    texts += [one.introduction for one in organisations] + [one.introduction for one in people]
    assert [text for text in texts if GAPS.search(text)] == []


def test_every_target_can_be_read(needs: list[Need]) -> None:
    lines = [line for need in needs for line in need.targets]
    assert [line for line in lines if not TARGET.match(line)] == []
    assert [need.title for need in needs if not need.targets] == ["冷屏涂层膜厚在线检测"]


def test_every_present_value_and_specification_can_be_read(needs: list[Need], achievements: list[Achievement]) -> None:
    lines = [line for need in needs for line in need.current]
    lines += [line for one in achievements for line in one.specifications]
    assert [line for line in lines if not LINE.match(line)] == []


def test_targets_of_a_technology_are_measures_of_its_topic(needs: list[Need]) -> None:
    for need in needs[2:]:
        if need.kind == "technology" and need.targets:
            names = {measure.en if need.language == "en" else measure.name for measure in topic_of(need.index).figures}
            assert {TARGET.match(line)["name"] for line in need.targets} <= names  # type: ignore[index]
            assert len(need.targets) >= 2


def test_no_two_texts_of_small_are_alike(needs: list[Need], achievements: list[Achievement]) -> None:
    """Shared pairs of neighbouring characters, as a share of both texts' pairs; the same text would give 1."""
    assert most_alike([(need.subject, need.problem) for need in chinese(needs)]) < 0.72
    assert most_alike([(one.subject, one.summary) for one in achievements if one.language != "en"]) < 0.72


def test_texts_of_seed_are_seldom_near_duplicates() -> None:
    """A topic in its full size: needs and achievements that stand a long way apart in the list."""
    world = build("seed")
    turns = range(0, 560, 8)
    places = [20 + turn * len(all_topics()) for turn in turns]
    texts = [need.problem for need in map(world.need, places) if need.kind == "technology" and need.language != "en"]
    pairs = [likeness(one, other) for place, one in enumerate(texts) for other in texts[:place]]
    assert sum(pair > 0.7 for pair in pairs) / len(pairs) < 0.005
    assert max(pairs) < 0.95


def likeness(one: str, other: str) -> float:
    first, second = ({text[place : place + 2] for place in range(len(text) - 1)} for text in (one, other))
    return len(first & second) / len(first | second)


def most_alike(texts: list[tuple[str, str]]) -> float:
    """The likeness of the two texts of one subject that are most alike."""
    return max(
        likeness(text, other)
        for place, (subject, text) in enumerate(texts)
        for other_subject, other in texts[:place]
        if subject == other_subject
    )


def test_some_records_are_bilingual_and_a_few_english_only() -> None:
    world = build("seed")
    needs = [world.need(index) for index in range(2, 12_000, 8)]
    technical = [need for need in needs if need.kind == "technology"]
    shares = Counter(need.language for need in technical)
    assert 0.09 <= shares["both"] / len(technical) <= 0.15
    assert 0.005 <= shares["en"] / len(technical) <= 0.04
    achievements = [world.achievement(index) for index in range(2, 9_000, 8)]
    shares = Counter(one.language for one in achievements)
    assert 0.09 <= shares["both"] / len(achievements) <= 0.15
    assert 0.01 <= shares["en"] / len(achievements) <= 0.05


def test_kinds_of_needs_are_shared_out() -> None:
    kinds = Counter(kind_of(index) for index in range(2, 10_002))
    assert kinds == {"technology": 7800, "talent": 1000, "finance": 600, "site": 600}


def test_values_are_those_of_the_rooms(
    needs: list[Need], achievements: list[Achievement], solutions: list[Solution], organisations: list[Organisation]
) -> None:
    assert {need.kind for need in needs} == set(NeedKind.values)
    assert {need.state for need in needs} <= set(NeedState.values)
    assert {one.state for one in achievements} <= set(AchievementState.values)
    assert {one.state for one in solutions} <= set(SolutionState.values)
    assert {mode for one in (*needs, *achievements) for mode in one.cooperation_modes} == set(CooperationMode.values)
    assert {one.intellectual_property for one in achievements} <= set(IntellectualProperty.values)
    assert {one.reject_reason for one in (*needs, *achievements)} - {""} <= set(RejectReason.values)
    assert {one.decline_reason for one in solutions} - {""} <= set(DeclineReason.values)
    assert {one.kind for one in organisations} == set(OrganisationKind.values)
    assert {one.size for one in organisations} == set(OrganisationSize.values)


def test_confidential_fields_may_be_chosen_and_have_known_levels(needs: list[Need]) -> None:
    chosen = [entry for need in needs for entry in need.confidentiality]
    assert {field for field, _level in chosen} <= NeedRow.choosable
    assert {level.upper() for _field, level in chosen} <= set(Level.names)
    assert any(("organisation", "nda") in need.confidentiality for need in needs)


def test_texts_fit_their_columns(needs: list[Need], achievements: list[Achievement]) -> None:
    for row, records in ((NeedRow, needs), (AchievementRow, achievements)):
        limits = {
            field.name: field.max_length for field in row._meta.get_fields() if getattr(field, "max_length", None)
        }
        for record in records:
            for name, limit in limits.items():
                text = getattr(record, name, "")
                assert len(str(text)) <= limit or isinstance(text, tuple), (name, text)


def test_declined_solutions_get_a_reason_and_a_text(solutions: list[Solution]) -> None:
    for one in solutions:
        assert bool(one.decline_reason) == bool(one.decline_text) == (one.state == "declined")


def test_the_story_is_there_by_hand(needs: list[Need], achievements: list[Achievement]) -> None:
    assert needs[0].targets[0] == "吸光率 ≥ 98 %"
    assert needs[0].current[0] == "吸光率 < 95 %"
    assert achievements[0].specifications[0] == "吸光率 98.68 %"
    assert needs[1].targets[0] == "PUE ≤ 1.15"
    assert {"PUE 1.04", "冷却液沸点 50 ℃"} <= set(achievements[1].specifications)
