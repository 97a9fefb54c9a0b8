"""What people read: no frame over and over, no figure that cannot be, no thing with another thing's troubles."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from itertools import pairwise

import pytest

from keqiao.demo.accounts import ACCOUNTS
from keqiao.demo.cast import Cast
from keqiao.demo.chance import in_turn, source
from keqiao.demo.composing import plans, tidy
from keqiao.demo.fields import Measure, Topic, all_fields, all_topics, field_of
from keqiao.demo.needs import contact_of, present_of, targets_of, topic_of
from keqiao.demo.records import Achievement, Match, Need, Organisation, Person, Solution
from keqiao.demo.speaking import company_slots, joined
from keqiao.demo.story import DRAFT, NEEDS, story_topic, story_topics
from keqiao.demo.wording import Figure, asked, versus, wanted_bare, wanted_doing
from keqiao.demo.world import World

TOPICS = pytest.mark.parametrize("topic", all_topics(), ids=lambda topic: topic.thing_en)
HAN = "[\u4e00-\u9fff]"
SENTENCE = re.compile("[。；？！]")
IMPOSSIBLE = {
    "%": (0, 100), "℃": (-273.15, 4000), "K": (0, 4000), "kW·h/t": (0, 1e5), "mm": (0, 1e5), "h": (0, 1e5),
    "MPa": (0, 1e4), "μm": (0, 1e5), "元": (0, 1e8), "万元": (0, 1e5), "pH": (0, 14),
}  # fmt: skip
"""Between what a value with this unit can lie."""


def sentences(text: str) -> list[str]:
    return [sentence for sentence in SENTENCE.split(text) if sentence]


# ---- frames -----------------------------------------------------------------------------------------------------


def test_needs_do_not_begin_alike(needs: list[Need]) -> None:
    """The first four characters of a text tell how it begins: no beginning has more than one text of twelve."""
    texts = [need.problem for need in needs if need.kind == "technology" and need.language != "en"]
    beginnings = Counter(text[:4] for text in texts)
    assert len(beginnings) > len(texts) / 2
    assert beginnings.most_common(1)[0][1] <= len(texts) / 12


def test_achievements_do_not_begin_alike(achievements: list[Achievement]) -> None:
    texts = [one.summary for one in achievements if one.language != "en"]
    beginnings = Counter(text[:4] for text in texts)
    assert len(beginnings) > len(texts) / 3
    assert beginnings.most_common(1)[0][1] <= len(texts) / 8


@pytest.mark.parametrize(("name", "least"), [("needs", 24), ("achievements", 18), ("solutions", 12)])
def test_there_are_many_plans_and_no_two_alike(name: str, least: int) -> None:
    assert len(plans(name)) == len(set(plans(name))) >= least


@pytest.mark.parametrize(
    ("what", "mark"),
    [
        ("quotes somebody", "“"), ("counts its points", "①"), ("has headings", "【"), ("asks", "？"),
        ("numbers its points", "（1）"), ("writes a letter", "老师"), ("says what was tried", "试过"),
    ],
)  # fmt: skip
def test_some_needs_speak_another_way(what: str, mark: str, needs: list[Need]) -> None:
    assert sum(mark in need.problem for need in needs) >= 3, what


def test_no_sentence_of_a_text_is_said_twice(
    needs: list[Need], achievements: list[Achievement], solutions: list[Solution]
) -> None:
    texts = [need.problem for need in needs] + [one.summary for one in achievements]
    texts += [one.approach for one in solutions]
    twice = [
        text
        for text in texts
        if max(Counter(part for part in sentences(text) if len(part) > 8).values(), default=1) > 1
    ]
    assert twice == []


def test_no_two_titles_of_small_are_alike(needs: list[Need], achievements: list[Achievement]) -> None:
    for titles in ([need.title for need in needs], [one.title for one in achievements]):
        assert [title for title, times in Counter(titles).items() if times > 1] == []


def test_titles_of_one_topic_have_different_forms() -> None:
    forms = ("a", "b", "c")
    assert [in_turn(turn, forms, 1) for turn in range(4)] == ["b", "c", "a", "b"]


# ---- words ------------------------------------------------------------------------------------------------------


def test_no_word_stands_twice_in_a_row(needs: list[Need], achievements: list[Achievement]) -> None:
    """``电堆电堆成本`` comes from putting two phrases together without looking."""
    double = re.compile(rf"({HAN}{{2,}})\1")
    allowed = ("能不",)  # 能不能不…
    texts = [text for need in needs for text in (need.title, need.problem, need.background)]
    texts += [text for one in achievements for text in (one.title, one.summary, one.advantages, one.details)]
    found = [match[0] for text in texts for match in double.finditer(text) if match[1] not in allowed]
    assert found == []


def test_there_is_one_space_between_figures_and_words(needs: list[Need], achievements: list[Achievement]) -> None:
    glued = re.compile(rf"{HAN}[0-9A-Za-z]|[0-9A-Za-z%℃]{HAN}|  ")
    texts = [text for need in needs for text in (need.problem, need.background)]
    texts += [text for one in achievements for text in (one.summary, one.details, one.advantages)]
    assert [text for text in texts if glued.search(text)] == []


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("含72 h 试验", "含 72 h 试验"), ("不超过 0.5 %才算", "不超过 0.5 % 才算"), ("到 60 ℃误码", "到 60 ℃ 误码"),
        ("现状。。结束", "现状。结束"), ("降到，。", "降到。"), ("中 文", "中文"), ("a b", "a b"), ("", ""),
    ],
)  # fmt: skip
def test_punctuation_is_mended(given: str, expected: str) -> None:
    assert tidy(given) == expected


@pytest.mark.parametrize(
    ("thing", "words", "link", "expected"),
    [
        ("电堆", "电堆成本下降", "的", "电堆成本下降"), ("加氢催化剂", "催化剂掉粉", "", "加氢催化剂掉粉"),
        ("减速器", "精度提升", "的", "减速器的精度提升"), ("减速器", "回差大", "", "减速器回差大"),
        ("涂层", "层厚不匀", "", "涂层层厚不匀"),
    ],
)  # fmt: skip
def test_a_thing_and_what_is_said_of_it_are_joined(thing: str, words: str, link: str, expected: str) -> None:
    assert joined(thing, words, link) == expected


def test_english_records_are_english_in_all_they_say(needs: list[Need], achievements: list[Achievement]) -> None:
    han = re.compile(HAN)
    for need in (need for need in needs if need.language == "en"):
        said = (need.title, need.problem, need.background, *need.targets, *need.current)
        assert [text for text in said if han.search(text)] == [], need.index
    found = [one for one in achievements if one.language == "en"]
    assert len(found) >= 3
    for one in found:
        said = (one.title, one.summary, one.advantages, one.applications, one.maturity_evidence, one.details)
        assert [text for text in (*said, *one.specifications) if not text or han.search(text)] == [], one.index


def test_a_place_is_not_used_in_itself(needs: list[Need], achievements: list[Achievement]) -> None:
    """``面向中药口服液的中药口服液``."""
    titles = [record.title for record in (*needs, *achievements)]
    doubled = re.compile(rf"面向({HAN}{{3,}})的\1|({HAN}{{3,}})用\2")
    assert [title for title in titles if doubled.search(title)] == []


# ---- figures ----------------------------------------------------------------------------------------------------


@TOPICS
def test_ranges_of_a_topic_can_be(topic: Topic) -> None:
    for measure in topic.figures:
        low, high = IMPOSSIBLE.get(measure.unit, (0, 1e12))
        if "伸长率" in measure.name:  # of rubber, far beyond its length
            high = 1e4
        for span in (measure.now, measure.want, measure.give):
            assert low <= span[0] < span[1] <= high, (measure.name, span)


@TOPICS
def test_no_target_is_met_by_what_the_company_has_already(topic: Topic) -> None:
    for measure in topic.figures:
        best_now = max(measure.now) if measure.better == "high" else min(measure.now)
        easiest = min(measure.want) if measure.better == "high" else max(measure.want)
        assert not measure.reaches(best_now, easiest), measure.name


@TOPICS
def test_what_is_asked_for_can_be_offered(topic: Topic) -> None:
    for measure in topic.figures:
        best = max(measure.give) if measure.better == "high" else min(measure.give)
        hardest = max(measure.want) if measure.better == "high" else min(measure.want)
        assert measure.reaches(best, hardest), measure.name


@TOPICS
def test_things_and_pains_of_a_topic_are_all_different(topic: Topic) -> None:
    for words in (topic.things, topic.pains, topic.troubles, topic.causes, topic.tried, topic.limits, topic.settings):
        assert len(set(words)) == len(words)
    assert len(topic.troubles) == len(topic.causes)


def test_needs_of_small_ask_for_more_than_they_have(needs: list[Need]) -> None:
    for need in needs[2:]:
        if need.kind == "technology" and need.targets:
            pairs = zip(targets_of(7, need.index), present_of(7, need.index), strict=True)
            assert [str(want) for want, now in pairs if now.reaches(want)] == [], need.index


@TOPICS
def test_targets_are_round_and_within_what_is_wanted(topic: Topic) -> None:
    rng = source(5, "round", topic.number)
    for measure in topic.figures:
        low, high = measure.want
        values = {asked(rng, measure).value for _time in range(40)}
        assert min(values) >= low - 1e-9, measure.name
        assert max(values) <= high + 1e-9, measure.name
        assert len(values) <= 13, (measure.name, values)


SHINE = Measure("吸光率", "吸收率", "Absorptance", "%", "high", (90, 95), (96.5, 98.5), (96, 99), 1)
TIME = Measure("工序时间", "周期", "Process time", "h", "low", (72, 168), (24, 48), (10, 44), 0)
FINE = Measure("热阻", "热阻", "Thermal resistance", "K/W", "low", (0.14, 0.2), (0.08, 0.1), (0.05, 0.1), 3)


@pytest.mark.parametrize(
    ("measure", "values"),
    [
        (SHINE, {96.5, 97.0, 97.5, 98.0, 98.5}),
        (TIME, {25.0, 30.0, 35.0, 40.0, 45.0}),
        (FINE, {0.08, 0.085, 0.09, 0.095, 0.1}),
    ],
)
def test_steps_of_targets_are_ones_and_fives(measure: Measure, values: set[float]) -> None:
    rng = source(1, "steps", 0)
    assert {asked(rng, measure).value for _time in range(200)} == values


@pytest.mark.parametrize(
    ("figure", "said"),
    [
        (Figure(SHINE, 98.0, is_asked=True), "吸光率 ≥ 98 %"), (Figure(SHINE, 98.0), "吸光率 ≥ 98.0 %"),
        (Figure(SHINE, 97.5, is_asked=True), "吸光率 ≥ 97.5 %"), (Figure(TIME, 30.0, is_asked=True), "工序时间 ≤ 30 h"),
        (Figure(FINE, 0.09, is_asked=True), "热阻 ≤ 0.09 K/W"),
    ],
)  # fmt: skip
def test_a_target_is_written_without_zeros_at_its_end(figure: Figure, said: str) -> None:
    assert figure.target() == said


def test_phrases_of_a_figure_say_which_way_is_better() -> None:
    assert wanted_bare(Figure(SHINE, 98.0, is_asked=True)) == "吸光率 98 % 以上"
    assert wanted_bare(Figure(TIME, 30.0, is_asked=True)) == "工序时间 30 h 以内"
    assert wanted_doing(Figure(TIME, 30.0, is_asked=True)) == "把工序时间压到 30 h 以下"
    assert versus(Figure(TIME, 120.0), Figure(TIME, 20.0)) == "工序时间由 120 h 降到 20 h"
    assert versus(Figure(SHINE, 94.0), Figure(SHINE, 98.7)) == "吸光率由 94.0 % 提高到 98.7 %"


def test_budgets_are_worth_the_work(needs: list[Need]) -> None:
    for need in needs:
        if need.budget_maximum is not None:
            assert need.budget_minimum is not None
            assert 50_000 <= need.budget_minimum < need.budget_maximum <= 10_000_000, need.index
            assert need.budget_maximum % 10_000 == 0


def test_a_financing_gap_is_the_gap_of_its_text(needs: list[Need]) -> None:
    found = 0
    for need in (need for need in needs if need.kind == "finance"):
        amount = re.search(r"融资金额 ≥ (\d+) 万元", need.targets[0])
        total = re.search(r"总投资约 (\d+) 万元，自筹六成，缺口 (\d+) 万元", need.problem)
        assert amount is not None
        assert int(amount[1]) >= 400
        if total:
            found += 1
            assert (int(total[2]), int(total[1]) * 2) == (int(amount[1]), int(amount[1]) * 5)
    assert found >= 1


def test_a_company_says_the_same_of_itself_in_all_its_needs(needs: list[Need]) -> None:
    founded: dict[int, set[str]] = defaultdict(set)
    for need in needs:
        founded[need.organisation] |= set(
            re.findall(r"成立于 (\d{4}) 年|公司 (\d{4}) 年起", need.background + need.problem)
        )
    said = {company: {year for pair in years for year in pair if year} for company, years in founded.items()}
    assert max(len(years) for years in said.values()) == 1
    assert company_slots(7, 3) == company_slots(7, 3) != company_slots(7, 4)


def test_people_of_development_are_fewer_than_all_people() -> None:
    for company in range(200):
        facts = {name: float(value) for name, value in company_slots(7, company).items()}
        assert 8 <= facts["developers"] < facts["staff"]
        assert facts["founded"] < facts["started"] <= 2022
        assert facts["sales"] > 0.2


# ---- the story --------------------------------------------------------------------------------------------------


def test_owner_of_the_story_does_not_ask_again_for_what_was_found(small: World, needs: list[Need]) -> None:
    owner = small.seats.people["owner"]
    own = [need for need in needs if need.contact == owner]
    assert len(own) >= 3
    assert len({need.title for need in own}) == len(own)
    again = [need for need in own[1:] if need.kind == "technology" and topic_of(need.index).number in story_topics()]
    assert again == []


@pytest.mark.parametrize("scale", ["small", "seed"])
def test_nobody_asks_twice_at_either_scale(scale: str) -> None:
    cast = Cast(scale)
    for number in range(len(NEEDS)):
        topic = story_topic(number)
        places = range(topic + len(all_topics()) * (1 if topic < 2 else 0), 20_000, len(all_topics()))
        assert cast.story_contact(topic) not in {contact_of(cast, index) for index in places if index >= 2}


def test_colleague_has_begun_a_need_that_the_coach_can_help_with(small: World, needs: list[Need]) -> None:
    [draft] = [need for need in needs if need.contact == small.cast.colleague]
    assert (draft.title, draft.state, draft.targets) == (DRAFT["title"], "draft", ())
    assert (draft.budget_maximum, draft.published_days_ago, draft.organisation) == (None, None, small.seats.company)
    assert small.need_state(draft.index) == "draft"
    assert 80 <= len(draft.problem) <= 400


def test_story_rounds_come_nearer_and_the_notes_say_how_far(matches: list[Match]) -> None:
    values = [float(one.values[0].split()[1]) for one in matches[0].rounds]
    assert values == [93.1, 97.2, 98.68]
    for one, value in zip(matches[0].rounds[:2], values, strict=False):
        assert f"差 {98 - value:.1f} 个百分点" in one.note
    days = [day for one in matches[0].rounds for day in (one.sent_days_ago, one.measured_days_ago or 0)]
    assert all(early > late for early, late in pairwise(days))
    assert 60 <= days[0] - days[-1] <= 100  # three months


def test_story_money_adds_up(matches: list[Match]) -> None:
    told = matches[0]
    assert told.contract is not None
    assert sum(amount for _day, amount, _what in told.incomes) == told.contract.amount == 980_000
    assert sum(step.payment for step in told.milestones) == told.contract.amount
    assert [amount for _day, amount, _when in told.contract.instalments] == [step.payment for step in told.milestones]
    assert told.reward == told.contract.amount * 40 // 100


def test_accounts_have_names_and_addresses_of_their_own(
    people: list[Person], organisations: list[Organisation]
) -> None:
    names = {account.name for account in ACCOUNTS}
    assert len(names) == len(ACCOUNTS) == 9
    assert {account.email.partition("@")[2] for account in ACCOUNTS} == {"demo.example"}
    assert len({account.email for account in ACCOUNTS}) == 9
    assert names & {one.name for one in organisations} == set()
    assert all(one.email.endswith(".example") for one in people)


def test_manager_of_the_story_has_open_needs_to_work_on(small: World, needs: list[Need]) -> None:
    manager = small.seats.people["manager"]
    states = Counter(need.state for need in needs if need.manager == manager)
    assert states["open"] >= 5
    assert states["in_project"] >= 1


def test_fields_have_companies_laboratories_and_words_of_their_own() -> None:
    assert len(all_fields()) == 37
    for field in all_fields():
        assert field_of(field.key) is field
        assert len(set(field.labs)) >= 3
        assert len(set(field.firms)) >= 3
    labs = Counter(lab for field in all_fields() for lab in field.labs)
    assert max(labs.values()) == 1
