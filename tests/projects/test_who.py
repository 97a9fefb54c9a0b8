"""Who may do what: every verb, every persona. Whoever may not is told why, and nothing changes."""

from __future__ import annotations

from typing import Any

import pytest
from django.db.models import Model

from keqiao.exchange.models import Need, NonDisclosure
from keqiao.kernel.access import NotAllowed, NotVisible
from keqiao.kernel.models import ClockRun, Entry, File, Version
from keqiao.kernel.workflow import run
from keqiao.matching.models import Proposal
from keqiao.parties.models import Consent
from keqiao.projects.models import (
    Acceptance,
    Contract,
    Income,
    Milestone,
    Project,
    Reward,
    SampleRound,
)
from keqiao.projects.workflow import CONTRACT, INCOME, MILESTONE, PROJECT

pytestmark = pytest.mark.django_db

TABLES: tuple[type[Model], ...] = (
    Acceptance,
    Consent,
    Contract,
    ClockRun,
    Entry,
    File,
    Income,
    Milestone,
    Need,
    NonDisclosure,
    Project,
    Proposal,
    Reward,
    SampleRound,
    Version,
)

SIDES = {"owner", "professor"}
WITH_MANAGER = SIDES | {"manager"}
OFFICE = {"manager", "operator", "centre_operator"}
INVOLVED = SIDES | OFFICE
BLIND = {"competitor", "other_operator", "stranger"}
"""Those who may not even know that the project exists."""

ON_PROJECT = [
    ("agree", "preparing", SIDES),
    ("draft_contract", "preparing", WITH_MANAGER),
    ("take_effect", "preparing", set()),
    ("start", "contracted", WITH_MANAGER),
    ("send_sample", "running", {"professor"}),
    ("measure", "testing", {"owner"}),
    ("return_sample", "testing", {"owner"}),
    ("request_acceptance", "running", {"professor"}),
    ("accept", "accepting", {"owner"}),
    ("decline_acceptance", "accepting", {"owner"}),
    ("plan_milestone", "preparing", WITH_MANAGER),
    ("record_income", "accepted", SIDES),
    ("record_reward", "accepted", {"professor"} | OFFICE),
    ("rate", "accepted", SIDES),
    ("close", "accepted", OFFICE),
    ("agree_case", "accepted", SIDES),
    ("withdraw_case", "accepted", SIDES),
    ("publish_case", "accepted", OFFICE),
    ("hand_over", "preparing", SIDES),
    ("assign_manager", "preparing", OFFICE),
    ("upload", "preparing", INVOLVED),
    ("stop", "preparing", INVOLVED),
]

ON_CONTRACT = [
    ("save", "draft", WITH_MANAGER),
    ("propose", "draft", WITH_MANAGER),
    ("sign", "signing", SIDES),
    ("redraft", "signing", WITH_MANAGER),
    ("register", "signed", OFFICE),
    ("cancel", "draft", set()),
]

ON_MILESTONE = [
    ("save", "planned", WITH_MANAGER),
    ("deliver", "planned", {"professor"}),
    ("accept", "delivered", {"owner"}),
    ("return", "delivered", {"owner"}),
    ("cancel", "planned", {"owner", "manager"}),
    ("lapse", "planned", set()),
    ("remind", "planned", set()),
]

ON_INCOME = [
    ("confirm", {"owner"}),
    ("dispute", {"owner"}),
    ("withdraw", {"professor"}),
]


def world() -> dict[str, list[dict[str, Any]]]:
    """Every row of every table that a verb of this room can touch."""
    return {model.__name__: list(model._default_manager.order_by("pk").values()) for model in TABLES}


def check(workflow: Any, row: Any, verb: str, allowed: set[str], personas: Any) -> None:
    """Those who may are offered the verb; those who may not get their refusal, and nothing is written."""
    for name, person in personas.items():
        if name in allowed:
            assert workflow.may(row, verb, person), name
            continue
        before = world()
        refusal = NotVisible if name in BLIND else NotAllowed
        with pytest.raises(refusal) as raised:
            run(workflow, row.pk, verb, actor=person, data={"reason": "x"})
        assert str(raised.value.detail), name
        assert verb not in {step.name for step in workflow.available(row, person)}
        assert world() == before, name


def test_tables_of_this_test_cover_every_verb():
    tested = {name for name, _state, _who in ON_PROJECT} | {"create"}
    assert tested == {verb.name for verb in PROJECT.verbs}
    assert {name for name, _state, _who in ON_CONTRACT} == {verb.name for verb in CONTRACT.verbs}
    assert {name for name, _state, _who in ON_MILESTONE} == {verb.name for verb in MILESTONE.verbs}
    assert {name for name, _who in ON_INCOME} == {verb.name for verb in INCOME.verbs}


@pytest.mark.parametrize(("verb", "state", "allowed"), ON_PROJECT)
def test_project_verb_refused_changes_nothing(
    project: Project, stages: Any, steps: Any, personas: Any, verb: str, state: str, allowed: set[str]
):
    stages[state](project)
    if verb == "withdraw_case":
        steps.on(project, "agree_case", steps.asker, agree=True)
        steps.on(project, "agree_case", steps.provider, agree=True)
    project.refresh_from_db()
    check(PROJECT, project, verb, allowed, personas)


@pytest.mark.parametrize(("verb", "state", "allowed"), ON_CONTRACT)
def test_contract_verb_refused_changes_nothing(
    project: Project, steps: Any, personas: Any, verb: str, state: str, allowed: set[str]
):
    make = {"draft": steps.drafted, "signing": steps.proposed, "signed": steps.contracted}[state]
    check(CONTRACT, make(project), verb, allowed, personas)


@pytest.mark.parametrize(("verb", "state", "allowed"), ON_MILESTONE)
def test_milestone_verb_refused_changes_nothing(
    project: Project, steps: Any, personas: Any, verb: str, state: str, allowed: set[str]
):
    milestone = steps.milestone(project)
    if state == "delivered":
        steps.on(milestone, "deliver", steps.provider, delivery_note="样品")
        milestone.refresh_from_db()
    check(MILESTONE, milestone, verb, allowed, personas)


@pytest.mark.parametrize(("verb", "allowed"), ON_INCOME)
def test_income_verb_refused_changes_nothing(project: Project, steps: Any, personas: Any, verb: str, allowed: set[str]):
    steps.contracted(project)
    steps.on(project, "record_income", steps.provider, received_on="2026-01-05", amount="100")
    check(INCOME, project.income_rows.get(), verb, allowed, personas)


@pytest.mark.parametrize("name", ["colleague", "competitor", "professor", "operator", "auditor", "other_operator"])
def test_create_refused_changes_nothing(proposal: Proposal, personas: Any, name: str):
    before = world()
    with pytest.raises(Exception) as raised:
        run(PROJECT, None, "create", actor=personas[name], data={"proposal": proposal.pk})
    assert raised.value.status in {403, 422}
    assert world() == before


def test_create_needs_a_login(proposal: Proposal, stranger: Any):
    with pytest.raises(NotAllowed):
        run(PROJECT, None, "create", actor=stranger, data={"proposal": proposal.pk})
    assert not Project.objects.exists()


def test_organisation_administrator_acts_for_its_side(project: Project, university: Any, steps: Any):
    from keqiao.parties.enums import MembershipRole
    from tests.factories import MembershipFactory, PersonFactory

    dean = PersonFactory()
    MembershipFactory(person=dean, organisation=university, role=MembershipRole.ADMIN)
    steps.on(project, "agree", dean, agree=True)
    project.refresh_from_db()
    assert (project.asker_agreed_at, project.provider_agreed_at is not None) == (None, True)


def test_requester_of_acceptance_cannot_accept_it(project: Project, stages: Any, university: Any, owner: Any):
    """Somebody who acts on both sides (an administrator of both) is still held to maker and checker."""
    stages["accepting"](project)
    Acceptance.objects.update(requested_by=owner)
    project.refresh_from_db()
    verdict = PROJECT.may(project, "accept", owner)
    assert (verdict.allowed, "提出验收申请的人" in str(verdict.reason)) == (False, True)


def test_deliverer_cannot_accept_the_milestone(project: Project, steps: Any, owner: Any):
    milestone = steps.milestone(project)
    steps.on(milestone, "deliver", steps.provider, delivery_note="样品")
    Milestone.objects.update(delivered_by=owner)
    milestone.refresh_from_db()
    assert not MILESTONE.may(milestone, "accept", owner)
