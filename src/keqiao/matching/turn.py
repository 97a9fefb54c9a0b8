"""What is to be done about a proposal, in words for the person who looks at it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from keqiao.matching.enums import WAITING
from keqiao.matching.enums import ProposalState as P
from keqiao.matching.rules import is_asking_side, is_providing_side

if TYPE_CHECKING:
    from keqiao.kernel.access import Actor
    from keqiao.matching.models import Proposal


@dataclass(frozen=True, slots=True)
class Turn:
    """The next step in words, and whether it is this person's."""

    text: str
    is_mine: bool = False


def turn_of(row: Proposal, actor: Actor) -> Turn | None:
    """The next step of a proposal as this person has to know it; None when it has ended."""
    if row.state in WAITING:
        return answering(row, actor)
    if row.state == P.AGREED and row.is_sealed:
        return signing(row, actor)
    if row.state in (P.AGREED, P.NDA_SIGNED):
        return opening(row, actor)
    return Turn(_("已经立项，后面的事在项目页面里。")) if row.state == P.IN_PROJECT else None


def answering(row: Proposal, actor: Actor) -> Turn:
    """Both sides have to agree."""
    asker_waits = row.asker_accepted_at is None
    provider_waits = row.provider_accepted_at is None
    if (asker_waits and is_asking_side(row, actor)) or (provider_waits and is_providing_side(row, actor)):
        blind = _("现在双方互不知道对方是谁：都同意后需求方看到供给方，供给方签署保密协议后看到需求方。")
        words = _("请您同意或谢绝。都同意后就可以立项；谢绝要选一个原因，对方会看到。")
        return Turn(f"{words} {blind}" if row.is_sealed else words, is_mine=True)
    if asker_waits and provider_waits:
        return Turn(_("等双方答复。"))
    return Turn(_("等需求方答复。") if asker_waits else _("等供给方答复。"))


def signing(row: Proposal, actor: Actor) -> Turn:
    """The side that offers signs before it learns who asks."""
    if is_providing_side(row, actor):
        return Turn(_("签署保密协议，就能看到需求方是谁和带锁的内容；签署后才能立项。"), is_mine=True)
    return Turn(_("等供给方签署保密协议，之后可以立项。"))


def opening(row: Proposal, actor: Actor) -> Turn:
    """A project can be opened; who may open it is told so."""
    if is_asking_side(row, actor) or actor.pk == row.manager_id:
        return Turn(_("双方已同意。立项后在项目页面起草合同、排里程碑、登记送样测试。"), is_mine=True)
    if row.state == P.AGREED and is_providing_side(row, actor) and row.need.opens_under_agreement:
        return Turn(_("等需求方或技术经理人立项。想先看需求里带锁的内容，可以现在签署保密协议。"))
    return Turn(_("等需求方或技术经理人立项。"))
