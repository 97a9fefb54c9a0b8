"""Working time, and the promises counted in it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from hypothesis import given, settings
from hypothesis import strategies as st

from keqiao.exchange.models import Need
from keqiao.kernel import calendar, clocks
from keqiao.kernel.clocks import Clock
from keqiao.kernel.models import CalendarDay, ClockRun
from keqiao.kernel.workflow import Workflow, run
from keqiao.parties.models import Person

SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("day", "working"),
    [
        (date(2026, 11, 23), True),  # an ordinary Monday
        (date(2026, 11, 22), False),  # a Sunday
        (date(2026, 10, 1), False),  # National Day, a Thursday
        (date(2026, 2, 14), True),  # a Saturday worked for Spring Festival
        (date(2031, 10, 1), True),  # beyond the library: a Wednesday
        (date(2031, 10, 4), False),  # beyond the library: a Saturday
    ],
)
def test_is_working_day(day: date, working: bool) -> None:
    assert calendar.is_working_day(day) is working


@pytest.mark.django_db
def test_a_node_s_own_day_wins_over_the_general_one() -> None:
    CalendarDay.objects.create(node="", day=date(2031, 10, 1), is_working=False, name="国庆节")
    CalendarDay.objects.create(node="wuhan", day=date(2031, 10, 1), is_working=True, name="值班")
    start, end = at("2031-10-01T09:00"), at("2031-10-01T17:00")
    assert calendar.working_seconds(start, end, "yichang") == 0
    assert calendar.working_seconds(start, end, "wuhan") == calendar.DAY_SECONDS


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        ("2026-11-23T10:00", "2026-11-23T12:00", 2),
        ("2026-11-23T16:00", "2026-11-24T10:00", 2),
        ("2026-11-20T16:00", "2026-11-23T10:00", 2),  # over a weekend
        ("2026-11-21T08:00", "2026-11-22T20:00", 0),  # a weekend
        ("2026-11-23T20:00", "2026-11-23T23:00", 0),  # an evening
        ("2026-11-23T12:00", "2026-11-23T10:00", 0),  # the wrong way round
    ],
)
def test_working_seconds(start: str, end: str, hours: int) -> None:
    assert calendar.working_seconds(at(start), at(end)) == hours * 3600


@pytest.mark.django_db
def test_one_working_day_from_friday_afternoon_ends_on_monday_afternoon() -> None:
    due = calendar.add_working_seconds(at("2026-11-20T15:30"), calendar.DAY_SECONDS)
    assert due == at("2026-11-23T15:30")


@pytest.mark.django_db
@given(
    start=st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(SHANGHAI)),
    seconds=st.integers(1, 40 * calendar.DAY_SECONDS),
)
@settings(max_examples=60, deadline=None)
def test_adding_working_time_and_measuring_it_agree(start: datetime, seconds: int) -> None:
    due = calendar.add_working_seconds(start, seconds)
    assert abs(calendar.working_seconds(start, due) - seconds) <= 1


def test_a_verb_starts_and_another_stops_the_clock(
    table: Workflow[Need], need: Need, owner: Person, operator: Person
) -> None:
    with time_machine.travel(at("2026-11-20T15:00"), tick=False):
        run(table, need.pk, "submit", actor=owner)
        running = clocks.running(need).get()
        assert running.due_at == at("2026-11-23T15:00")
    with time_machine.travel(at("2026-11-23T10:00"), tick=False):
        run(table, need.pk, "publish", actor=operator)
    stopped = ClockRun.objects.get()
    assert stopped.stopped_at == at("2026-11-23T10:00")
    assert stopped.worked_seconds == 3 * 3600


def test_a_pause_moves_the_promise_and_does_not_count(
    table: Workflow[Need], need: Need, owner: Person, clock: Clock
) -> None:
    with time_machine.travel(at("2026-11-23T09:00"), tick=False):
        run(table, need.pk, "submit", actor=owner)
    clocks.pause(need, clock, at("2026-11-23T11:00"))
    clocks.resume(need, clock, at("2026-11-24T11:00"))
    running = ClockRun.objects.get()
    assert running.due_at == at("2026-11-24T17:00")
    clocks.stop(need, clock, at("2026-11-24T12:00"))
    assert ClockRun.objects.get().worked_seconds == 3 * 3600


def runs(days: list[float], *, open_since: datetime | None = None) -> None:
    start = at("2026-11-02T09:00")
    for number, worked in enumerate(days):
        ClockRun.objects.create(
            name="x",
            object_type="need",
            object_id=number,
            started_at=start,
            due_at=start,
            stopped_at=start + timedelta(days=9),
            worked_seconds=int(worked * calendar.DAY_SECONDS),
        )
    if open_since:
        ClockRun.objects.create(name="x", object_type="need", object_id=999, started_at=open_since, due_at=open_since)


@pytest.mark.django_db
def test_percentiles_are_nearest_rank() -> None:
    runs([0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 5.0])
    assert clocks.percentiles("x") == {"median": 0.5, "p90": 0.9, "count": 10}


@pytest.mark.django_db
def test_an_open_clock_counts_as_at_least_its_age() -> None:
    runs([0.5, 0.5], open_since=at("2026-11-16T09:00"))
    with time_machine.travel(at("2026-11-23T09:00"), tick=False):
        assert clocks.percentiles("x") == {"median": 0.5, "p90": 5.0, "count": 3}


@pytest.mark.django_db
def test_percentiles_of_nothing_are_said_to_be_nothing() -> None:
    assert clocks.percentiles("x") == {"median": None, "p90": None, "count": 0}
