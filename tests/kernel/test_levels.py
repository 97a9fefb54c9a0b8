"""Levels against clearances: a field comes out if and only if its level is not above what its reader may see."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keqiao.exchange.models import Achievement, Need, Solution
from keqiao.kernel.access import SYSTEM, NotVisible
from keqiao.kernel.visibility import NONE, OWNER, Hidden, Level, Seen
from keqiao.matching.models import Proposal
from keqiao.parties.models import Node, Organisation, Person
from keqiao.projects.models import Project
from tests.stages import open_need

CLEARANCES = [NONE, *Level, OWNER]
PLAIN = [Need, Achievement, Organisation, Person]
"""Kinds whose rows can be looked at without a database."""


def unsaved(model: Any) -> Any:
    extra = {"state": "open"} if model is Need else {"state": "published"} if model is Achievement else {}
    if model in {Need, Achievement}:
        extra |= {
            "organisation": Organisation(name="甲"),
            "contact": Person(name="乙"),
            "node": Node(code="w", name="武汉"),
        }
    return model(**extra)


def columns(model: Any) -> list[str]:
    """Fields of a row that stand in its own table."""
    stored = {field.name for field in model._meta.concrete_fields}
    return [name for name in model.field_levels if name in stored and name != "manager"]


@pytest.mark.parametrize("model", PLAIN, ids=lambda model: model.__name__)
@pytest.mark.parametrize("clearance", CLEARANCES)
def test_declared_levels_open_as_the_clearance_rises(model: Any, clearance: int) -> None:
    row = unsaved(model)
    seen = Seen(row, clearance, signed_in=clearance > 0)
    for name in columns(model):
        hidden = row.level_of(name) > clearance
        assert isinstance(getattr(seen, name), Hidden) is hidden, name
        assert (name in seen.hidden) is hidden
    if clearance == OWNER:
        assert seen.hidden == {}
        assert seen.is_owner


@given(data=st.data())
def test_levels_that_the_owner_chooses_hold_and_others_do_not(data: st.DataObject) -> None:
    row = unsaved(Need)
    chosen = {name: data.draw(st.sampled_from(list(Level)), label=name) for name in columns(Need)}
    row.levels = {name: int(level) for name, level in chosen.items()}
    clearance = data.draw(st.sampled_from(CLEARANCES))
    seen = Seen(row, clearance, signed_in=True)
    for name, level in chosen.items():
        counts = level if name in Need.choosable else Need.field_levels[name]
        if name not in Need.names_the_owner and name not in Need.follows:
            assert isinstance(getattr(seen, name), Hidden) is (counts > clearance), name


def test_hidden_values_print_nothing_and_are_empty() -> None:
    hidden = Hidden(Level.NDA)
    assert (str(hidden), bool(hidden), len(hidden), list(hidden), f"{hidden}") == ("", False, 0, [], "")
    assert hidden.level == Level.NDA


def test_the_words_for_a_hidden_choice_are_hidden_too() -> None:
    row = Achievement(state="published", intellectual_property="patent_granted")
    row.levels = {}
    level = row.level_of("intellectual_property")
    assert Seen(row, level, signed_in=True).get_intellectual_property_display() == "专利已授权"
    assert Seen(row, level - 1, signed_in=True).get_intellectual_property_display() == ""


@pytest.mark.parametrize(
    "name", ["delete", "save", "objects", "_state", "pk_", "levels_of", "get_absolute", "password"]
)
def test_what_is_not_declared_does_not_come_out_of_anything(name: str) -> None:
    for model in PLAIN:
        with pytest.raises(AttributeError):
            getattr(Seen(unsaved(model), OWNER, signed_in=True), name)


@pytest.mark.parametrize("model", [Need, Achievement, Solution, Proposal, Project, Person, Organisation])
def test_levels_are_declared_for_things_that_there_are(model: Any) -> None:
    """A level for a field that was renamed would hide nothing."""
    for name in model.field_levels:
        assert hasattr(model, name), name
    assert model.choosable <= set(model.field_levels)
    assert model.erasable <= set(model.field_levels) | {field.name for field in model._meta.fields}


def test_the_platform_itself_sees_everything_also_drafts(need: Need) -> None:
    assert need.clearance(SYSTEM) == OWNER
    assert Need.objects.visible_to(SYSTEM).get() == need
    assert need.seen_by(SYSTEM).hidden == {}


def test_clearance_of_a_row_fetched_for_somebody_is_not_asked_again(
    need: Need, owner: Person, competitor: Person, django_assert_num_queries: Any
) -> None:
    Need.objects.update(state="open")
    row = Need.objects.select_related("organisation").visible_to(owner).get()
    with django_assert_num_queries(0):
        assert row.seen_by(owner).is_owner
    assert not row.seen_by(competitor).is_owner


def test_a_row_that_was_fetched_for_its_owner_does_not_exist_for_others(
    need: Need, owner: Person, competitor: Person, stranger: Any
) -> None:
    row = Need.objects.visible_to(owner).get()
    for other in (competitor, stranger):
        with pytest.raises(NotVisible):
            row.seen_by(other)


def test_what_is_not_published_says_nothing_through_what_points_to_it(owner: Person) -> None:
    draft = open_need(owner, state="withdrawn")
    assert str(draft.at(Level.REGISTERED)) == f"#{draft.pk}"
    assert isinstance(draft.at(Level.REGISTERED).title, Hidden)
    assert str(draft.at(OWNER)) == draft.title
