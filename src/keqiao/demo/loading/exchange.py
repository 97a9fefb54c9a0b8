"""Needs, achievements and solutions of the made-up world, with the verbs that brought them where they are."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import lru_cache
from textwrap import shorten
from typing import Any

from django.core.exceptions import ValidationError

from keqiao.demo import records
from keqiao.demo.loading.ledger import Ledger, save_all
from keqiao.demo.loading.parties import Parties
from keqiao.exchange import clocks, taxonomy
from keqiao.exchange.enums import AchievementState, NeedState, SolutionState
from keqiao.exchange.fields import from_line
from keqiao.exchange.models import Achievement, Need, Solution, TeamMember
from keqiao.kernel.visibility import Level

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
    """The row of a need."""
    return Need(
        kind=one.kind,
        state=one.state,
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
    """Needs with creation, submission and the answer of triage."""
    given = list(world)
    rows = [need_of(one, parties, ledger) for one in given]
    save_all(Need, rows)
    for one, row in zip(given, rows, strict=True):
        tell_listing(row, one, parties, ledger, opened=NeedState.OPEN)
    return rows


def tell_listing(row: Any, one: Any, parties: Parties, ledger: Ledger, *, opened: str) -> None:
    """Creation, submission and triage of a need or an achievement."""
    draft, triage = NeedState.DRAFT.value, NeedState.TRIAGE.value
    created = ledger.ago(one.created_days_ago)
    answered = row.published_at or (created + timedelta(days=1))
    created = min(created, answered - timedelta(hours=2))
    ledger.did(
        row, "create", by=row.contact_id, at=created, source="", target=draft,
        published_at=None, reject_reason="", **({"manager": None} if hasattr(row, "manager_id") else {}),
    )  # fmt: skip
    if row.state == draft:
        return
    submitted = max(created + timedelta(minutes=20), answered - timedelta(hours=20))
    ledger.did(row, "submit", by=row.contact_id, at=submitted, source=draft, target=triage)
    if row.state == triage:
        ledger.ran(row, clocks.TRIAGE, submitted, None)
        return
    ledger.ran(row, clocks.TRIAGE, submitted, answered)
    operator = parties.operators.get(row.node_id)
    if row.state == NeedState.REJECTED:
        reason = {"reason": one.reject_text, "code": one.reject_reason}
        ledger.did(
            row, "reject", by=operator, at=answered, source=triage, target=row.state,
            reject_reason=one.reject_reason, extra=reason,
        )  # fmt: skip
        return
    ledger.did(row, "publish", by=operator, at=answered, source=triage, target=opened, published_at=row.published_at)
    if row.state in {"withdrawn", "expired"}:
        end = min(ledger.now, answered + timedelta(days=60))
        verb = "withdraw" if row.state == "withdrawn" else "expire"
        ledger.did(
            row, verb, by=row.contact_id if verb == "withdraw" else None, at=end, source=opened, target=row.state
        )


def achievement_of(one: records.Achievement, parties: Parties, ledger: Ledger) -> Achievement:
    """The row of an achievement."""
    return Achievement(
        state=one.state,
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
    save_all(Achievement, rows)
    team = [
        TeamMember(achievement=row, person=parties.people[person], role=role)
        for one, row in zip(given, rows, strict=True)
        for person, role in one.team
    ]
    save_all(TeamMember, team)
    for one, row in zip(given, rows, strict=True):
        tell_listing(row, one, parties, ledger, opened=AchievementState.PUBLISHED)
    return rows


def load_solutions(
    world: Iterable[records.Solution], parties: Parties, needs: list[Need], achievements: list[Achievement],
    ledger: Ledger,
) -> list[Solution]:  # fmt: skip
    """Answers to needs, and what became of them."""
    given = list(world)
    rows = [
        Solution(
            need=needs[one.need],
            achievement=None if one.achievement is None else achievements[one.achievement],
            organisation=parties.organisations[one.organisation],
            contact=parties.people[one.contact],
            node_id=one.node,
            state=one.state,
            approach=one.approach,
            evidence=one.evidence,
            specifications=figures(one.specifications),
            maturity=one.maturity,
            price_idea=one.price_idea,
            team=one.team,
            decline_reason=one.decline_reason,
            decline_text=one.decline_text,
            submitted_at=None if one.state == SolutionState.DRAFT else ledger.ago(one.created_days_ago),
        )
        for one in given
    ]
    save_all(Solution, rows)
    for one, row in zip(given, rows, strict=True):
        tell_solution(row, ledger.ago(one.created_days_ago), ledger)
    return rows


def tell_solution(row: Solution, at: datetime, ledger: Ledger) -> None:
    """Creation, submission and the answer."""
    draft, submitted = SolutionState.DRAFT.value, SolutionState.SUBMITTED.value
    ledger.did(
        row, "create", by=row.contact_id, at=at - timedelta(hours=3), source="", target=draft,
        submitted_at=None, decline_reason="", decline_text="",
    )  # fmt: skip
    if row.state == draft:
        return
    ledger.did(row, "submit", by=row.contact_id, at=at, source=draft, target=submitted, submitted_at=at)
    verb = {"shortlisted": "shortlist", "accepted": "accept", "declined": "decline", "withdrawn": "withdraw"}.get(
        row.state
    )
    answered = min(ledger.now, at + timedelta(days=4)) if verb else None
    ledger.ran(row, clocks.SOLUTION_ANSWER, at, answered)
    if verb and answered:
        by = row.contact_id if verb == "withdraw" else row.need.contact_id
        changes: dict[str, Any] = {}
        if verb == "decline":
            changes = {"decline_reason": row.decline_reason, "decline_text": row.decline_text}
        ledger.did(row, verb, by=by, at=answered, source=submitted, target=row.state, **changes)
