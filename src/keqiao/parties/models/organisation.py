"""Organisations, and who belongs to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from keqiao.kernel.visibility import OWNER, Level, Seen, Visible, VisibleQuerySet
from keqiao.parties.enums import (
    Industry,
    MembershipRole,
    MembershipState,
    OrganisationKind,
    OrganisationSize,
    OrganisationState,
)
from keqiao.parties.models.node import Node, standing_of
from keqiao.parties.models.person import Person
from keqiao.parties.names import name_key, search_text, spoken

if TYPE_CHECKING:
    from keqiao.kernel.access import Actor


class OrganisationQuerySet(VisibleQuerySet["Organisation"]):
    """Organisations, seen through their levels."""


class Organisation(Visible):
    """A company, university, institute, service body, park, fund or government office."""

    field_levels: ClassVar[dict[str, Level]] = {
        "name": Level.PUBLIC,
        "name_en": Level.PUBLIC,
        "kind": Level.PUBLIC,
        "credit_code": Level.REGISTERED,
        "region": Level.PUBLIC,
        "industry": Level.PUBLIC,
        "size": Level.PUBLIC,
        "website": Level.PUBLIC,
        "introduction": Level.PUBLIC,
        "introduction_en": Level.PUBLIC,
        "verification_note": Level.STAFF,
    }
    open_attributes: ClassVar[frozenset[str]] = frozenset({"is_verified", "industry_label", "size_label"})
    unjournalled: ClassVar[frozenset[str]] = frozenset({"name_key", "sound_key", "search_text"})

    name = models.CharField(_("名称"), max_length=120)
    name_en = models.CharField(_("英文名称"), max_length=200, blank=True)
    name_key = models.CharField(max_length=120, db_index=True, editable=False)
    sound_key = models.CharField(max_length=400, db_index=True, editable=False)
    search_text = models.CharField(max_length=800, editable=False)
    kind = models.CharField(_("类型"), max_length=20, choices=OrganisationKind)
    credit_code = models.CharField(_("统一社会信用代码"), max_length=18, blank=True)
    state = models.CharField(_("状态"), max_length=20, choices=OrganisationState, default=OrganisationState.UNVERIFIED)
    node = models.ForeignKey(
        Node, models.PROTECT, to_field="code", related_name="organisations", verbose_name=_("节点")
    )
    region = models.CharField(_("地区"), max_length=6, blank=True)
    industry = models.CharField(_("行业"), max_length=10, blank=True)
    size = models.CharField(_("规模"), max_length=20, blank=True)
    website = models.URLField(_("网站"), blank=True)
    introduction = models.TextField(_("简介"), blank=True, max_length=2000)
    introduction_en = models.TextField(_("英文简介"), blank=True, max_length=4000)
    verification_note = models.TextField(_("核验说明"), blank=True, max_length=500)
    verified_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = _("单位")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["credit_code"], condition=~Q(credit_code=""), name="organisation_one_per_code"
            )
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.derive()
        super().save(*args, **kwargs)

    def derive(self) -> None:
        """Fill what is found by from the names. Whoever writes many rows at once (`bulk_create`) calls this first."""
        self.name_key = name_key(self.name)
        self.sound_key = spoken(self.name_key)[:400]
        self.search_text = search_text(self.name, self.name_en)

    def get_absolute_url(self) -> str:
        return reverse("organisation", args=[self.pk])

    @property
    def industry_label(self) -> str:
        return str(Industry(self.industry).label) if self.industry in Industry.values else self.industry

    @property
    def size_label(self) -> str:
        return str(OrganisationSize(self.size).label) if self.size in OrganisationSize.values else self.size

    @property
    def is_verified(self) -> bool:
        return self.state == OrganisationState.VERIFIED

    @classmethod
    def clearance_cases(cls, actor: Actor) -> list[tuple[Q, int]]:
        standing = standing_of(actor)
        cases: list[tuple[Q, int]] = [(Q(pk__in=standing.organisations), OWNER)]
        if standing.everywhere:
            cases.append((Q(pk__gt=0), int(Level.STAFF)))
        elif standing.watched:
            cases.append((Q(node__in=standing.watched), int(Level.STAFF)))
        return cases

    @classmethod
    def shown_to(cls, actor: Actor) -> Q:
        return ~Q(state=OrganisationState.REJECTED)

    if TYPE_CHECKING:
        node_id: str


class Membership(Visible):
    """A person's place in an organisation."""

    field_levels: ClassVar[dict[str, Level]] = {
        "person": Level.PUBLIC,
        "organisation": Level.PUBLIC,
        "role": Level.REGISTERED,
        "position": Level.PUBLIC,
    }

    person = models.ForeignKey(Person, models.CASCADE, related_name="memberships")
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="memberships")
    role = models.CharField(_("角色"), max_length=20, choices=MembershipRole, default=MembershipRole.MEMBER)
    position = models.CharField(_("职务"), max_length=60, blank=True)
    state = models.CharField(_("状态"), max_length=20, choices=MembershipState, default=MembershipState.REQUESTED)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = VisibleQuerySet["Membership"].as_manager()

    class Meta:
        verbose_name = _("成员关系")
        constraints = [
            models.UniqueConstraint(
                fields=["person", "organisation"],
                condition=Q(state__in=("requested", "invited", "active")),
                name="membership_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.person} @ {self.organisation}"

    def get_absolute_url(self) -> str:
        return self.organisation.get_absolute_url()

    def called(self, seen: Seen) -> str:
        return f"{seen.person} · {seen.organisation}"

    @property
    def node_id(self) -> str:
        return str(self.organisation.node_id)

    @classmethod
    def clearance_cases(cls, actor: Actor) -> list[tuple[Q, int]]:
        standing = standing_of(actor)
        cases: list[tuple[Q, int]] = []
        if actor.pk:
            cases.append((Q(person=actor.pk) | Q(organisation__in=standing.administers), OWNER))
        if standing.everywhere:
            cases.append((Q(pk__gt=0), int(Level.STAFF)))
        elif standing.watched:
            cases.append((Q(organisation__node__in=standing.watched), int(Level.STAFF)))
        return cases

    @classmethod
    def shown_to(cls, actor: Actor) -> Q:
        """Colleagues know of each other; everybody of where the people in the directory work."""
        working = Q(state=MembershipState.ACTIVE)
        in_directory = Q(person__is_listed=True, person__is_active=True)
        public = in_directory & ~Q(organisation__state=OrganisationState.REJECTED)
        return working & (Q(organisation__in=standing_of(actor).organisations) | public)

    if TYPE_CHECKING:
        person_id: int
        organisation_id: int
