"""What matching does by itself when something happens elsewhere: it reads the journal, so nobody has to know of it.

A published achievement is matched against open needs; an accepted solution becomes a proposal; when a need or an
achievement leaves the market, those who still wait for an answer get one. Entries older than `FRESH` are passed over,
so that rebuilding this projection tells nobody old news.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from keqiao.exchange.enums import AchievementState, DeclineReason, NeedState, SolutionState
from keqiao.exchange.models import Achievement, Need
from keqiao.kernel import workflow as kernel
from keqiao.kernel.access import SYSTEM, Refusal
from keqiao.kernel.models import Entry
from keqiao.kernel.projections import Projection, register
from keqiao.matching.enums import WAITING, ProposalState
from keqiao.matching.models import Proposal
from keqiao.matching.reverse import log, match_achievements

if TYPE_CHECKING:
    from django.db.models import Model, QuerySet
    from django.utils.functional import _StrPromise

FRESH = timedelta(days=2)
OPEN_ENDED = (*WAITING, ProposalState.AGREED, ProposalState.NDA_SIGNED)
"""Proposals that lead nowhere when their need or achievement leaves the market."""
MARKET: dict[str, type[Model]] = {"need": Need, "achievement": Achievement}
LEAVING: dict[str, dict[str, tuple[str, str | _StrPromise]]] = {
    "need": {
        NeedState.IN_PROJECT: (DeclineReason.CHOSEN_OTHER, _("需求方已与另一方进入合作。")),
        NeedState.WITHDRAWN: (DeclineReason.OTHER, _("需求方撤回了这项需求。")),
        NeedState.EXPIRED: (DeclineReason.OTHER, _("这项需求已到截止时间。")),
        NeedState.TAKEN_DOWN: (DeclineReason.OTHER, _("这项需求已由平台下架。")),
    },
    "achievement": {
        AchievementState.WITHDRAWN: (DeclineReason.OTHER, _("供给方下架了这项成果。")),
        AchievementState.TAKEN_DOWN: (DeclineReason.OTHER, _("这项成果已由平台下架。")),
    },
}
"""When a record comes into one of these states, why its proposals end."""


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
        if entry.object_type in LEAVING and entry.from_state != entry.to_state:
            answer_the_others(entry)


def comes_to(entry: Entry, table: str, state: str) -> bool:
    """Whether the entry brought a row of this table into this state."""
    return entry.object_type == table and entry.to_state == state and entry.from_state != state


def answer_the_others(entry: Entry) -> None:
    """Those who were proposed for a need that is gone, or with an achievement that is gone, get an answer."""
    reason = LEAVING[entry.object_type].get(entry.to_state)
    if reason is None or is_back(entry):
        return
    code, words = reason
    waiting = Proposal.objects.filter(state__in=OPEN_ENDED, **{entry.object_type: entry.object_id})
    with override("zh-hans"):
        data = {"code": code, "reason": str(words)}
    for pk in waiting.values_list("pk", flat=True):
        kernel.run(kernel.REGISTRY["proposals"], pk, "close", actor=SYSTEM, data=data)


def is_back(entry: Entry) -> bool:
    """Whether the row has gone on since (a rebuild reads again what is past): who asks for it now is not answered."""
    rows: QuerySet[Any] = MARKET[entry.object_type]._default_manager.filter(pk=entry.object_id)
    return not rows.filter(state=entry.to_state).exists()


def propose(solution: int) -> None:
    """An accepted solution is an agreed proposal, once."""
    if Proposal.objects.filter(solution=solution).exists():
        return
    try:
        kernel.run(kernel.REGISTRY["proposals"], None, "from_solution", actor=SYSTEM, data={"solution": solution})
    except Refusal as refusal:
        log.warning("solution %s gave no proposal: %s %s", solution, refusal.detail, refusal.errors)


REACTIONS = register(Projection("matching", apply, lambda: None))
