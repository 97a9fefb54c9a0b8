"""Projects of the made-up world, told from the opening to where they stand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from keqiao.demo import records
from keqiao.demo.loading.contracts import contract_of, tell_contract
from keqiao.demo.loading.ledger import Ledger, put_in, put_off
from keqiao.demo.loading.project_rows import (
    CONFIRMED_AFTER,
    acceptances_of,
    income_of,
    milestone_of,
    project_of,
    rewards_of,
    round_of,
)
from keqiao.matching.models import Proposal
from keqiao.parties.models import Consent
from keqiao.projects.enums import Side
from keqiao.projects.forms import CASE_CONSENT
from keqiao.projects.models import Acceptance, Contract, Income, Milestone, Project, Reward, SampleRound
from keqiao.projects.models.project import RATINGS


@dataclass(slots=True)
class Parts:
    """What belongs to projects, collected and entered together, so that rows of a kind get their numbers at once."""

    contracts: list[Contract] = field(default_factory=list)
    milestones: list[list[Milestone]] = field(default_factory=list)
    incomes: list[list[Income]] = field(default_factory=list)
    rounds: list[SampleRound] = field(default_factory=list)
    acceptances: list[Acceptance] = field(default_factory=list)
    rewards: list[Reward] = field(default_factory=list)

    def enter(self, ledger: Ledger) -> None:
        ledger.enter(Contract, self.contracts)
        ledger.enter(Milestone, [row for rows in self.milestones for row in rows])
        ledger.enter(Income, [row for rows in self.incomes for row in rows])
        ledger.enter(SampleRound, self.rounds)
        ledger.enter(Acceptance, self.acceptances)
        ledger.enter(Reward, self.rewards)


WITH_TEXTS = 1_000
"""So many projects have their frozen texts: all of a small world, enough to read in a large one, which would take a
minute longer to load with all of them."""


def load_projects(pairs: list[tuple[records.Match, Proposal]], ledger: Ledger) -> None:
    """The matches that became projects, with contract, milestones, rounds, acceptance, income and reward."""
    projects = [project_of(one, proposal, ledger) for one, proposal in pairs]
    ledger.enter(Project, projects)
    parts = Parts()
    for (one, _proposal), project in zip(pairs, projects, strict=True):
        parts.contracts.append(contract_of(deal_of(one), project, ledger))
        parts.milestones.append([milestone_of(each, project, ledger) for each in one.milestones])
        parts.incomes.append([income_of(each, project, ledger) for each in one.incomes])
        parts.rounds += [round_of(each, project, ledger) for each in one.rounds]
        parts.acceptances += acceptances_of(one, project, ledger)
        parts.rewards += rewards_of(one, project)
    parts.enter(ledger)
    rewards = {row.project_id: row for row in parts.rewards}
    answers = {row.project_id: row for row in parts.acceptances}
    rounds = {(row.project_id, row.number): row for row in parts.rounds}
    lines = zip(pairs, projects, parts.contracts, parts.milestones, parts.incomes, strict=True)
    for place, ((one, _proposal), project, contract, milestones, incomes) in enumerate(lines):
        ledger.keeps_texts = place < WITH_TEXTS
        tested = [rounds[project.pk, each.number] for each in one.rounds]
        acceptance, reward = answers.get(project.pk), rewards.get(project.pk)
        told = Told(one, project, contract, milestones, tested, acceptance, incomes, reward)
        tell_project(told, ledger)
    ledger.keeps_texts = True


def deal_of(one: records.Match) -> records.Contract:
    """The contract of a match that became a project; every one of them has at least a draft."""
    if one.contract is None:
        raise ValueError(f"match {one.index} at stage {one.stage} has no contract")
    return one.contract


@dataclass(frozen=True, slots=True)
class Told:
    """A project with all that belongs to it."""

    match: records.Match
    project: Project
    contract: Contract
    milestones: list[Milestone]
    rounds: list[SampleRound]
    acceptance: Acceptance | None
    incomes: list[Income]
    reward: Reward | None


KINDS = ("contract_rows", "milestone_rows", "round_rows", "acceptance_rows", "income_rows", "reward_rows")


def has(project: Project, kind: str, *rows: Any) -> None:
    """From now on these belong to the project: what is frozen of it says so, though nothing is in the database yet."""
    known: dict[str, list[Any]] = project.__dict__.setdefault("_prefetched_objects_cache", {name: [] for name in KINDS})
    known[kind] += rows


def tell_project(told: Told, ledger: Ledger) -> None:
    """From the opening to where the project stands."""
    one, project, contract = told.match, told.project, told.contract
    tell_opening(project, ledger)
    has(project, "contract_rows", contract)
    tell_contract(deal_of(one), contract, ledger)
    if contract.asker_signed_at is None:
        return
    ledger.did(project, "take_effect", by=None, at=contract.asker_signed_at, targets=project.targets)
    for row in told.milestones:
        ledger.born(row, ledger.did(project, "plan_milestone", by=project.manager_id, at=contract.asker_signed_at))
    has(project, "milestone_rows", *told.milestones)
    if not one.rounds:
        return
    at = contract.asker_signed_at + timedelta(hours=2)
    ledger.did(project, "start", by=project.asker_id, at=at, started_on=project.started_on)
    ratings = put_off(project, *RATINGS)
    tell_running(told, ledger)
    if one.asked_days_ago is not None:
        has(project, "acceptance_rows", told.acceptance)
        ledger.did(project, "request_acceptance", by=project.provider_id, at=ledger.ago(one.asked_days_ago))
    if project.accepted_at is not None:
        tell_end(told, ratings, project.accepted_at, ledger)


def tell_running(told: Told, ledger: Ledger) -> None:
    """What happens while a project runs, in the order of time: samples, milestones, and what was paid by then."""
    steps: list[tuple[datetime, Callable[[], None]]] = []
    for each, tested in zip(told.match.rounds, told.rounds, strict=True):
        steps += [(at, partial(tell, each, tested, ledger)) for at, tell in round_steps(each, ledger)]
    for row in told.milestones:
        if row.delivered_at is not None:
            passed = put_off(row, "accepted_at")
            later = put_off(row, "delivery_note", "delivered_at", "delivered_by")
            steps.append((later["delivered_at"], partial(tell_milestone, row, later, passed, ledger)))
    for income in told.incomes:
        if not is_late(income, told.project):
            steps.append((paid_at(income), partial(tell_income, income, ledger)))
    for _at, step in sorted(steps, key=lambda one: one[0]):
        step()


def tell_end(told: Told, ratings: dict[str, Any], at: datetime, ledger: Ledger) -> None:
    """Accepted, rated, paid, closed."""
    project = told.project
    tell_acceptance(project, ratings, at, ledger)
    for income in told.incomes:
        if is_late(income, project):
            tell_income(income, ledger)
    if told.reward is not None:
        has(project, "reward_rows", told.reward)
        ledger.did(project, "record_reward", by=project.provider_id, at=at, extra={"reward": told.reward.pk})
    ledger.did(project, "close", by=project.manager_id, at=at + timedelta(minutes=10), closed_at=project.closed_at)
    if told.match.case_summary:
        tell_case(project, told.match.case_summary, at, ledger)


def tell_case(project: Project, summary: str, at: datetime, ledger: Ledger) -> None:
    """Both sides agree that the result is shown, and its manager publishes it."""
    for days, side in enumerate(Side.values, start=2):
        agreed, by = at + timedelta(days=days), getattr(project, f"{side}_id")
        changed: dict[str, Any] = {f"{side}_case_at": agreed}
        setattr(project, f"{side}_case_at", agreed)
        ledger.did(project, "agree_case", by=by, at=agreed, extra={"side": side}, **changed)
        given = {"purpose": "case", "wording": str(CASE_CONSENT), "object_type": "project", "object_id": project.pk}
        consent = Consent.objects.create(person_id=by, **given)
        Consent.objects.filter(pk=consent.pk).update(given_at=agreed)
    project.case_summary, project.published_at = summary, at + timedelta(days=5)
    shown: dict[str, Any] = {"case_summary": summary, "published_at": project.published_at}
    ledger.did(project, "publish_case", by=project.manager_id, at=project.published_at, **shown)


def is_late(income: Income, project: Project) -> bool:
    """Whether the money came with the acceptance or after it."""
    return project.accepted_at is not None and paid_at(income) >= project.accepted_at - timedelta(days=5)


def paid_at(income: Income) -> datetime:
    """When the money was recorded."""
    return (income.confirmed_at or income.created_at) - CONFIRMED_AFTER


def tell_opening(project: Project, ledger: Ledger) -> None:
    """The project is opened by its manager; the need leaves the market."""
    proposal = project.proposal
    opened = (proposal.agreed_at or ledger.now) + timedelta(hours=5)
    later = ("started_on", "accepted_at", "closed_at", "asker_score", "provider_score", "asker_agreed_at")
    blank: dict[str, Any] = dict.fromkeys(later) | {"targets": [], "asker_comment": "", "provider_comment": ""}
    ledger.did(project, "create", by=project.manager_id, at=opened, **blank)
    ledger.did(proposal, "open_project", by=None, at=opened)
    ledger.did(project.need, "start_project", by=None, at=opened)
    if project.is_confidential:
        at = opened + timedelta(hours=1)
        project.asker_agreed_at = at
        ledger.did(project, "agree", by=project.asker_id, at=at, extra={"side": "asker"}, asker_agreed_at=at)


def tell_milestone(row: Milestone, later: dict[str, Any], passed: dict[str, Any], ledger: Ledger) -> None:
    """Delivered by the one side, passed by the other."""
    project = row.project
    put_in(row, later)
    note: dict[str, Any] = {"delivery_note": row.delivery_note, "delivered_at": row.delivered_at}
    ledger.did(row, "deliver", by=project.provider_id, at=later["delivered_at"], **note)
    put_in(row, passed)
    if row.accepted_at is not None:
        ledger.did(row, "accept", by=project.asker_id, at=row.accepted_at, accepted_at=row.accepted_at)


def round_steps(each: records.Round, ledger: Ledger) -> list[tuple[datetime, Callable[..., None]]]:
    """A sample sent and, perhaps, measured."""
    steps = [(ledger.ago(each.sent_days_ago), tell_sent)]
    if each.measured_days_ago is not None:
        steps.append((ledger.ago(each.measured_days_ago), tell_measured))
    return steps


def tell_sent(each: records.Round, row: SampleRound, ledger: Ledger) -> None:
    at, project = ledger.ago(each.sent_days_ago), row.project
    has(project, "round_rows", row)
    ledger.did(project, "send_sample", by=project.provider_id, at=at, extra={"round": each.number})


def tell_measured(each: records.Round, row: SampleRound, ledger: Ledger) -> None:
    at, project = ledger.ago(each.measured_days_ago or 0), row.project
    ledger.did(project, "measure", by=project.asker_id, at=at, extra={"round": each.number})


def tell_acceptance(project: Project, ratings: dict[str, Any], at: datetime, ledger: Ledger) -> None:
    """The result is accepted, the need solved, and both sides say how it was."""
    ledger.did(project, "accept", by=project.asker_id, at=at, accepted_at=at)
    ledger.did(project.need, "solve", by=None, at=at)
    for side in Side.values:
        words = {name: ratings[name] for name in (f"{side}_score", f"{side}_comment")}
        put_in(project, words)
        by = getattr(project, f"{side}_id")
        ledger.did(project, "rate", by=by, at=at + timedelta(minutes=5), extra={"side": side}, **words)


def tell_income(row: Income, ledger: Ledger) -> None:
    """Income recorded by the one side and confirmed by the other."""
    project = row.project
    at = ledger.did(project, "record_income", by=project.provider_id, at=paid_at(row), extra={"income": row.pk})
    ledger.born(row, at)
    has(project, "income_rows", row)
    row.confirmed_at = at + CONFIRMED_AFTER
    confirmed: dict[str, Any] = {"confirmed_by": project.asker_id, "confirmed_at": row.confirmed_at}
    ledger.did(row, "confirm", by=project.asker_id, at=row.confirmed_at, **confirmed)
