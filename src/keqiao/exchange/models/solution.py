"""Solutions: answers to published needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from keqiao.exchange.enums import DeclineReason, Maturity, SolutionState
from keqiao.exchange.models.achievement import Achievement
from keqiao.exchange.models.listing import NDA, STAFF
from keqiao.exchange.models.need import Need
from keqiao.kernel.visibility import OWNER, Level, Visible, VisibleQuerySet
from keqiao.parties.models import Node, Organisation, Person, standing_of
from keqiao.parties.sides import belongs_to

if TYPE_CHECKING:
    from keqiao.kernel.access import Actor
    from keqiao.kernel.visibility import Seen


class SolutionQuerySet(VisibleQuerySet["Solution"]):
    """Solutions, seen through their levels."""


class Solution(Visible):
    """An answer to a published need: how, with what evidence, how mature, for about how much, by whom.

    `dialogue` holds questions of the asker and replies, oldest first: `{"side", "person", "at", "text"}`.
    """

    field_levels: ClassVar[dict[str, Level]] = {
        "need": NDA,
        "organisation": NDA,
        "contact": NDA,
        "achievement": NDA,
        "approach": NDA,
        "evidence": NDA,
        "specifications": NDA,
        "maturity": NDA,
        "maturity_evidence": NDA,
        "price_idea": NDA,
        "team": NDA,
        "dialogue": NDA,
        "decline_reason": NDA,
        "decline_text": NDA,
        "submitted_at": NDA,
    }

    need = models.ForeignKey(Need, models.PROTECT, related_name="solutions", verbose_name=_("需求"))
    achievement = models.ForeignKey(
        Achievement, models.PROTECT, null=True, blank=True, related_name="solutions", verbose_name=_("相关成果")
    )
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="solutions", verbose_name=_("单位")
    )
    contact = models.ForeignKey(Person, models.PROTECT, related_name="solutions", verbose_name=_("联系人"))
    node = models.ForeignKey(Node, models.PROTECT, to_field="code", related_name="solutions", verbose_name=_("节点"))
    state = models.CharField(_("状态"), max_length=20, choices=SolutionState, default=SolutionState.DRAFT)
    approach = models.TextField(_("技术路线"), blank=True, max_length=4000)
    evidence = models.TextField(_("依据（数据、样品、案例）"), blank=True, max_length=4000)
    specifications = models.JSONField(_("能达到的指标"), default=list, blank=True)
    maturity = models.PositiveSmallIntegerField(_("技术就绪度"), choices=Maturity, null=True, blank=True)
    maturity_evidence = models.CharField(_("就绪度依据"), max_length=400, blank=True)
    price_idea = models.CharField(_("价格设想"), max_length=200, blank=True)
    team = models.TextField(_("团队"), blank=True, max_length=1000)
    dialogue = models.JSONField(_("问答"), default=list, blank=True)
    decline_reason = models.CharField(_("未采纳原因"), max_length=30, choices=DeclineReason, blank=True)
    decline_text = models.TextField(_("说明"), blank=True, max_length=2000)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    submitted_at = models.DateTimeField(null=True, blank=True)

    objects = SolutionQuerySet.as_manager()

    class Meta:
        verbose_name = _("解决方案")
        indexes = [models.Index(fields=["need", "state"], name="solution_of_need")]

    def __str__(self) -> str:
        return f"#{self.pk}"

    def called(self, seen: Seen) -> str:
        """A solution is known by the need that it answers."""
        return str(seen.need) if seen.need else ""

    def get_absolute_url(self) -> str:
        return reverse("solution", args=[self.pk])

    @classmethod
    def clearance_cases(cls, actor: Actor) -> list[tuple[Q, int]]:
        standing = standing_of(actor)
        handed_in = ~Q(state=SolutionState.DRAFT) & Q(submitted_at__isnull=False)
        cases: list[tuple[Q, int]] = []
        if actor.pk:
            cases.append((belongs_to(actor, "contact", "organisation"), OWNER))
            asker = belongs_to(actor, "need__contact", "need__organisation")
            cases.append((handed_in & (asker | Q(need__manager=actor.pk)), int(STAFF)))
        if standing.everywhere:
            cases.append((handed_in, int(STAFF)))
        elif standing.watched:
            cases.append((handed_in & Q(need__node__in=standing.watched), int(STAFF)))
        return cases

    @classmethod
    def shown_to(cls, actor: Actor) -> Q:
        return Q(pk__in=[])

    if TYPE_CHECKING:
        contact_id: int
        organisation_id: int | None
        achievement_id: int | None
        need_id: int
        node_id: str
