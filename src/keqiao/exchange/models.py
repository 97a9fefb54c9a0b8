"""Needs, achievements and solutions: what is asked and what is offered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from keqiao.exchange.enums import (
    AchievementState,
    IntellectualProperty,
    NeedKind,
    NeedState,
    SolutionState,
)
from keqiao.kernel.visibility import OWNER, Level, Visible, VisibleQuerySet
from keqiao.parties.models import Node, Organisation, Person, standing_of

if TYPE_CHECKING:
    from keqiao.kernel.access import Actor

PUBLIC, REGISTERED, NDA, STAFF = Level.PUBLIC, Level.REGISTERED, Level.NDA, Level.STAFF


class NonDisclosure(models.Model):
    """A signed non-disclosure agreement: this organisation's people may see this record up to level `NDA`."""

    object_type = models.CharField(max_length=40)
    object_id = models.BigIntegerField()
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    wording = models.TextField()
    signed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("保密协议")
        indexes = [models.Index(fields=["object_type", "object_id"], name="nda_of_object")]

    def __str__(self) -> str:
        return f"{self.object_type}/{self.object_id}"


class Listing(Visible):
    """What needs and achievements share: who they belong to, where, in which field, in which languages."""

    title = models.CharField(_("标题"), max_length=120, blank=True)
    title_en = models.CharField(_("英文标题"), max_length=240, blank=True)
    source_language = models.CharField(_("原文语言"), max_length=5, default="zh")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="%(class)ss", verbose_name=_("单位")
    )
    contact = models.ForeignKey(
        Person, models.PROTECT, related_name="%(class)ss", verbose_name=_("联系人")
    )
    node = models.ForeignKey(Node, models.PROTECT, related_name="%(class)ss", verbose_name=_("节点"))
    shared_with = models.JSONField(_("共享给的节点"), default=list, blank=True)
    fields = models.JSONField(_("技术领域"), default=list, blank=True)
    region = models.CharField(_("地区"), max_length=6, blank=True)
    cooperation_modes = models.JSONField(_("合作方式"), default=list, blank=True)
    staff_note = models.TextField(_("内部备注"), blank=True, max_length=2000)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    published_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True

    shown_states: ClassVar[tuple[str, ...]] = ()

    if TYPE_CHECKING:
        contact_id: int
        organisation_id: int | None
        node_id: str
        state: str

    def __str__(self) -> str:
        return self.title or f"#{self.pk}"

    @classmethod
    def clearance_cases(cls, actor: Actor) -> list[tuple[Q, int]]:
        standing = standing_of(actor)
        cases: list[tuple[Q, int]] = []
        if actor.pk:
            cases.append((Q(contact=actor.pk) | Q(organisation__in=standing.organisations), OWNER))
        if standing.everywhere:
            cases.append((~Q(state="draft") | Q(node__in=standing.watched), int(STAFF)))
        elif standing.watched:
            mine = Q(node__in=standing.watched)
            for code in standing.watched:
                mine |= Q(shared_with__contains=[code])
            cases.append((mine & ~Q(state="draft"), int(STAFF)))
        cases += cls.assigned_cases(actor)
        if actor.pk:
            cases.append((cls.under_agreement(actor) & ~Q(state="draft"), int(NDA)))
        return cases

    @classmethod
    def assigned_cases(cls, actor: Actor) -> list[tuple[Q, int]]:
        """Clearance of people who work on a row without owning it (technology managers)."""
        return []

    @classmethod
    def under_agreement(cls, actor: Actor) -> Q:
        signed = NonDisclosure.objects.filter(object_type=cls._meta.model_name, object_id=OuterRef("pk")).filter(
            Q(person=actor.pk) | Q(organisation__in=standing_of(actor).organisations)
        )
        return Q(Exists(signed))

    @classmethod
    def shown_to(cls, actor: Actor) -> Q:
        return Q(state__in=cls.shown_states)


class NeedQuerySet(VisibleQuerySet["Need"]):
    """Needs, seen through their levels."""


class Need(Listing):
    """What an organisation looks for: technology, talent, finance or a site."""

    shown_states = (NeedState.OPEN, NeedState.IN_PROJECT, NeedState.SOLVED)
    field_levels: ClassVar[dict[str, Level]] = {
        "title": PUBLIC,
        "title_en": PUBLIC,
        "source_language": PUBLIC,
        "kind": PUBLIC,
        "problem": PUBLIC,
        "problem_en": PUBLIC,
        "current_state": PUBLIC,
        "targets": PUBLIC,
        "fields": PUBLIC,
        "region": PUBLIC,
        "cooperation_modes": PUBLIC,
        "deadline": PUBLIC,
        "deadline_zone": PUBLIC,
        "published_at": PUBLIC,
        "budget_minimum": REGISTERED,
        "budget_maximum": REGISTERED,
        "background": REGISTERED,
        "organisation": PUBLIC,
        "contact": REGISTERED,
        "manager": REGISTERED,
        "node": PUBLIC,
        "shared_with": STAFF,
        "reject_reason": STAFF,
        "staff_note": STAFF,
    }
    choosable: ClassVar[frozenset[str]] = frozenset(
        {
            "problem", "problem_en", "current_state", "targets", "budget_minimum", "budget_maximum",
            "background", "organisation", "contact",
        }
    )

    kind = models.CharField(_("需求类型"), max_length=20, choices=NeedKind, default=NeedKind.TECHNOLOGY)
    state = models.CharField(_("状态"), max_length=20, choices=NeedState, default=NeedState.DRAFT)
    problem = models.TextField(_("要解决的问题"), blank=True, max_length=8000)
    problem_en = models.TextField(_("英文描述"), blank=True, max_length=16000)
    current_state = models.TextField(_("现状"), blank=True, max_length=2000)
    targets = models.JSONField(_("目标指标"), default=list, blank=True)
    background = models.TextField(_("单位背景"), blank=True, max_length=4000)
    budget_minimum = models.DecimalField(_("预算下限（元）"), max_digits=14, decimal_places=2, null=True, blank=True)
    budget_maximum = models.DecimalField(_("预算上限（元）"), max_digits=14, decimal_places=2, null=True, blank=True)
    deadline = models.DateTimeField(_("截止时间"), null=True, blank=True)
    deadline_zone = models.CharField(_("时区"), max_length=40, default="Asia/Shanghai")
    manager = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="managed_needs", verbose_name=_("技术经理人")
    )
    reject_reason = models.CharField(_("未通过原因"), max_length=30, blank=True)

    objects = NeedQuerySet.as_manager()

    class Meta:
        verbose_name = _("需求")
        indexes = [
            models.Index(fields=["state", "-published_at"], name="need_newest"),
            models.Index(fields=["node", "state"], name="need_of_node"),
        ]

    def get_absolute_url(self) -> str:
        return reverse("need", args=[self.pk])

    @classmethod
    def assigned_cases(cls, actor: Actor) -> list[tuple[Q, int]]:
        return [(Q(manager=actor.pk), int(STAFF))] if actor.pk else []

    @property
    def is_sealed(self) -> bool:
        """Whether the need hides who asks until a non-disclosure agreement is signed."""
        return self.level_of("organisation") >= NDA

    if TYPE_CHECKING:
        manager_id: int | None


class AchievementQuerySet(VisibleQuerySet["Achievement"]):
    """Achievements, seen through their levels."""


class Achievement(Listing):
    """What a team has: a result of research with its figures, rights and maturity."""

    shown_states = (AchievementState.PUBLISHED,)
    field_levels: ClassVar[dict[str, Level]] = {
        "title": PUBLIC,
        "title_en": PUBLIC,
        "source_language": PUBLIC,
        "summary": PUBLIC,
        "summary_en": PUBLIC,
        "advantages": PUBLIC,
        "applications": PUBLIC,
        "specifications": PUBLIC,
        "fields": PUBLIC,
        "region": PUBLIC,
        "cooperation_modes": PUBLIC,
        "intellectual_property": PUBLIC,
        "intellectual_property_note": REGISTERED,
        "maturity": PUBLIC,
        "maturity_evidence": REGISTERED,
        "maturity_assessor": REGISTERED,
        "maturity_date": REGISTERED,
        "price_idea": REGISTERED,
        "details": NDA,
        "organisation": PUBLIC,
        "contact": REGISTERED,
        "team": REGISTERED,
        "node": PUBLIC,
        "published_at": PUBLIC,
        "shared_with": STAFF,
        "reject_reason": STAFF,
        "staff_note": STAFF,
    }
    choosable: ClassVar[frozenset[str]] = frozenset(
        {"advantages", "specifications", "price_idea", "details", "organisation", "contact", "team"}
    )

    state = models.CharField(
        _("状态"), max_length=20, choices=AchievementState, default=AchievementState.DRAFT
    )
    summary = models.TextField(_("成果简介"), blank=True, max_length=8000)
    summary_en = models.TextField(_("英文简介"), blank=True, max_length=16000)
    advantages = models.TextField(_("与现有方案相比"), blank=True, max_length=2000)
    applications = models.TextField(_("可以用在哪里"), blank=True, max_length=2000)
    specifications = models.JSONField(_("指标表"), default=list, blank=True)
    intellectual_property = models.CharField(
        _("知识产权"), max_length=20, choices=IntellectualProperty, blank=True
    )
    intellectual_property_note = models.CharField(_("专利号等"), max_length=300, blank=True)
    maturity = models.PositiveSmallIntegerField(_("技术就绪度（GB/T 22900-2022）"), null=True, blank=True)
    maturity_evidence = models.TextField(_("就绪度依据"), blank=True, max_length=1000)
    maturity_assessor = models.CharField(_("评估人或机构"), max_length=120, blank=True)
    maturity_date = models.DateField(_("评估日期"), null=True, blank=True)
    price_idea = models.CharField(_("价格设想"), max_length=200, blank=True)
    details = models.TextField(_("保密细节"), blank=True, max_length=8000)
    team = models.ManyToManyField(Person, through="TeamMember", related_name="achievements_of_team")
    reject_reason = models.CharField(_("未通过原因"), max_length=30, blank=True)

    objects = AchievementQuerySet.as_manager()

    class Meta:
        verbose_name = _("成果")
        indexes = [
            models.Index(fields=["state", "-published_at"], name="achievement_newest"),
            models.Index(fields=["node", "state"], name="achievement_of_node"),
        ]

    def get_absolute_url(self) -> str:
        return reverse("achievement", args=[self.pk])


class TeamMember(models.Model):
    """A person of the team that owns an achievement."""

    achievement = models.ForeignKey(Achievement, models.CASCADE, related_name="members")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    role = models.CharField(_("角色"), max_length=60, blank=True)

    class Meta:
        verbose_name = _("团队成员")
        constraints = [models.UniqueConstraint(fields=["achievement", "person"], name="team_member_once")]

    def __str__(self) -> str:
        return f"{self.person_id} · {self.role}"

    if TYPE_CHECKING:
        person_id: int


class SolutionQuerySet(VisibleQuerySet["Solution"]):
    """Solutions, seen through their levels."""


class Solution(Visible):
    """An answer to a published need: how, with what evidence, how mature, for about how much, by whom."""

    field_levels: ClassVar[dict[str, Level]] = {
        "need": NDA,
        "organisation": NDA,
        "contact": NDA,
        "achievement": NDA,
        "approach": NDA,
        "evidence": NDA,
        "specifications": NDA,
        "maturity": NDA,
        "price_idea": NDA,
        "team": NDA,
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
    node = models.ForeignKey(Node, models.PROTECT, related_name="solutions", verbose_name=_("节点"))
    state = models.CharField(_("状态"), max_length=20, choices=SolutionState, default=SolutionState.DRAFT)
    approach = models.TextField(_("技术路线"), blank=True, max_length=4000)
    evidence = models.TextField(_("依据（数据、样品、案例）"), blank=True, max_length=4000)
    specifications = models.JSONField(_("能达到的指标"), default=list, blank=True)
    maturity = models.PositiveSmallIntegerField(_("技术就绪度"), null=True, blank=True)
    price_idea = models.CharField(_("价格设想"), max_length=200, blank=True)
    team = models.TextField(_("团队"), blank=True, max_length=1000)
    decline_reason = models.CharField(_("未采纳原因"), max_length=30, blank=True)
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

    def get_absolute_url(self) -> str:
        return reverse("solution", args=[self.pk])

    @classmethod
    def clearance_cases(cls, actor: Actor) -> list[tuple[Q, int]]:
        standing = standing_of(actor)
        handed_in = ~Q(state=SolutionState.DRAFT)
        cases: list[tuple[Q, int]] = []
        if actor.pk:
            cases.append((Q(contact=actor.pk) | Q(organisation__in=standing.organisations), OWNER))
            asker = Q(need__contact=actor.pk) | Q(need__organisation__in=standing.organisations)
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
        need_id: int
        node_id: str


def content_of(row: Visible) -> dict[str, Any]:
    """Everything a record says, for freezing."""
    return row.at(OWNER).values()
