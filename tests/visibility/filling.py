"""Markers in what no verb of the world sets: staff's notes, moments, texts of later steps."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from django.db import models

from keqiao.kernel.visibility import Visible
from tests.visibility.cast import World

UNMARKED = frozenset(
    {
        "source_language",
        "code", "deadline_zone", "fields", "region", "cooperation_modes", "shared_with", "share_asked",
        "reject_reason", "decline_reason", "dismiss_reason", "industry", "size", "digest", "instalments", "rates",
        "filters", "features", "score", "side", "measures",
    }
)  # fmt: skip
"""Codes, and figures made of others: no marker fits in them. The keys of the API's objects are compared instead."""


NOT_YET = frozenset(
    {
        ("project", "published_at"), ("blind_proposal", "agreed_at"), ("blind_proposal", "nda_signed_at"),
        ("person:postdoc", "name"),
        ("waiting", "verification_note"),
    }
)  # fmt: skip
"""What has to stay empty: with it the record would be another one (published, no longer double-blind, named)."""


def markable(model: type[Visible], name: str) -> models.Field[Any, Any] | None:
    """The column behind a field, if a marker can stand in it."""
    columns = {column.name: column for column in model._meta.concrete_fields}
    column = columns.get(name)
    if column is None or name in UNMARKED or column.choices or column.is_relation:
        return None
    kinds = (models.BooleanField, models.PositiveSmallIntegerField, models.FloatField)
    is_evidence = isinstance(column, models.JSONField) and name == "evidence"
    return None if isinstance(column, kinds) or is_evidence else column


def fill(world: World) -> None:
    """Markers where no verb of this world left one: staff's notes, moments, texts of later steps."""
    for record, row in world.rows.items():
        values = {}
        for name in type(row).field_levels:
            column = markable(type(row), name)
            if column is not None and (record, name) not in NOT_YET and not is_marked(world, record, name):
                values[column.name] = marked_value(world, record, column)
        if values:
            type(row)._default_manager.filter(pk=row.pk).update(**values)


def is_marked(world: World, record: str, name: str) -> bool:
    known = set(world.marks.keys.values())
    return (record, name) in known or (record, f"{name}.value") in known


def marked_value(world: World, record: str, column: models.Field[Any, Any]) -> Any:
    if isinstance(column, models.DateTimeField):
        return datetime(world.marks.year(record, column.name), 6, 15, 4, tzinfo=UTC)
    if isinstance(column, models.DateField):
        return date(world.marks.year(record, column.name), 6, 15)
    if isinstance(column, models.DecimalField):
        return world.marks.money(record, column.name)
    if isinstance(column, models.JSONField):
        value = world.marks.number(record, f"{column.name}.value")
        return [{"name": world.marks.word(record, column.name), "min": value, "max": None, "unit": "nm"}]
    if column.name == "credit_code":
        return ""
    return world.marks.word(record, column.name)
