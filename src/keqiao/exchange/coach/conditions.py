"""Budget and deadline."""

from __future__ import annotations

import re
from datetime import date, timedelta

from keqiao.engine.specs import Figure
from keqiao.exchange.coach.targets import is_condition


def budget_of(text: str, found: list[Figure]) -> tuple[int | None, int | None]:
    """The first amount of money near a word of budget; a single amount is the most that can be spent."""
    for figure in found:
        if figure.unit == "CNY" and is_condition(figure, text):
            low, high = figure.min, figure.max
            if low is not None and low == high:
                low = None
            return (None if low is None else int(low)), (None if high is None else int(high))
    return None, None


NUMERALS = dict(zip("一二三四五六七八九十", range(1, 11), strict=True)) | {"两": 2, "十二": 12}
ON_DAY = re.compile(r"(20\d\d)\s*[年./-]\s*(\d{1,2})\s*[月./-]\s*(\d{1,2})\s*日?\s*(?:之?前|截止|为止|以前)")
BY_DAY = re.compile(
    r"(?:截止|截至|不晚于|最迟|before|by|until)[^\d]{0,8}(20\d\d)\s*[年./-]\s*(\d{1,2})\s*[月./-]\s*(\d{1,2})"
)
BY_MONTH = re.compile(r"(20\d\d)\s*年\s*(\d{1,2})\s*月\s*(?:底|末|份)?\s*(?:之?前|完成|交付|截止)")
YEAR_END = re.compile(r"(今年|本年|明年|20\d\d\s*年)\s*年?(?:底|末)")
IN_MONTHS = re.compile(
    r"(\d{1,2}|[一二两三四五六七八九十]{1,2}|半)\s*(个月|年)\s*(?:之?内|以内)"
    r"|within\s+(\d{1,2})\s+(months?|years?)",
    re.IGNORECASE,
)


def deadline_of(text: str, today: date) -> str:
    """The day (ISO) until which an answer or a result is wanted, when the text says one that is still to come."""
    day = dated(text, today) or counted(text, today)
    return day.isoformat() if day and day > today else ""


def dated(text: str, today: date) -> date | None:
    """A deadline given as a date."""
    if match := ON_DAY.search(text) or BY_DAY.search(text):
        return day_of(int(match[1]), int(match[2]), int(match[3]))
    if match := BY_MONTH.search(text):
        return month_end(int(match[1]), int(match[2]))
    if match := YEAR_END.search(text):
        year = {"今年": today.year, "本年": today.year, "明年": today.year + 1}.get(match[1])
        return date(year or int(match[1][:4]), 12, 31)
    return None


def counted(text: str, today: date) -> date | None:
    """A deadline given as a time from now."""
    match = IN_MONTHS.search(text)
    if match is None:
        return None
    number, unit = match[1] or match[3], match[2] or match[4]
    months = 6 if number == "半" else int(number) if number.isdigit() else NUMERALS.get(number, 0)
    months *= 12 if unit[0] in "年yY" and number != "半" else 1
    total = today.year * 12 + today.month - 1 + months
    return month_end(total // 12, total % 12 + 1, today.day) if months else None


def day_of(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def month_end(year: int, month: int, day: int = 31) -> date | None:
    """That day of the month, or its last one."""
    if not 1 <= month <= 12:
        return None
    after = date(year + month // 12, month % 12 + 1, 1)
    return date(year, month, min(day, (after - timedelta(days=1)).day))
