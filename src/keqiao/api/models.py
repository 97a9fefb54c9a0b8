"""Access tokens: a person's key for programs. Only its digest is kept."""

from __future__ import annotations

import hashlib
import secrets

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

PREFIX = "kq_"


class AccessToken(models.Model):
    """A key that acts as its person until it is revoked."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="access_tokens")
    name = models.CharField(_("名称"), max_length=60)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_on = models.DateField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("访问令牌")

    def __str__(self) -> str:
        return self.name


def digest_of(token: str) -> str:
    """SHA-256 of a token; tokens are long and random, so no salt is needed."""
    return hashlib.sha256(token.encode()).hexdigest()


def random_token() -> str:
    return PREFIX + secrets.token_urlsafe(32)
