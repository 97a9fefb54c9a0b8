"""What happens to access tokens."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from keqiao.api.models import AccessToken, digest_of, random_token
from keqiao.kernel import journal, replays
from keqiao.parties.models import Person


def issue(person: Person, *, name: str, days: int | None = None, key: str = "") -> tuple[AccessToken, str]:
    """A new token and its text, which is shown once and never again; the journal has neither text nor digest."""
    text = random_token()
    expires = timezone.now() + timedelta(days=days) if days else None
    with transaction.atomic():
        token = AccessToken.objects.create(person=person, name=name[:60], digest=digest_of(text), expires_at=expires)
        journal.append(row=token, verb="issue", actor=person, before={}, key=key)
    return token, text


def issue_once(person: Person, *, name: str, days: int | None, key: str) -> tuple[AccessToken, str] | None:
    """The same, unless this key has made a token before: its text cannot be shown again."""
    if replays.entry_of(person, key):
        return None
    try:
        return issue(person, name=name, days=days, key=key)
    except IntegrityError:  # the same form, sent twice at the same moment
        return None


def revoke(row: AccessToken, data: dict[str, Any], actor: Person) -> None:
    row.revoked_at = timezone.now()


def note_use(token: AccessToken) -> None:
    """Remember the day of the last use; once a day is enough, and it is no event for the journal."""
    today = timezone.localdate()
    if token.last_used_on != today:
        AccessToken.objects.filter(pk=token.pk).update(last_used_on=today)
