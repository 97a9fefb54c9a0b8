"""Reminders: in the last quarter of a promise, to those who can keep it, once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine

from keqiao.kernel.models import ClockRun, Entry
from keqiao.kernel.workflow import REGISTRY, run
from keqiao.notices import reminders
from keqiao.notices.models import Mail, Notice
from keqiao.notices.words import words_of
from keqiao.parties.models import Organisation, Person
from tests.factories import PersonFactory

SHANGHAI = ZoneInfo("Asia/Shanghai")
MONDAY = datetime(2026, 3, 9, 9, 0, tzinfo=SHANGHAI)


@pytest.fixture
def promised(register: Callable[..., Entry], operator: Person, professor: Person) -> ClockRun:
    """Registered on Monday at nine: verified within two working days, by Tuesday at five in the afternoon."""
    with time_machine.travel(MONDAY, tick=False):
        register(professor)
    return ClockRun.objects.get()


def test_reminder_comes_in_the_last_quarter_and_only_once(promised: ClockRun, operator: Person) -> None:
    assert promised.due_at == MONDAY + timedelta(days=1, hours=8)
    quarter = MONDAY + timedelta(days=1, hours=4)
    with time_machine.travel(MONDAY, tick=False) as clock:
        assert reminders.remind_all() == 0
        clock.move_to(quarter - timedelta(minutes=1))
        assert reminders.remind_all() == 0
        clock.move_to(quarter)
        assert (reminders.remind_all(), reminders.remind_all()) == (1, 0)
    notice = Notice.objects.get()
    assert notice.person == operator
    assert words_of(notice).headline == "快到时限：单位“壬子试验陶瓷有限公司”（单位核验）"
    assert words_of(notice).details == ["应在 2026年3月10日 17:00 之前完成。"]
    assert Mail.objects.get().to == "operator@example.test"
    promised.refresh_from_db()
    assert promised.reminded_at == quarter


def test_reminder_is_not_given_for_a_stopped_clock(promised: ClockRun, operator: Person) -> None:
    run(REGISTRY["organisations"], promised.object_id, "verify", actor=operator)
    assert reminders.remind_all(MONDAY + timedelta(days=10)) == 0
    assert Notice.objects.count() == 0


def test_reminder_is_not_given_for_a_paused_clock(promised: ClockRun) -> None:
    ClockRun.objects.update(paused_at=MONDAY)
    assert reminders.remind_all(MONDAY + timedelta(days=10)) == 0


def test_reminder_of_a_membership_goes_to_the_administrators(
    owner: Person, operator: Person, company_a: Organisation
) -> None:
    with time_machine.travel(MONDAY, tick=False):
        run(REGISTRY["memberships"], None, "request", actor=PersonFactory(), data={"organisation": company_a.pk})
    assert reminders.remind_all(MONDAY + timedelta(days=30)) == 1
    assert [n.person for n in Notice.objects.all()] == [owner]


def test_reminder_of_unknown_clock_is_left_alone(promised: ClockRun) -> None:
    ClockRun.objects.update(name="clock of a room that is gone")
    assert reminders.remind_all(MONDAY + timedelta(days=10)) == 0
    promised.refresh_from_db()
    assert promised.reminded_at is None
