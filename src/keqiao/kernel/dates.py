"""Days and moments as people say them, in the language of the page and on the platform's clock."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext


def day_in_words(value: date | datetime, *, with_year: bool = False) -> str:
    """3 月 13 日; with the year where it is not this one, or where it has to be said (in a contract)."""
    day = local_day(value)
    if with_year or day.year != timezone.localdate().year:
        return date_format(day, gettext("Y 年 n 月 j 日"))
    return date_format(day, gettext("n 月 j 日"))


def moment_in_words(value: datetime, *, with_year: bool = False) -> str:
    """今天 14:05, 昨天 09:30, 3 月 13 日 14:05."""
    moment = timezone.localtime(value)
    named = {} if with_year else recent_days()
    day = named.get(moment.date()) or day_in_words(moment, with_year=with_year)
    return gettext("%(day)s %(time)s") % {"day": day, "time": date_format(moment, "H:i")}


def recent_days() -> dict[date, str]:
    """Days that have a name of their own."""
    today = timezone.localdate()
    return {today: gettext("今天"), today - timedelta(days=1): gettext("昨天")}


def local_day(value: date | datetime) -> date:
    return timezone.localdate(value) if isinstance(value, datetime) else value
