"""Everything that happened in the made-up world, in the order of time, written to the journal in bulk."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any, TypeVar

from django.db import connection, models

from keqiao.kernel import calendar, journal
from keqiao.kernel.clocks import Clock
from keqiao.kernel.models import ClockRun

log = logging.getLogger("keqiao.demo")
M = TypeVar("M", bound=models.Model)
BATCH = 1_000


@dataclass(slots=True)
class Event:
    """One verb on one row. `changes` are the values it set, besides the state; a creation sets all the row has."""

    at: datetime
    row: models.Model
    verb: str
    actor: int | None
    source: str
    target: str
    changes: dict[str, Any]
    extra: dict[str, Any] | None


@dataclass(slots=True)
class Ledger:
    """Collects events and clocks; `write` puts them into the journal, oldest first."""

    now: datetime
    events: list[Event] = field(default_factory=list)
    clocks: list[ClockRun] = field(default_factory=list)

    def ago(self, days: float) -> datetime:
        return self.now - timedelta(days=days)

    def did(
        self,
        row: models.Model,
        verb: str,
        *,
        by: int | None,
        at: datetime,
        source: str,
        target: str,
        extra: dict[str, Any] | None = None,
        **changes: Any,
    ) -> None:
        """Note one verb. Nothing happens after now."""
        self.events.append(Event(min(at, self.now), row, verb, by, source, target, changes, extra))

    def ran(self, row: models.Model, clock: Clock, start: datetime, end: datetime | None) -> None:
        """Note a clock that ran from `start` until `end` (or still runs)."""
        start = min(start, self.now)
        stopped = min(end, self.now) if end else None
        self.clocks.append(
            ClockRun(
                name=clock.name,
                node=journal.node_of(row),
                object_type=row._meta.model_name or "",
                object_id=row.pk,
                started_at=start,
                due_at=calendar.add_working_seconds(start, clock.seconds, own={}),
                stopped_at=stopped,
                worked_seconds=calendar.working_seconds(start, stopped, own={}) if stopped else 0,
            )
        )

    def write(self) -> int:
        """Put everything into the journal. Returns the number of entries."""
        self.events.sort(key=lambda event: event.at)
        total = journal.append_many((draft_of(event) for event in self.events), BATCH)
        save_all(ClockRun, self.clocks)
        self.events.clear()
        self.clocks.clear()
        return total


def draft_of(event: Event) -> journal.Draft:
    """The entry that the executor would have written."""
    values: dict[str, Any] = {name: journal.plain(value) for name, value in event.changes.items()}
    creates = event.source == ""
    after = (journal.snapshot(event.row) if creates else {}) | values | {"state": event.target}
    before = {} if creates else {"state": event.source}
    return journal.draft(
        row=event.row,
        verb=event.verb,
        actor=SimpleNamespace(pk=event.actor),  # type: ignore[arg-type]
        before=before,
        after=after,
        from_state=event.source,
        extra=event.extra,
        at=event.at,
    )


def numbered(model: type[M], count: int) -> Iterator[int]:
    """`count` primary keys from the table's own sequence, so that rows can refer to each other before they are saved."""
    column = model._meta.pk.column
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
            [model._meta.db_table, column, count],
        )
        yield from (found[0] for found in cursor.fetchall())


def save_all(model: type[M], rows: Sequence[M]) -> None:
    """Insert many rows, a thousand at a time; what `save` would derive is derived here."""
    for row in rows:
        if hasattr(row, "derive"):
            row.derive()
    iterator = iter(rows)
    while part := list(itertools.islice(iterator, BATCH)):
        model._default_manager.bulk_create(part)
