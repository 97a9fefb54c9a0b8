"""Whatever is wrong with a call is said as a problem (RFC 9457), in the caller's language, and changes nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client, override_settings

from keqiao.api import actions
from keqiao.exchange.models import Need
from keqiao.parties.models import Organisation, Person

PROBLEM = "application/problem+json"


@pytest.fixture
def caller(owner: Person, company_a: Organisation) -> Client:
    """Somebody with a token."""
    return Client(headers={"Authorization": f"Bearer {actions.issue(owner, name='test')[1]}"})


def checked(answer: Any, status: int) -> dict[str, Any]:
    """The problem in an answer, after a look at its form."""
    assert answer.status_code == status
    assert answer["Content-Type"] == PROBLEM
    body: dict[str, Any] = json.loads(answer.content)
    assert (body["type"], body["status"]) == ("about:blank", status)
    assert body["title"] != ""
    return body


@pytest.mark.parametrize(
    "body",
    [b"{", b"", b"nonsense", b'{"kind": }', "{“kind”: 1}".encode(), b"\xff\xfe", b"[" * 100_000],
    ids=["open", "empty", "word", "no value", "typographic quotes", "no utf-8", "nested too deep"],
)
def test_what_is_no_json_is_said(caller: Client, body: bytes) -> None:
    answer = caller.generic("POST", "/api/v1/needs", body, content_type="application/json")
    assert answer.status_code in {400, 422}
    checked(answer, answer.status_code)
    assert Need.objects.count() == 0


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"kind": 7}, "kind"),
        ({"kind": "marriage"}, "kind"),
        ({"kind": "technology", "title": ["a"]}, "title"),
        ({"kind": "technology", "title": "字" * 1000}, "title"),
        ({"kind": "technology", "budget_maximum": "much"}, "budget_maximum"),
        ({"kind": "technology", "deadline": "tomorrow"}, "deadline"),
        ({"kind": "technology", "owner": 1}, "owner"),
        ({"kind": "technology", "state": "open"}, "state"),
    ],
)
def test_wrong_values_are_named_by_field(caller: Client, body: dict[str, Any], field: str) -> None:
    answer = caller.post("/api/v1/needs", body, content_type="application/json")
    problem = checked(answer, 422)
    assert [name.split(".")[0] for name in problem["errors"]] == [field]
    assert Need.objects.count() == 0


@pytest.mark.parametrize("body", ["[]", '"text"', "7", "null"])
def test_body_that_is_no_object_is_refused(caller: Client, body: str) -> None:
    checked(caller.generic("POST", "/api/v1/needs", body, content_type="application/json"), 422)
    assert Need.objects.count() == 0


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/nothing",
        "/api/v1/needs/999999",
        "/api/v1/needs/99999999999999999999",
        "/api/v1/needs/abc",
        "/api/v1/needs/1/fly",
    ],
)
def test_what_does_not_exist_is_a_problem_too(caller: Client, path: str) -> None:
    checked(caller.get(path), 404)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/api/v1/needs", {"GET", "POST"}),
        ("PUT", "/api/v1/needs/1", {"GET"}),
        ("PATCH", "/api/v1/tokens", {"GET", "POST"}),
        ("GET", "/api/v1/needs/1/submit", {"POST"}),
    ],
)
def test_wrong_method_says_which_are_right(caller: Client, method: str, path: str, allowed: set[str]) -> None:
    answer = caller.generic(method, path)
    checked(answer, 405)
    assert set(answer["Allow"].replace(" ", "").split(",")) == allowed


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "multipart/form-data; boundary=x", ""])
def test_other_formats_than_json_make_nothing(caller: Client, kind: str) -> None:
    answer = caller.generic("POST", "/api/v1/needs", b"kind=technology", content_type=kind)
    checked(answer, 415)
    assert Need.objects.count() == 0


@override_settings(DATA_UPLOAD_MAX_MEMORY_SIZE=2_000)
def test_body_too_large_is_said_before_it_is_read(caller: Client) -> None:
    answer = caller.post("/api/v1/needs", {"kind": "technology", "title": "x" * 3_000}, content_type="application/json")
    checked(answer, 413)
    assert Need.objects.count() == 0


def test_wrong_token_says_how_to_sign_in(db: None) -> None:
    for value in ("Bearer kq_nothing", "Basic abc", "Bearer", ""):
        answer = Client().post("/api/v1/needs", {}, content_type="application/json", headers={"Authorization": value})
        checked(answer, 401)
        assert answer["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "path", ["/api/v1/nothing", "/api/v1/needs?state=sleeping", "/api/v1/needs/7", "/api/v1/needs?limit=0"]
)
def test_problems_follow_the_caller_s_language(db: None, path: str) -> None:
    english = Client().get(path, headers={"Accept-Language": "en"}).content.decode()
    assert english.isascii()
    chinese = json.loads(Client().get(path, headers={"Accept-Language": "zh-hans"}).content)
    assert not chinese["title"].isascii()


def test_null_character_in_a_text_is_no_server_error(caller: Client) -> None:
    answer = caller.post("/api/v1/needs", {"kind": "technology", "title": "a\x00b"}, content_type="application/json")
    checked(answer, 422)
    assert Need.objects.count() == 0
