"""Projects of the made-up world: contract, rounds of samples, acceptance, income and reward."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from keqiao.demo import records
from keqiao.demo.loading.exchange import figures
from keqiao.demo.loading.ledger import Ledger, save_all
from keqiao.kernel.freeze import sha256_of
from keqiao.kernel.journal import plain
from keqiao.matching.models import Proposal
from keqiao.projects.clocks import FIRST_SAMPLE, TO_CONTRACT
from keqiao.projects.enums import Side
from keqiao.projects.measure import judge, measurable
from keqiao.projects.models import Acceptance, Contract, Income, Project, Reward, SampleRound

PROJECT_STATE = {"contract": "contracted", "sampling": "running", "closed": "closed"}


def load_projects(pairs: list[tuple[records.Match, Proposal]], ledger: Ledger) -> None:
    """The matches that became projects, with contract, rounds, acceptance, income and reward."""
    projects = [project_of(one, proposal, ledger) for one, proposal in pairs]
    save_all(Project, projects)
    contracts, parts = [], Parts()
    for (one, _proposal), project in zip(pairs, projects, strict=True):
        tell_project(one, project, ledger)
        if one.contract:
            contracts.append(contract_of(one.contract, project, ledger))
            tell_contract(one.contract, contracts[-1], ledger)
        parts.add(one, project, ledger)
    save_all(Contract, contracts)
    parts.save(ledger)


def project_of(one: records.Match, proposal: Proposal, ledger: Ledger) -> Project:
    """The row of a project."""
    need = proposal.need
    closed = None if one.closed_days_ago is None else ledger.ago(one.closed_days_ago)
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
        state=PROJECT_STATE[one.stage],
        title=need.title,
        fields=need.fields,
        targets=need.targets,
        started_on=(one.contract and ledger.ago(one.contract.signed_days_ago).date()) or None,
        accepted_at=closed,
        closed_at=closed,
        asker_score=one.asker_score,
        provider_score=one.provider_score,
    )


def tell_project(one: records.Match, project: Project, ledger: Ledger) -> None:
    """From the opening to where the project stands."""
    proposal = project.proposal
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


def contract_of(one: records.Contract, project: Project, ledger: Ledger) -> Contract:
    """The signed contract of a project."""
    signed = ledger.ago(one.signed_days_ago)
    registered = one.registration_number and min(ledger.now, signed + timedelta(days=8)).date()
    contract = Contract(
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


def tell_contract(one: records.Contract, contract: Contract, ledger: Ledger) -> None:
    """Drafted, signed by both, perhaps registered."""
    project = contract.project
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


@dataclass(slots=True)
class Parts:
    """Rounds, acceptances, incomes and rewards, collected and saved together."""

    rounds: list[SampleRound] = field(default_factory=list)
    acceptances: list[Acceptance] = field(default_factory=list)
    incomes: list[Income] = field(default_factory=list)
    rewards: list[Reward] = field(default_factory=list)

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
            self.incomes.append(income_of(project, one.income, project.closed_at))
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
        save_all(Income, self.incomes)
        for row in self.incomes:
            tell_income(row, ledger)


def income_of(project: Project, amount: int, at: datetime) -> Income:
    """Money that the provider received and the asker confirmed."""
    return Income(
        project=project,
        state="confirmed",
        received_on=at.date(),
        amount=Decimal(amount),
        side=Side.PROVIDER,
        recorded_by=project.provider,
        confirmed_by=project.asker,
        confirmed_at=at,
    )


def tell_income(row: Income, ledger: Ledger) -> None:
    """Recorded by the one side, confirmed by the other."""
    project, at = row.project, row.confirmed_at or ledger.now
    blank: dict[str, Any] = {"confirmed_by": None, "confirmed_at": None}
    confirmed: dict[str, Any] = {"confirmed_by": project.asker_id, "confirmed_at": at}
    ledger.did(row, "record", by=project.provider_id, at=at, source="", target="recorded", **blank)
    ledger.did(row, "confirm", by=project.asker_id, at=at, source="recorded", target="confirmed", **confirmed)


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
