"""The rows of projects of the made-up world, as they stand in the end."""

from __future__ import annotations

import itertools
from datetime import timedelta
from decimal import Decimal

from keqiao.demo import records
from keqiao.demo.loading.exchange import figures
from keqiao.demo.loading.ledger import Ledger
from keqiao.matching.models import Proposal
from keqiao.projects.actions import start_of
from keqiao.projects.clocks import REMIND_DAYS
from keqiao.projects.enums import Side
from keqiao.projects.measure import judge, measurable
from keqiao.projects.models import Acceptance, Income, Milestone, Project, Reward, SampleRound

CONFIRMED_AFTER = timedelta(hours=6)
"""How long the other side took to confirm money that came in."""


def yuan(amount: int) -> Decimal:
    """An amount as the database gives it back: hashed texts have it to the fen."""
    return Decimal(amount).quantize(Decimal("0.01"))


def project_of(one: records.Match, proposal: Proposal, ledger: Ledger) -> Project:
    """The row of a project. Its state is what its life leads to."""
    need = proposal.need
    closed = None if one.closed_days_ago is None else ledger.ago(one.closed_days_ago)
    signed = one.contract.signed_days_ago if one.contract else None
    return Project(
        proposal=proposal,
        need=need,
        achievement=proposal.achievement,
        asker_organisation=proposal.asker_organisation,
        provider_organisation=proposal.provider_organisation,
        asker=proposal.asker,
        provider=proposal.provider,
        manager=proposal.manager,
        node_id=proposal.node_id,
        title=need.title,
        fields=need.fields,
        targets=need.targets,
        is_confidential=proposal.is_sealed,
        asker_agreed_at=proposal.nda_signed_at,
        provider_agreed_at=proposal.nda_signed_at,
        started_on=ledger.ago(signed).date() if signed is not None and one.rounds else None,
        accepted_at=closed,
        closed_at=closed,
        asker_score=one.asker_score,
        asker_comment=one.asker_comment,
        provider_score=one.provider_score,
        provider_comment=one.provider_comment,
    )


def milestone_of(each: records.Milestone, project: Project, ledger: Ledger) -> Milestone:
    """One step, delivered and passed or still to come; whoever is to be reminded of it is reminded as planned."""
    due = ledger.ago(each.due_days_ago).date()
    delivered = None if each.delivered_days_ago is None else ledger.ago(each.delivered_days_ago)
    remind = None if delivered else start_of(due - timedelta(days=REMIND_DAYS))
    return Milestone(
        project=project,
        title=each.title,
        due_on=due,
        payment=yuan(each.payment) if each.payment else None,
        delivery_note=each.note,
        delivered_at=delivered,
        delivered_by=project.provider if delivered else None,
        accepted_at=None if each.accepted_days_ago is None else ledger.ago(each.accepted_days_ago),
        remind_at=None if remind is None else max(remind, ledger.now + timedelta(hours=20)),
    )


def round_of(each: records.Round, project: Project, ledger: Ledger) -> SampleRound:
    """One round with its values compared with the targets, as the verb `measure` does."""
    sent = ledger.ago(each.sent_days_ago).date()
    row = SampleRound(project=project, number=each.number, sent_on=sent, sent_by=project.provider, sample=each.sample)
    if each.measured_days_ago is None:
        return row
    row.received_on = ledger.ago(max(each.measured_days_ago, each.sent_days_ago - 2)).date()
    row.measured_on, row.measured_by = ledger.ago(each.measured_days_ago).date(), project.asker
    row.values, row.note = judged(project, each.values), each.note
    return row


def judged(project: Project, lines: tuple[str, ...]) -> list[dict[str, object]]:
    """Every target with what was measured and its verdict."""
    targets = measurable(project.targets)
    measured = [(figure["min"], figure["max"]) for figure in figures(lines)]
    pairs = itertools.zip_longest(targets, measured[: len(targets)])
    return [judge(target, ends(value)) for target, value in pairs]


def ends(value: tuple[float | None, float | None] | None) -> tuple[float, float] | None:
    """Both ends of a measured value; a single bound counts as the value."""
    if value is None:
        return None
    low, high = value
    single = low if high is None else high
    return None if single is None else (single if low is None else low, single)


def acceptances_of(one: records.Match, project: Project, ledger: Ledger) -> list[Acceptance]:
    """The request for acceptance, and the answer of a project that has been closed."""
    if one.asked_days_ago is None:
        return []
    asked = ledger.ago(one.asked_days_ago)
    row = Acceptance(project=project, requested_by=project.provider, requested_at=asked, request=one.result_note)
    if project.accepted_at is not None:
        row.verdict, row.evidence = "passed", one.result_note
        row.decided_by, row.decided_at = project.asker, project.accepted_at
    return [row]


def income_of(each: tuple[int, int, str], project: Project, ledger: Ledger) -> Income:
    """Money that the provider received and the asker confirmed."""
    days, amount, note = each
    at = ledger.ago(days)
    return Income(
        project=project,
        received_on=at.date(),
        amount=yuan(amount),
        note=note,
        side=Side.PROVIDER,
        recorded_by=project.provider,
        confirmed_by=project.asker,
        confirmed_at=at + CONFIRMED_AFTER,
    )


def rewards_of(one: records.Match, project: Project) -> list[Reward]:
    """What the team got of it."""
    if not one.reward or project.closed_at is None:
        return []
    return [
        Reward(
            project=project,
            recipient=f"{project.provider}课题组",
            amount=yuan(one.reward),
            paid_on=project.closed_at.date(),
            basis="本单位科技成果转化奖励办法",
            recorded_by=project.provider,
        )
    ]
