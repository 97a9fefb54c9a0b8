"""Working time beyond what the library of public holidays knows, in other time zones, and over many clocks at once."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from keqiao.exchange.models import Need
from keqiao.kernel import calendar, clocks
from keqiao.kernel.clocks import Clock
from keqiao.kernel.models import CalendarDay, ClockRun, Entry
from keqiao.kernel.workflow import Workflow, run
from keqiao.parties.models import Person

SHANGHAI = ZoneInfo("Asia/Shanghai")
HOUR = 3600


def at(text: str, zone: ZoneInfo = SHANGHAI) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


# ---- beyond the library's last year -----------------------------------------------------------------------------


def test_the_library_says_to_which_year_it_knows() -> None:
    last = calendar.known_until()
    assert last >= 2026
    assert not calendar.is_working_day(date(last, 10, 1))  # known to be a holiday
    assert calendar.is_working_day(date(last + 4, 10, 1)) is (date(last + 4, 10, 1).weekday() < 5)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("start", "hours", "due"),
    [
        ("2026-12-31T16:00", 1, "2026-12-31T17:00"),  # a Thursday
        ("2026-12-31T16:00", 8, "2027-01-01T16:00"),  # the Friday is worked, as far as anybody knows
        ("2026-12-31T16:00", 10, "2027-01-04T10:00"),  # over the weekend
        ("2026-12-31T18:00", 8, "2027-01-01T17:00"),
        ("2027-01-02T12:00", 8, "2027-01-04T17:00"),  # from a Saturday
        ("2027-12-31T09:00", 16, "2028-01-03T17:00"),
    ],
)
def test_promises_go_on_into_a_year_that_nobody_has_announced(start: str, hours: int, due: str) -> None:
    assert calendar.add_working_seconds(at(start), hours * HOUR) == at(due)
    assert calendar.working_seconds(at(start), at(due)) == hours * HOUR


@pytest.mark.django_db
def test_days_entered_by_hand_count_where_the_library_ends() -> None:
    CalendarDay.objects.create(day=date(2027, 1, 1), is_working=False, name="元旦")
    CalendarDay.objects.create(day=date(2027, 1, 2), is_working=True, name="调休")
    assert calendar.add_working_seconds(at("2026-12-31T16:00"), 8 * HOUR) == at("2027-01-02T16:00")
    assert calendar.working_seconds(at("2027-01-01T00:00"), at("2027-01-04T00:00")) == 8 * HOUR


@pytest.mark.django_db
def test_a_day_stands_once_in_the_calendar_of_a_node() -> None:
    CalendarDay.objects.create(node="wuhan", day=date(2027, 1, 1), is_working=False)
    CalendarDay.objects.create(node="", day=date(2027, 1, 1), is_working=False)
    with pytest.raises(IntegrityError), transaction.atomic():
        CalendarDay.objects.create(node="wuhan", day=date(2027, 1, 1), is_working=True)


@pytest.mark.django_db
def test_a_promise_of_the_last_days_is_kept_in_the_next_year(
    table: Workflow[Need], need: Need, owner: Person, operator: Person
) -> None:
    with time_machine.travel(at("2026-12-31T15:00"), tick=False):
        run(table, need.pk, "submit", actor=owner)
    assert ClockRun.objects.get().due_at == at("2027-01-01T15:00")
    with time_machine.travel(at("2027-01-04T10:00"), tick=False):
        run(table, need.pk, "publish", actor=operator)
    assert ClockRun.objects.get().worked_seconds == (2 + 8 + 1) * HOUR


# ---- time zones -------------------------------------------------------------------------------------------------

ZONES = ["Asia/Shanghai", "Asia/Tokyo", "Asia/Kolkata", "Asia/Kathmandu", "UTC", "America/Phoenix"]


@pytest.mark.django_db
@pytest.mark.parametrize("zone", ZONES)
def test_a_working_day_is_from_nine_to_five_where_the_platform_is(zone: str, settings: Any) -> None:
    settings.TIME_ZONE = zone
    here = ZoneInfo(zone)
    opens, closes = calendar.bounds(date(2026, 11, 23))
    assert (opens, closes) == (at("2026-11-23T09:00", here), at("2026-11-23T17:00", here))
    assert calendar.working_seconds(opens, closes) == calendar.DAY_SECONDS
    due = calendar.add_working_seconds(at("2026-11-20T16:30", here), HOUR)
    assert due == at("2026-11-23T09:30", here)


@pytest.mark.django_db
@pytest.mark.parametrize("zone", ZONES)
def test_moments_are_the_same_in_whatever_zone_they_are_written(zone: str) -> None:
    start, end = at("2026-11-20T15:00"), at("2026-11-24T10:15")
    there = ZoneInfo(zone)
    assert calendar.working_seconds(start.astimezone(there), end.astimezone(UTC)) == (2 + 8) * HOUR + 75 * 60
    assert calendar.add_working_seconds(start.astimezone(there), 11 * HOUR + 900) == end


@pytest.mark.django_db
@pytest.mark.parametrize("day", ["2026-03-27", "2026-10-23"])
def test_the_weekend_on_which_clocks_are_changed_takes_no_working_time(day: str, settings: Any) -> None:
    settings.TIME_ZONE = "Europe/Berlin"
    berlin = ZoneInfo("Europe/Berlin")
    friday = at(f"{day}T16:00", berlin)
    assert calendar.add_working_seconds(friday, 2 * HOUR) == (friday + timedelta(days=3)).replace(hour=10)


# ---- many clocks ------------------------------------------------------------------------------------------------


@pytest.mark.django_db
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    starts=st.lists(st.datetimes(datetime(2026, 9, 20), datetime(2027, 2, 1), timezones=st.just(SHANGHAI)), min_size=1),
    end=st.datetimes(datetime(2026, 9, 20), datetime(2027, 2, 1), timezones=st.just(SHANGHAI)),
)
def test_ages_reckoned_together_are_those_reckoned_one_by_one(starts: list[datetime], end: datetime) -> None:
    since = calendar.seconds_until(end, min(starts))
    for start in starts:
        assert abs(since(start) - calendar.working_seconds(start, end)) <= 1


def open_clock(number: int, started: str, **fields: Any) -> ClockRun:
    return ClockRun.objects.create(
        name="x", object_type="need", object_id=number, started_at=at(started), due_at=at(started), **fields
    )


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 5])
def test_open_clocks_are_reckoned_with_one_look_at_the_calendar_of_a_node(count: int) -> None:
    for number in range(count):
        open_clock(number, f"2026-11-{10 + number}T10:00", node="wuhan")
    with CaptureQueriesContext(connection) as asked:
        found = clocks.percentiles("x", node="wuhan")
    assert found["count"] == count
    assert sum("kernel_calendarday" in query["sql"] for query in asked) == 1


@pytest.mark.django_db
def test_figures_of_each_node_follow_its_own_calendar() -> None:
    CalendarDay.objects.create(node="yichang", day=date(2026, 11, 23), is_working=False, name="停电")
    open_clock(1, "2026-11-20T09:00", node="wuhan")
    open_clock(2, "2026-11-20T09:00", node="yichang")
    with time_machine.travel(at("2026-11-24T09:00"), tick=False):
        assert clocks.percentiles("x", node="wuhan")["median"] == 2.0
        assert clocks.percentiles("x", node="yichang")["median"] == 1.0
        assert clocks.percentiles("x") == {"median": 1.0, "p90": 2.0, "count": 2}


@pytest.mark.django_db
def test_a_paused_clock_has_the_age_at_which_it_was_paused() -> None:
    open_clock(1, "2026-11-16T09:00", paused_at=at("2026-11-17T13:00"))
    with time_machine.travel(at("2026-11-27T09:00"), tick=False):
        assert clocks.percentiles("x")["median"] == 1.5


# ---- one clock --------------------------------------------------------------------------------------------------


@pytest.fixture
def running(table: Workflow[Need], need: Need, owner: Person) -> ClockRun:
    """Begun on Monday at nine, promised for five."""
    with time_machine.travel(at("2026-11-23T09:00"), tick=False):
        run(table, need.pk, "submit", actor=owner)
    return ClockRun.objects.get()


def test_a_clock_runs_once_at_a_time(running: ClockRun, need: Need, clock: Clock) -> None:
    clocks.start(need, clock, Entry.objects.get())
    assert ClockRun.objects.get() == running
    with pytest.raises(IntegrityError), transaction.atomic():
        ClockRun.objects.create(
            name=clock.name, object_type="need", object_id=need.pk, started_at=running.due_at, due_at=running.due_at
        )


def test_two_pauses_do_not_count_and_a_second_pause_in_one_changes_nothing(
    running: ClockRun, need: Need, clock: Clock
) -> None:
    clocks.pause(need, clock, at("2026-11-23T10:00"))
    clocks.pause(need, clock, at("2026-11-23T11:00"))
    assert clocks.worked(ClockRun.objects.get(), at("2026-11-24T09:00")) == HOUR
    clocks.resume(need, clock, at("2026-11-23T12:00"))
    clocks.resume(need, clock, at("2026-11-23T13:00"))
    clocks.pause(need, clock, at("2026-11-23T16:00"))
    clocks.resume(need, clock, at("2026-11-24T10:00"))
    found = ClockRun.objects.get()
    assert found.due_at == at("2026-11-24T13:00")  # four hours later than promised
    clocks.stop(need, clock, at("2026-11-24T11:00"))
    assert ClockRun.objects.get().worked_seconds == (1 + 4 + 1) * HOUR


def test_a_clock_stopped_while_it_was_paused_keeps_what_it_had(running: ClockRun, need: Need, clock: Clock) -> None:
    clocks.pause(need, clock, at("2026-11-23T11:00"))
    clocks.stop(need, clock, at("2026-11-27T11:00"))
    found = ClockRun.objects.get()
    assert (found.worked_seconds, found.paused_at) == (2 * HOUR, None)
    assert clocks.worked(found) == 2 * HOUR


def test_what_does_not_run_can_be_stopped_paused_and_resumed_without_harm(need: Need, clock: Clock) -> None:
    for act in (clocks.stop, clocks.pause, clocks.resume):
        act(need, clock, at("2026-11-23T11:00"))
    assert ClockRun.objects.count() == 0


def test_the_most_urgent_of_several_clocks_is_the_next_due(running: ClockRun, need: Need) -> None:
    ClockRun.objects.create(
        name="slow", object_type="need", object_id=need.pk, started_at=running.started_at,
        due_at=running.due_at + timedelta(days=9),
    )  # fmt: skip
    assert clocks.most_urgent([need]) == {need.pk: running}
    assert clocks.most_urgent([]) == {}
    assert [one.name for one in clocks.running(need)] == ["test_clock", "slow"]


@pytest.mark.parametrize(
    ("share", "expected"), [(0.5, 3.0), (0.9, 5.0), (0.2, 1.0), (0.21, 2.0), (1.0, 5.0), (0.0, 1.0)]
)
def test_nearest_rank_is_a_value_that_there_is(share: float, expected: float) -> None:
    assert clocks.nearest_rank([1.0, 2.0, 3.0, 4.0, 5.0], share) == expected
