"""A project is opened from a proposal that both sides have agreed to, once, and takes the need off the market."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from keqiao.exchange.models import Need
from keqiao.kernel.access import Invalid, NotAllowed, NotNow
from keqiao.kernel.models import Entry
from keqiao.kernel.workflow import run
from keqiao.matching.models import Proposal
from keqiao.projects.models import Project
from keqiao.projects.workflow import PROJECT
from tests.stages import ABSORPTION

pytestmark = pytest.mark.django_db


def refused(proposal: Proposal, actor: Any) -> str:
    """The reason for which the project is not opened; nothing may have changed."""
    entries, need = Entry.objects.count(), proposal.need.state
    with pytest.raises(Invalid) as raised:
        run(PROJECT, None, "create", actor=actor, data={"proposal": proposal.pk})
    assert (Project.objects.count(), Entry.objects.count()) == (0, entries)
    assert Need.objects.get(pk=proposal.need_id).state == need
    return raised.value.errors["proposal"][0]


def test_project_takes_over_from_the_proposal(proposal: Proposal, steps: Any, need: Need, achievement: Any):
    project = steps.opened(proposal)
    need.refresh_from_db()
    proposal.refresh_from_db()
    assert (project.state, need.state, proposal.state) == ("preparing", "in_project", "in_project")
    assert (project.need, project.achievement, project.node) == (need, achievement, need.node)
    assert (project.asker, project.asker_organisation) == (need.contact, need.organisation)
    assert (project.provider, project.provider_organisation) == (achievement.contact, achievement.organisation)
    assert (project.manager, project.title, project.fields) == (steps.manager, need.title, need.fields)
    assert (project.targets, project.is_confidential) == ([ABSORPTION], False)


def test_asker_opens_too_and_may_name_it(proposal: Proposal, steps: Any):
    run(PROJECT, None, "create", actor=steps.asker, data={"proposal": proposal.pk, "title": "消光涂层一期"})
    assert Project.objects.get().title == "消光涂层一期"


def test_provider_does_not_open(proposal: Proposal, steps: Any):
    with pytest.raises(NotAllowed):
        run(PROJECT, None, "create", actor=steps.provider, data={"proposal": proposal.pk})
    assert not Project.objects.exists()


@pytest.mark.parametrize("state", ["proposed", "accepted_by_need", "accepted_by_offer", "declined", "withdrawn"])
def test_proposal_without_both_answers_opens_nothing(proposal: Proposal, steps: Any, state: str):
    Proposal.objects.update(state=state)
    assert refused(proposal, steps.manager) == "没有这项对接，或者它还没有得到双方同意。"


def test_sealed_proposal_waits_for_the_agreement(proposal: Proposal, steps: Any):
    Proposal.objects.update(is_sealed=True)
    assert "请供给方先签署保密协议" in refused(proposal, steps.manager)
    signed = timezone.now()
    Proposal.objects.update(state="nda_signed", nda_signed_at=signed)
    project = steps.opened(proposal)
    assert (project.is_confidential, project.provider_agreed_at, project.asker_agreed_at) == (True, signed, None)


def test_confidential_project_drafts_only_after_both_agreed(proposal: Proposal, steps: Any):
    Proposal.objects.update(is_sealed=True, state="nda_signed", nda_signed_at=timezone.now())
    project = steps.opened(proposal)
    assert (project.next_step["turn"], project.next_step["verb"]) == ("asker", "agree")
    with pytest.raises(Invalid) as raised:
        steps.drafted(project)
    assert list(raised.value.errors) == ["agree"]
    steps.on(project, "agree", steps.asker, agree=True)
    assert steps.drafted(Project.objects.get()).state == "draft"


def test_agreement_needs_the_tick(project: Project, steps: Any):
    with pytest.raises(Invalid) as raised:
        steps.on(project, "agree", steps.asker)
    assert list(raised.value.errors) == ["agree"]
    with pytest.raises(NotAllowed):
        steps.on(project, "agree", steps.manager, agree=True)


@pytest.mark.parametrize("state", ["in_project", "solved", "withdrawn", "expired", "triage"])
def test_need_that_is_not_open_starts_no_project(proposal: Proposal, steps: Any, state: str):
    Need.objects.update(state=state)
    proposal.need.refresh_from_db()
    assert "已经不在对接中" in refused(proposal, steps.manager)


def test_both_sides_of_one_organisation_are_refused(proposal: Proposal, steps: Any):
    Proposal.objects.update(provider_organisation=proposal.asker_organisation)
    assert "不能是同一个人或同一家单位" in refused(proposal, steps.manager)


def test_proposal_opens_one_project(project: Project, proposal: Proposal, steps: Any):
    entries = Entry.objects.count()
    with pytest.raises(Invalid):
        run(PROJECT, None, "create", actor=steps.manager, data={"proposal": proposal.pk})
    assert (Project.objects.count(), Entry.objects.count()) == (1, entries)


@pytest.mark.parametrize("given", ["", "abc", "999999", "😀", "1e400"])
def test_wrong_proposal_is_named(proposal: Proposal, steps: Any, given: str):
    with pytest.raises(Invalid) as raised:
        run(PROJECT, None, "create", actor=steps.manager, data={"proposal": given})
    assert list(raised.value.errors) == ["proposal"]


def test_start_waits_for_a_milestone(project: Project, steps: Any):
    steps.contracted(project)
    with pytest.raises(Invalid) as raised:
        steps.on(project, "start", steps.manager)
    assert raised.value.errors == {"milestones": ["请先排出至少一个里程碑，再启动项目。"]}
    steps.milestone(project)
    steps.on(project, "start", steps.manager)
    project.refresh_from_db()
    assert (project.state, project.started_on) == ("running", timezone.localdate())


def test_stopped_project_is_final(project: Project, steps: Any):
    steps.on(project, "stop", steps.asker, code="money", reason="经费没有批下来")
    for verb in ("draft_contract", "start", "plan_milestone", "stop"):
        with pytest.raises(NotNow):
            steps.on(project, verb, steps.manager, reason="x")
