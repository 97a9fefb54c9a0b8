"""Working time: what a node's calendar says, else the public holidays of the library, else Monday to Friday.

The library of public holidays ends with the last year that the State Council has announced; later years fall back to
weekdays, and `known_until` lets an operator see that and add the days by hand.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from functools import lru_cache

import chinese_calendar
from chinese_calendar.constants import holidays
from django.utils import timezone

from keqiao.kernel.models import CalendarDay, DayState
from keqiao.kernel.visibility import VisibleQuerySet

OPENS = time(9, 0)
CLOSES = time(17, 0)
DAY_SECONDS = 8 * 3600
"""One working day, in seconds of working time."""


def known_until() -> int:
    """The last year whose public holidays the library knows."""
    return int(max(day.year for day in holidays))


def overrides(node: str, first: date, last: date) -> dict[date, bool]:
    """What the calendar table says for these days; a node's own line wins over the general one."""
    return {row.day: row.is_working for row in lines(node, first, last)}


def lines(node: str, first: date, last: date) -> VisibleQuerySet[CalendarDay]:
    """The lines of the calendar table that hold for a node, the general ones first."""
    rows = CalendarDay.objects.filter(node__in=("", node), day__range=(first, last), state=DayState.SET)
    return rows.order_by("node", "day")


def is_working_day(day: date, own: dict[date, bool] | None = None) -> bool:
    """Whether people work on that day."""
    return own[day] if own and day in own else is_working_day_by_law(day)


@lru_cache(maxsize=8192)
def is_working_day_by_law(day: date) -> bool:
    """The same by the public holidays alone. Kept, because the library looks through all its years at each question."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() < 5


def bounds(day: date) -> tuple[datetime, datetime]:
    """Opening and closing of a day, in the platform's time zone."""
    zone = timezone.get_default_timezone()
    return datetime.combine(day, OPENS, zone), datetime.combine(day, CLOSES, zone)


def working_seconds(start: datetime, end: datetime, node: str = "", own: dict[date, bool] | None = None) -> int:
    """Seconds of working time between two moments; 0 when `end` is not after `start`.

    `own` are the days of the calendar table, where the caller has them already (loops over many clocks).
    """
    zone = timezone.get_default_timezone()
    first, last = start.astimezone(zone).date(), end.astimezone(zone).date()
    own = overrides(node, first, last) if own is None else own
    total = 0.0
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        if is_working_day(day, own):
            opens, closes = bounds(day)
            total += max(0.0, (min(end, closes) - max(start, opens)).total_seconds())
    return int(total)


def add_working_seconds(start: datetime, seconds: int, node: str = "", own: dict[date, bool] | None = None) -> datetime:
    """The moment at which that much working time has passed. `own` as for `working_seconds`."""
    day = start.astimezone(timezone.get_default_timezone()).date()
    if own is None:
        own = overrides(node, day, day + timedelta(days=3 * seconds // DAY_SECONDS + 60))
    left = float(seconds)
    while True:
        if is_working_day(day, own):
            opens, closes = bounds(day)
            begin = max(start, opens)
            here = max(0.0, (closes - begin).total_seconds())
            if left <= here:
                return begin + timedelta(seconds=left)
            left -= here
        day += timedelta(days=1)


def seconds_until(end: datetime, earliest: datetime, node: str = "") -> Callable[[datetime], int]:
    """`working_seconds(start, end, node)` for many starts, none before `earliest`: each day is looked at once."""
    zone = timezone.get_default_timezone()
    first, day = earliest.astimezone(zone).date(), end.astimezone(zone).date()
    own = overrides(node, first, day)
    later = {day: 0.0}  # working time after each day
    while day > first:
        opens, closes = bounds(day)
        worked = max(0.0, (min(end, closes) - opens).total_seconds()) if is_working_day(day, own) else 0.0
        later[day - timedelta(days=1)] = later[day] + worked
        day -= timedelta(days=1)

    def since(start: datetime) -> int:
        start = start.astimezone(zone)
        if start >= end:
            return 0
        _opens, closes = bounds(start.date())
        return int(later[start.date()]) + working_seconds(start, min(end, closes), node, own)

    return since
