"""Proposals as a board: who has to do something, and what came of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from keqiao.kernel import clocks
from keqiao.kernel import workflow as kernel
from keqiao.kernel.models import ClockRun
from keqiao.kernel.visibility import Seen
from keqiao.matching.enums import WAITING, ProposalState
from keqiao.matching.models import Proposal
from keqiao.matching.models.proposal import ProposalQuerySet, needs_managed_by, side_of

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    from keqiao.kernel.access import Actor

MINE, THEIRS, AGREED, GOING, ENDED = "mine", "theirs", "agreed", "going", "ended"
COLUMNS: tuple[tuple[str, str | _StrPromise], ...] = (
    (MINE, _("等您答复")),
    (THEIRS, _("等对方答复")),
    (AGREED, _("双方同意")),
    (GOING, _("已进入合作")),
    (ENDED, _("已结束")),
)
MOST = 200
"""Proposals looked at. Who has more looks at one role or one column at a time."""


SHOWN = {MINE: 60, THEIRS: 60, AGREED: 60, GOING: 8, ENDED: 8}
"""Cards in a column: all that somebody has to do something about, a few of what is over."""


@dataclass(frozen=True, slots=True)
class Card:
    """A proposal through the eyes of the person who looks, with the clock that runs on it."""

    row: Seen
    role: str
    clock: ClockRun | None

    @property
    def is_late(self) -> bool:
        """Whether the answer is overdue."""
        return self.clock is not None and self.clock.due_at < timezone.now()


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the board."""

    name: str
    label: str | _StrPromise
    cards: list[Card]
    total: int

    @property
    def more(self) -> int:
        """How many cards are not shown."""
        return self.total - len(self.cards)


def as_asker(actor: Actor) -> Q:
    return side_of(actor, "asker")


def as_provider(actor: Actor) -> Q:
    return side_of(actor, "provider")


def as_manager(actor: Actor) -> Q:
    return Q(manager=actor.pk) | Q(proposed_by=actor.pk) | Q(need__in=needs_managed_by(actor))


ROLES: dict[str, tuple[str | _StrPromise, Callable[[Any], Q]]] = {
    "asker": (_("我提的需求"), as_asker),
    "provider": (_("我方的成果"), as_provider),
    "manager": (_("我牵的线"), as_manager),
}


def board(actor: Actor, role: str = "") -> list[Column]:
    """The columns with their cards, newest first; the clocks in one query."""
    rows = newest(actor, role)
    urgent = clocks.most_urgent(rows)
    sorted_rows: dict[str, list[Proposal]] = {name: [] for name, _label in COLUMNS}
    for row in rows:
        sorted_rows[column_of(row, actor)].append(row)
    return [
        Column(name, label, [card_of(row, actor, urgent) for row in found[: SHOWN[name]]], len(found))
        for (name, label), found in zip(COLUMNS, sorted_rows.values(), strict=True)
    ]


def card_of(row: Proposal, actor: Actor, urgent: dict[int, ClockRun]) -> Card:
    return Card(row.seen_by(actor), role_of(row, actor), urgent.get(row.pk))


def newest(actor: Actor, role: str) -> list[Proposal]:
    """The newest proposals with both sides: found first, so that only those are put together that are looked at."""
    found = list(proposals_of(actor, role).values_list("pk", flat=True)[:MOST])
    return list(proposals_of(actor, "").with_sides().filter(pk__in=found))


def proposals_of(actor: Actor, role: str) -> ProposalQuerySet:
    """The proposals that this person may see, in one role if asked for."""
    rows = Proposal.objects.visible_to(actor).order_by("-updated_at", "-pk")
    return rows.filter(ROLES[role][1](actor)) if role in ROLES else rows


def column_of(row: Proposal, actor: Actor) -> str:
    """Where a proposal stands for this person."""
    if row.state in WAITING:
        waits_for_me = any(verb.name == "accept" for verb in kernel.REGISTRY["proposals"].available(row, actor))
        return MINE if waits_for_me else THEIRS
    if row.state == ProposalState.IN_PROJECT:
        return GOING
    return AGREED if row.state in (ProposalState.AGREED, ProposalState.NDA_SIGNED) else ENDED


def role_of(row: Proposal, actor: Actor) -> str:
    """What this person is to a proposal."""
    if row.is_asker(actor):
        return "asker"
    return "provider" if row.is_provider(actor) else "manager"


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a proposal: done at a time, now, or still to come."""

    label: str | _StrPromise
    at: Any
    stage: str


def track(row: Proposal) -> list[Step]:
    """The way of a proposal with dates. It names steps, never people."""
    steps: list[tuple[str | _StrPromise, Any]] = [
        (_("发起"), row.created_at),
        (_("需求方同意"), row.asker_accepted_at),
        (_("供给方同意"), row.provider_accepted_at),
        *([(_("供给方签署保密协议"), row.nda_signed_at)] if row.is_sealed or row.nda_signed_at else []),
        (_("进入合作"), row.updated_at if row.state == ProposalState.IN_PROJECT else None),
    ]
    if row.state in (ProposalState.DECLINED, ProposalState.WITHDRAWN):
        steps = [step for step in steps if step[1]] + [(row.get_state_display(), row.updated_at)]
    now = next((i for i, (_label, at) in enumerate(steps) if at is None), len(steps))
    return [Step(label, at, "done" if at else "now" if i == now else "todo") for i, (label, at) in enumerate(steps)]
