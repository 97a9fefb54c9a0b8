"""States of what matching keeps: matches found, proposals, grades, and what people put aside for themselves."""

from __future__ import annotations

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _


class ProposalState(TextChoices):
    PROPOSED = "proposed", _("待双方答复")
    ACCEPTED_BY_NEED = "accepted_by_need", _("需求方已同意")
    ACCEPTED_BY_OFFER = "accepted_by_offer", _("供给方已同意")
    AGREED = "agreed", _("双方同意")
    NDA_SIGNED = "nda_signed", _("已签保密协议")
    IN_PROJECT = "in_project", _("已进入合作")
    DECLINED = "declined", _("已谢绝")
    WITHDRAWN = "withdrawn", _("已撤回")


WAITING = (ProposalState.PROPOSED, ProposalState.ACCEPTED_BY_NEED, ProposalState.ACCEPTED_BY_OFFER)
"""States in which somebody still has to answer."""

GOING_ON = (*WAITING, ProposalState.AGREED, ProposalState.NDA_SIGNED, ProposalState.IN_PROJECT)
"""States in which the pair must not be proposed a second time."""


class MatchState(TextChoices):
    FOUND = "found", _("待查看")
    TAKEN = "taken", _("已发起对接")
    DISMISSED = "dismissed", _("不合适")


class GradeState(TextChoices):
    GIVEN = "given", _("有效")
    REMOVED = "removed", _("已作废")


class Relevance(IntegerChoices):
    """How well an achievement answers a need, as transfer staff grade it: the measure that ranking learns from."""

    NONE = 1, _("无")
    WEAK = 2, _("弱")
    FAIR = 3, _("较强")
    STRONG = 4, _("强相关")


class RankingState(TextChoices):
    TRAINED = "trained", _("可以使用")
    IN_USE = "in_use", _("使用中")
    RETIRED = "retired", _("已换下")
    NOT_BETTER = "not_better", _("未胜过原有排序")


class KeptState(TextChoices):
    KEPT = "kept", _("已保存")
    REMOVED = "removed", _("已移除")
