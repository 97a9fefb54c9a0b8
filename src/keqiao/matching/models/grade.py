"""A grade: how well an achievement answers a need, judged by transfer staff. Kept as training data."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from keqiao.exchange.models import Achievement, Need
from keqiao.kernel.visibility import OWNER, Level, Visible, VisibleQuerySet
from keqiao.matching.enums import GradeState, Relevance
from keqiao.parties.models import Person, standing_of

if TYPE_CHECKING:
    from keqiao.kernel.access import Actor

STAFF = Level.STAFF


class Grade(Visible):
    """One person's grade of one pair, with the parts of the score as they were when it was given."""

    field_levels: ClassVar[dict[str, Level]] = {
        "need": STAFF,
        "achievement": STAFF,
        "grade": STAFF,
        "by": STAFF,
        "graded_at": STAFF,
        "features": STAFF,
    }

    need = models.ForeignKey(Need, models.PROTECT, related_name="grades", verbose_name=_("需求"))
    achievement = models.ForeignKey(Achievement, models.PROTECT, related_name="grades", verbose_name=_("成果"))
    state = models.CharField(_("状态"), max_length=20, choices=GradeState, default=GradeState.GIVEN)
    grade = models.PositiveSmallIntegerField(
        _("相关程度"), choices=Relevance, validators=[MinValueValidator(1), MaxValueValidator(4)]
    )
    by = models.ForeignKey(Person, models.PROTECT, related_name="grades", verbose_name=_("评分人"))
    graded_at = models.DateTimeField(_("评分时间"))
    features = models.JSONField(_("评分时的匹配依据"), default=dict, blank=True)

    objects = VisibleQuerySet["Grade"].as_manager()

    class Meta:
        verbose_name = _("匹配评分")
        constraints = [models.UniqueConstraint(fields=["need", "achievement", "by"], name="grade_once_a_person")]

    def __str__(self) -> str:
        return f"{self.need_id} × {self.achievement_id}: {self.grade}"

    def get_absolute_url(self) -> str:
        return self.need.get_absolute_url()

    @property
    def node_id(self) -> str:
        return str(self.need.node_id)

    @classmethod
    def clearance_cases(cls, actor: Actor) -> list[tuple[Q, int]]:
        standing = standing_of(actor)
        cases: list[tuple[Q, int]] = []
        if actor.pk:
            cases.append((Q(by=actor.pk), OWNER))
            cases.append((Q(need__manager=actor.pk), int(STAFF)))
        if standing.everywhere:
            cases.append((Q(pk__gt=0), int(STAFF)))
        elif standing.watched:
            cases.append((Q(need__node__in=standing.watched), int(STAFF)))
        return cases

    @classmethod
    def shown_to(cls, actor: Actor) -> Q:
        return Q(pk__in=[])

    if TYPE_CHECKING:
        need_id: int
        achievement_id: int
        by_id: int
