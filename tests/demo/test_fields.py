"""Technical fields: complete, consistent, and in the words of the national classifications."""

from __future__ import annotations

import pytest

from keqiao.demo.chance import source
from keqiao.demo.composing import LONGEST, SHORTEST, compose, phrases, plans
from keqiao.demo.fields import Field, Measure, Topic, all_fields, all_topics, field_of
from keqiao.demo.speaking import common_slots, company_slots, need_slots, offer_slots
from keqiao.demo.wording import drawn
from keqiao.parties import taxonomy

MODES = {"goods", "process", "software", "living", "works", "clinic"}
LEAST = {
    "things": 3, "makers": 2, "scenes": 3, "skills": 2, "tests": 3, "pitfalls": 2, "plants": 1, "aims": 2, "pains": 2,
    "settings": 3, "troubles": 3, "causes": 3, "tried": 3, "limits": 3, "gaps": 2, "merits": 3, "routes": 2,
    "figures": 3,
}  # fmt: skip


def test_there_are_at_least_thirty_fields_each_with_topics() -> None:
    assert len(all_fields()) >= 30
    assert min(len(field.topics) for field in all_fields()) >= 2
    assert len({field.key for field in all_fields()}) == len(all_fields())


def test_topics_are_numbered_as_they_are_listed() -> None:
    assert [topic.number for topic in all_topics()] == list(range(len(all_topics())))
    assert all(topic in field_of(topic.subject).topics for topic in all_topics())


@pytest.mark.parametrize("field", all_fields(), ids=lambda field: field.key)
def test_field_has_known_codes_and_a_known_mode(field: Field) -> None:
    assert {taxonomy.normal(code) for code in (*field.industries, *field.strategic)} <= set(taxonomy.fields())
    assert {topic.mode for topic in field.topics} | {field.mode} <= MODES


@pytest.mark.parametrize("topic", all_topics(), ids=lambda topic: topic.thing_en)
def test_topic_has_enough_to_say(topic: Topic) -> None:
    assert {name: len(getattr(topic, name)) for name in LEAST if len(getattr(topic, name)) < LEAST[name]} == {}


@pytest.mark.parametrize("topic", all_topics(), ids=lambda topic: topic.thing_en)
def test_fragments_leave_punctuation_to_the_templates(topic: Topic) -> None:
    lists = ("settings", "troubles", "causes", "tried", "limits", "gaps", "merits", "tests", "pitfalls")
    fragments = [text for name in lists for text in getattr(topic, name)]
    fragments += [text for route in topic.routes for text in (route.how, route.why)]
    assert [text for text in fragments if text[-1] in "。，；、！？,.;"] == []


@pytest.mark.parametrize("topic", all_topics(), ids=lambda topic: topic.thing_en)
def test_figures_can_be_missed_and_reached(topic: Topic) -> None:
    for measure in topic.figures:
        worse, better = (measure.now, measure.want) if measure.better == "high" else (measure.want, measure.now)
        assert worse[1] <= better[0], measure.name
        best = measure.give[1] if measure.better == "high" else measure.give[0]
        assert measure.reaches(best, measure.want[1] if measure.better == "high" else measure.want[0]), measure.name


@pytest.mark.parametrize("topic", all_topics(), ids=lambda topic: topic.thing_en)
def test_routes_name_figures_of_their_topic_and_cover_them(topic: Topic) -> None:
    names = {measure.name for measure in topic.figures}
    spoken = set()
    for route in topic.routes:
        assert set(route.only) <= names, route.name
        assert route.aim < len(topic.aims), route.name
        spoken |= set(route.only) or names
    assert spoken == names


@pytest.mark.parametrize("topic", all_topics()[::9], ids=lambda topic: topic.thing_en)
@pytest.mark.parametrize("name", ["needs", "achievements", "solutions"])
def test_every_plan_makes_a_text_of_the_right_length(name: str, topic: Topic) -> None:
    rng = source(3, name, topic.number)
    now, want, give = (tuple(drawn(rng, measure, span(measure)) for measure in topic.figures) for span in SPANS)
    field = field_of(topic.subject)
    slots = common_slots(rng, field, topic, 4) | need_slots(rng, topic, now, want) | company_slots(3, topic.number)
    slots |= offer_slots(rng, topic, topic.routes[0], give, now[0], 6, slots)
    lengths = [len(compose(rng, name, slots, plan, topic.mode)) for plan in range(len(plans(name)) * 4)]
    assert min(lengths) >= SHORTEST
    assert max(lengths) <= LONGEST


def test_there_are_at_least_a_dozen_plans_for_each_kind_of_text() -> None:
    assert {name: len(plans(name)) >= 12 for name in ("needs", "achievements", "solutions")} == {
        "needs": True,
        "achievements": True,
        "solutions": True,
    }


def test_plans_use_moves_that_exist_and_every_move_is_used() -> None:
    for name in ("needs", "achievements", "solutions"):
        used = {move.name for plan in plans(name) for move in plan}
        assert used <= set(phrases(name)["moves"]), name
        spare = {"who", "limit", "merit", "scene", "close", "proof", "offer"}
        assert set(phrases(name)["moves"]) - used <= spare, name
        for mode, moves in phrases(name).get("variants", {}).items():
            assert mode in MODES
            assert set(moves) <= set(phrases(name)["moves"])


def _now(measure: Measure) -> tuple[float, float]:
    return measure.now


def _want(measure: Measure) -> tuple[float, float]:
    return measure.want


def _give(measure: Measure) -> tuple[float, float]:
    return measure.give


SPANS = (_now, _want, _give)
