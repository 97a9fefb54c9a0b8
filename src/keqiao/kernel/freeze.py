"""Frozen versions: the exact text a decision was made on, with its hash."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from django.db import models

from keqiao.kernel import journal
from keqiao.kernel.models import Version

if TYPE_CHECKING:
    from keqiao.kernel.models import Entry


def content_of(row: models.Model) -> Any:
    """What the row says now, as JSON keeps it: its own `content()` if it has one, else its stored values."""
    return journal.plain(row.content() if hasattr(row, "content") else journal.snapshot(row))


def keep(content: Any, entry: Entry) -> Version:
    """Keep the text that an entry decided on under its SHA-256, which stands in the entry and so in the chain."""
    kept = version(content, entry)
    kept.save()
    return kept


def version(content: Any, entry: Entry) -> Version:
    """The frozen text of an entry, not yet written; its hash is the one that the entry says."""
    return Version(
        entry=entry,
        object_type=entry.object_type,
        object_id=entry.object_id,
        content=content,
        sha256=entry.changes.get("frozen") or sha256_of(content),
    )


def sha256_of(content: object) -> str:
    """SHA-256 over the canonical JSON of the content."""
    return hashlib.sha256(journal.canonical(journal.as_stored(content)).encode()).hexdigest()


def versions_of(row: models.Model) -> models.QuerySet[Version]:
    """The frozen versions of a row, oldest first."""
    return (
        Version.objects.filter(object_type=row._meta.model_name, object_id=row.pk)
        .select_related("entry__actor")
        .order_by("entry_id")
    )
