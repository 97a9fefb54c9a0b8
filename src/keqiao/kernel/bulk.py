"""Many rows at once: PostgreSQL's COPY, several times as quick as INSERT, inside the running transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django.db import connection, connections, models
from django.db.models.expressions import DatabaseDefault

M = TypeVar("M", bound=models.Model)
PLAIN = frozenset({str, int, bool})


def copy_in(model: type[M], rows: Sequence[M]) -> None:
    """Insert the rows as `bulk_create` would; rows without a primary key get one from the table's own sequence.

    Columns that the database fills by itself (`db_default`) are left to it and not read back.
    """
    if not rows:
        return
    number(model, [row for row in rows if row.pk is None])
    fields = [field for field in model._meta.concrete_fields if not left_to_database(rows[0], field)]
    columns = ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)
    table = connection.ops.quote_name(model._meta.db_table)
    database = connections[connection.alias]
    values = [column_of(field, database) for field in fields]
    statement = f"COPY {table} ({columns}) FROM STDIN"
    with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row([value(row) for value in values])
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias  # noqa: SLF001 (documented by Django for this)


def column_of(field: models.Field[Any, Any], database: Any) -> Callable[[models.Model], Any]:
    """What reads a column's value from a row. Plain values go as they are: asking the field costs ten times as much.

    A moment that the field sets by itself (`auto_now_add`) is set only where the row has none: loaders know better.
    """
    name = field.attname
    asks_first = type(field).pre_save is not models.Field.pre_save or isinstance(field, models.JSONField)
    is_moment = isinstance(field, models.DateField)

    def asked(row: models.Model) -> Any:
        known = getattr(row, name) if is_moment else None
        return field.get_db_prep_save(field.pre_save(row, add=True) if known is None else known, database)

    def read(row: models.Model) -> Any:
        value = getattr(row, name)
        return value if value is None or type(value) in PLAIN else asked(row)

    return asked if asks_first else read


def left_to_database(row: models.Model, field: models.Field[Any, Any]) -> bool:
    return isinstance(getattr(row, field.attname), DatabaseDefault)


def number(model: type[M], rows: Sequence[M]) -> None:
    """Give each row a primary key of its own."""
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
            [model._meta.db_table, model._meta.pk.column, len(rows)],
        )
        for row, (found,) in zip(rows, cursor.fetchall(), strict=True):
            row.pk = found
