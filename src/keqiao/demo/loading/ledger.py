"""Everything that happened in the made-up world, in the order of time, written to the journal in bulk."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any, TypeVar

from django.db import models

from keqiao.kernel import bulk, calendar, journal
from keqiao.kernel.clocks import Clock
from keqiao.kernel.models import ClockRun, Entry
from keqiao.notices.reminders import LEFT

M = TypeVar("M", bound=models.Model)
BATCH = 10_000


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
    reminders: dict[str, datetime] = field(default_factory=dict)

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
        run = ClockRun(
            name=clock.name,
            node=journal.node_of(row),
            object_type=row._meta.model_name or "",
            object_id=row.pk,
            started_at=start,
            due_at=calendar.add_working_seconds(start, clock.seconds, own={}),
            stopped_at=stopped,
            worked_seconds=calendar.working_seconds(start, stopped, own={}) if stopped else 0,
        )
        if stopped is None and run.due_at <= self.reminded_until(clock):
            run.reminded_at = self.now  # as if told in time: people who do not exist get no mail about the past
        self.clocks.append(run)

    def reminded_until(self, clock: Clock) -> datetime:
        """Of promises up to this moment somebody has been reminded by now."""
        if clock.name not in self.reminders:
            self.reminders[clock.name] = calendar.add_working_seconds(self.now, int(clock.seconds * LEFT), own={})
        return self.reminders[clock.name]

    def write(self, see: Callable[[Sequence[Entry]], None]) -> int:
        """Put everything into the journal; `see` is shown the entries. Returns how many."""
        self.events.sort(key=lambda event: event.at)
        total = 0
        for part in journal.batches(iter(self.events), BATCH):
            drafts = [draft_of(event) for event in part]
            total += journal.append_many(drafts, BATCH)
            see([draft.entry for draft in drafts])
        bulk.copy_in(ClockRun, self.clocks)
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


def save_all(model: type[M], rows: Sequence[M]) -> None:
    """Insert many rows; what `save` would derive is derived here. Rows without a primary key get one."""
    for row in rows:
        if hasattr(row, "derive"):
            row.derive()
    bulk.copy_in(model, rows)
