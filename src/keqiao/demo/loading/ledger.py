"""What happened in the made-up world, told verb by verb; the workflow tables say what follows, and bulk writes it.

A teller says `ledger.did(row, "submit", by=…, at=…)`, row by row in the order of each row's life. From the table come
the states that the verb leads from and to, and the clocks that it starts and stops; a verb that the table does not
have for the row's state is an error. So the loaded world cannot tell a life that nobody could have lived.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from types import SimpleNamespace
from typing import Any, TypeVar

from django.db import models

from keqiao.kernel import bulk, calendar, freeze, journal
from keqiao.kernel.clocks import Clock
from keqiao.kernel.models import ClockRun, Entry, Version
from keqiao.kernel.workflow import NEW, REGISTRY, Verb
from keqiao.notices.reminders import LEFT

M = TypeVar("M", bound=models.Model)
BATCH = 10_000
FROZEN = frozenset({"projects"})
"""Rooms whose frozen texts are kept: a project has a few, and they are there to read. Of needs, achievements and
proposals there are ten thousands, which would be written a second and a third time."""
Key = tuple[str, int]


class ImpossibleLife(ValueError):
    """The story says a verb that the workflow table does not have for the state that the row is in."""


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
    frozen: Any = None
    """What the row said then, where the verb freezes it."""


@dataclass(slots=True)
class Life:
    """Where a row stands in its telling, and since when its clocks run (and stand still)."""

    state: str
    at: datetime
    clocks: dict[Clock, datetime] = field(default_factory=dict)
    paused: dict[Clock, datetime] = field(default_factory=dict)


@dataclass(slots=True)
class Ledger:
    """Collects rows, events and clocks; `write` puts them into the database, events oldest first."""

    now: datetime
    younger: dict[str, datetime] = field(default_factory=dict)
    """Promises (by the name of their clock) that were first made at this moment: no clock of theirs is older."""
    rows: dict[type[models.Model], list[Any]] = field(default_factory=dict)
    lives: dict[Key, Life] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    clocks: list[ClockRun] = field(default_factory=list)
    reminders: dict[str, datetime] = field(default_factory=dict)
    keeps_texts: bool = True
    """Whether what is told now is frozen where its verb freezes it; a large world does so for some projects only."""

    def ago(self, days: float) -> datetime:
        return self.now - timedelta(days=days)

    def enter(self, model: type[M], rows: Sequence[M]) -> None:
        """Take rows in: they get their numbers now and are written at the end, as their lives have left them."""
        bulk.number(model, [row for row in rows if row.pk is None])
        self.rows.setdefault(model, []).extend(rows)

    def born(self, row: Any, at: datetime) -> None:
        """Note a row that a verb of another row has made: it begins in its first state, without an entry of its own."""
        at = min(at, self.now)
        first = str(type(row)._meta.get_field("state").default)
        self.lives[key_of(row)] = Life(first, at)
        row.state, row.created_at, row.updated_at = first, at, at

    def did(
        self,
        row: Any,
        verb: str,
        *,
        by: int | None,
        at: datetime,
        to: str = "",
        extra: dict[str, Any] | None = None,
        **changes: Any,
    ) -> datetime:
        """Note one verb; `to` says which line of the table where several fit. Nothing happens after now, nor before
        what was told of the row last. Returns when it happened.

        Raises ImpossibleLife when the table has no such line.
        """
        life = self.lives.get(key_of(row))
        at = min(at, self.now) if life is None else max(life.at, min(at, self.now))
        source = NEW if life is None else life.state
        model: type[models.Model] = type(row)
        line = line_of(model, verb, source, to)
        target = source if line.target is None else str(line.target)
        if life is None:
            life = self.lives[key_of(row)] = Life(target, at)
            row.created_at = at
        life.state, life.at = target, at
        row.state, row.updated_at = target, at
        freezes = self.keeps_texts and line.freezes and row._meta.app_label in FROZEN
        frozen = freeze.content_of(row) if freezes else None
        self.events.append(Event(at, row, verb, by, source, target, changes, extra, frozen))
        self.wind(row, life, line)
        return at

    def state_of(self, row: models.Model) -> str:
        """The state that the telling has brought a row to; `NEW` before its first verb."""
        life = self.lives.get(key_of(row))
        return NEW if life is None else life.state

    def wind(self, row: models.Model, life: Life, line: Verb) -> None:
        """Stop, pause and start the clocks that the line of the table names."""
        for clock in line.stops:
            if clock in life.clocks:
                end = life.paused.pop(clock, life.at)
                self.clocks.append(self.ran(row, clock, life.clocks.pop(clock), end))
        for clock in line.pauses:
            if clock in life.clocks:
                life.paused.setdefault(clock, life.at)
        for clock in line.starts:
            if clock.name not in self.younger or life.at >= self.younger[clock.name]:
                life.clocks.setdefault(clock, life.at)

    def ran(self, row: models.Model, clock: Clock, start: datetime, end: datetime | None) -> ClockRun:
        """The clock that ran from `start` until `end` (or still runs)."""
        run = ClockRun(
            name=clock.name,
            node=journal.node_of(row),
            object_type=row._meta.model_name or "",
            object_id=row.pk,
            started_at=start,
            due_at=calendar.add_working_seconds(start, clock.seconds, own={}),
            stopped_at=end,
            worked_seconds=calendar.working_seconds(start, end, own={}) if end else 0,
        )
        if end is None and run.due_at <= self.reminded_until(clock):
            run.reminded_at = self.now  # as if told in time: people who do not exist get no mail about the past
        return run

    def reminded_until(self, clock: Clock) -> datetime:
        """Of promises up to this moment somebody has been reminded by now."""
        if clock.name not in self.reminders:
            self.reminders[clock.name] = calendar.add_working_seconds(self.now, int(clock.seconds * LEFT), own={})
        return self.reminders[clock.name]

    def began(self, seconds: float) -> datetime:
        """The latest moment since which that much working time has passed (to the minute)."""
        early, late = self.ago(30 + 3 * seconds / calendar.DAY_SECONDS), self.now
        while late - early > timedelta(minutes=1):
            middle = early + (late - early) / 2
            enough = calendar.working_seconds(middle, self.now, own={}) >= seconds
            early, late = (middle, late) if enough else (early, middle)
        return early

    def write(self, see: Callable[[Sequence[Entry]], None]) -> int:
        """Put rows, journal and clocks into the database; `see` is shown the entries. Returns how many entries."""
        for model, rows in self.rows.items():
            save_all(model, rows)
        self.events.sort(key=lambda event: event.at)
        total = 0
        for part in journal.batches(iter(self.events), BATCH):
            drafts = [draft_of(event) for event in part]
            total += journal.append_many(drafts, BATCH)
            texts = zip(part, drafts, strict=True)
            bulk.copy_in(Version, [freeze.version(e.frozen, d.entry) for e, d in texts if e.frozen is not None])
            see([draft.entry for draft in drafts])
        bulk.copy_in(ClockRun, [*self.clocks, *self.running()])
        for kept in (self.rows, self.lives, self.events, self.clocks):
            kept.clear()
        return total

    def running(self) -> Iterable[ClockRun]:
        """The clocks that nothing has stopped."""
        for row in (row for rows in self.rows.values() for row in rows):
            life = self.lives.get(key_of(row))
            for clock, start in life.clocks.items() if life else ():
                run = self.ran(row, clock, start, None)
                run.paused_at = life.paused.get(clock) if life else None
                yield run


def put_off(row: models.Model, *names: str) -> dict[str, Any]:
    """Take out of a row what only a later verb of its life brings; returns the values, for that verb to set."""
    later, blank = {name: getattr(row, name) for name in names}, type(row)()
    for name in names:
        setattr(row, name, getattr(blank, name))
    return later


def put_in(row: models.Model, later: dict[str, Any]) -> None:
    for name, value in later.items():
        setattr(row, name, value)


def key_of(row: models.Model) -> Key:
    return row._meta.model_name or "", row.pk


@lru_cache(maxsize=1024)
def line_of(model: type[models.Model], verb: str, source: str, to: str = "") -> Verb:
    """The line of the workflow table for a verb in a state, the first one where several fit."""
    table = next(table for table in REGISTRY.values() if table.model is model)
    for line in table.verbs:
        if line.name == verb and source in line.sources and to in ("", str(line.target)):
            return line
    raise ImpossibleLife(f"{table.name}: no “{verb}” in state “{source}”" + (f" to “{to}”" if to else ""))


def draft_of(event: Event) -> journal.Draft:
    """The entry that the executor would have written."""
    values: dict[str, Any] = {name: journal.plain(value) for name, value in event.changes.items()}
    creates = event.source == NEW
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
        frozen="" if event.frozen is None else freeze.sha256_of(event.frozen),
        at=event.at,
    )


def save_all(model: type[M], rows: Sequence[M]) -> None:
    """Insert many rows; what `save` would derive is derived here. Rows without a primary key get one."""
    for row in rows:
        if hasattr(row, "derive"):
            row.derive()
    bulk.copy_in(model, rows)
