"""The same request twice does one thing; lists go on where they ended; buttons are listed for whom they work."""

from __future__ import annotations

import base64
import itertools
import threading
from typing import Any

import pytest
from django.db import connections
from django.test import Client

from keqiao.api import actions
from keqiao.exchange.enums import RejectReason
from keqiao.exchange.models import Need
from keqiao.kernel.models import Entry
from keqiao.parties.models import Organisation, Person
from tests.api.conftest import Call
from tests.personas import Personas


def entries() -> list[str]:
    return list(Entry.objects.exclude(object_type="accesstoken").order_by("seq").values_list("verb", flat=True))


# ---- keys -------------------------------------------------------------------------------------------------------


def test_same_key_for_a_verb_answers_as_the_first_time(
    call: Call, owner: Person, company_a: Organisation, card: dict[str, Any]
) -> None:
    number = call(owner, "POST", "/needs", card).json()["row"]["id"]
    first = call(owner, "POST", f"/needs/{number}/submit", key="s")
    second = call(owner, "POST", f"/needs/{number}/submit", key="s")
    assert (first.status_code, second.status_code) == (200, 200)
    assert second.json()["entry"] == first.json()["entry"]
    assert entries() == ["create", "submit"]


def test_without_a_key_the_second_is_another_request(
    call: Call, owner: Person, company_a: Organisation, card: dict[str, Any]
) -> None:
    call(owner, "POST", "/needs", card)
    call(owner, "POST", "/needs", card)
    assert Need.objects.count() == 2


def test_same_key_with_another_body_is_refused_and_writes_nothing(
    call: Call, owner: Person, company_a: Organisation, card: dict[str, Any]
) -> None:
    call(owner, "POST", "/needs", card, key="once")
    answer = call(owner, "POST", "/needs", card | {"title": "另一项需求的标题"}, key="once")
    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == ["Idempotency-Key"]
    assert [need.title for need in Need.objects.all()] == [card["title"]]


def test_same_key_for_another_verb_or_row_is_refused(
    call: Call, owner: Person, company_a: Organisation, card: dict[str, Any]
) -> None:
    one = call(owner, "POST", "/needs", card, key="k").json()["row"]["id"]
    assert call(owner, "POST", f"/needs/{one}/submit", key="k").status_code == 422
    other = call(owner, "POST", "/needs", card).json()["row"]["id"]
    call(owner, "POST", f"/needs/{one}/submit", key="s")
    assert call(owner, "POST", f"/needs/{other}/submit", key="s").status_code == 422
    assert Need.objects.get(pk=other).state == "draft"


def test_keys_of_two_people_have_nothing_to_do_with_each_other(
    call: Call, owner: Person, competitor: Person, card: dict[str, Any]
) -> None:
    mine, yours = (call(who, "POST", "/needs", card, key="same").json()["row"]["id"] for who in (owner, competitor))
    assert mine != yours


def test_key_of_a_refused_request_is_free(
    call: Call, owner: Person, company_a: Organisation, card: dict[str, Any]
) -> None:
    assert call(owner, "POST", "/needs", card | {"targets": ["越高越好"]}, key="k").status_code == 422
    assert call(owner, "POST", "/needs", card, key="k").status_code == 200


def test_key_that_is_too_long_is_named(
    call: Call, owner: Person, company_a: Organisation, card: dict[str, Any]
) -> None:
    answer = call(owner, "POST", "/needs", card, key="k" * 101)
    assert answer.status_code == 422
    assert any("key" in name.lower() for name in answer.json()["errors"])
    assert Need.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_same_key_at_the_same_moment_makes_one_row(
    owner: Person, company_a: Organisation, card: dict[str, Any]
) -> None:
    headers = {"Authorization": f"Bearer {actions.issue(owner, name='x')[1]}", "Idempotency-Key": "at once"}
    gate, answers = threading.Barrier(4), []

    def ask() -> None:
        gate.wait()
        answer = Client().post("/api/v1/needs", card, content_type="application/json", headers=headers)
        answers.append((answer.status_code, answer.json().get("entry")))
        connections.close_all()

    threads = [threading.Thread(target=ask) for _n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(answers)) == 1
    assert answers[0][0] == 200
    assert Need.objects.count() == 1
    assert entries() == ["create"]


# ---- cursors ----------------------------------------------------------------------------------------------------


@pytest.fixture
def five(owner: Person, company_a: Organisation) -> list[int]:
    """Five open needs, the newest first."""
    made = [
        Need.objects.create(title=f"第{number}项", contact=owner, node=company_a.node, state="open")
        for number in range(5)
    ]
    return [need.pk for need in reversed(made)]


def walk(call: Call, limit: int) -> list[list[int]]:
    """Every page of the list, until it ends."""
    pages, cursor = [], ""
    while True:
        body = call(None, "GET", f"/needs?limit={limit}" + (f"&cursor={cursor}" if cursor else "")).json()
        pages.append([item["id"] for item in body["items"]])
        cursor = body["next"]
        if cursor is None:
            return pages


@pytest.mark.parametrize(("limit", "sizes"), [(1, [1] * 5), (2, [2, 2, 1]), (5, [5]), (200, [5])])
def test_pages_have_every_row_once_and_end(call: Call, five: list[int], limit: int, sizes: list[int]) -> None:
    pages = walk(call, limit)
    assert [len(page) for page in pages] == sizes
    assert list(itertools.chain(*pages)) == five


def test_new_row_does_not_disturb_who_is_in_the_middle(
    call: Call, five: list[int], owner: Person, company_a: Organisation
) -> None:
    first = call(None, "GET", "/needs?limit=2").json()
    Need.objects.create(title="刚发布", contact=owner, node=company_a.node, state="open")
    second = call(None, "GET", f"/needs?limit=2&cursor={first['next']}").json()
    assert [item["id"] for item in second["items"]] == five[2:4]


def test_cursor_at_a_row_that_is_gone_still_goes_on(call: Call, five: list[int]) -> None:
    first = call(None, "GET", "/needs?limit=2").json()
    Need.objects.filter(pk=five[1]).update(state="withdrawn")
    second = call(None, "GET", f"/needs?limit=2&cursor={first['next']}").json()
    assert [item["id"] for item in second["items"]] == five[2:4]


def test_cursor_keeps_to_the_state(call: Call, five: list[int]) -> None:
    Need.objects.filter(pk__in=five[1:3]).update(state="solved")
    body = call(None, "GET", "/needs?state=open&limit=2").json()
    rest = call(None, "GET", f"/needs?state=open&limit=2&cursor={body['next']}").json()
    assert [item["id"] for item in body["items"] + rest["items"]] == [five[0], *five[3:]]


def cursor_of(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode()


@pytest.mark.parametrize("text", ["-1", "1.5", "abc", "1" * 19, "²", " 7", "٣"])
def test_cursor_that_is_none_of_ours_is_explained(call: Call, db: None, text: str) -> None:
    answer = call(None, "GET", f"/needs?cursor={cursor_of(text)}")
    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == ["cursor"]


def test_cursor_before_the_beginning_is_an_empty_page(call: Call, five: list[int]) -> None:
    assert call(None, "GET", f"/needs?cursor={cursor_of('0')}").json() == {"items": [], "next": None}


@pytest.mark.parametrize("limit", ["0", "201", "-1", "many", "1.5"])
def test_limit_outside_its_bounds_is_named(call: Call, db: None, limit: str) -> None:
    answer = call(None, "GET", f"/needs?limit={limit}")
    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == ["limit"]


# ---- verbs ------------------------------------------------------------------------------------------------------


BODIES = {
    "withdraw": {"reason": "不需要了"},
    "take_down": {"code": RejectReason.values[0], "reason": "内容不实"},
    "submit": None,
    "publish": None,
}


@pytest.mark.parametrize("verb", BODIES)
@pytest.mark.parametrize(
    ("persona", "allowed"),
    [
        ("owner", {"withdraw"}),
        ("colleague", set()),
        ("competitor", set()),
        ("professor", set()),
        ("manager", set()),
        ("operator", {"take_down"}),
        ("other_operator", set()),
        ("centre_operator", {"take_down"}),
        ("auditor", set()),
        ("stranger", set()),
    ],
)
def test_verb_is_listed_if_and_only_if_it_works(
    call: Call, five: list[int], personas: Personas, persona: str, allowed: set[str], verb: str
) -> None:
    who = personas[persona]
    listed = {verb["name"] for verb in call(who, "GET", f"/needs/{five[0]}").json()["verbs"]}
    assert listed & set(BODIES) == allowed
    status = call(who, "POST", f"/needs/{five[0]}/{verb}", BODIES[verb]).status_code
    assert status == 200 if verb in allowed else status in {401, 403, 409}
    assert (Need.objects.get(pk=five[0]).state == "open") is (verb not in allowed)


def test_strangers_are_offered_no_verbs(call: Call, five: list[int]) -> None:
    assert call(None, "GET", f"/needs/{five[0]}").json()["verbs"] == []
    assert all(item["verbs"] == [] for item in call(None, "GET", "/needs").json()["items"])


def test_verb_names_the_fields_that_it_needs(call: Call, owner: Person, five: list[int]) -> None:
    Need.objects.update(organisation=None)
    verbs = {verb["name"]: verb["needs"] for verb in call(owner, "GET", f"/needs/{five[0]}").json()["verbs"]}
    assert "reason" in verbs["withdraw"]
    assert call(owner, "POST", f"/needs/{five[0]}/withdraw", {}).json()["errors"].keys() == {"reason"}
