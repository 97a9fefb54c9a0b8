"""A ranking learnt from grades: a version, with what it is worth on needs it was not learnt from."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from keqiao.kernel.visibility import Level, Seen, Visible, VisibleQuerySet
from keqiao.matching.enums import RankingState
from keqiao.parties.models import standing_of

if TYPE_CHECKING:
    from keqiao.kernel.access import Actor

STAFF = Level.STAFF


class Ranking(Visible):
    """A learnt ranking. It belongs to no node: the staff of the centre see it and its operators switch it.

    `content` is the model as `keqiao engine learn` writes it, `digest` its SHA-256. `measures` are the report on needs
    held out, `counted_until` is when the newest grade was given that it was learnt from.
    """

    field_levels: ClassVar[dict[str, Level]] = {
        "trained_at": STAFF,
        "counted_until": STAFF,
        "measures": STAFF,
        "digest": STAFF,
    }
    unjournalled: ClassVar[frozenset[str]] = frozenset({"content"})

    state = models.CharField(_("状态"), max_length=20, choices=RankingState, default=RankingState.TRAINED)
    trained_at = models.DateTimeField(_("训练时间"))
    counted_until = models.DateTimeField(_("评分截至"), null=True, blank=True)
    measures = models.JSONField(_("检验结果"), default=dict, blank=True)
    digest = models.CharField(_("校验值"), max_length=64)
    content = models.TextField(_("模型"), editable=False)

    objects = VisibleQuerySet["Ranking"].as_manager()

    class Meta:
        verbose_name = _("排序模型")
        constraints = [
            models.UniqueConstraint(fields=["state"], condition=Q(state="in_use"), name="ranking_one_in_use"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("rankings")

    def called(self, seen: Seen) -> str:
        return gettext("排序模型第 %(number)d 版") % {"number": self.pk}

    @property
    def node_id(self) -> str:
        return ""

    @property
    def is_whole(self) -> bool:
        """Whether the content is what was trained."""
        return hashlib.sha256(self.content.encode()).hexdigest() == self.digest

    @classmethod
    def clearance_cases(cls, actor: Actor) -> list[tuple[Q, int]]:
        return [(Q(pk__gt=0), int(STAFF))] if standing_of(actor).everywhere else []

    @classmethod
    def shown_to(cls, actor: Actor) -> Q:
        return Q(pk__in=[])
