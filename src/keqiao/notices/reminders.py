"""Reminders: when a quarter of the promised time is left, those who can keep the promise are told, once."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from keqiao.kernel import calendar, clocks, journal, workflow
from keqiao.kernel.models import ClockRun
from keqiao.notices import actions
from keqiao.notices.enums import NoticeKind
from keqiao.notices.projection import audience, notice_for

LEFT = 0.25
"""The share of the promised working time at which people are reminded."""

FURTHEST = timedelta(days=30)
"""No quarter of a promise is longer than this in calendar days; keeps the query small."""


def remind_all(now: datetime | None = None) -> int:
    """Remind of every clock whose time has come. Returns how many clocks."""
    now = now or timezone.now()
    running = ClockRun.objects.filter(stopped_at=None, paused_at=None, reminded_at=None, due_at__lte=now + FURTHEST)
    return sum(remind(pk, now) for pk in list(running.order_by("due_at").values_list("pk", flat=True)))


def remind(pk: int, now: datetime) -> bool:
    """Remind of one clock, if it is time and nobody did."""
    with transaction.atomic():
        run = (
            ClockRun.objects.select_for_update(skip_locked=True)
            .filter(pk=pk, stopped_at=None, paused_at=None, reminded_at=None)
            .first()
        )
        if run is None or not is_time(run, now):
            return False
        tell_of(run)
        run.reminded_at = now
        run.save(update_fields=["reminded_at"])
        return True


def is_time(run: ClockRun, now: datetime) -> bool:
    """Whether no more than the last quarter of the promise is left."""
    clock = clocks.REGISTRY.get(run.name)
    if clock is None:
        return False
    return calendar.add_working_seconds(now, int(clock.seconds * LEFT), run.node) >= run.due_at


def tell_of(run: ClockRun) -> None:
    """Make the notices and mails of one reminder."""
    table = workflow.table_of(run.object_type)
    row = table.model._default_manager.filter(pk=run.object_id).first() if table else None
    entry = journal.history(row).last() if row is not None else None
    if table is None or row is None or entry is None:
        return
    for person in audience(table, clocks.REGISTRY[run.name].reminds, row, entry):
        notice = notice_for(table, row, person)
        if notice is not None:
            notice.kind, notice.clock, notice.due_at = NoticeKind.REMINDER, run.name, run.due_at
            actions.tell(notice, person, by_mail=True)
