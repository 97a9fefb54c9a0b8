"""Needs: what an organisation looks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from keqiao.exchange.enums import NeedKind, NeedState
from keqiao.exchange.models.listing import PUBLIC, REGISTERED, STAFF, Listing
from keqiao.kernel.visibility import Level, VisibleQuerySet
from keqiao.parties.models import Person

if TYPE_CHECKING:
    from keqiao.kernel.access import Actor


class NeedQuerySet(VisibleQuerySet["Need"]):
    """Needs, seen through their levels."""


class Need(Listing):
    """What an organisation looks for: technology, talent, finance or a site."""

    shown_states = (NeedState.OPEN, NeedState.IN_PROJECT, NeedState.SOLVED, NeedState.EXPIRED)
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
        "share_asked": STAFF,
        "reject_reason": STAFF,
        "staff_note": STAFF,
    }
    opens_with: ClassVar[str] = "problem"
    choosable: ClassVar[frozenset[str]] = frozenset(
        {"problem", "current_state", "targets", "budget_maximum", "background", "organisation", "contact"}
    )
    follows: ClassVar[dict[str, str]] = {"problem_en": "problem", "budget_minimum": "budget_maximum"}

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

    objects = NeedQuerySet.as_manager()

    class Meta:
        verbose_name = _("需求")
        indexes = [
            models.Index(fields=["state", "-published_at", "-id"], name="need_newest"),
            models.Index(
                fields=["-published_at", "-id"],
                name="need_published",
                condition=Q(state__in=["open", "in_project", "solved", "expired"]),
            ),
            models.Index(fields=["node", "state"], name="need_of_node"),
            GinIndex(fields=["field_path"], name="need_in_field", opclasses=["jsonb_path_ops"]),
        ]

    def get_absolute_url(self) -> str:
        return reverse("need", args=[self.pk])

    @classmethod
    def assigned_cases(cls, actor: Actor) -> list[tuple[Q, int]]:
        return [(Q(manager=actor.pk) & ~Q(state__in=cls.own_states), int(STAFF))] if actor.pk else []

    if TYPE_CHECKING:
        manager_id: int | None
