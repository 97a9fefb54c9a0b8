"""Access tokens: a person's key for programs. Only its digest is kept."""

from __future__ import annotations

import hashlib
import secrets
from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from keqiao.kernel.visibility import OWNER, Level, Visible, VisibleQuerySet

if TYPE_CHECKING:
    from keqiao.kernel.access import Actor

PREFIX = "kq_"


class TokenState(models.TextChoices):
    """A token opens the API until it is taken back or its time is over."""

    ACTIVE = "active", _("有效")
    REVOKED = "revoked", _("已停用")
    EXPIRED = "expired", _("已过期")


class AccessTokenQuerySet(VisibleQuerySet["AccessToken"]):
    """Tokens: a person's own, nobody else's."""

    def opening(self, text: str) -> AccessToken | None:
        """The token with this text, if it opens anything now."""
        valid = Q(expires_at=None) | Q(expires_at__gt=timezone.now())
        mine = self.filter(valid, digest=digest_of(text), state=TokenState.ACTIVE, person__is_active=True)
        return mine.select_related("person").first()


class AccessToken(Visible):
    """A key that acts as its person until it is revoked or expires."""

    field_levels: ClassVar[dict[str, Level]] = {
        "name": Level.STAFF,
        "expires_at": Level.STAFF,
        "last_used_on": Level.STAFF,
        "revoked_at": Level.STAFF,
    }
    unjournalled: ClassVar[frozenset[str]] = frozenset({"digest", "last_used_on"})
    erasable: ClassVar[frozenset[str]] = frozenset({"name"})

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="access_tokens")
    name = models.CharField(_("用途"), max_length=60)
    digest = models.CharField(max_length=64, unique=True)
    state = models.CharField(_("状态"), max_length=20, choices=TokenState, default=TokenState.ACTIVE)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(_("有效期至"), null=True)
    last_used_on = models.DateField(_("上次使用"), null=True)
    revoked_at = models.DateTimeField(null=True)

    objects = AccessTokenQuerySet.as_manager()

    class Meta:
        verbose_name = _("访问令牌")

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("access_tokens")

    @classmethod
    def clearance_cases(cls, actor: Actor) -> list[tuple[Q, int]]:
        """The person alone: no staff, no colleague has business with somebody's keys."""
        return [(Q(person=actor.pk), OWNER)] if actor.pk else []

    @classmethod
    def shown_to(cls, actor: Actor) -> Q:
        return Q(pk__in=())

    if TYPE_CHECKING:
        person_id: int


def digest_of(token: str) -> str:
    """SHA-256 of a token; tokens are long and random, so no salt is needed."""
    return hashlib.sha256(token.encode()).hexdigest()


def random_token() -> str:
    return PREFIX + secrets.token_urlsafe(32)
