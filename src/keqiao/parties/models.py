"""Nodes, people, organisations, and who belongs where."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
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
    PersonState,
    PostRole,
    Purpose,
)
from keqiao.parties.names import name_key, search_text, spoken

if TYPE_CHECKING:
    from keqiao.kernel.access import Actor


class Node(models.Model):
    """A centre (no parent) or a city node. Every record belongs to one."""

    code = models.SlugField(_("代码"), max_length=20, primary_key=True)
    name = models.CharField(_("名称"), max_length=60)
    name_en = models.CharField(_("英文名称"), max_length=60, blank=True)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    region = models.CharField(_("行政区划代码"), max_length=6, blank=True)
    tile_x = models.PositiveSmallIntegerField(default=0)
    tile_y = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("节点")
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_centre(self) -> bool:
        return self.parent_id is None

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
    def watched(self) -> frozenset[str]:
        """Nodes whose records the person sees as staff (all of them, if `everywhere`)."""
        return self.operates | self.audits


NO_STANDING = Standing(frozenset(), frozenset(), frozenset(), frozenset(), frozenset(), everywhere=False)


def standing_of(actor: Actor) -> Standing:
    """The standing of any actor; strangers and the system have none."""
    standing = getattr(actor, "standing", None)
    return standing if isinstance(standing, Standing) else NO_STANDING


class PersonQuerySet(VisibleQuerySet["Person"]):
    """People, seen through their levels."""


class PersonManager(BaseUserManager["Person"].from_queryset(PersonQuerySet)):  # type: ignore[misc]
    """Makes people from e-mail addresses."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> Person:
        person = Person(email=self.normalize_email(email).lower(), **fields)
        person.set_password(password)
        person.save(using=self._db)
        return person

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> Person:
        return self.create_user(email, password, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> Person:
        person: Person = Person.objects.get(email__iexact=username)
        return person


class Person(AbstractBaseUser, PermissionsMixin, Visible):
    """A person with an account. The e-mail address is the login."""

    field_levels: ClassVar[dict[str, Level]] = {
        "name": Level.PUBLIC,
        "name_en": Level.PUBLIC,
        "title": Level.PUBLIC,
        "introduction": Level.PUBLIC,
        "introduction_en": Level.PUBLIC,
        "fields": Level.PUBLIC,
        "region": Level.PUBLIC,
        "email": Level.NDA,
        "phone": Level.NDA,
    }
    choosable: ClassVar[frozenset[str]] = frozenset({"introduction", "introduction_en", "email", "phone"})
    open_attributes: ClassVar[frozenset[str]] = frozenset({"is_listed"})
    unjournalled: ClassVar[frozenset[str]] = frozenset({"password", "last_login"})
    erasable: ClassVar[frozenset[str]] = frozenset(
        {"email", "name", "name_en", "title", "phone", "introduction", "introduction_en"}
    )

    email = models.EmailField(_("电子邮箱"), unique=True)
    name = models.CharField(_("姓名"), max_length=60, blank=True)
    name_en = models.CharField(_("英文姓名"), max_length=80, blank=True)
    title = models.CharField(_("职务或职称"), max_length=60, blank=True)
    phone = models.CharField(_("电话"), max_length=30, blank=True)
    introduction = models.TextField(_("简介"), blank=True, max_length=2000)
    introduction_en = models.TextField(_("英文简介"), blank=True, max_length=4000)
    fields = models.JSONField(_("领域"), default=list, blank=True)
    region = models.CharField(_("地区"), max_length=6, blank=True)
    purposes = models.JSONField(_("来这里做什么"), default=list, blank=True)
    language = models.CharField(_("界面语言"), max_length=10, default="zh-hans")
    is_listed = models.BooleanField(_("在人才目录中公开"), default=False)
    state = models.CharField(_("状态"), max_length=20, choices=PersonState, default=PersonState.ACTIVE)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    objects = PersonManager()

    class Meta:
        verbose_name = _("人员")

    def __str__(self) -> str:
        return self.name or self.email.partition("@")[0]

    def get_absolute_url(self) -> str:
        return reverse("person", args=[self.pk])

    @property
    def is_staff(self) -> bool:
        return self.is_superuser

    @cached_property
    def standing(self) -> Standing:
        members = list(self.memberships.filter(state=MembershipState.ACTIVE).values_list("organisation_id", "role"))
        posts = list(self.posts.filter(is_active=True).values_list("node_id", "role", "node__parent_id"))

        def nodes(role: PostRole) -> frozenset[str]:
            return frozenset(node for node, held, _parent in posts if held == role)

        return Standing(
            organisations=frozenset(pk for pk, _role in members),
            administers=frozenset(pk for pk, role in members if role == MembershipRole.ADMIN),
            operates=nodes(PostRole.OPERATOR),
            manages=nodes(PostRole.MANAGER),
            audits=nodes(PostRole.AUDITOR),
            everywhere=any(parent is None and role != PostRole.MANAGER for _node, role, parent in posts),
            directs=any(parent is None and role == PostRole.OPERATOR for _node, role, parent in posts),
        )

    def forget_standing(self) -> None:
        """Look again next time: the person has just become something else."""
        self.__dict__.pop("standing", None)

    @classmethod
    def clearance_cases(cls, actor: Actor) -> list[tuple[Q, int]]:
        """The person; staff of the nodes where the person works; colleagues, as far as an agreement would go."""
        standing = standing_of(actor)
        cases: list[tuple[Q, int]] = [(Q(pk=actor.pk), OWNER)] if actor.pk else []
        if standing.everywhere:
            cases.append((Q(is_active=True), int(Level.STAFF)))
        elif standing.watched:
            here = Q(pk__in=people_in(organisation__node__in=standing.watched))
            here |= Q(pk__in=Post.objects.filter(node__in=standing.watched).values("person"))
            cases.append((Q(is_active=True) & here, int(Level.STAFF)))
        if standing.organisations:
            colleagues = people_in(organisation__in=standing.organisations, state=MembershipState.ACTIVE)
            cases.append((Q(is_active=True, pk__in=colleagues), int(Level.NDA)))
        return cases

    @classmethod
    def shown_to(cls, actor: Actor) -> Q:
        """People who chose to be listed; to the administrators of an organisation, those who ask to join it."""
        shown = Q(is_listed=True)
        if administers := standing_of(actor).administers:
            shown |= Q(pk__in=people_in(organisation__in=administers))
        return Q(is_active=True) & shown

    def called(self, seen: Seen) -> str:
        return str(seen.name)

    def purpose_labels(self) -> list[str]:
        return [str(Purpose(value).label) for value in self.purposes if value in Purpose.values]


def people_in(**conditions: Any) -> models.QuerySet[Membership, Any]:
    """Ids of people with a membership of these conditions that is not over."""
    over = (MembershipState.DECLINED, MembershipState.LEFT)
    return Membership.objects.filter(**conditions).exclude(state__in=over).values("person")


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
    node = models.ForeignKey(Node, models.PROTECT, related_name="organisations", verbose_name=_("节点"))
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
        self.search_text = search_text(self.name, self.name_en, self.credit_code)

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


class Post(models.Model):
    """A staff role at a node. A post at the centre (other than manager's) reaches every node."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="posts")
    node = models.ForeignKey(Node, models.PROTECT, related_name="posts")
    role = models.CharField(_("职责"), max_length=20, choices=PostRole)
    caseload_limit = models.PositiveSmallIntegerField(_("在办上限"), default=40)
    is_active = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("岗位")
        constraints = [models.UniqueConstraint(fields=["person", "node", "role"], name="post_once")]

    def __str__(self) -> str:
        return f"{self.person} {self.role} @ {self.node_id}"

    if TYPE_CHECKING:
        node_id: str
        person_id: int


class Consent(models.Model):
    """Something a person agreed to, in the words that were shown (PIPL arts. 14, 23)."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="consents")
    purpose = models.CharField(max_length=40)
    wording = models.TextField()
    object_type = models.CharField(max_length=40, blank=True)
    object_id = models.BigIntegerField(null=True)
    given_at = models.DateTimeField(auto_now_add=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("同意记录")

    def __str__(self) -> str:
        return f"{self.person_id} {self.purpose}"

    if TYPE_CHECKING:
        person_id: int
