"""The tables themselves, and every verb of them refused to everybody who may not: nothing changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from keqiao.exchange.models import Achievement, Need, Solution
from keqiao.exchange.workflow import ACHIEVEMENT, NEED, SOLUTION
from keqiao.kernel import journal
from keqiao.kernel.access import NotAllowed, NotNow, NotVisible, Rule
from keqiao.kernel.models import ClockRun, Entry
from keqiao.kernel.workflow import NEW, Verb, Workflow, run
from keqiao.parties.models import Consent, Person

TABLES = (NEED, ACHIEVEMENT, SOLUTION)
LINES = [(table, verb) for table in TABLES for verb in table.verbs]

OWNER, COLLEAGUE, MANAGER = {"owner"}, {"colleague"}, {"manager"}
STAFF = {"operator", "centre_operator"}
EVERYBODY = {
    "owner", "colleague", "competitor", "professor", "manager", "operator", "other_operator", "centre_operator",
    "auditor", "stranger",
}  # fmt: skip
MAY: dict[str, set[str]] = {
    "is_owner": OWNER,
    "is_operator_of_node": STAFF,
    "is_operator_of_node_or_is_system": STAFF,
    "is_system": set(),
    "is_asker": OWNER,
    "is_asker_or_is_manager": OWNER | MANAGER,
}
"""Who passes each rule, for records of company A at Wuhan (for a solution: the answer of the professor to one)."""


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_state_can_be_reached_and_no_verb_is_without_a_rule(table: Workflow[Any]) -> None:
    reached, edges = {NEW}, [(source, verb.target) for verb in table.verbs for source in verb.sources]
    for _round in table.states.values:
        reached |= {target for source, target in edges if source in reached and target is not None}
    assert reached - {NEW} == set(table.states.values)
    assert all(isinstance(verb.who, Rule) for verb in table.verbs)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_line_names_only_what_exists(table: Workflow[Any]) -> None:
    for verb in table.verbs:
        assert set(verb.sources) <= {NEW, *table.states.values}, verb.name
        assert verb.target is None or verb.target in table.states.values, verb.name
        assert set(verb.tells) <= set(table.audiences), verb.name


def test_a_clock_that_starts_is_stopped_wherever_the_record_leaves() -> None:
    for table in TABLES:
        started = {clock for verb in table.verbs for clock in verb.starts}
        for clock in started:
            stopping = [verb.name for verb in table.verbs if clock in verb.stops]
            assert stopping, f"{table.name}: nothing stops {clock.name}"


@pytest.fixture
def at_state(personas: Any) -> Callable[[Workflow[Any], str], Any]:
    """A record of the table's kind in a state, straight from the database; needs and achievements are company A's."""
    owner, professor = personas["owner"], personas["professor"]
    company, university = (person.memberships.get().organisation for person in (owner, professor))
    mine = {"contact": owner, "organisation": company, "node": company.node, "title": "红外探测器用消光涂层"}

    def put(table: Workflow[Any], state: str) -> Any:
        if table is not SOLUTION:
            return table.model._default_manager.create(state=state, **mine)
        need = Need.objects.create(state="open", manager=personas["manager"], **mine)
        return Solution.objects.create(
            need=need,
            state=state,
            contact=professor,
            organisation=university,
            node=need.node,
            submitted_at=need.created_at,
        )

    return put


def who_may(table: Workflow[Any], verb: Verb) -> set[str]:
    if table is SOLUTION and verb.who.name == "is_owner":
        return {"professor"}
    return MAY[verb.who.name]


def world() -> tuple[Any, ...]:
    """Everything that a verb could have changed."""
    rows = [list(model.objects.order_by("pk").values()) for model in (Need, Achievement, Solution, Consent)]
    return (*rows, Entry.objects.count(), list(ClockRun.objects.order_by("pk").values()))


@pytest.mark.parametrize(
    ("table", "verb"),
    [(table, verb) for table, verb in LINES if verb.sources != (NEW,)],
    ids=[f"{table.name}-{verb.name}" for table, verb in LINES if verb.sources != (NEW,)],
)
def test_a_verb_denied_changes_nothing(
    table: Workflow[Any], verb: Verb, at_state: Callable[[Workflow[Any], str], Any], personas: Any
) -> None:
    for state in verb.sources:
        row = at_state(table, state)
        before = world()
        for name in sorted(EVERYBODY - who_may(table, verb)):
            with pytest.raises((NotAllowed, NotVisible)):
                run(table, row.pk, verb.name, actor=personas[name], data={})
        assert world() == before


@pytest.mark.parametrize(
    ("table", "verb"),
    [(table, verb) for table, verb in LINES if verb.sources != (NEW,) and verb.who.name != "is_system"],
    ids=[f"{t.name}-{v.name}" for t, v in LINES if v.sources != (NEW,) and v.who.name != "is_system"],
)
def test_a_verb_in_the_wrong_state_changes_nothing(
    table: Workflow[Any], verb: Verb, at_state: Callable[[Workflow[Any], str], Any], personas: Any
) -> None:
    sources = {source for line in table.verbs if line.name == verb.name for source in line.sources}
    wrong = [state for state in table.states.values if state not in sources]
    name = min(who_may(table, verb))
    for state in wrong:
        row = at_state(table, state)
        before = world()
        with pytest.raises((NotNow, NotVisible)):
            run(table, row.pk, verb.name, actor=personas[name], data={})
        assert world() == before


@pytest.mark.parametrize("table", [NEED, ACHIEVEMENT], ids=lambda table: table.name)
def test_only_operators_bring_records_in_directly(table: Workflow[Any], personas: Any) -> None:
    for name in sorted(EVERYBODY - STAFF - {"other_operator"}):
        with pytest.raises(NotAllowed):
            run(table, None, "bring_in", actor=personas[name], data={"title": "x"})
    assert not table.model._default_manager.exists()
    assert not Entry.objects.filter(verb="bring_in").exists()


@pytest.mark.django_db
def test_strangers_create_nothing() -> None:
    for table in TABLES:
        with pytest.raises(NotAllowed):
            run(table, None, "create", actor=AnonymousUser(), data={})


@pytest.mark.django_db
def test_only_people_with_standing_answer(open_need: Need, personas: Any) -> None:
    loner = Person.objects.create_user("loner@example.test", name="没有单位的人")
    with pytest.raises(NotAllowed, match="请先加入一家单位"):
        run(SOLUTION, None, "create", actor=loner, data={"need": open_need.pk})
    Person.objects.filter(pk=loner.pk).update(is_listed=True)
    run(SOLUTION, None, "create", actor=Person.objects.get(pk=loner.pk), data={"need": open_need.pk})
    assert journal.history(Solution.objects.get()).count() == 1
