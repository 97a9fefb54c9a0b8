"""Public numbers: each says what it counts and opens the records behind it; clocks with their open ends."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client

from keqiao.exchange.models import Solution
from keqiao.exchange.workflow import NEED
from keqiao.kernel import journal
from keqiao.kernel.calendar import DAY_SECONDS
from keqiao.kernel.models import ClockRun
from keqiao.kernel.workflow import run
from keqiao.observatory import breakdown
from keqiao.observatory.counters import BY_NAME
from keqiao.parties.models import Node, Person
from tests.observatory.conftest import Publish, need_of
from tests.stages import open_need, place_of

Sealed = Callable[[], int]
SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def stats(node: str = "", language: str = "zh-hans") -> dict[str, Any]:
    cache.clear()
    answer = Client(headers={"Accept-Language": language}).get("/api/v1/stats", {"node": node} if node else {})
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def values(node: str = "") -> dict[str, int]:
    return {metric["name"]: metric["value"] for metric in stats(node)["metrics"] if metric["value"]}


@pytest.mark.django_db
def test_every_number_has_a_name_a_definition_and_a_page() -> None:
    found = stats()["metrics"]
    assert [metric["name"] for metric in found] == list(BY_NAME)
    for metric in found:
        assert "" not in {metric["label"], metric["definition"]}
        assert Client().get(metric["link"]).status_code == 200


@pytest.mark.django_db
def test_words_of_the_numbers_follow_the_reader_s_language() -> None:
    for metric in stats(language="en")["metrics"]:
        assert (metric["label"] + metric["definition"]).isascii(), metric["name"]


def test_numbers_of_a_node_are_its_own(
    publish: Publish, professor: Person, yichang: Node, sealed: Sealed, operator: Person
) -> None:
    publish("武汉的")
    publish("也是武汉的")
    sealed()
    assert values() == values("wuhan") == {"needs": 2, "open_needs": 2}
    assert values("yichang") == {}


@pytest.mark.parametrize("code", ["atlantis", "wuhan-2", "0"])
def test_a_node_that_there_is_not_is_refused_by_name(wuhan: Node, code: str) -> None:
    answer = Client().get("/api/v1/stats", {"node": code})
    assert (answer.status_code, answer["Content-Type"]) == (422, "application/problem+json")
    assert answer.json()["errors"] == {"node": ["可以是：hubei, wuhan"]}


@pytest.mark.parametrize("code", ["WUHAN", "wu han", "武汉", "x" * 21])
def test_what_cannot_be_a_node_is_refused_by_name(wuhan: Node, code: str) -> None:
    answer = Client().get("/api/v1/stats", {"node": code})
    assert (answer.status_code, list(answer.json()["errors"])) == (422, ["node"])


def links_in(page: str, pattern: str) -> set[str]:
    return set(re.findall(f'href="({pattern})"', Client().get(page).content.decode()))


def test_numbers_with_a_public_list_open_that_many_records(
    publish: Publish, publish_achievement: Publish, sealed: Sealed, owner: Person
) -> None:
    states = ("open", "open", "in_project", "solved", "expired", "withdrawn", "taken_down")
    for state in states:
        need = need_of(publish(f"需求 {state}"))
        if state != "open":
            need.state = state
            need.save()
    publish_achievement("成果一")
    publish_achievement("成果二")
    open_need(owner, state="triage")
    cache.clear()
    for name, pattern, expected in (
        ("needs", r"/needs/\d+/", 5),
        ("open_needs", r"/needs/\d+/", 2),
        ("achievements", r"/achievements/\d+/", 2),
        ("organisations", r"/organisations/\d+/", 2),
    ):
        metric = BY_NAME[name]
        assert len(links_in(metric.link, pattern)) == metric.rows().count() == expected, name


def test_numbers_of_confidential_records_say_how_many_by_node_and_state(
    publish: Publish, sealed: Sealed, owner: Person, professor: Person, manager: Person
) -> None:
    """The page behind such a number adds up to it and shows no record."""
    need = need_of(publish("有人应答的"))
    for state in ("submitted", "submitted", "declined", "draft"):
        given = place_of(professor) | {"node": need.node}
        row = Solution.objects.create(need=need, state=state, submitted_at=need.created_at, **given)
        journal.append(row=row, verb="submit", actor=professor, before={}, from_state="draft")
    sealed()
    metric = BY_NAME["solutions"]
    assert values()["solutions"] == 3
    assert [(share.label, share.value) for share in breakdown.by_node(metric)] == [("武汉节点", 3)]
    assert [(str(share.label), share.value) for share in breakdown.by_state(metric)] == [("已提交", 2), ("未采纳", 1)]
    html = Client().get(metric.link).content.decode()
    assert "武汉节点" in html
    assert "有人应答的" not in html
    assert not re.search(r"/solutions/\d+/", html)


def ran(name: str, days: float, number: int, *, node: str = "wuhan", start: str = "2026-11-02T09:00") -> None:
    """A clock that ran so many working days and was stopped."""
    ClockRun.objects.create(
        name=name, node=node, object_type="need", object_id=number, started_at=at(start), due_at=at(start),
        stopped_at=at("2026-11-20T12:00"), worked_seconds=int(days * DAY_SECONDS),
    )  # fmt: skip


@pytest.mark.django_db
def test_promises_are_shown_with_median_and_90th_percentile() -> None:
    for number in range(1, 11):
        ran("triage", number / 10, number)
    with time_machine.travel(at("2026-11-23T09:00"), tick=False):
        assert stats()["clocks"] == {
            "triage": {"median": 0.5, "p90": 0.9, "count": 10},
            "first_answer": {"median": None, "p90": None, "count": 0},
        }


def test_an_open_promise_counts_as_at_least_its_age(publish: Publish, owner: Person) -> None:
    """Whoever leaves the hard ones open does not look better for it."""
    for number in range(100, 103):
        ran("first_answer", 1, number)
    with time_machine.travel(at("2026-11-16T09:00"), tick=False):
        publish()  # starts the clock of the first answer
    with time_machine.travel(at("2026-11-23T09:00"), tick=False):
        assert stats()["clocks"]["first_answer"] == {"median": 1.0, "p90": 5.0, "count": 4}
    with time_machine.travel(at("2026-11-24T13:00"), tick=False):
        assert stats()["clocks"]["first_answer"]["p90"] == 6.5


def test_a_paused_promise_does_not_grow(owner: Person, operator: Person) -> None:
    need = open_need(owner, state="draft")
    with time_machine.travel(at("2026-11-16T09:00"), tick=False):
        run(NEED, need.pk, "submit", actor=owner)
    with time_machine.travel(at("2026-11-16T13:00"), tick=False):
        run(NEED, need.pk, "request_information", actor=operator, data={"question": "基材是什么？"})
    with time_machine.travel(at("2026-11-23T09:00"), tick=False):
        assert stats()["clocks"]["triage"] == {"median": 0.5, "p90": 0.5, "count": 1}


@pytest.mark.django_db
def test_clocks_of_a_node_and_of_the_last_year_only(wuhan: Node, yichang: Node) -> None:
    ran("triage", 1, 1)
    ran("triage", 2, 2, node="yichang")
    ran("triage", 9, 3, start="2025-10-01T09:00")
    with time_machine.travel(at("2026-11-23T09:00"), tick=False):
        assert stats()["clocks"]["triage"]["count"] == 2
        assert stats("yichang")["clocks"]["triage"] == {"median": 2.0, "p90": 2.0, "count": 1}


def test_numbers_are_kept_for_a_moment_but_not_their_words(publish: Publish, sealed: Sealed) -> None:
    assert values() == {}
    publish()
    sealed()
    again = Client(headers={"Accept-Language": "en"}).get("/api/v1/stats").json()
    assert [metric["value"] for metric in again["metrics"]] == [0] * len(BY_NAME)
    assert again["metrics"][0]["label"].isascii()
    assert values() == {"needs": 1, "open_needs": 1}
