"""What matching does by itself when something happens elsewhere: it reads the journal, so nobody has to know of it.

A published achievement is matched against open needs; an accepted solution becomes a proposal. Entries older than
`FRESH` are passed over, so that rebuilding this projection tells nobody old news.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.utils import timezone

from keqiao.exchange.enums import AchievementState, SolutionState
from keqiao.kernel import workflow as kernel
from keqiao.kernel.access import SYSTEM, Refusal
from keqiao.kernel.models import Entry
from keqiao.kernel.projections import Projection, register
from keqiao.matching.models import Proposal
from keqiao.matching.reverse import log, match_achievements

FRESH = timedelta(days=2)


def apply(entries: Sequence[Entry]) -> None:
    """React to what is new."""
    recent = timezone.now() - FRESH
    news = [entry for entry in entries if entry.at >= recent]
    published = [entry.object_id for entry in news if comes_to(entry, "achievement", AchievementState.PUBLISHED)]
    if published:
        match_achievements.later(achievements=list(dict.fromkeys(published)))
    for entry in news:
        if comes_to(entry, "solution", SolutionState.ACCEPTED):
            propose(entry.object_id)


def comes_to(entry: Entry, table: str, state: str) -> bool:
    """Whether the entry brought a row of this table into this state."""
    return entry.object_type == table and entry.to_state == state and entry.from_state != state


def propose(solution: int) -> None:
    """An accepted solution is an agreed proposal, once."""
    if Proposal.objects.filter(solution=solution).exists():
        return
    try:
        kernel.run(kernel.REGISTRY["proposals"], None, "from_solution", actor=SYSTEM, data={"solution": solution})
    except Refusal as refusal:
        log.warning("solution %s gave no proposal: %s %s", solution, refusal.detail, refusal.errors)


REACTIONS = register(Projection("matching", apply, lambda: None))
