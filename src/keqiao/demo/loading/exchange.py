"""Needs, achievements and solutions of the made-up world, with the verbs that brought them where they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from textwrap import shorten
from typing import Any

from django.core.exceptions import ValidationError

from keqiao.demo import records
from keqiao.demo.loading.ledger import Ledger
from keqiao.demo.loading.parties import Parties
from keqiao.exchange import clocks
from keqiao.exchange.enums import NeedState
from keqiao.exchange.fields import BenefitsField, from_line
from keqiao.exchange.models import Achievement, Need, Solution, TeamMember
from keqiao.kernel.visibility import Level
from keqiao.parties import taxonomy

LONGEST_TITLE = 120


def figures(lines: Iterable[str]) -> list[dict[str, Any]]:
    """Lines such as `吸光率 ≥ 98 %` as records keep them. A line that is no figure (two people wanted) is left out."""
    return [dict(figure) for line in lines for figure in figures_of_line(line)]


@lru_cache(maxsize=200_000)
def figures_of_line(line: str) -> tuple[dict[str, Any], ...]:
    """The same lines come again and again."""
    try:
        return tuple(from_line(line))
    except ValidationError:
        return ()


def need_of(one: records.Need, parties: Parties, ledger: Ledger) -> Need:
    """The row of a need. Its state is what its life leads to."""
    return Need(
        kind=one.kind,
        title=shorten(one.title, LONGEST_TITLE, placeholder="…"),
        title_en=one.title_en,
        source_language="en" if one.language == "en" else "zh",
        organisation=parties.organisations[one.organisation],
        contact=parties.people[one.contact],
        manager=None if one.manager is None else parties.people[one.manager],
        node_id=one.node,
        region=one.region,
        fields=[taxonomy.normal(code) for code in one.fields],
        problem=one.problem,
        problem_en=one.problem_en,
        current_state="；".join(one.current),
        targets=figures(one.targets),
        background=one.background,
        budget_minimum=one.budget_minimum,
        budget_maximum=one.budget_maximum,
        deadline=ledger.now + timedelta(days=one.deadline_days),
        cooperation_modes=list(one.cooperation_modes),
        levels={name: int(Level[level.upper()]) for name, level in one.confidentiality},
        reject_reason=one.reject_reason,
        published_at=None if one.published_days_ago is None else ledger.ago(one.published_days_ago),
    )


def load_needs(world: Iterable[records.Need], parties: Parties, ledger: Ledger) -> list[Need]:
    """Needs with creation, submission and the answer of triage; what comes after is told with their matches."""
    given = list(world)
    rows = [need_of(one, parties, ledger) for one in given]
    ledger.enter(Need, rows)
    queue = Queue(ledger)
    for one, row in zip(given, rows, strict=True):
        tell_listing(row, one, parties, ledger, queue)
    return rows


@dataclass(slots=True)
class Queue:
    """When the records were handed in that now wait for triage: one of a node's is overdue, the others spread over the
    working day that is promised.
    """

    ledger: Ledger
    waiting: Counter[str] = field(default_factory=Counter)

    def join(self, node: str) -> datetime:
        """When the next record that waits at a node was handed in."""
        place = self.waiting[node]
        self.waiting[node] += 1
        share = SINCE[place % len(SINCE)] if place else OVERDUE
        return self.ledger.began(share * clocks.TRIAGE.seconds)


SINCE = (0.62, 0.17, 0.88, 0.4, 0.05, 0.75, 0.29, 0.53)
OVERDUE = 1.35
"""Shares of the promised time that the records in triage have waited."""


def tell_listing(
    row: Any, one: records.Need | records.Achievement, parties: Parties, ledger: Ledger, queue: Queue
) -> None:
    """Creation, submission and triage of a need or an achievement."""
    created = ledger.ago(one.created_days_ago)
    answered = row.published_at or (created + timedelta(days=1))
    submitted = answered - timedelta(hours=20)
    if one.state == "triage":
        submitted = queue.join(row.node_id)
    manager: dict[str, Any] = {"manager": None} if isinstance(row, Need) else {}
    created = min(created, submitted - timedelta(hours=2))
    ledger.did(row, "create", by=row.contact_id, at=created, published_at=None, reject_reason="", **manager)
    if one.state == "draft":
        return
    ledger.did(row, "submit", by=row.contact_id, at=submitted)
    if one.state != "triage":
        tell_answer(row, one, parties, ledger, answered)


def tell_answer(
    row: Any, one: records.Need | records.Achievement, parties: Parties, ledger: Ledger, answered: datetime
) -> None:
    """What the operator of the node decided, and what became of it where nothing else is told."""
    operator = parties.operators.get(row.node_id)
    if one.state == "rejected":
        words = {"reason": one.reject_text, "code": one.reject_reason}
        ledger.did(row, "reject", by=operator, at=answered, reject_reason=one.reject_reason, extra=words)
        return
    ledger.did(row, "publish", by=operator, at=answered, published_at=row.published_at)
    if isinstance(row, Need) and row.manager_id:
        ledger.did(row, "assign_manager", by=operator, at=answered + timedelta(hours=1), manager=row.manager_id)
    end = answered + timedelta(days=60)
    if one.state == "withdrawn":
        ledger.did(row, "withdraw", by=row.contact_id, at=end, extra={"reason": one.reject_text or WITHDRAWN})
    elif one.state == "expired":
        ledger.did(row, "expire", by=None, at=row.deadline)


WITHDRAWN = "内部计划调整，暂不继续。"


def achievement_of(one: records.Achievement, parties: Parties, ledger: Ledger) -> Achievement:
    """The row of an achievement."""
    return Achievement(
        title=shorten(one.title, LONGEST_TITLE, placeholder="…"),
        title_en=one.title_en,
        source_language="en" if one.language == "en" else "zh",
        organisation=parties.organisations[one.organisation],
        contact=parties.people[one.contact],
        node_id=one.node,
        region=one.region,
        fields=[taxonomy.normal(code) for code in one.fields],
        summary=one.summary,
        summary_en=one.summary_en,
        advantages=one.advantages,
        applications=one.applications,
        specifications=figures(one.specifications),
        benefits=BenefitsField().clean(list(one.benefits)),
        intellectual_property=one.intellectual_property,
        intellectual_property_note=one.intellectual_property_note,
        maturity=one.maturity,
        maturity_evidence=one.maturity_evidence,
        maturity_assessor=one.maturity_assessor,
        maturity_date=ledger.ago(one.maturity_days_ago).date(),
        cooperation_modes=list(one.cooperation_modes),
        price_idea=one.price_idea,
        details=one.details,
        reject_reason=one.reject_reason,
        published_at=None if one.published_days_ago is None else ledger.ago(one.published_days_ago),
    )


def load_achievements(world: Iterable[records.Achievement], parties: Parties, ledger: Ledger) -> list[Achievement]:
    """Achievements with their teams."""
    given = list(world)
    rows = [achievement_of(one, parties, ledger) for one in given]
    ledger.enter(Achievement, rows)
    team = [
        TeamMember(achievement=row, person=parties.people[person], role=role)
        for one, row in zip(given, rows, strict=True)
        for person, role in one.team
    ]
    ledger.enter(TeamMember, team)
    queue = Queue(ledger)
    for one, row in zip(given, rows, strict=True):
        tell_listing(row, one, parties, ledger, queue)
    return rows


def solution_of(
    one: records.Solution, parties: Parties, needs: list[Need], achievements: list[Achievement], ledger: Ledger
) -> Solution:
    """The row of an answer to a need."""
    return Solution(
        need=needs[one.need],
        achievement=None if one.achievement is None else achievements[one.achievement],
        organisation=parties.organisations[one.organisation],
        contact=parties.people[one.contact],
        node_id=one.node,
        approach=one.approach,
        evidence=one.evidence,
        specifications=figures(one.specifications),
        maturity=one.maturity,
        maturity_evidence=one.maturity_evidence,
        price_idea=one.price_idea,
        team=one.team,
        dialogue=dialogue_of(one, needs[one.need], parties, ledger),
        decline_reason=one.decline_reason,
        decline_text=one.decline_text,
        submitted_at=None if one.state == "draft" else ledger.ago(one.created_days_ago),
    )


def dialogue_of(one: records.Solution, need: Need, parties: Parties, ledger: Ledger) -> list[dict[str, Any]]:
    """The question that was asked of an answer, if there was one."""
    if not one.question:
        return []
    at = ledger.ago(one.created_days_ago / 2)
    return [{"side": "asker", "person": need.contact_id, "at": at.isoformat(), "text": one.question}]


def load_solutions(
    world: Iterable[records.Solution], parties: Parties, needs: list[Need], achievements: list[Achievement],
    ledger: Ledger,
) -> list[Solution]:  # fmt: skip
    """Answers to needs, and what became of them; the earliest first, because a need counts them in that order."""
    given = sorted(world, key=lambda one: -one.created_days_ago)
    rows = [solution_of(one, parties, needs, achievements, ledger) for one in given]
    ledger.enter(Solution, rows)
    for one, row in zip(given, rows, strict=True):
        tell_solution(row, one, ledger)
    return rows


VERBS = {"shortlisted": "shortlist", "accepted": "accept", "declined": "decline", "withdrawn": "withdraw"}


def tell_solution(row: Solution, one: records.Solution, ledger: Ledger) -> None:
    """Creation, submission and the answer."""
    at = ledger.ago(one.created_days_ago)
    ledger.did(
        row, "create", by=row.contact_id, at=at - timedelta(hours=3), submitted_at=None, decline_reason="",
        decline_text="", dialogue=[],
    )  # fmt: skip
    if one.state == "draft":
        return
    ledger.did(row, "submit", by=row.contact_id, at=at, submitted_at=at)
    if ledger.state_of(row.need) == NeedState.OPEN:
        ledger.did(row.need, "receive_answer", by=None, at=at)
    if one.question:
        ledger.did(row, "ask", by=row.need.contact_id, at=ledger.ago(one.created_days_ago / 2), dialogue=row.dialogue)
    if verb := VERBS.get(one.state):
        by = row.contact_id if verb == "withdraw" else row.need.contact_id
        refused = {"decline_reason": row.decline_reason, "decline_text": row.decline_text}
        changes: dict[str, Any] = refused if verb == "decline" else {}
        ledger.did(row, verb, by=by, at=ledger.ago(one.answered_days_ago or 0), **changes)
