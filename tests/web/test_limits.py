"""What is expensive can be asked for so many times a minute; the one too many is told when to come again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver
from django.urls.resolvers import URLPattern, URLResolver

from keqiao.api import actions
from keqiao.parties.models import Person
from keqiao.web import limits

VISITOR = "203.0.113.7"
TEXT = {"text": "外购消光涂层吸光率不足"}


@pytest.fixture(autouse=True)
def few(settings: Any) -> None:
    """Two a minute."""
    settings.KEQIAO_RATE = 2


@pytest.fixture(autouse=True)
def stopped_clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """It is 20 seconds past a full minute until the test says otherwise."""
    now = [1_800_000_020.0]
    monkeypatch.setattr(limits.time, "time", lambda: now[0])
    return now


def figures(address: str = VISITOR, client: Client | None = None, **headers: str) -> Any:
    return (client or Client()).post("/match/figures/", TEXT, REMOTE_ADDR=address, headers=headers)


def test_one_too_many_is_a_page_that_says_when(db: None) -> None:
    assert [figures().status_code for _n in range(5)] == [200, 200, 200, 200, 429]
    page = figures()
    assert page["Retry-After"] == "40"
    assert "请 40 秒后再试" in page.content.decode()
    assert "<c-" not in page.content.decode()


def test_next_minute_counts_anew(db: None, stopped_clock: list[float]) -> None:
    for _n in range(5):
        figures()
    stopped_clock[0] += 39
    assert figures().status_code == 429
    stopped_clock[0] += 1
    assert figures().status_code == 200


def test_another_address_is_not_meant(db: None) -> None:
    for _n in range(5):
        figures()
    assert figures("203.0.113.8").status_code == 200


def test_addresses_of_one_household_count_together(db: None) -> None:
    for number in range(4):
        figures(f"2001:db8:1:2::{number}")
    assert figures("2001:db8:1:2::ffff").status_code == 429
    assert figures("2001:db8:1:3::1").status_code == 200


def test_forged_header_does_not_help(db: None) -> None:
    for number in range(4):
        figures(**{"X-Forwarded-For": f"198.51.100.{number}"})
    assert figures(**{"X-Forwarded-For": "198.51.100.9"}).status_code == 429


def test_signed_in_person_has_more_and_is_counted_alone(owner: Person, colleague: Person) -> None:
    client = Client()
    client.force_login(owner)
    assert [figures(client=client).status_code for _n in range(17)] == [200] * 16 + [429]
    other = Client()
    other.force_login(colleague)
    assert figures(client=other).status_code == 200


def test_this_machine_has_many_more(db: None) -> None:
    assert {figures("127.0.0.1").status_code for _n in range(20)} == {200}
    assert limits.neighbourhood("::1") == ("::/64", True)
    assert limits.neighbourhood("") == ("here", True)


def test_zero_is_no_limit(db: None, settings: Any) -> None:
    settings.KEQIAO_RATE = 0
    assert {figures().status_code for _n in range(6)} == {200}


def test_other_pages_are_not_counted(db: None) -> None:
    assert {Client().get("/definitions/", REMOTE_ADDR=VISITOR).status_code for _n in range(6)} == {200}


def coach(language: str = "zh-hans", **headers: str) -> Any:
    return Client().post(
        "/api/v1/coach", TEXT, "application/json", REMOTE_ADDR=VISITOR, headers={"Accept-Language": language} | headers
    )


def test_over_the_api_it_is_a_problem(db: None) -> None:
    assert [coach().status_code for _n in range(3)] == [200, 200, 429]
    answer = coach()
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["Retry-After"] == "40"
    assert answer.json() == {
        "type": "about:blank",
        "title": "请求太频繁",
        "status": 429,
        "detail": "请求太频繁，请 40 秒后再试。",
    }


def test_token_has_more_and_a_made_up_one_no_endless_supply(owner: Person) -> None:
    bearer = f"Bearer {actions.issue(owner, name='x')[1]}"
    assert [coach(Authorization=bearer).status_code for _n in range(7)] == [200] * 7
    answers = [coach(Authorization=f"Bearer kq_{number}").status_code for number in range(3)]
    assert answers == [401, 429, 429]


def test_guessing_passwords_over_the_api_is_counted_by_address_too(db: None) -> None:
    def ask(number: int) -> int:
        body = {"email": f"{number}@example.test", "password": "wrong"}
        return Client().post("/api/v1/tokens", body, "application/json", REMOTE_ADDR=VISITOR).status_code

    assert [ask(number) for number in range(3)] == [422, 422, 429]
    assert Client().get("/api/v1/tokens", REMOTE_ADDR=VISITOR).status_code == 200


def test_limit_of_the_login_page_is_the_same_page(db: None, settings: Any) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"login": "1/m/ip"}
    data = {"login": "a@example.test", "password": "wrong"}
    Client().post("/accounts/login/", data, REMOTE_ADDR=VISITOR)
    answer = Client().post("/accounts/login/", data, REMOTE_ADDR=VISITOR)
    assert (answer.status_code, answer["Retry-After"]) == (429, "60")
    assert "请稍等一下" in answer.content.decode()


def test_every_route_in_the_table_exists() -> None:
    assert {name.partition(" ")[2] for name in limits.LIMITS} <= set(routes(get_resolver().url_patterns))


def routes(patterns: list[URLPattern | URLResolver], before: str = "") -> Iterator[str]:
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, route)
        else:
            yield route
