"""Matches of the made-up world: proposals, grades, and the projects that some of them became."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import override

from keqiao.demo import records
from keqiao.demo.loading.ledger import Ledger
from keqiao.demo.loading.parties import Parties
from keqiao.demo.loading.projects import load_projects
from keqiao.demo.matches import STARTED
from keqiao.exchange.enums import NeedState
from keqiao.exchange.models import Achievement, Need, NonDisclosure
from keqiao.matching.enums import ProposalState
from keqiao.matching.forms import NDA_WORDING
from keqiao.matching.models import Grade, Proposal


@dataclass(frozen=True, slots=True)
class Loaded:
    """What was loaded before and is referred to."""

    parties: Parties
    needs: list[Need]
    achievements: list[Achievement]
    ledger: Ledger


def proposal_of(one: records.Match, loaded: Loaded) -> Proposal:
    """The row of a proposal. Its state is what its life leads to."""
    need, achievement = loaded.needs[one.need], loaded.achievements[one.achievement]
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
        is_sealed=need.is_sealed,
        note=one.reason,
        decline_reason=one.decline_reason,
        decline_text=one.decline_text,
    )


def load_matches(world: Iterable[records.Match], loaded: Loaded) -> int:
    """Everything that came of bringing needs and achievements together. Returns how many matches."""
    given = list(world)
    proposals = [proposal_of(one, loaded) for one in given]
    loaded.ledger.enter(Proposal, proposals)
    agreements = [tell_proposal(one, row, loaded.ledger) for one, row in zip(given, proposals, strict=True)]
    loaded.ledger.enter(NonDisclosure, [signed for signed in agreements if signed is not None])
    load_grades(given, proposals, loaded)
    load_projects([pair for pair in zip(given, proposals, strict=True) if pair[0].stage in STARTED], loaded.ledger)
    return len(given)


def tell_proposal(one: records.Match, row: Proposal, ledger: Ledger) -> NonDisclosure | None:
    """Proposed by the manager, answered by both sides; the agreement that a sealed need asks for, if it was signed."""
    blank: dict[str, Any] = dict.fromkeys(
        ("asker_accepted_at", "provider_accepted_at", "agreed_at", "nda_signed_at", "decline_reason", "decline_text")
    )
    ledger.did(row, "create", by=row.manager_id, at=ledger.ago(one.proposed_days_ago), **blank)
    if one.answered_days_ago is None:
        return None
    answered = ledger.ago(one.answered_days_ago)
    if one.stage == "declined":
        who = row.asker_id if one.declined_by == "asker" else row.provider_id
        words: dict[str, Any] = {"decline_reason": row.decline_reason, "decline_text": row.decline_text}
        ledger.did(row, "decline", by=who, at=answered, **words)
        return None
    tell_agreement(one, row, answered, ledger)
    return tell_non_disclosure(row, answered, ledger) if row.is_sealed and one.stage in STARTED else None


def tell_agreement(one: records.Match, row: Proposal, answered: datetime, ledger: Ledger) -> None:
    """The asking side agrees first, then (or not yet) the providing side."""
    row.asker_accepted_at = ledger.ago(((one.answered_days_ago or 0) + one.proposed_days_ago) / 2)
    ledger.did(
        row, "accept", by=row.asker_id, at=row.asker_accepted_at, to=ProposalState.ACCEPTED_BY_NEED,
        asker_accepted_at=row.asker_accepted_at,
    )  # fmt: skip
    if one.stage == "half":
        return
    row.provider_accepted_at = row.agreed_at = answered
    ledger.did(row, "accept", by=row.provider_id, at=answered, provider_accepted_at=answered, agreed_at=answered)
    if ledger.state_of(row.need) == NeedState.OPEN:
        ledger.did(row.need, "receive_answer", by=None, at=answered)


def tell_non_disclosure(row: Proposal, answered: datetime, ledger: Ledger) -> NonDisclosure:
    """The providing side signs before a sealed need tells who asks."""
    with override("zh-hans"):
        wording = str(NDA_WORDING)
    row.nda_signed_at = answered
    digest = {"wording_sha256": hashlib.sha256(wording.encode()).hexdigest()}
    ledger.did(row, "sign_nda", by=row.provider_id, at=answered, extra=digest, nda_signed_at=answered)
    return NonDisclosure(
        object_type="need",
        object_id=row.need_id,
        organisation=row.provider_organisation,
        wording=wording,
        signed_at=answered,
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
    loaded.ledger.enter(Grade, list(rows.values()))
    for row in rows.values():
        loaded.ledger.did(row, "create", by=row.by_id, at=row.graded_at)
