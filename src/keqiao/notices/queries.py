"""What the pages ask about notices and mails."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keqiao.notices.models import Notice

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from keqiao.kernel.access import Actor


def notices_of(person: Actor) -> QuerySet[Notice]:
    """The notices of one person, newest first; nobody else's, ever."""
    return Notice.objects.filter(person=person.pk) if person.pk else Notice.objects.none()


def unread_count(person: Actor) -> int:
    """How many notices wait for this person."""
    return notices_of(person).filter(read_at=None).count()
