"""Every workflow table of the platform: its states, its lines, and whom each line refuses, with nothing changed."""

from __future__ import annotations

import inspect
import itertools
from collections import defaultdict
from typing import Any

import pytest
from django.apps import apps
from django.db import models
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from keqiao.api import actions
from keqiao.exchange.workflow import ACHIEVEMENT, NEED, SOLUTION
from keqiao.kernel import clocks, jobs, replays
from keqiao.kernel.access import SYSTEM, NotAllowed, NotNow, NotVisible, Rule
from keqiao.kernel.models import CalendarDay, ClockRun, Entry
from keqiao.kernel.visibility import Visible
from keqiao.kernel.workflow import NEW, REGISTRY, Verb, VerbForm, Workflow, run
from keqiao.matching.models import Grade, Match, Ranking, SavedSearch, Shortlisted
from keqiao.parties.models import Person
from keqiao.projects.models import Income
from tests.personas import Personas
from tests.stages import Steps, open_need, propose, published_achievement

TABLES = [pytest.param(table, id=name) for name, table in sorted(REGISTRY.items())]
LINES = [(table, verb) for _name, table in sorted(REGISTRY.items()) for verb in table.verbs]

ENDS: dict[str, set[str]] = {
    "memberships": {"declined", "left"},
    "people": {"active", "closed"},
    "posts": {"ended"},
    "calendar": {"withdrawn"},
    "needs": {"solved"},
    "solutions": {"accepted", "declined", "withdrawn"},
    "proposals": {"in_project", "declined", "withdrawn"},
    "matches": {"taken", "dismissed"},
    "rankings": {"not_better"},
    "saved-searches": {"removed"},
    "projects": {"closed", "stopped"},
    "contracts": {"registered", "cancelled"},
    "milestones": {"accepted", "cancelled"},
    "incomes": {"confirmed", "withdrawn"},
    "tokens": {"revoked", "expired"},
}
"""Where a record may rest for good. From every other state a verb leads on."""

NOT_YET = {"people": {"closed"}}
"""States that wait for the verbs that lead there (`docs/developer/status.md`)."""


def edges(table: Workflow[Any]) -> set[tuple[str, str]]:
    return {(source, verb.target or source) for verb in table.verbs for source in verb.sources}


def reached(table: Workflow[Any], start: str) -> set[str]:
    """The states that verbs lead to from a state, on whatever way."""
    found, steps = {start}, edges(table)
    while new := {target for source, target in steps if source in found} - found:
        found |= new
    return found - {NEW}


@pytest.mark.parametrize("table", TABLES)
def test_every_state_can_be_reached_from_nothing(table: Workflow[Any]) -> None:
    begins = table.model._meta.get_field("state").default  # made by a verb of another table (a project's contract)
    assert set(table.states.values) - reached(table, NEW) - reached(table, begins) <= NOT_YET.get(table.name, set())


@pytest.mark.parametrize("table", TABLES)
def test_every_state_that_is_no_end_has_a_way_out(table: Workflow[Any]) -> None:
    stuck = {state for state in table.states.values if {to for at, to in edges(table) if at == state} <= {state}}
    assert stuck <= ENDS.get(table.name, set())


@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_a_walk_along_any_table_never_leaves_its_states_nor_dies_before_an_end(data: st.DataObject) -> None:
    """From wherever verbs have led a record, verbs lead on to an end, or round in a circle that has none."""
    name = data.draw(st.sampled_from(sorted(REGISTRY)))
    table, ends = REGISTRY[name], ENDS.get(name, set())
    state = NEW if any(NEW in verb.sources for verb in table.verbs) else table.model._meta.get_field("state").default
    for _step in range(12):
        lines = [verb for verb in table.verbs if state in verb.sources]
        assert lines or state in ends
        if not lines:
            return
        line = data.draw(st.sampled_from(range(len(lines))))
        state = lines[line].target or state
        assert state in table.states.values
        assert not ends or reached(table, state) & ends


@pytest.mark.parametrize(("table", "verb"), LINES, ids=[f"{t.name}-{v.name}-{v.sources[0]}" for t, v in LINES])
def test_every_line_names_only_what_exists(table: Workflow[Any], verb: Verb) -> None:
    assert set(verb.sources) <= {NEW, *table.states.values}
    assert verb.target is None or verb.target in table.states.values
    assert NEW not in verb.sources or (verb.sources == (NEW,) and verb.target)
    assert isinstance(verb.who, Rule)
    assert str(verb.who.reason)
    assert set(verb.tells) <= set(table.audiences)
    assert all(callable(audience) for audience in table.audiences.values())
    assert verb.guard is None or list(inspect.signature(verb.guard).parameters) == ["row"]
    assert verb.do is None or list(inspect.signature(verb.do).parameters) == ["row", "data", "actor"]
    assert verb.form is None or issubclass(verb.form, VerbForm)
    assert {*verb.starts, *verb.stops, *verb.pauses, *verb.resumes} <= set(clocks.REGISTRY.values())
    assert {job.name for job in verb.then} <= set(jobs.REGISTRY)
    if verb.at:
        assert isinstance(table.model._meta.get_field(verb.at), models.DateField)
        assert verb.who.name == "is_system"


@pytest.mark.parametrize("table", TABLES)
def test_lines_of_one_name_ask_people_for_the_same(table: Workflow[Any]) -> None:
    """Pages and API know a verb by its name: its form cannot depend on the line."""
    asked: dict[str, set[Any]] = defaultdict(set)
    for verb in table.verbs:
        if verb.who.name != "is_system":
            asked[verb.name].add((verb.form, verb.sources == (NEW,)))
    assert {name: forms for name, forms in asked.items() if len(forms) > 1} == {}


@pytest.mark.parametrize("table", TABLES)
def test_a_clock_that_waits_for_nobody_does_not_run(table: Workflow[Any]) -> None:
    """Whoever starts a promise can keep it, and what pauses one lets it go on."""
    started, stopped, paused, resumed = (
        {clock for verb in table.verbs for clock in getattr(verb, kind)}
        for kind in ("starts", "stops", "pauses", "resumes")
    )
    assert started <= stopped
    assert paused == resumed
    assert paused <= started


# ---- who is refused ---------------------------------------------------------------------------------------------


def rows_of(personas: Personas) -> dict[str, Any]:
    """A record of every kind, between the owner at company A and the professor at the university."""
    owner, professor, manager = (personas[name] for name in ("owner", "professor", "manager"))
    assert isinstance(owner, Person)
    assert isinstance(professor, Person)
    assert isinstance(manager, Person)
    need, achievement = open_need(owner, manager), published_achievement(professor)
    project = Steps(owner, professor, manager).opened(propose(need, achievement, manager))
    contract = Steps(owner, professor, manager).proposed(project)
    milestone = Steps(owner, professor, manager).milestone(project)
    now = timezone.now()
    income = Income.objects.create(
        project=project, amount=480_000, received_on=now.date(), side="provider", recorded_by=professor
    )
    return {
        "organisations": owner.memberships.get().organisation,
        "memberships": owner.memberships.get(),
        "people": owner,
        "nodes": need.node,
        "posts": manager.posts.get(),
        "calendar": CalendarDay.objects.create(node=need.node_id, day=now.date(), is_working=True),
        "proposals": project.proposal,
        "projects": project,
        "contracts": contract,
        "milestones": milestone,
        "incomes": income,
        "matches": Match.objects.create(need=need, achievement=achievement, found_at=now),
        "grades": Grade.objects.create(need=need, achievement=achievement, by=manager, grade=3, graded_at=now),
        "rankings": Ranking.objects.create(trained_at=now),
        "shortlist": Shortlisted.objects.create(person=owner, achievement=achievement),
        "saved-searches": SavedSearch.objects.create(person=owner, name="涂层", query="涂层", looked_at=now),
        "tokens": actions.issue(owner, name="test")[0],
    }


def world() -> list[Any]:
    """Everything that a verb could have changed."""
    kinds = [model for model in apps.get_models() if issubclass(model, Visible)]
    rows = [list(model._default_manager.order_by("pk").values()) for model in kinds]
    return [*rows, Entry.objects.count(), list(ClockRun.objects.order_by("pk").values())]


def in_state(row: Any, state: str) -> Any:
    """The record in a state, straight from the database."""
    type(row)._default_manager.filter(pk=row.pk).update(state=state)
    return type(row)._default_manager.get(pk=row.pk)


ELSEWHERE = {NEED.name, ACHIEVEMENT.name, SOLUTION.name}
"""`tests/exchange/test_tables.py` asks every line of these."""


@pytest.mark.django_db
def test_a_verb_denied_changes_nothing_whoever_asks_and_in_whatever_state(personas: Personas) -> None:
    rows = rows_of(personas)
    tables = [table for table in REGISTRY.values() if table.name not in ELSEWHERE]
    assert {table.name for table in tables} == set(rows)
    people = [Person.objects.get(pk=one.pk) if one.pk else one for one in personas.values()]
    refused, turns = 0, itertools.cycle(people)
    for table in tables:
        for state in table.states.values:
            row = in_state(rows[table.name], state)
            before = world()
            for verb in sorted({verb.name for verb in table.verbs if verb.sources != (NEW,)}):
                for actor in itertools.islice(turns, 3):  # each verb meets everybody, in one state or another
                    if table.may(row, verb, actor):
                        continue
                    with pytest.raises((NotAllowed, NotNow, NotVisible)):
                        run(table, row.pk, verb, actor=actor, data={})
                    refused += 1
            assert world() == before, (table.name, state)
    assert refused > 700


@pytest.mark.django_db
def test_the_system_may_not_do_what_people_decide(personas: Personas) -> None:
    """What runs by itself cannot publish, accept, sign or confirm."""
    rows = rows_of(personas)
    for name, row in rows.items():
        for verb in REGISTRY[name].verbs:
            if "is_system" in verb.who.name or verb.sources == (NEW,):
                continue
            assert not verb.who(row, SYSTEM), (name, verb.name)


@pytest.mark.django_db
@pytest.mark.parametrize("table", TABLES)
def test_strangers_make_nothing(table: Workflow[Any], personas: Personas) -> None:
    for verb in table.verbs:
        if verb.sources == (NEW,):
            with pytest.raises(NotAllowed):
                run(table, None, verb.name, actor=personas["stranger"], data={})
    assert Entry.objects.count() == 0


def test_a_key_is_not_told_from_another_by_what_comes_with_a_form() -> None:
    """The token against forged requests differs from page to page and is no part of the request."""
    asked = {"title": "a", "csrfmiddlewaretoken": "1", "next": "/x", "key": "k"}
    assert replays.digest(asked, None) == replays.digest({"title": "a"}, None)
    assert replays.digest({"title": "b"}, None) != replays.digest({"title": "a"}, None)
