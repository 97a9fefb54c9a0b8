"""Clocks: promises about time, started and stopped by verbs, counted in working time of the node."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import models
from django.utils import timezone

from keqiao.kernel import calendar
from keqiao.kernel.models import ClockRun

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    from keqiao.kernel.models import Entry


@dataclass(frozen=True, slots=True)
class Clock:
    """A named promise: `days` working days. Registered by name so that reminders can say its label.

    `reminds` names the audiences of the row's workflow that are told before it runs out; those it lacks are skipped.
    """

    name: str
    label: str | _StrPromise
    days: float
    reminds: tuple[str, ...] = ("operators", "manager")

    def __post_init__(self) -> None:
        REGISTRY[self.name] = self

    @property
    def seconds(self) -> int:
        return int(self.days * calendar.DAY_SECONDS)


REGISTRY: dict[str, Clock] = {}


def apply(
    row: models.Model,
    entry: Entry,
    *,
    starts: Iterable[Clock] = (),
    stops: Iterable[Clock] = (),
    pauses: Iterable[Clock] = (),
    resumes: Iterable[Clock] = (),
) -> None:
    """Do to the clocks of a row what a verb says. Stopping one that does not run is no error."""
    for clock in stops:
        stop(row, clock, entry.at)
    for clock in pauses:
        pause(row, clock, entry.at)
    for clock in resumes:
        resume(row, clock, entry.at)
    for clock in starts:
        start(row, clock, entry)


def running(row: models.Model) -> models.QuerySet[ClockRun]:
    """The clocks of a row that have not stopped, the most urgent first."""
    return of(row).filter(stopped_at=None).order_by("due_at")


def most_urgent(rows: Sequence[models.Model]) -> dict[int, ClockRun]:
    """The most urgent running clock of each of these rows of one kind, by row id, in one query."""
    if not rows:
        return {}
    found = ClockRun.objects.filter(
        object_type=rows[0]._meta.model_name, object_id__in=[row.pk for row in rows], stopped_at=None
    )
    return {run.object_id: run for run in found.order_by("-due_at")}


def of(row: models.Model) -> models.QuerySet[ClockRun]:
    """Every clock that ever ran on a row."""
    return ClockRun.objects.filter(object_type=row._meta.model_name, object_id=row.pk)


def start(row: models.Model, clock: Clock, entry: Entry) -> None:
    """Start a clock, unless it runs already."""
    if of(row).filter(name=clock.name, stopped_at=None).exists():
        return
    ClockRun.objects.create(
        name=clock.name,
        node=entry.node,
        object_type=entry.object_type,
        object_id=entry.object_id,
        started_at=entry.at,
        due_at=calendar.add_working_seconds(entry.at, clock.seconds, entry.node),
    )


def stop(row: models.Model, clock: Clock, at: datetime) -> None:
    """Stop a running clock and keep the working time it took."""
    run = of(row).filter(name=clock.name, stopped_at=None).first()
    if run is None:
        return
    run.worked_seconds = worked(run, at)
    run.stopped_at = at
    run.paused_at = None
    run.save(update_fields=["worked_seconds", "stopped_at", "paused_at"])


def pause(row: models.Model, clock: Clock, at: datetime) -> None:
    """Stop counting until `resume`: somebody was asked for something."""
    of(row).filter(name=clock.name, stopped_at=None, paused_at=None).update(paused_at=at)


def resume(row: models.Model, clock: Clock, at: datetime) -> None:
    """Go on counting; the promise moves by the working time of the pause."""
    run = of(row).filter(name=clock.name, stopped_at=None).exclude(paused_at=None).first()
    if run is None or run.paused_at is None:
        return
    lost = calendar.working_seconds(run.paused_at, at, run.node)
    run.due_at = calendar.add_working_seconds(run.due_at, lost, run.node)
    run.worked_seconds -= lost
    run.paused_at = None
    run.save(update_fields=["due_at", "worked_seconds", "paused_at"])


def worked(run: ClockRun, now: datetime | None = None) -> int:
    """Working seconds on the clock: until it was stopped or paused, else until now. Pauses do not count."""
    if run.stopped_at:
        return run.worked_seconds
    until = run.paused_at or now or timezone.now()
    return run.worked_seconds + calendar.working_seconds(run.started_at, until, run.node)


def calendar_changed(node: str) -> int:
    """Reckon the promises of running clocks again, at one node or (empty name) at all. Says how many moved."""
    runs = ClockRun.objects.filter(stopped_at=None, name__in=REGISTRY)
    by_node: dict[str, list[ClockRun]] = defaultdict(list)
    for run in runs.filter(node=node) if node else runs:
        by_node[run.node].append(run)
    moved = [run for code, found in by_node.items() for run in reckoned(found, code)]
    ClockRun.objects.bulk_update(moved, ["due_at"], batch_size=1000)
    return len(moved)


def reckoned(runs: Sequence[ClockRun], node: str) -> Iterator[ClockRun]:
    """Those of a node's running clocks that are due at another moment than was reckoned, set to it."""
    first = min(run.started_at for run in runs).date() - timedelta(days=1)
    own = calendar.overrides(node, first, max(run.due_at for run in runs).date() + timedelta(days=60))
    for run in runs:
        promised = REGISTRY[run.name].seconds - run.worked_seconds
        due_at = calendar.add_working_seconds(run.started_at, promised, node, own)
        if due_at != run.due_at:
            run.due_at = due_at
            yield run


def percentiles(name: str, *, node: str = "", since: datetime | None = None) -> dict[str, float | int | None]:
    """Median and 90th percentile in working days (nearest rank), and how many clocks that is from.

    Open clocks count as at least their age, so that leaving hard cases open cannot improve the figure.
    """
    runs = ClockRun.objects.filter(name=name)
    if node:
        runs = runs.filter(node=node)
    if since:
        runs = runs.filter(started_at__gte=since)
    stopped = runs.exclude(stopped_at=None).values_list("worked_seconds", flat=True)
    seconds = [*stopped, *ages(runs.filter(stopped_at=None))]
    if not seconds:
        return {"median": None, "p90": None, "count": 0}
    days = sorted(second / calendar.DAY_SECONDS for second in seconds)
    return {"median": nearest_rank(days, 0.5), "p90": nearest_rank(days, 0.9), "count": len(days)}


def ages(runs: models.QuerySet[ClockRun]) -> Iterator[int]:
    """Working seconds on each of these open clocks, with one look at the calendar for each node."""
    now = timezone.now()
    by_node: dict[str, list[ClockRun]] = defaultdict(list)
    for run in runs.iterator():
        by_node[run.node].append(run)
    for node, found in by_node.items():
        since = calendar.seconds_until(now, min(run.started_at for run in found), node)
        for run in found:
            paused = since(run.paused_at) if run.paused_at else 0
            yield run.worked_seconds + since(run.started_at) - paused


def nearest_rank(ordered: list[float], share: float) -> float:
    """The smallest value that at least `share` of the ordered values do not exceed."""
    return ordered[max(0, -(-int(share * len(ordered) * 1000) // 1000) - 1)]
