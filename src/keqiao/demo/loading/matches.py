"""Matches of the made-up world: proposals, grades, and the projects that some of them became."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from keqiao.demo import records
from keqiao.demo.loading.ledger import Ledger, save_all
from keqiao.demo.loading.parties import Parties
from keqiao.demo.loading.projects import PROJECT_STATE, load_projects
from keqiao.exchange.models import Achievement, Need
from keqiao.matching.clocks import PROPOSAL_ANSWER
from keqiao.matching.models import Grade, Proposal

STATE_OF_STAGE = {
    "proposed": "proposed",
    "declined": "declined",
    "accepted": "agreed",
    "contract": "in_project",
    "sampling": "in_project",
    "closed": "in_project",
}


@dataclass(frozen=True, slots=True)
class Loaded:
    """What was loaded before and is referred to."""

    parties: Parties
    needs: list[Need]
    achievements: list[Achievement]
    ledger: Ledger


def proposal_of(one: records.Match, loaded: Loaded) -> Proposal:
    """The row of a proposal."""
    need, achievement = loaded.needs[one.need], loaded.achievements[one.achievement]
    answered = None if one.answered_days_ago is None else loaded.ledger.ago(one.answered_days_ago)
    state = STATE_OF_STAGE[one.stage]
    agreed = answered if state in {"agreed", "in_project"} else None
    return Proposal(
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
    proposals = [proposal_of(one, loaded) for one in given]
    save_all(Proposal, proposals)
    for one, proposal in zip(given, proposals, strict=True):
        tell_proposal(one, proposal, loaded)
    load_grades(given, proposals, loaded)
    pairs = [pair for pair in zip(given, proposals, strict=True) if pair[0].stage in PROJECT_STATE]
    load_projects(pairs, loaded.ledger)
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
    rows: dict[tuple[int, int | None, int], Grade] = {}
    for one, proposal in graded:
        by = loaded.parties.operators.get(proposal.node_id) or loaded.parties.people[one.manager].pk
        at = loaded.ledger.ago(max(0, one.proposed_days_ago - 1))
        row = Grade(need=proposal.need, achievement=proposal.achievement, grade=one.grade or 1, by_id=by, graded_at=at)
        rows.setdefault((proposal.need_id, proposal.achievement_id, by), row)
    save_all(Grade, list(rows.values()))
    for row in rows.values():
        loaded.ledger.did(row, "create", by=row.by_id, at=row.graded_at, source="", target="given")
