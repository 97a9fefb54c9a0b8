"""A match: what the platform itself found for a need, told to the people who asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from keqiao.exchange.models import Achievement, Need
from keqiao.kernel.visibility import OWNER, Level, Visible, VisibleQuerySet
from keqiao.matching.enums import MatchState
from keqiao.parties.models import standing_of
from keqiao.parties.sides import belongs_to

if TYPE_CHECKING:
    from keqiao.kernel.access import Actor

STAFF = Level.STAFF


def of_needs_people(actor: Actor) -> list[tuple[Q, int]]:
    """Clearance on rows that belong to a need: its people own them, its manager and the staff of its node see them."""
    standing = standing_of(actor)
    cases: list[tuple[Q, int]] = []
    if actor.pk:
        cases.append((belongs_to(actor, "need__contact", "need__organisation"), OWNER))
        cases.append((Q(need__manager=actor.pk), int(STAFF)))
    if standing.everywhere:
        cases.append((Q(pk__gt=0), int(STAFF)))
    elif standing.watched:
        cases.append((Q(need__node__in=standing.watched), int(STAFF)))
    return cases


class Match(Visible):
    """A new achievement that fits an open need (reverse matching).

    The evidence may quote what the need hides, so it stays with the need's own people and its staff.
    """

    field_levels: ClassVar[dict[str, Level]] = {
        "title": STAFF,
        "need": STAFF,
        "achievement": STAFF,
        "score": STAFF,
        "evidence": STAFF,
        "dismiss_reason": STAFF,
        "dismiss_text": STAFF,
        "found_at": STAFF,
    }

    need = models.ForeignKey(Need, models.PROTECT, related_name="matches", verbose_name=_("需求"))
    achievement = models.ForeignKey(Achievement, models.PROTECT, related_name="matches", verbose_name=_("成果"))
    state = models.CharField(_("状态"), max_length=20, choices=MatchState, default=MatchState.FOUND)
    score = models.FloatField(_("匹配分"), default=0.0)
    evidence = models.JSONField(_("匹配依据"), default=dict, blank=True)
    dismiss_reason = models.CharField(_("不合适的原因"), max_length=30, blank=True)
    dismiss_text = models.TextField(_("说明"), blank=True, max_length=2000)
    found_at = models.DateTimeField(_("发现时间"))

    objects = VisibleQuerySet["Match"].as_manager()

    class Meta:
        verbose_name = _("系统匹配")
        constraints = [models.UniqueConstraint(fields=["need", "achievement"], name="match_once")]
        indexes = [models.Index(fields=["need", "state", "-score"], name="match_of_need")]

    def __str__(self) -> str:
        return f"#{self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("found_match", args=[self.pk])

    @property
    def node_id(self) -> str:
        return str(self.need.node_id)

    @property
    def title(self) -> str:
        return str(self.achievement.at(Level.REGISTERED).title)

    @classmethod
    def clearance_cases(cls, actor: Actor) -> list[tuple[Q, int]]:
        return of_needs_people(actor)

    @classmethod
    def shown_to(cls, actor: Actor) -> Q:
        return Q(pk__in=[])

    if TYPE_CHECKING:
        need_id: int
        achievement_id: int
