"""What an organisation has published: lists for its page, in full on pages of their own."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db.models import F, IntegerField, QuerySet
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from keqiao.exchange.models import Achievement, Listing, Need
from keqiao.kernel.visibility import Seen

if TYPE_CHECKING:
    from keqiao.kernel.access import Actor

FEW = 5


@dataclass(frozen=True, slots=True)
class Kind:
    """What is listed, and the words around it."""

    model: type[Listing]
    title: Any
    all: Any
    empty: Any
    begin: Any
    start: tuple[str, list[str]]


KINDS = {
    "needs": Kind(Need, _("需求"), _("全部需求"), _("还没有公开的需求。"), _("发布需求"), ("need_new", [])),
    "achievements": Kind(
        Achievement, _("成果"), _("全部成果"), _("还没有公开的成果。"), _("发布成果"), ("new", ["achievements"])
    ),
}


@dataclass(frozen=True, slots=True)
class Few:
    """The newest of a kind; `more` says that there are others."""

    kind: Kind
    address: str
    rows: list[Seen] = field(default_factory=list)
    more: bool = False

    @property
    def start(self) -> str:
        name, arguments = self.kind.start
        return reverse(name, args=arguments)


def listed_of(organisation: int, model: type[Listing], actor: Actor) -> QuerySet[Any]:
    """What an organisation has published, newest first; not what hides from this reader who is behind it."""
    level = Coalesce(Cast(KT("levels__organisation"), IntegerField()), int(model.field_levels["organisation"]))
    rows = model._default_manager.visible_to(actor).filter(organisation=organisation)  # type: ignore[attr-defined]
    rows = rows.filter(state__in=model.shown_states).alias(level=level).filter(clearance_level__gte=F("level"))
    return rows.select_related("organisation", "node").order_by("-published_at", "-pk")  # type: ignore[no-any-return]


def few_of(organisation: int, actor: Actor) -> list[Few]:
    """The newest needs and achievements of an organisation, one query each."""
    return [few(name, kind, organisation, actor) for name, kind in KINDS.items()]


def few(name: str, kind: Kind, organisation: int, actor: Actor) -> Few:
    rows = list(listed_of(organisation, kind.model, actor)[: FEW + 1])
    address = reverse("published", args=[organisation, name])
    return Few(kind, address, [row.seen_by(actor) for row in rows[:FEW]], len(rows) > FEW)
