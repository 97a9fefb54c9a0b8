"""People, their staff roles, and what they agreed to."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from keqiao.kernel.visibility import OWNER, Level, Seen, Visible, VisibleQuerySet
from keqiao.parties.enums import MembershipRole, MembershipState, PersonState, PostRole, PostState, Purpose
from keqiao.parties.models.node import Node, Standing, standing_of

if TYPE_CHECKING:
    from keqiao.kernel.access import Actor


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
        return self.name or f"#{self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("person", args=[self.pk])

    @property
    def is_staff(self) -> bool:
        return self.is_superuser

    @cached_property
    def standing(self) -> Standing:
        members = list(self.memberships.filter(state=MembershipState.ACTIVE).values_list("organisation_id", "role"))
        posts = list(self.posts.filter(state=PostState.ACTIVE).values_list("node__code", "role", "node__parent_id"))

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
            here |= Q(pk__in=Post.objects.filter(node__code__in=standing.watched).values("person"))
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


def people_in(**conditions: Any) -> models.QuerySet[Person, Any]:
    """Ids of people with a membership of these conditions that is not over."""
    going_on = (MembershipState.REQUESTED, MembershipState.INVITED, MembershipState.ACTIVE)
    wanted = {f"memberships__{name}": value for name, value in conditions.items()}
    return Person.objects.filter(**({"memberships__state__in": going_on} | wanted)).values("pk")  # type: ignore[no-any-return]


class Post(Visible):
    """A staff role at a node. A post at the centre (other than manager's) reaches every node."""

    field_levels: ClassVar[dict[str, Level]] = {
        "person": Level.REGISTERED,
        "node": Level.PUBLIC,
        "role": Level.PUBLIC,
        "caseload_limit": Level.NDA,
    }

    person = models.ForeignKey(Person, models.CASCADE, related_name="posts")
    node = models.ForeignKey(Node, models.PROTECT, to_field="code", related_name="posts")
    role = models.CharField(_("职责"), max_length=20, choices=PostRole)
    caseload_limit = models.PositiveSmallIntegerField(_("在办上限"), default=40)
    state = models.CharField(_("状态"), max_length=20, choices=PostState, default=PostState.ACTIVE)

    objects = VisibleQuerySet["Post"].as_manager()

    class Meta:
        verbose_name = _("岗位")
        constraints = [
            models.UniqueConstraint(fields=["person", "node", "role"], condition=Q(state="active"), name="post_once")
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.role} @ {self.node_id}"

    def get_absolute_url(self) -> str:
        return self.node.get_absolute_url()

    def called(self, seen: Seen) -> str:
        return f"{seen.node} · {seen.get_role_display()} · {seen.person}"

    @classmethod
    def clearance_cases(cls, actor: Actor) -> list[tuple[Q, int]]:
        standing = standing_of(actor)
        cases: list[tuple[Q, int]] = [(Q(person=actor.pk), OWNER)] if actor.pk else []
        if standing.everywhere:
            cases.append((Q(pk__gt=0), int(Level.STAFF)))
        elif standing.watched:
            cases.append((Q(node__in=standing.watched), int(Level.STAFF)))
        return cases

    @classmethod
    def shown_to(cls, actor: Actor) -> Q:
        """Who works for the platform is known to its staff."""
        return Q(pk__in=[])

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
