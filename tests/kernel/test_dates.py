"""Days and moments as people say them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.utils import timezone, translation

from keqiao.kernel.dates import day_in_words, moment_in_words

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=timezone.get_default_timezone())


@pytest.mark.parametrize(
    ("day", "chinese", "english"),
    [
        (date(2026, 3, 9), "3 月 9 日", "9 March"),
        (date(2025, 12, 31), "2025 年 12 月 31 日", "31 December 2025"),
        (datetime(2026, 3, 8, 16, 30, tzinfo=UTC), "3 月 9 日", "9 March"),  # the platform's clock, not Greenwich's
    ],
)
@time_machine.travel(NOON, tick=False)
def test_day_in_words_leaves_out_this_year(day: date, chinese: str, english: str) -> None:
    assert day_in_words(day) == chinese
    with translation.override("en"):
        assert day_in_words(day) == english


@time_machine.travel(NOON, tick=False)
def test_day_in_words_of_a_contract_says_the_year() -> None:
    assert day_in_words(date(2026, 3, 9), with_year=True) == "2026 年 3 月 9 日"
    assert moment_in_words(NOON, with_year=True) == "2026 年 11 月 23 日 12:00"


@pytest.mark.parametrize(
    ("ago", "chinese", "english"),
    [
        (timedelta(0), "今天 12:00", "today 12:00"),
        (timedelta(hours=11, minutes=55), "今天 00:05", "today 00:05"),
        (timedelta(hours=12, minutes=5), "昨天 23:55", "yesterday 23:55"),
        (timedelta(days=2), "11 月 21 日 12:00", "21 November 12:00"),
        (timedelta(days=-1), "11 月 24 日 12:00", "24 November 12:00"),
    ],
)
@time_machine.travel(NOON, tick=False)
def test_moment_in_words_names_the_last_two_days(ago: timedelta, chinese: str, english: str) -> None:
    assert moment_in_words(NOON - ago) == chinese
    with translation.override("en"):
        assert moment_in_words(NOON - ago) == english
