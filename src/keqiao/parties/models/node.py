"""Nodes, and what a person is at them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from keqiao.kernel.visibility import Level, Visible, VisibleQuerySet
from keqiao.parties.enums import NodeState

if TYPE_CHECKING:
    from keqiao.kernel.access import Actor


class Node(Visible):
    """A centre (no parent) or a city node. Every record belongs to one, and names it by its code."""

    field_levels: ClassVar[dict[str, Level]] = {
        "code": Level.PUBLIC,
        "name": Level.PUBLIC,
        "name_en": Level.PUBLIC,
        "parent": Level.PUBLIC,
        "region": Level.PUBLIC,
    }
    open_attributes: ClassVar[frozenset[str]] = frozenset({"is_centre"})

    code = models.SlugField(_("代码"), max_length=20, unique=True)
    name = models.CharField(_("名称"), max_length=60)
    name_en = models.CharField(_("英文名称"), max_length=60, blank=True)
    parent = models.ForeignKey("self", models.PROTECT, to_field="code", null=True, blank=True, related_name="children")
    region = models.CharField(_("行政区划代码"), max_length=6, blank=True)
    state = models.CharField(_("状态"), max_length=20, choices=NodeState, default=NodeState.OPEN)
    tile_x = models.PositiveSmallIntegerField(default=0)
    tile_y = models.PositiveSmallIntegerField(default=0)

    objects = VisibleQuerySet["Node"].as_manager()

    class Meta:
        verbose_name = _("节点")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("node", args=[self.pk])

    @property
    def reference(self) -> str:
        return self.code

    @property
    def node_id(self) -> str:
        """The node that the record of a node belongs to: itself."""
        return self.code

    @property
    def is_centre(self) -> bool:
        return self.parent_id is None

    @classmethod
    def clearance_cases(cls, actor: Actor) -> list[tuple[Q, int]]:
        """Nothing of a node is confidential."""
        return []

    @classmethod
    def shown_to(cls, actor: Actor) -> Q:
        return Q(pk__gt=0)

    if TYPE_CHECKING:
        parent_id: str | None


@dataclass(frozen=True, slots=True)
class Standing:
    """What a person is, at this moment: organisations and posts. Two queries, kept for the request."""

    organisations: frozenset[int]
    administers: frozenset[int]
    operates: frozenset[str]
    manages: frozenset[str]
    audits: frozenset[str]
    everywhere: bool
    directs: bool = False
    """Operates the centre, and so every node."""

    @property
    def is_staff(self) -> bool:
        return bool(self.operates or self.manages or self.audits or self.everywhere)

    def sees_node(self, code: str | None) -> bool:
        """Whether the person sees everything of this node as its staff."""
        return self.everywhere or code in self.operates or code in self.audits

    @property
    def runs(self) -> bool:
        """Whether the person operates or audits any node."""
        return bool(self.everywhere or self.operates or self.audits)

    @property
    def watched(self) -> frozenset[str]:
        """Nodes whose records the person sees as staff (all of them, if `everywhere`)."""
        return self.operates | self.audits


NO_STANDING = Standing(frozenset(), frozenset(), frozenset(), frozenset(), frozenset(), everywhere=False)


def standing_of(actor: Actor) -> Standing:
    """The standing of any actor; strangers and the system have none."""
    standing = getattr(actor, "standing", None)
    return standing if isinstance(standing, Standing) else NO_STANDING
