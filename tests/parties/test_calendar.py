"""The working calendar on its page: days made working or free, by whom, and what that does to promises."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import Client

from keqiao.kernel import calendar, clocks
from keqiao.kernel.journal import history
from keqiao.kernel.models import CalendarDay, ClockRun, Entry
from keqiao.parties.clocks import CONFIRMATION
from keqiao.parties.models import Node, Organisation, Person
from tests.parties.test_pages import queries_of
from tests.personas import Personas

pytestmark = pytest.mark.django_db

THURSDAY, FRIDAY, SATURDAY, MONDAY = (date(2027, 3, day) for day in (4, 5, 6, 8))


@pytest.fixture(autouse=True)
def in_november(monkeypatch: pytest.MonkeyPatch) -> None:
    """The days of these tests are next year's."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: datetime(2026, 11, 27, 2, tzinfo=UTC))


def day(**change: str) -> dict[str, str]:
    return {"day": "2027-03-05", "works": "free", "name": "市民日", "node": "wuhan"} | change


def page(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200, response.content.decode()
    return str(response.content.decode())


def works(node: str, *days: date) -> list[bool]:
    own = calendar.overrides(node, min(days), max(days))
    return [calendar.is_working_day(one, own) for one in days]


def test_an_operator_makes_a_day_free_at_the_own_node_alone(client: Client, operator: Person, yichang: Node) -> None:
    client.force_login(operator)
    response = client.post("/calendar/new/", day())
    assert response.url == "/calendar/?node=wuhan&year=2027"
    assert (works("wuhan", FRIDAY), works("yichang", FRIDAY)) == ([False], [True])
    entry = history(CalendarDay.objects.get()).get()
    assert (entry.verb, entry.node, entry.actor_id) == ("create", "wuhan", operator.pk)
    shown = page(client, response.url)
    assert "市民日" in shown
    assert "2027-03-05" in shown


def test_the_centre_sets_a_day_for_all_and_a_node_says_otherwise(
    client: Client, operator: Person, centre_operator: Person, yichang: Node
) -> None:
    client.force_login(centre_operator)
    assert client.post("/calendar/new/", day(node="", day="2027-03-06", works="working")).status_code == 302
    client.force_login(operator)
    assert client.post("/calendar/new/", day(day="2027-03-06")).status_code == 302
    assert (works("wuhan", SATURDAY), works("yichang", SATURDAY), works("", SATURDAY)) == ([False], [True], [True])


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"node": ""}, "node", "这个字段是必填项。"),
        ({"node": "yichang"}, "node", "只能设定您自己的、运行中的节点的日历。"),
        ({"node": "hubei"}, "node", "只能设定您自己的、运行中的节点的日历。"),
        ({"day": "2027-02-30"}, "day", "输入一个有效的日期。"),
        ({"day": "2025-12-31"}, "day", "请填 2026-01-01 至 2028-12-31 之间的日期。"),
        ({"day": "2029-01-01"}, "day", "请填 2026-01-01 至 2028-12-31 之间的日期。"),
        ({"works": "maybe"}, "works", "选择一个有效的选项。 maybe 不在可用的选项中。"),
        ({"name": " "}, "name", "这个字段是必填项。"),
        ({"day": "2027-03-08"}, "day", "这一天已经设定过。请在日历下面的清单里修改或撤销那一条。"),
    ],
)
def test_a_day_that_cannot_be_set_is_refused_by_field(
    client: Client, operator: Person, yichang: Node, change: dict[str, str], field: str, words: str
) -> None:
    CalendarDay.objects.create(node="wuhan", day=MONDAY, is_working=False)
    client.force_login(operator)
    response = client.post("/calendar/new/", day() | change)
    assert response.status_code == 422
    assert response.context["form"].errors == {field: [words]}
    assert (CalendarDay.objects.count(), Entry.objects.count()) == (1, 0)


def test_only_operators_of_the_node_touch_its_days(client: Client, yichang: Node, personas: Personas) -> None:
    line = CalendarDay.objects.create(node="wuhan", day=FRIDAY, is_working=False, name="市民日")
    general = CalendarDay.objects.create(day=MONDAY, is_working=False, name="补休")
    denied: dict[str, list[int]] = {}
    for name, person in personas.items():
        if name in ("stranger", "centre_operator"):
            continue
        client.force_login(person)  # type: ignore[arg-type]
        rows = [general] if name == "operator" else [general, line]
        denied[name] = [client.post(f"/calendar/{row.pk}/withdraw/").status_code for row in rows]
        denied[name] += [client.post(f"/calendar/{row.pk}/save/", {"works": "working"}).status_code for row in rows]
    assert {status for found in denied.values() for status in found} == {403}
    assert (works("wuhan", FRIDAY, MONDAY), Entry.objects.count()) == ([False, False], 0)


def test_a_day_is_changed_withdrawn_and_set_again(client: Client, operator: Person) -> None:
    client.force_login(operator)
    client.post("/calendar/new/", day())
    first = CalendarDay.objects.get()
    assert 'value="free" aria-describedby' not in page(client, f"/calendar/{first.pk}/save/")
    assert client.post(f"/calendar/{first.pk}/save/", {"works": "working", "name": "照常"}).status_code == 302
    assert works("wuhan", FRIDAY) == [True]
    assert client.post(f"/calendar/{first.pk}/withdraw/").status_code == 302
    assert client.post(f"/calendar/{first.pk}/withdraw/").status_code == 409
    assert client.post("/calendar/new/", day()).status_code == 302
    assert [row.state for row in CalendarDay.objects.order_by("pk")] == ["withdrawn", "set"]
    assert works("wuhan", FRIDAY) == [False]


def running(node: Node, pk: int = 1, **more: Any) -> ClockRun:
    """A confirmation (five working days) that began on Thursday at nine: due on Wednesday at five."""
    began = datetime(2027, 3, 4, 1, tzinfo=UTC)
    return ClockRun.objects.create(
        name="confirmation", node=node.code, object_type="membership", object_id=pk, started_at=began,
        due_at=calendar.add_working_seconds(began, CONFIRMATION.seconds), **more,
    )  # fmt: skip


def due_day(run: ClockRun) -> str:
    run.refresh_from_db()
    return run.due_at.date().isoformat()


def test_promises_that_run_move_with_the_calendar_and_back(
    client: Client, operator: Person, wuhan: Node, yichang: Node
) -> None:
    here, elsewhere = running(wuhan), running(yichang, 2)
    over = running(wuhan, 3, stopped_at=datetime(2027, 3, 9, tzinfo=UTC))
    assert due_day(here) == "2027-03-10"
    client.force_login(operator)
    client.post("/calendar/new/", day())
    line = CalendarDay.objects.get()
    assert [due_day(run) for run in (here, elsewhere, over)] == ["2027-03-11", "2027-03-10", "2027-03-10"]
    assert history(line).get().changes["extra"] == {"clocks_moved": 1}
    client.post(f"/calendar/{line.pk}/withdraw/")
    assert due_day(here) == "2027-03-10"


def test_a_day_of_all_nodes_moves_promises_everywhere(
    client: Client, centre_operator: Person, wuhan: Node, yichang: Node
) -> None:
    runs = [running(wuhan), running(yichang, 2)]
    client.force_login(centre_operator)
    client.post("/calendar/new/", day(node="", day="2027-03-06", works="working"))
    assert [due_day(run) for run in runs] == ["2027-03-09", "2027-03-09"]


def test_a_promise_keeps_the_time_of_its_pauses(client: Client, operator: Person, company_a: Organisation) -> None:
    run = running(company_a.node, company_a.pk)
    ClockRun.objects.filter(pk=run.pk).update(object_type="organisation", name="verification")
    ClockRun.objects.filter(pk=run.pk).update(worked_seconds=-calendar.DAY_SECONDS)
    client.force_login(operator)
    client.post("/calendar/new/", day(day="2027-03-31"))
    assert due_day(run) == "2027-03-08"  # two working days promised and one of pause: Thursday, Friday, Monday
    assert clocks.running(company_a).count() == 1


def test_the_page_says_until_when_holidays_are_known(client: Client, owner: Person, operator: Person) -> None:
    client.force_login(owner)
    now = page(client, "/calendar/")
    assert "内置的法定节假日和调休到 2026-12-31 为止。" in now
    assert "2026 年的法定节假日，平台还不知道" not in now
    later = page(client, "/calendar/?year=2027")
    assert "2027 年的法定节假日，平台还不知道" in later
    assert "由平台运营人员设定。" in later
    assert "/calendar/new/" not in later
    client.force_login(operator)
    assert "由平台运营人员设定。" not in page(client, "/calendar/?year=2027&node=wuhan")


@pytest.mark.parametrize(("asked", "shown"), [("2028", 2028), ("2031", 2026), ("x", 2026), ("", 2026)])
def test_the_page_shows_this_year_and_the_next_two(client: Client, owner: Person, asked: str, shown: int) -> None:
    client.force_login(owner)
    context = client.get("/calendar/", {"year": asked}).context
    assert (context["year"], context["years"]) == (shown, [2026, 2027, 2028])
    assert [month.first for month in context["months"]] == [date(shown, number, 1) for number in range(1, 13)]


def test_the_months_have_the_holidays_of_the_law_and_the_days_that_people_set(client: Client, owner: Person) -> None:
    CalendarDay.objects.create(day=date(2026, 11, 27), is_working=False, name="停电")
    client.force_login(owner)
    months = client.get("/calendar/").context["months"]
    october = {one.day.day: one.is_working for week in months[9].weeks for one in week if one}
    assert [number for number, is_working in october.items() if not is_working and number < 12] == [
        1,
        2,
        3,
        4,
        5,
        6,
        7,
        11,
    ]
    set_days = [one.day for month in months for week in month.weeks for one in week if one and one.own]
    assert set_days == [date(2026, 11, 27)]
    assert months[10].working_days == 20
    assert [one and one.day.day for one in months[10].weeks[0]] == [None] * 6 + [1]


def test_a_day_on_the_page_leads_to_the_form_that_turns_it_round(client: Client, operator: Person) -> None:
    client.force_login(operator)
    shown = page(client, "/calendar/?node=wuhan&year=2027")
    assert "/calendar/new/?day=2027-03-05&amp;works=free&amp;node=wuhan" in shown
    assert "/calendar/new/?day=2027-03-06&amp;works=working&amp;node=wuhan" in shown
    form = page(client, "/calendar/new/?day=2027-03-05&works=free&node=wuhan")
    assert 'value="2027-03-05"' in form
    assert '<option value="wuhan" selected>' in form
    assert "/calendar/new/" not in page(client, "/calendar/?year=2027")


def test_the_page_asks_as_often_for_three_days_as_for_one(client: Client, operator: Person) -> None:
    client.force_login(operator)
    CalendarDay.objects.create(node="wuhan", day=FRIDAY, is_working=False)
    once = queries_of(client, "/calendar/?node=wuhan&year=2027")
    for one in (THURSDAY, MONDAY):
        CalendarDay.objects.create(node="wuhan", day=one, is_working=False)
    assert queries_of(client, "/calendar/?node=wuhan&year=2027") == once


def test_the_calendar_can_be_read_over_the_api(client: Client, personas: Personas) -> None:
    line = CalendarDay.objects.create(node="wuhan", day=FRIDAY, is_working=False, name="市民日")
    answer = client.get(f"/api/v1/calendar/{line.pk}").json()
    assert answer["fields"] == {"node": "wuhan", "day": "2027-03-05", "is_working": False, "name": "市民日"}
    assert answer["verbs"] == []
    client.force_login(personas["operator"])  # type: ignore[arg-type]
    assert [verb["name"] for verb in client.get(f"/api/v1/calendar/{line.pk}").json()["verbs"]] == ["save", "withdraw"]
