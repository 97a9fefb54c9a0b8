"""Achievements: what a team has to offer."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from keqiao.exchange.enums import AchievementState, IntellectualProperty, Maturity
from keqiao.exchange.models.listing import NDA, PUBLIC, REGISTERED, STAFF, Listing
from keqiao.kernel.visibility import Level, VisibleQuerySet
from keqiao.parties.models import Person


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
        "benefits": PUBLIC,
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
        "share_asked": STAFF,
        "reject_reason": STAFF,
        "staff_note": STAFF,
    }
    opens_with: ClassVar[str] = "summary"
    choosable: ClassVar[frozenset[str]] = frozenset(
        {"advantages", "specifications", "price_idea", "details", "organisation", "contact", "team"}
    )
    follows: ClassVar[dict[str, str]] = {"summary_en": "summary"}
    names_the_owner: ClassVar[tuple[str, ...]] = (
        "contact", "team", "maturity_evidence", "maturity_assessor", "intellectual_property_note",
    )  # fmt: skip

    state = models.CharField(_("状态"), max_length=20, choices=AchievementState, default=AchievementState.DRAFT)
    summary = models.TextField(_("成果简介"), blank=True, max_length=8000)
    summary_en = models.TextField(_("英文简介"), blank=True, max_length=16000)
    advantages = models.TextField(_("与现有方案相比"), blank=True, max_length=2000)
    applications = models.TextField(_("可以用在哪里"), blank=True, max_length=2000)
    specifications = models.JSONField(_("指标表"), default=list, blank=True)
    benefits = models.JSONField(_("效益估算"), default=list, blank=True)
    intellectual_property = models.CharField(_("知识产权"), max_length=20, choices=IntellectualProperty, blank=True)
    intellectual_property_note = models.CharField(_("专利号等"), max_length=300, blank=True)
    maturity = models.PositiveSmallIntegerField(
        _("技术就绪度（GB/T 22900-2022）"), choices=Maturity, null=True, blank=True
    )
    maturity_evidence = models.TextField(_("就绪度依据"), blank=True, max_length=1000)
    maturity_assessor = models.CharField(_("评估人或机构"), max_length=120, blank=True)
    maturity_date = models.DateField(_("评估日期"), null=True, blank=True)
    price_idea = models.CharField(_("价格设想"), max_length=200, blank=True)
    details = models.TextField(_("保密细节"), blank=True, max_length=8000)
    team = models.ManyToManyField(Person, through="TeamMember", related_name="achievements_of_team")

    objects = AchievementQuerySet.as_manager()

    class Meta:
        verbose_name = _("成果")
        indexes = [
            models.Index(fields=["state", "-published_at", "-id"], name="achievement_newest"),
            models.Index(fields=["node", "state"], name="achievement_of_node"),
            GinIndex(fields=["field_path"], name="achievement_in_field", opclasses=["jsonb_path_ops"]),
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
