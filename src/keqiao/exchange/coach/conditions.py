"""Budget and deadline."""

from __future__ import annotations

import re
from datetime import date, timedelta

from keqiao.engine.specs import Figure
from keqiao.exchange.coach import words
from keqiao.exchange.coach.clauses import mentions
from keqiao.exchange.coach.targets import is_condition
from keqiao.kernel.money import FOREIGN


def budget_of(text: str, found: list[Figure]) -> tuple[int | None, int | None]:
    """The first amount of yuan near a word of budget; a single amount is the most that can be spent."""
    for figure in found:
        if figure.unit == "CNY" and is_offered(figure, text):
            low, high = figure.min, figure.max
            if low is not None and low == high:
                low = None
            return (None if low is None else int(low)), (None if high is None else int(high))
    return None, None


def is_offered(figure: Figure, text: str) -> bool:
    """Yuan that somebody is ready to spend: `预算 80 万元`, not `注册资金 5000 万元`."""
    start = max((text.rfind(stop, 0, figure.span[0]) for stop in "，,。；;\n"), default=-1) + 1
    own = mentions(text[start : figure.span[1]], words.ADVERTISING)
    return is_condition(figure, text) and not is_foreign(figure, text) and not own


def is_foreign(figure: Figure, text: str) -> bool:
    """Whether the amount is in another currency: `新台币300万元`."""
    return FOREIGN.search(text[figure.span[0] : figure.span[1] + 4].lower()) is not None


NUMERALS = dict(zip("一二三四五六七八九", range(1, 10), strict=True)) | {"两": 2}
NUMBER = r"\d{1,2}|[一二两三四五六七八九十]{1,3}|半"
YEAR = r"今年|本年|明年|后年|20\d\d\s*年?"
BEFORE = r"(?:之?前|截止|为止|以前)"
ON_DAY = re.compile(rf"(20\d\d)\s*[年./-]\s*(\d{{1,2}})\s*[月./-]\s*(\d{{1,2}})\s*日?\s*{BEFORE}")
BY_DAY = re.compile(
    r"(?:截止|截至|不晚于|最迟|期限|时限|完成时间|交付时间|before|by|until|deadline)[^\d]{0,8}(20\d\d)\s*[年./-]\s*(\d{1,2})\s*[月./-]\s*(\d{1,2})",
    re.IGNORECASE,
)
BY_MONTH = re.compile(rf"({YEAR})\s*[年./-]?\s*(\d{{1,2}})\s*月\s*(?:份)?(?:[底末]|{BEFORE}|完成|交付|截止)")
LIMIT = r"(?:期限|时限|完成时间|交付时间|deadline)\s*[为是：:]?\s*"
MONTH_NAMED = re.compile(rf"{LIMIT}({YEAR})\s*[年./-]?\s*(\d{{1,2}})\s*月", re.IGNORECASE)
NEXT_MONTH = re.compile(
    rf"(?<![\d年.一二三四五六七八九十])(\d{{1,2}}|十[一二]?|[一二三四五六七八九])\s*月\s*(?:份)?"
    rf"(?:[底末]\s*{BEFORE}|{BEFORE}|底)"
)
QUARTER = re.compile(rf"({YEAR})\s*年?\s*第?\s*([一二三四1-4])\s*季度")
ENGLISH_YEAR_END = re.compile(r"(?:by|before|until)\s+the\s+end\s+of\s+(20\d\d)", re.IGNORECASE)
YEAR_END = re.compile(rf"({YEAR})\s*年?(?:[底末]|内)|(?<![\d半一二两三四五六七八九十])(年)(?:内|底)")
IN_MONTHS = re.compile(
    rf"({NUMBER})\s*(个月|年)\s*(?:之?内|以内)"
    rf"|(?:期限|周期|工期|时限|交期)\s*[为是：:]?\s*(?:不超过)?\s*({NUMBER})\s*(个月|年)"
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
    if match := BY_MONTH.search(text) or MONTH_NAMED.search(text):
        return month_end(year_of(match[1], today), int(match[2]))
    if match := NEXT_MONTH.search(text):
        month = number_of(match[1])
        return month_end(today.year + (month < today.month), month)
    if match := QUARTER.search(text):
        return month_end(year_of(match[1], today), 3 * number_of(match[2]))
    if match := ENGLISH_YEAR_END.search(text):
        return date(int(match[1]), 12, 31)
    if match := YEAR_END.search(text):
        return date(year_of(match[1] or match[2], today), 12, 31)
    return None


def year_of(said: str, today: date) -> int:
    """`今年`, `明年`, `2027年`; a bare `年` is this year."""
    later = {"明年": 1, "后年": 2}.get(said, 0)
    return int(said[:4]) if said[:2] == "20" else today.year + later


def counted(text: str, today: date) -> date | None:
    """A deadline given as a time from now."""
    match = IN_MONTHS.search(text)
    if match is None:
        return None
    number, unit = match[1] or match[3] or match[5], match[2] or match[4] or match[6]
    months = 6 if number == "半" else number_of(number)
    months *= 12 if unit[0] in "年yY" and number != "半" else 1
    total = today.year * 12 + today.month - 1 + months
    return month_end(total // 12, total % 12 + 1, today.day) if months else None


def number_of(said: str) -> int:
    """`6`, `六`, `十八`, `二十四`."""
    if said.isdigit():
        return int(said)
    tens, ten, ones = said.rpartition("十")
    return (NUMERALS.get(tens, 1) * 10 if ten else 0) + NUMERALS.get(ones, 0)


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
