"""Matches of the made-up world: proposals, grades, and the projects that some of them became."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from keqiao.demo import records
from keqiao.demo.loading.exchange import figures
from keqiao.demo.loading.ledger import Ledger, numbered, save_all
from keqiao.demo.loading.parties import Parties
from keqiao.exchange.models import Achievement, Need
from keqiao.kernel.freeze import sha256_of
from keqiao.kernel.journal import plain
from keqiao.matching.clocks import PROPOSAL_ANSWER
from keqiao.matching.models import Grade, Proposal
from keqiao.projects.clocks import FIRST_SAMPLE, TO_CONTRACT
from keqiao.projects.enums import Side
from keqiao.projects.measure import judge, measurable
from keqiao.projects.models import Acceptance, Contract, Income, Project, Reward, SampleRound

STATE_OF_STAGE = {
    "proposed": "proposed",
    "declined": "declined",
    "accepted": "agreed",
    "contract": "in_project",
    "sampling": "in_project",
    "closed": "in_project",
}
PROJECT_STATE = {"contract": "contracted", "sampling": "running", "closed": "closed"}


@dataclass(frozen=True, slots=True)
class Loaded:
    """What was loaded before and is referred to."""

    parties: Parties
    needs: list[Need]
    achievements: list[Achievement]
    ledger: Ledger


def proposal_of(one: records.Match, pk: int, loaded: Loaded) -> Proposal:
    """The row of a proposal."""
    need, achievement = loaded.needs[one.need], loaded.achievements[one.achievement]
    answered = None if one.answered_days_ago is None else loaded.ledger.ago(one.answered_days_ago)
    state = STATE_OF_STAGE[one.stage]
    agreed = answered if state in {"agreed", "in_project"} else None
    return Proposal(
        pk=pk,
        need=need,
        achievement=achievement,
        asker=need.contact,
        asker_organisation=need.organisation,
        provider=achievement.contact,
        provider_organisation=achievement.organisation,
        manager=loaded.parties.people[one.manager],
        proposed_by=loaded.parties.people[one.manager],
        node_id=need.node_id,
        state=state,
        is_sealed=False,
        note=one.reason,
        asker_accepted_at=agreed,
        provider_accepted_at=agreed,
        agreed_at=agreed,
        decline_reason=one.decline_reason,
        decline_text=one.decline_text,
    )


def load_matches(world: Iterable[records.Match], loaded: Loaded) -> int:
    """Everything that came of bringing needs and achievements together. Returns how many matches."""
    given = list(world)
    proposals = [proposal_of(one, pk, loaded) for one, pk in zip(given, numbered(Proposal, len(given)), strict=True)]
    save_all(Proposal, proposals)
    for one, proposal in zip(given, proposals, strict=True):
        tell_proposal(one, proposal, loaded)
    load_grades(given, proposals, loaded)
    load_projects([pair for pair in zip(given, proposals, strict=True) if pair[0].stage in PROJECT_STATE], loaded)
    return len(given)


def tell_proposal(one: records.Match, proposal: Proposal, loaded: Loaded) -> None:
    """Proposed by the manager, answered by both sides."""
    ledger, manager = loaded.ledger, proposal.manager_id
    proposed = ledger.ago(one.proposed_days_ago)
    ledger.did(
        proposal,
        "create",
        by=manager,
        at=proposed,
        source="",
        target="proposed",
        asker_accepted_at=None,
        provider_accepted_at=None,
        agreed_at=None,
        decline_reason="",
        decline_text="",
    )
    if one.stage == "proposed" or one.answered_days_ago is None:
        ledger.ran(proposal, PROPOSAL_ANSWER, proposed, None)
        return
    answered = ledger.ago(one.answered_days_ago)
    ledger.ran(proposal, PROPOSAL_ANSWER, proposed, answered)
    if one.stage == "declined":
        who = proposal.asker_id if one.declined_by == "asker" else proposal.provider_id
        reason: dict[str, Any] = {"decline_reason": one.decline_reason, "decline_text": one.decline_text}
        ledger.did(proposal, "decline", by=who, at=answered, source="proposed", target="declined", **reason)
        return
    between = proposed + (answered - proposed) / 2
    ledger.did(
        proposal,
        "accept",
        by=proposal.asker_id,
        at=between,
        source="proposed",
        target="accepted_by_need",
        asker_accepted_at=between,
    )
    ledger.did(
        proposal,
        "accept",
        by=proposal.provider_id,
        at=answered,
        source="accepted_by_need",
        target="agreed",
        provider_accepted_at=answered,
        agreed_at=answered,
    )


def load_grades(given: list[records.Match], proposals: list[Proposal], loaded: Loaded) -> None:
    """The staff's grades of the matches."""
    graded = [(one, proposal) for one, proposal in zip(given, proposals, strict=True) if one.grade]
    rows = []
    seen: set[tuple[int, int | None, int | None]] = set()
    for (one, proposal), pk in zip(graded, numbered(Grade, len(graded)), strict=True):
        by = loaded.parties.operators.get(proposal.node_id) or one_of(proposal.manager_id)
        pair = (proposal.need_id, proposal.achievement_id, by)
        if pair in seen:
            continue
        seen.add(pair)
        at = loaded.ledger.ago(max(0, one.proposed_days_ago - 1))
        row = Grade(
            pk=pk, need=proposal.need, achievement=proposal.achievement, grade=one.grade or 1, by_id=by, graded_at=at
        )
        rows.append(row)
        loaded.ledger.did(row, "create", by=by, at=at, source="", target="given")
    save_all(Grade, rows)


# ---- projects ---------------------------------------------------------------------------------------------------


def one_of(manager: int | None) -> int:
    """The manager of a match; in the made-up world every match has one."""
    if manager is None:
        raise ValueError("a match without a technology manager")
    return manager


def load_projects(pairs: list[tuple[records.Match, Proposal]], loaded: Loaded) -> None:
    """The matches that became projects, with contract, rounds, acceptance, income and reward."""
    projects = [
        project_of(one, proposal, pk, loaded)
        for (one, proposal), pk in zip(pairs, numbered(Project, len(pairs)), strict=True)
    ]
    save_all(Project, projects)
    contracts, parts = [], Parts()
    for (one, _proposal), project, pk in zip(pairs, projects, numbered(Contract, len(pairs)), strict=True):
        tell_project(one, project, loaded)
        if one.contract:
            contracts.append(contract_of(one.contract, project, pk, loaded.ledger))
            tell_contract(one.contract, contracts[-1], loaded)
        parts.add(one, project, loaded.ledger)
    save_all(Contract, contracts)
    parts.save(loaded.ledger)


def project_of(one: records.Match, proposal: Proposal, pk: int, loaded: Loaded) -> Project:
    """The row of a project."""
    need = proposal.need
    closed = None if one.closed_days_ago is None else loaded.ledger.ago(one.closed_days_ago)
    return Project(
        pk=pk,
        proposal=proposal,
        need=need,
        achievement=proposal.achievement,
        asker_organisation=proposal.asker_organisation,
        provider_organisation=proposal.provider_organisation,
        asker=proposal.asker,
        provider=proposal.provider,
        manager=proposal.manager,
        node_id=proposal.node_id,
        state=PROJECT_STATE[one.stage],
        title=need.title,
        fields=need.fields,
        targets=need.targets,
        started_on=(one.contract and loaded.ledger.ago(one.contract.signed_days_ago).date()) or None,
        accepted_at=closed,
        closed_at=closed,
        asker_score=one.asker_score,
        provider_score=one.provider_score,
    )


def tell_project(one: records.Match, project: Project, loaded: Loaded) -> None:
    """From the opening to where the project stands."""
    ledger, proposal = loaded.ledger, project.proposal
    opened = (proposal.agreed_at or ledger.now) + timedelta(hours=5)
    ledger.did(
        project,
        "create",
        by=project.manager_id,
        at=opened,
        source="",
        target="preparing",
        targets=[],
        started_on=None,
        accepted_at=None,
        closed_at=None,
        asker_score=None,
        provider_score=None,
    )
    ledger.did(proposal, "open_project", by=None, at=opened, source="agreed", target="in_project")
    ledger.did(project.need, "start_project", by=None, at=opened, source="open", target="in_project")
    if one.contract is None:
        ledger.ran(project, TO_CONTRACT, opened, None)
        return
    signed = max(opened, ledger.ago(one.contract.signed_days_ago))
    ledger.ran(project, TO_CONTRACT, opened, signed)
    ledger.did(
        project, "take_effect", by=None, at=signed, source="preparing", target="contracted", targets=project.targets
    )
    if one.stage == "contract":
        ledger.ran(project, FIRST_SAMPLE, signed, None)
        return
    ledger.did(
        project,
        "start",
        by=project.asker_id,
        at=signed + timedelta(hours=2),
        source="contracted",
        target="running",
        started_on=project.started_on,
    )
    tell_rounds(one, project, ledger)
    if one.stage == "closed" and project.closed_at:
        tell_closing(project, ledger, project.closed_at)


def tell_rounds(one: records.Match, project: Project, ledger: Ledger) -> None:
    """Samples sent and measured."""
    for each in one.rounds:
        sent, measured = ledger.ago(each.sent_days_ago), ledger.ago(each.measured_days_ago)
        number = {"number": each.number}
        ledger.did(
            project, "send_sample", by=project.provider_id, at=sent, source="running", target="testing", extra=number
        )
        ledger.did(
            project, "measure", by=project.asker_id, at=measured, source="testing", target="running", extra=number
        )


def tell_closing(project: Project, ledger: Ledger, closed: datetime) -> None:
    """Acceptance, ratings, close; the need is solved."""
    asked = closed - timedelta(days=2)
    ledger.did(project, "request_acceptance", by=project.provider_id, at=asked, source="running", target="accepting")
    ledger.did(
        project, "accept", by=project.asker_id, at=closed, source="accepting", target="accepted", accepted_at=closed
    )
    ledger.did(project.need, "solve", by=None, at=closed, source="in_project", target="solved")
    for side, score in (("asker", project.asker_score), ("provider", project.provider_score)):
        if score:
            ledger.did(
                project,
                "rate",
                by=getattr(project, f"{side}_id"),
                at=closed + timedelta(minutes=5),
                source="accepted",
                target="accepted",
                extra={"score": score},
            )
    ledger.did(
        project,
        "close",
        by=project.manager_id,
        at=closed + timedelta(minutes=10),
        source="accepted",
        target="closed",
        closed_at=closed,
    )


def contract_of(one: records.Contract, project: Project, pk: int, ledger: Ledger) -> Contract:
    """The signed contract of a project."""
    signed = ledger.ago(one.signed_days_ago)
    registered = one.registration_number and min(ledger.now, signed + timedelta(days=8)).date()
    contract = Contract(
        pk=pk,
        project=project,
        state="registered" if registered else "signed",
        title=f"{project.title}技术合同"[:120],
        type=one.type,
        subject=project.title,
        payment_mode=one.payment_mode,
        amount=Decimal(one.amount),
        ownership="shared",
        targets=project.targets,
        asker_signed_by=project.asker,
        asker_signed_at=signed,
        provider_signed_by=project.provider,
        provider_signed_at=signed,
        signed_on=signed.date(),
        registration_number=one.registration_number,
        registered_on=registered or None,
        technical_amount=Decimal(one.amount) if registered else None,
    )
    contract.digest = sha256_of(plain(contract.content()))
    return contract


def tell_contract(one: records.Contract, contract: Contract, loaded: Loaded) -> None:
    """Drafted, signed by both, perhaps registered."""
    ledger, project = loaded.ledger, contract.project
    signed = ledger.ago(one.signed_days_ago)
    blank: dict[str, Any] = {
        "asker_signed_by": None,
        "asker_signed_at": None,
        "provider_signed_by": None,
        "provider_signed_at": None,
        "signed_on": None,
        "registration_number": "",
        "registered_on": None,
        "technical_amount": None,
        "digest": "",
    }
    ledger.did(
        contract, "create", by=project.manager_id, at=signed - timedelta(hours=9), source="", target="draft", **blank
    )
    ledger.did(
        contract,
        "propose",
        by=project.manager_id,
        at=signed - timedelta(hours=5),
        source="draft",
        target="signing",
        digest=contract.digest,
    )
    ledger.did(
        contract,
        "sign",
        by=project.asker_id,
        at=signed - timedelta(hours=1),
        source="signing",
        target="half_signed",
        asker_signed_by=project.asker_id,
        asker_signed_at=signed,
    )
    ledger.did(
        contract,
        "sign",
        by=project.provider_id,
        at=signed - timedelta(minutes=1),
        source="half_signed",
        target="signed",
        provider_signed_by=project.provider_id,
        provider_signed_at=signed,
        signed_on=contract.signed_on,
    )
    if contract.registered_on:
        ledger.did(
            contract,
            "register",
            by=project.manager_id,
            at=signed + timedelta(days=8),
            source="signed",
            target="registered",
            registration_number=contract.registration_number,
            registered_on=contract.registered_on,
            technical_amount=contract.technical_amount,
        )


class Parts:
    """Rounds, acceptances, incomes and rewards, collected and saved together."""

    def __init__(self) -> None:
        self.rounds: list[SampleRound] = []
        self.acceptances: list[Acceptance] = []
        self.incomes: list[tuple[Project, int, datetime]] = []
        self.rewards: list[Reward] = []

    def add(self, one: records.Match, project: Project, ledger: Ledger) -> None:
        """What one match left behind."""
        self.rounds += [round_of(each, project, ledger) for each in one.rounds]
        if project.closed_at is None:
            return
        asked = project.closed_at - timedelta(days=2)
        self.acceptances.append(
            Acceptance(
                project=project,
                requested_by=project.provider,
                requested_at=asked,
                request=one.result_note,
                verdict="passed",
                evidence=one.result_note,
                decided_by=project.asker,
                decided_at=project.closed_at,
            )
        )
        if one.income:
            self.incomes.append((project, one.income, project.closed_at))
        if one.reward:
            self.rewards.append(
                Reward(
                    project=project,
                    recipient=str(project.provider),
                    amount=Decimal(one.reward),
                    paid_on=project.closed_at.date(),
                    recorded_by=project.provider,
                )
            )

    def save(self, ledger: Ledger) -> None:
        save_all(SampleRound, self.rounds)
        save_all(Acceptance, self.acceptances)
        save_all(Reward, self.rewards)
        rows = []
        for (project, amount, at), pk in zip(self.incomes, numbered(Income, len(self.incomes)), strict=True):
            rows.append(
                Income(
                    pk=pk,
                    project=project,
                    state="confirmed",
                    received_on=at.date(),
                    amount=Decimal(amount),
                    side=Side.PROVIDER,
                    recorded_by=project.provider,
                    confirmed_by=project.asker,
                    confirmed_at=at,
                )
            )
            ledger.did(
                rows[-1],
                "record",
                by=project.provider_id,
                at=at,
                source="",
                target="recorded",
                confirmed_by=None,
                confirmed_at=None,
            )
            ledger.did(
                rows[-1],
                "confirm",
                by=project.asker_id,
                at=at + timedelta(hours=3),
                source="recorded",
                target="confirmed",
                confirmed_by=project.asker_id,
                confirmed_at=at,
            )
        save_all(Income, rows)


def round_of(each: records.Round, project: Project, ledger: Ledger) -> SampleRound:
    """One round with its values compared with the targets, as the verb `measure` does."""
    targets = measurable(project.targets)
    measured = [(figure["min"], figure["max"]) for figure in figures(each.values)]
    pairs = itertools.zip_longest(targets, measured[: len(targets)])
    return SampleRound(
        project=project,
        number=each.number,
        sent_on=ledger.ago(each.sent_days_ago).date(),
        sent_by=project.provider,
        received_on=ledger.ago(max(each.measured_days_ago, each.sent_days_ago - 3)).date(),
        measured_on=ledger.ago(each.measured_days_ago).date(),
        measured_by=project.asker,
        values=[judge(target, ends(value)) for target, value in pairs],
        note=each.note,
    )


def ends(value: tuple[float | None, float | None] | None) -> tuple[float, float] | None:
    """Both ends of a measured value; a single bound counts as the value."""
    if value is None:
        return None
    low, high = value
    single = low if high is None else high
    return None if single is None else (single if low is None else low, single)
