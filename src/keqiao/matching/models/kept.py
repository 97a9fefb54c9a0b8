"""What a person puts aside: achievements to compare, searches to come back to. Nobody else sees them."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from keqiao.exchange.models import Achievement
from keqiao.kernel.visibility import OWNER, Level, Visible, VisibleQuerySet
from keqiao.matching.enums import KeptState
from keqiao.parties.models import Person

if TYPE_CHECKING:
    from keqiao.kernel.access import Actor

STAFF = Level.STAFF


class Own(Visible):
    """A row that belongs to one person alone: staff do not see it either."""

    state = models.CharField(_("状态"), max_length=20, choices=KeptState, default=KeptState.KEPT)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True

    @classmethod
    def clearance_cases(cls, actor: Actor) -> list[tuple[Q, int]]:
        return [(Q(person=actor.pk), OWNER)] if actor.pk else []

    @classmethod
    def shown_to(cls, actor: Actor) -> Q:
        return Q(pk__in=[])


class Shortlisted(Own):
    """An achievement on a person's shortlist."""

    field_levels: ClassVar[dict[str, Level]] = {"person": STAFF, "achievement": STAFF, "note": STAFF}

    person = models.ForeignKey(Person, models.CASCADE, related_name="shortlist")
    achievement = models.ForeignKey(Achievement, models.CASCADE, related_name="+", verbose_name=_("成果"))
    note = models.CharField(_("备注"), max_length=300, blank=True)

    objects = VisibleQuerySet["Shortlisted"].as_manager()

    class Meta:
        verbose_name = _("收藏的成果")
        constraints = [models.UniqueConstraint(fields=["person", "achievement"], name="shortlisted_once")]

    def __str__(self) -> str:
        return f"{self.person_id} · {self.achievement_id}"

    def get_absolute_url(self) -> str:
        return reverse("shortlist")

    if TYPE_CHECKING:
        person_id: int
        achievement_id: int


class SavedSearch(Own):
    """A search that a person comes back to, with the moment of the last look."""

    field_levels: ClassVar[dict[str, Level]] = {
        "person": STAFF,
        "name": STAFF,
        "query": STAFF,
        "filters": STAFF,
        "looked_at": STAFF,
    }

    person = models.ForeignKey(Person, models.CASCADE, related_name="saved_searches")
    name = models.CharField(_("名称"), max_length=80)
    query = models.CharField(_("搜索词"), max_length=500, blank=True)
    filters = models.JSONField(_("筛选条件"), default=dict, blank=True)
    looked_at = models.DateTimeField(_("上次查看"))

    objects = VisibleQuerySet["SavedSearch"].as_manager()

    class Meta:
        verbose_name = _("保存的搜索")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return f"{reverse('search')}?{urlencode({'q': self.query, **self.filters}, doseq=True)}"

    if TYPE_CHECKING:
        person_id: int
