"""The tables of matching themselves, and every verb of them refused to everybody who may not: nothing changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from keqiao.exchange.models import NonDisclosure
from keqiao.kernel.access import NotAllowed, NotNow, NotVisible, Rule
from keqiao.kernel.models import ClockRun, Entry
from keqiao.kernel.visibility import OWNER, Level
from keqiao.kernel.workflow import NEW, Verb, Workflow, run
from keqiao.matching.models import Grade, Match, Proposal, Ranking, SavedSearch, Shortlisted
from keqiao.matching.workflow import GRADES, MATCHES, PROPOSALS, RANKINGS, SAVED_SEARCHES, SHORTLIST
from tests.matching.conftest import Make
from tests.matching.rankings import make_ranking
from tests.personas import Personas

TABLES = (PROPOSALS, MATCHES, GRADES, RANKINGS, SHORTLIST, SAVED_SEARCHES)
ON_ROWS = [(table, verb) for table in TABLES for verb in table.verbs if verb.sources != (NEW,)]
BY_PEOPLE = [(table, verb) for table, verb in ON_ROWS if verb.who.name != "is_system"]
OF_SEALED = [(table, verb) for table, verb in BY_PEOPLE if "may_look_closer" not in verb.who.name]
"""What an open need lets be signed has its tests in `test_proposals`."""

EVERYBODY = {
    "owner", "colleague", "competitor", "professor", "manager", "operator", "other_operator", "centre_operator",
    "auditor", "stranger",
}  # fmt: skip
STAFF = {"manager", "operator", "centre_operator"}
MAY: dict[str, set[str]] = {
    "is_asking_side": {"owner"},
    "is_providing_side": {"professor"},
    "is_asking_side_or_is_providing_side": {"owner", "professor"},
    "is_providing_side_and_needs_agreement": {"professor"},
    "is_providing_side_and_may_look_closer": {"professor"},
    "is_broker": STAFF,
    "works_on_need": {"owner"} | STAFF,
    "is_grader": {"operator"},
    "is_own": {"owner"},
    "runs_the_platform_or_is_system": {"centre_operator"},
    "is_system": set(),
}
"""Who passes each rule for a pair of company A's need and the professor's achievement, sealed, proposed by the manager;
graded by the operator; what is put aside is the owner's."""


ANYTHING = {"agree": "on", "code": "cost", "reason": "太贵"}
"""What the forms of verbs ask for, so that nothing but the rule can be what refuses."""


def names(lines: list[tuple[Workflow[Any], Verb]]) -> list[str]:
    return [f"{table.name}-{verb.name}-{verb.who.name}" for table, verb in lines]


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_state_can_be_reached_and_every_line_names_what_exists(table: Workflow[Any]) -> None:
    reached, edges = {NEW}, [(source, verb.target) for verb in table.verbs for source in verb.sources]
    for _round in table.states.values:
        reached |= {target for source, target in edges if source in reached and target is not None}
    assert reached - {NEW} == set(table.states.values)
    for verb in table.verbs:
        assert isinstance(verb.who, Rule)
        assert set(verb.sources) <= {NEW, *table.states.values}
        assert set(verb.tells) <= set(table.audiences)


def test_the_clock_of_an_answer_stops_wherever_a_proposal_stops_waiting() -> None:
    waiting = {"proposed", "accepted_by_need", "accepted_by_offer"}
    for verb in PROPOSALS.verbs:
        leaves = set(verb.sources) & waiting and verb.target not in waiting
        assert bool(leaves) == bool(verb.stops), verb.name


@pytest.fixture
def at_state(make_need: Make, make_achievement: Make, personas: Personas) -> Callable[[Workflow[Any], str], Any]:
    """A row of the table's kind in a state, straight from the database."""
    owner, professor, manager = personas["owner"], personas["professor"], personas["manager"]
    need, now = make_need(manager=manager), timezone.now()
    company, university = (person.memberships.get().organisation for person in (owner, professor))

    def put(table: Workflow[Any], state: str) -> Any:
        achievement = make_achievement()
        pair = {"need": need, "achievement": achievement, "state": state}
        if table is PROPOSALS:
            return Proposal.objects.create(
                **pair, asker=owner, asker_organisation=company, provider=professor, provider_organisation=university,
                manager=manager, proposed_by=manager, node=need.node, is_sealed=True,
            )  # fmt: skip
        if table is MATCHES:
            return Match.objects.create(**pair, found_at=now)
        if table is GRADES:
            return Grade.objects.create(**pair, grade=2, by=personas["operator"], graded_at=now)
        if table is RANKINGS:
            return make_ranking(state)
        if table is SHORTLIST:
            return Shortlisted.objects.create(person=owner, achievement=achievement, state=state)
        return SavedSearch.objects.create(person=owner, name="涂层", query="涂层", looked_at=now, state=state)

    return put


def world() -> tuple[Any, ...]:
    """Everything that a verb could have changed."""
    models: tuple[Any, ...] = (Proposal, Match, Grade, Ranking, Shortlisted, SavedSearch, NonDisclosure, ClockRun)
    return (*(list(model.objects.order_by("pk").values()) for model in models), Entry.objects.count())


def who_may(table: Workflow[Any], name: str) -> set[str]:
    """Everybody whom any line of this verb lets through."""
    return set().union(*(MAY[verb.who.name] for verb in table.verbs if verb.name == name and verb.sources != (NEW,)))


@pytest.mark.parametrize(("table", "verb"), ON_ROWS, ids=names(ON_ROWS))
def test_a_verb_denied_changes_nothing(
    table: Workflow[Any], verb: Verb, at_state: Callable[[Workflow[Any], str], Any], personas: Personas
) -> None:
    for state in verb.sources:
        row = at_state(table, state)
        before = world()
        for name in sorted(EVERYBODY - who_may(table, verb.name)):
            with pytest.raises((NotAllowed, NotVisible)):
                run(table, row.pk, verb.name, actor=personas[name], data=ANYTHING)
        assert world() == before


@pytest.mark.parametrize(("table", "verb"), BY_PEOPLE, ids=names(BY_PEOPLE))
def test_a_verb_in_the_wrong_state_changes_nothing(
    table: Workflow[Any], verb: Verb, at_state: Callable[[Workflow[Any], str], Any], personas: Personas
) -> None:
    sources = {source for line in table.verbs if line.name == verb.name for source in line.sources}
    for state in set(table.states.values) - sources:
        row = at_state(table, state)
        before = world()
        for name in sorted(who_may(table, verb.name)):
            with pytest.raises(NotNow):
                run(table, row.pk, verb.name, actor=personas[name], data=ANYTHING)
        assert world() == before


FORMS = {
    "decline": {"code": "cost", "reason": "预算不够"},
    "withdraw": {"reason": "提错了"},
    "sign_nda": {"agree": "on"},
    "dismiss": {"code": "cost"},
    "revise": {"grade": "4"},
    "note": {"note": "下周问"},
}


@pytest.mark.parametrize(("table", "verb"), OF_SEALED, ids=names(OF_SEALED))
def test_those_who_may_do_it_once_and_it_is_in_the_journal(
    table: Workflow[Any], verb: Verb, at_state: Callable[[Workflow[Any], str], Any], personas: Personas, indexed
) -> None:
    indexed()
    for state in verb.sources:
        row = at_state(table, state)
        actor = personas[min(MAY[verb.who.name])]
        entry = run(table, row.pk, verb.name, actor=actor, data=FORMS.get(verb.name, {}))
        row.refresh_from_db()
        assert (entry.actor_id, entry.from_state, entry.to_state) == (actor.pk, state, row.state)
        assert row.state == (verb.target or state)


@pytest.mark.parametrize("level", [Level.NDA, Level.STAFF, OWNER])
@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_close_to_is_what_clearance_says(
    table: Workflow[Any], level: int, at_state: Callable[[Workflow[Any], str], Any], personas: Personas
) -> None:
    row = at_state(table, min(table.states.values))
    objects = table.model._default_manager
    near = {name for name, actor in personas.items() if objects.close_to(actor, level).filter(pk=row.pk).exists()}
    assert near == {name for name, actor in personas.items() if row.clearance(actor) >= level}
    assert near < EVERYBODY
