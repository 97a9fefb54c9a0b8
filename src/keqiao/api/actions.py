"""What happens to access tokens."""

from __future__ import annotations

from django.utils import timezone

from keqiao.api.models import AccessToken, digest_of, random_token
from keqiao.parties.models import Person


def issue(person: Person, *, name: str) -> tuple[AccessToken, str]:
    """A new token and its text, which is shown once and never again."""
    text = random_token()
    return AccessToken.objects.create(person=person, name=name[:60], digest=digest_of(text)), text


def revoke(token: AccessToken) -> None:
    """From now on the token opens nothing."""
    token.revoked_at = timezone.now()
    token.save(update_fields=["revoked_at"])


def note_use(token: AccessToken) -> None:
    """Remember the day of the last use; once a day is enough."""
    today = timezone.localdate()
    if token.last_used_on != today:
        token.last_used_on = today
        token.save(update_fields=["last_used_on"])
