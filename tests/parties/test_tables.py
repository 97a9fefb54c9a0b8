"""The tables of parties, and every verb of them refused to everybody who may not: nothing changes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from keqiao.kernel.access import NotAllowed, NotNow, NotVisible, Rule
from keqiao.kernel.models import CalendarDay, ClockRun, Entry
from keqiao.kernel.workflow import NEW, Verb, Workflow, run
from keqiao.parties.models import Consent, Membership, Node, Organisation, Person, Post
from keqiao.parties.nodes.workflow import CALENDAR, NODE, POST
from keqiao.parties.workflow import MEMBERSHIP, ORGANISATION, PERSON
from tests.personas import Personas

pytestmark = pytest.mark.django_db

TABLES = (ORGANISATION, MEMBERSHIP, PERSON, NODE, POST, CALENDAR)
LINES = [(table, verb) for table in TABLES for verb in table.verbs]
ON_ROWS = [(table, verb) for table, verb in LINES if verb.sources != (NEW,)]

OWNER, SUBJECT, CENTRE = {"owner"}, {"professor"}, {"centre_operator"}
STAFF = {"operator", "centre_operator"}
MAY: dict[str, set[str]] = {
    "administers_it": OWNER,
    "administers_it_or_is_operator_of_node": OWNER | STAFF,
    "administers_organisation": OWNER,
    "administers_organisation_or_is_operator_of_node": OWNER | STAFF,
    "is_operator_of_node": STAFF,
    "is_operator_of_node_or_is_system": STAFF,
    "is_the_person": SUBJECT,
    "is_oneself": SUBJECT,
    "directs": CENTRE,
}
"""Who passes each rule: on company A at Wuhan, on the professor's place in it, on the professor, on Wuhan and its
manager's post, and on a day of its calendar."""

NEW_ROWS: dict[str, set[str]] = {
    "is_signed_in": {"everybody but strangers"},
    "directs_or_is_system": CENTRE,
    "operates_somewhere_or_is_system": {"operator", "other_operator", "centre_operator"},
}
"""Who may make what is new."""


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_state_but_a_closed_account_can_be_reached(table: Workflow[Any]) -> None:
    reached, edges = {NEW}, [(source, verb.target) for verb in table.verbs for source in verb.sources]
    for _round in table.states.values:
        reached |= {target for source, target in edges if source in reached and target is not None}
    assert set(table.states.values) - reached <= {"closed"}
    assert all(isinstance(verb.who, Rule) for verb in table.verbs)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_line_names_only_what_exists(table: Workflow[Any]) -> None:
    for verb in table.verbs:
        assert set(verb.sources) <= {NEW, *table.states.values}, verb.name
        assert verb.target is None or verb.target in table.states.values, verb.name
        assert set(verb.tells) <= set(table.audiences), verb.name


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_a_promise_ends_wherever_the_record_leaves_the_state_it_was_made_in(table: Workflow[Any]) -> None:
    for made in table.verbs:
        for verb in table.verbs:
            leaves = made.target in verb.sources and verb.target not in (None, made.target)
            assert not (made.starts and leaves) or set(made.starts) <= {*verb.stops, *verb.starts}, verb.name


@pytest.fixture
def at_state(personas: Personas) -> Callable[[Workflow[Any], str], Any]:
    """A record of the table's kind in a state, straight from the database."""
    people: Any = personas
    company = people["owner"].memberships.get().organisation
    place = Membership(person=people["professor"], organisation=company)
    day = CalendarDay(node="wuhan", day=date(2027, 3, 5), is_working=False)

    def put(table: Workflow[Any], state: str) -> Any:
        rows: dict[str, Callable[[], Any]] = {
            "organisations": lambda: company,
            "memberships": lambda: place,
            "people": lambda: people["professor"],
            "nodes": lambda: company.node,
            "posts": people["manager"].posts.get,
            "calendar": lambda: day,
        }
        row = rows[table.name]()
        row.state = state
        row.save()
        return row

    return put


def world() -> list[Any]:
    """Everything that a verb could have changed."""
    models = (Organisation, Membership, Person, Node, Post, CalendarDay, Consent, ClockRun)
    return [*(list(model._default_manager.order_by("pk").values()) for model in models), Entry.objects.count()]


@pytest.mark.parametrize(("table", "verb"), ON_ROWS, ids=[f"{table.name}-{verb.name}" for table, verb in ON_ROWS])
def test_a_verb_denied_changes_nothing(
    table: Workflow[Any], verb: Verb, at_state: Callable[[Workflow[Any], str], Any], personas: Personas
) -> None:
    row = at_state(table, verb.sources[0])
    may = MAY[verb.who.name]
    before = world()
    for name in sorted(set(personas) - may):
        with pytest.raises((NotAllowed, NotVisible)):
            run(table, row.pk, verb.name, actor=personas[name], data={})
    assert world() == before
    assert {name for name in personas if verb.who(row, personas[name])} == may


@pytest.mark.parametrize(("table", "verb"), ON_ROWS, ids=[f"{table.name}-{verb.name}" for table, verb in ON_ROWS])
def test_a_verb_in_the_wrong_state_changes_nothing(
    table: Workflow[Any], verb: Verb, at_state: Callable[[Workflow[Any], str], Any], personas: Personas
) -> None:
    same = {state for line in table.verbs if line.name == verb.name for state in line.sources}
    for state in sorted(set(table.states.values) - same):
        row = at_state(table, state)
        before = world()
        for name in sorted(MAY[verb.who.name]):
            with pytest.raises((NotNow, NotVisible)):
                run(table, row.pk, verb.name, actor=personas[name], data={})
        assert world() == before


@pytest.mark.parametrize(("table", "verb"), [(t, v) for t, v in LINES if v.sources == (NEW,)], ids=lambda one: one.name)
def test_what_is_new_is_made_by_those_who_may_alone(table: Workflow[Any], verb: Verb, personas: Personas) -> None:
    before = world()
    allowed = {name for name, person in personas.items() if verb.who(None, person)}
    for name in sorted(set(personas) - allowed):
        with pytest.raises(NotAllowed):
            run(table, None, verb.name, actor=personas[name], data={})
    assert world() == before
    everybody = {name for name, person in personas.items() if not isinstance(person, AnonymousUser)}
    expected = NEW_ROWS.get(verb.who.name, set())
    assert allowed == (everybody if verb.who.name == "is_signed_in" else expected)
