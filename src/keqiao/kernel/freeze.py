"""Frozen versions: the exact text a decision was made on, with its hash."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from django.db import models

from keqiao.kernel import journal
from keqiao.kernel.models import Version

if TYPE_CHECKING:
    from keqiao.kernel.models import Entry


def freeze(row: models.Model, entry: Entry) -> Version:
    """Keep what the row says now (its own `content()` if it has one) under its SHA-256."""
    content: Any = row.content() if hasattr(row, "content") else journal.snapshot(row)
    content = journal.plain(content)
    return Version.objects.create(
        entry=entry,
        object_type=entry.object_type,
        object_id=entry.object_id,
        content=content,
        sha256=sha256_of(content),
    )


def sha256_of(content: object) -> str:
    """SHA-256 over the canonical JSON of the content."""
    return hashlib.sha256(journal.canonical(content).encode()).hexdigest()


def versions_of(row: models.Model) -> models.QuerySet[Version]:
    """The frozen versions of a row, oldest first."""
    return (
        Version.objects.filter(object_type=row._meta.model_name, object_id=row.pk)
        .select_related("entry__actor")
        .order_by("entry_id")
    )
