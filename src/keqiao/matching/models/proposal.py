"""A proposal: one need and one offer that somebody thinks should meet."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from keqiao.exchange.enums import DeclineReason
from keqiao.exchange.models import Achievement, Need, Solution
from keqiao.kernel.visibility import Level, Seen, Visible, VisibleQuerySet
from keqiao.matching.enums import GOING_ON, ProposalState
from keqiao.parties.models import Node, Organisation, Person, standing_of
from keqiao.parties.sides import belongs, belongs_to

if TYPE_CHECKING:
    from keqiao.kernel.access import Actor

NDA, STAFF = Level.NDA, Level.STAFF

THE_ASKER = frozenset({"asker", "asker_organisation", "proposed_by"})
"""What says who asks."""

THE_PROVIDER = frozenset({"provider", "provider_organisation", "achievement", "solution", "person", "proposed_by"})
"""What says who offers, or leads to a page that does."""

IS_GOING_ON = Q(state__in=[str(state) for state in GOING_ON])


def side_of(actor: Actor, side: str) -> Q:
    """The proposals in which somebody belongs to this side."""
    return belongs_to(actor, side, f"{side}_organisation")


def needs_managed_by(actor: Actor) -> QuerySet[Need]:
    """The needs of a technology manager; a condition on these needs no look at the need of every proposal."""
    return Need.objects.filter(manager=actor.pk)


def written(seen: Seen) -> dict[str, Any]:
    """What can be seen of a record, as plain values; related records by name, lists of people left out."""
    values = {name: value for name, value in seen.values().items() if not isinstance(value, tuple)}
    return {name: str(value) if isinstance(value, Seen) else value for name, value in values.items()}


class ProposalQuerySet(VisibleQuerySet["Proposal"]):
    """Proposals, seen through their levels."""

    def with_sides(self) -> ProposalQuerySet:
        """Fetch what a card shows in one query."""
        return self.select_related(
            "need", "achievement", "solution", "person", "asker", "asker_organisation", "provider",
            "provider_organisation", "manager", "proposed_by", "node",
        )  # fmt: skip


class Proposal(Visible):
    """A need and an offer (an achievement, a solution or a person), proposed to both sides.

    Both sides have clearance `NDA`, staff and the manager have `STAFF`. Where a side is sealed the proposal is
    double-blind: the asker does not see who offers until both have agreed, the provider does not see who asks until
    the non-disclosure agreement is signed. `blinded` names the fields that a side may not see.
    """

    field_levels: ClassVar[dict[str, Level]] = {
        "title": NDA,
        "offer_title": NDA,
        "need": NDA,
        "achievement": NDA,
        "solution": NDA,
        "person": NDA,
        "asker": NDA,
        "asker_organisation": NDA,
        "provider": NDA,
        "provider_organisation": NDA,
        "manager": NDA,
        "proposed_by": NDA,
        "node": NDA,
        "is_sealed": NDA,
        "note": NDA,
        "score": NDA,
        "evidence": NDA,
        "asker_accepted_at": NDA,
        "provider_accepted_at": NDA,
        "agreed_at": NDA,
        "nda_signed_at": NDA,
        "decline_reason": NDA,
        "decline_text": NDA,
    }
    open_attributes: ClassVar[frozenset[str]] = frozenset({"decline_label"})

    need = models.ForeignKey(Need, models.PROTECT, related_name="proposals", verbose_name=_("需求"))
    achievement = models.ForeignKey(
        Achievement, models.PROTECT, null=True, blank=True, related_name="proposals", verbose_name=_("成果")
    )
    solution = models.OneToOneField(
        Solution, models.PROTECT, null=True, blank=True, related_name="proposal", verbose_name=_("解决方案")
    )
    person = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("人才"))
    asker = models.ForeignKey(Person, models.PROTECT, related_name="asked_proposals", verbose_name=_("需求方联系人"))
    asker_organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("需求方单位")
    )
    provider = models.ForeignKey(
        Person, models.PROTECT, related_name="provided_proposals", verbose_name=_("供给方联系人")
    )
    provider_organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("供给方单位")
    )
    manager = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="managed_proposals", verbose_name=_("技术经理人")
    )
    proposed_by = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("发起人")
    )
    node = models.ForeignKey(Node, models.PROTECT, to_field="code", related_name="proposals", verbose_name=_("节点"))
    state = models.CharField(_("状态"), max_length=20, choices=ProposalState, default=ProposalState.PROPOSED)
    is_sealed = models.BooleanField(_("双盲"), default=False)
    note = models.TextField(_("给双方的话"), blank=True, max_length=2000)
    score = models.FloatField(_("匹配分"), default=0.0)
    evidence = models.JSONField(_("匹配依据"), default=dict, blank=True)
    asker_accepted_at = models.DateTimeField(_("需求方同意时间"), null=True, blank=True)
    provider_accepted_at = models.DateTimeField(_("供给方同意时间"), null=True, blank=True)
    agreed_at = models.DateTimeField(_("双方同意时间"), null=True, blank=True)
    nda_signed_at = models.DateTimeField(_("保密协议签署时间"), null=True, blank=True)
    decline_reason = models.CharField(_("谢绝原因"), max_length=30, blank=True)
    decline_text = models.TextField(_("说明"), blank=True, max_length=2000)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ProposalQuerySet.as_manager()

    blinded: frozenset[str] = frozenset()

    class Meta:
        verbose_name = _("对接")
        indexes = [models.Index(fields=["node", "state"], name="proposal_of_node")]
        constraints = [
            models.UniqueConstraint(fields=["need", offer], condition=IS_GOING_ON, name=name)
            for offer, name in (("achievement", "proposal_one_going_on"), ("person", "proposal_one_of_a_person"))
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("proposal", args=[self.pk])

    @classmethod
    def clearance_cases(cls, actor: Actor) -> list[tuple[Q, int]]:
        standing = standing_of(actor)
        cases: list[tuple[Q, int]] = []
        if actor.pk:
            cases.append((Q(manager=actor.pk) | Q(need__in=needs_managed_by(actor)), int(STAFF)))
        if standing.everywhere:
            cases.append((Q(pk__gt=0), int(STAFF)))
        elif standing.watched:
            cases.append((Q(node__in=standing.watched), int(STAFF)))
        if actor.pk:
            cases.append((side_of(actor, "asker") | side_of(actor, "provider"), int(NDA)))
        return cases

    @classmethod
    def shown_to(cls, actor: Actor) -> Q:
        return Q(pk__in=[])

    def seen_by(self, actor: Actor) -> Seen:
        """As `Visible.seen_by`, without what one side may not yet know of the other."""
        seen = super().seen_by(actor)
        if seen.clearance >= STAFF or not (blinded := self.blinded_for(actor)):
            return seen
        row = copy.copy(self)
        row.blinded = blinded
        return Seen(row, seen.clearance, signed_in=True)

    def blinded_for(self, actor: Actor) -> frozenset[str]:
        """The fields that the side of this person may not see yet."""
        hidden: frozenset[str] = frozenset()
        if self.hides_provider and not self.is_provider(actor):
            hidden |= THE_PROVIDER
        if self.is_sealed and self.nda_signed_at is None and not self.is_asker(actor):
            hidden |= THE_ASKER
        return hidden

    @property
    def hides_provider(self) -> bool:
        """Whether the side that asks may not know yet who offers."""
        if self.agreed_at is not None:
            return False
        return self.is_sealed or (self.achievement is not None and self.achievement.level_of("organisation") >= NDA)

    def is_asker(self, actor: Actor) -> bool:
        """Whether the person belongs to the side that asks."""
        return belongs(actor, self.asker_id, self.asker_organisation_id)

    def is_provider(self, actor: Actor) -> bool:
        """Whether the person belongs to the side that offers."""
        return belongs(actor, self.provider_id, self.provider_organisation_id)

    def level_of(self, field: str) -> Level:
        return STAFF if field in self.blinded else super().level_of(field)

    @property
    def title(self) -> str:
        """What is asked, as any registered person may read it."""
        return str(self.need.at(Level.REGISTERED).title)

    @property
    def offer_title(self) -> str:
        """What is offered: without a name where the side that offers is not to be known yet."""
        if self.achievement is not None:
            return str(self.achievement.at(Level.REGISTERED).title)
        if self.person is not None and "person" in self.blinded:
            return gettext("一位专家")
        if self.person is not None:
            return str(self.person.at(Level.REGISTERED))
        return gettext("针对这项需求的解决方案")

    @property
    def is_ready_for_project(self) -> bool:
        """Both agreed, and the agreement on confidentiality is signed where there has to be one."""
        if self.state == ProposalState.AGREED:
            return not self.is_sealed
        return self.state == ProposalState.NDA_SIGNED

    @property
    def decline_label(self) -> str:
        """The coded reason in words."""
        return str(DeclineReason(self.decline_reason).label) if self.decline_reason else ""

    def content(self) -> dict[str, Any]:
        """What is frozen when somebody decides: the snapshot of evidence and both records as the sides read them."""
        offer = self.achievement or self.solution or self.person
        return {
            "need": written(self.need.at(Level.REGISTERED)),
            "offer": written(offer.at(Level.REGISTERED)) if offer else {},
            "score": self.score,
            "evidence": self.evidence,
            "state": self.state,
        }

    if TYPE_CHECKING:
        need_id: int
        achievement_id: int | None
        solution_id: int | None
        person_id: int | None
        asker_id: int
        asker_organisation_id: int | None
        provider_id: int
        provider_organisation_id: int | None
        manager_id: int | None
        node_id: str
