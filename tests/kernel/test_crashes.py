"""Change and entry are one: whatever dies between them leaves neither; people at once queue for the row."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django import forms
from django.db import DataError, OperationalError, connection
from django.test import Client

from keqiao.exchange.models import Need
from keqiao.exchange.rules import is_owner
from keqiao.exchange.workflow import NEED
from keqiao.kernel import workflow as kernel
from keqiao.kernel.access import Invalid, NotNow, Refusal
from keqiao.kernel.clocks import Clock
from keqiao.kernel.models import ClockRun, Entry, Secret, Version
from keqiao.kernel.workflow import Verb, VerbForm, Workflow, run
from keqiao.parties.models import Person
from tests.api.conftest import encoded
from tests.together import in_threads


class TitleForm(VerbForm):
    title = forms.CharField(max_length=200)


def retitle(row: Need, data: dict[str, Any], actor: Any) -> None:
    row.title = data["title"]


def lose_connection(row: Need, data: dict[str, Any], actor: Any) -> None:
    """As when the server is killed while the verb is at work."""
    row.title = "halb"
    row.save()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")


def append_to_title(row: Need, data: dict[str, Any], actor: Any) -> None:
    row.title += data["title"]


TOO_LONG = "x" * 41
"""A verb that the journal's column cannot keep: the change is written, then the entry is refused."""


@pytest.fixture
def breaking(clock: Clock) -> Iterator[Workflow[Need]]:
    common: dict[str, Any] = {"source": "draft", "who": is_owner, "form": TitleForm}
    yield Workflow(
        name="breaking-needs",
        model=Need,
        states=NEED.states,
        verbs=(
            Verb(name="retitle", label="改名", do=retitle, **common),
            Verb(name="lose", label="断线", target="triage", do=lose_connection, starts=(clock,), **common),
            Verb(name=TOO_LONG, label="太长", target="triage", do=retitle, starts=(clock,), freezes=True, **common),
            Verb(name="append", label="接上", do=append_to_title, **common),
        ),
    )
    del kernel.REGISTRY["breaking-needs"]


def nothing_happened(need: Need) -> bool:
    need.refresh_from_db()
    kept = [model.objects.count() for model in (Entry, Secret, Version, ClockRun)]
    return (need.title, need.state, kept) == ("消光涂层", "draft", [0, 0, 0, 0])


@pytest.mark.django_db(transaction=True)
def test_a_connection_lost_between_change_and_entry_leaves_neither(
    breaking: Workflow[Need], need: Need, owner: Person
) -> None:
    def work() -> Entry:
        return run(breaking, need.pk, "lose", actor=Person.objects.get(pk=owner.pk), data={"title": "新"})

    (result,) = in_threads(work)
    assert isinstance(result, OperationalError)
    assert nothing_happened(need)


def test_an_entry_that_cannot_be_written_takes_the_change_back(
    breaking: Workflow[Need], need: Need, owner: Person
) -> None:
    with pytest.raises(DataError):
        run(breaking, need.pk, TOO_LONG, actor=owner, data={"title": "新"})
    assert nothing_happened(need)


@pytest.mark.django_db(transaction=True)
def test_people_at_once_on_one_row_queue_and_none_is_overwritten(
    breaking: Workflow[Need], need: Need, owner: Person
) -> None:
    def adds(letter: str) -> Callable[[], Entry]:
        return lambda: run(breaking, need.pk, "append", actor=Person.objects.get(pk=owner.pk), data={"title": letter})

    results = in_threads(*(adds(letter) for letter in "abcde"))
    assert all(isinstance(result, Entry) for result in results)
    need.refresh_from_db()
    assert sorted(need.title.removeprefix("消光涂层")) == list("abcde")
    chain = list(Entry.objects.order_by("seq").values_list("changes__title", flat=True))
    assert [old for old, _new in chain] == ["消光涂层", *(new for _old, new in chain[:-1])]
    assert chain[-1][1] == need.title


@pytest.mark.django_db(transaction=True)
def test_two_verbs_that_exclude_each_other_do(need: Need, owner: Person, operator: Person) -> None:
    need.state = "triage"
    need.save()
    results = in_threads(
        lambda: run(NEED, need.pk, "publish", actor=Person.objects.get(pk=operator.pk)),
        lambda: run(NEED, need.pk, "return", actor=Person.objects.get(pk=operator.pk), data={"reason": "请补充"}),
    )
    assert sorted(type(result).__name__ for result in results) == ["Entry", "NotNow"]
    entry = Entry.objects.get()
    need.refresh_from_db()
    assert need.state == entry.to_state == {"publish": "open", "return": "returned"}[entry.verb]


@pytest.mark.django_db(transaction=True)
def test_the_same_request_at_once_on_one_row_is_one(breaking: Workflow[Need], need: Need, owner: Person) -> None:
    def work() -> int:
        actor = Person.objects.get(pk=owner.pk)
        return run(breaking, need.pk, "append", actor=actor, data={"title": "!"}, key="click").pk

    results = in_threads(work, work, work)
    assert len(set(results)) == 1
    need.refresh_from_db()
    assert need.title == "消光涂层!"


@pytest.mark.django_db(transaction=True)
def test_the_same_key_at_once_for_two_requests_serves_one_and_refuses_the_other(
    breaking: Workflow[Need], need: Need, owner: Person
) -> None:
    def asks(title: str) -> Callable[[], Entry]:
        actor = Person.objects.get(pk=owner.pk)
        return lambda: run(breaking, need.pk, "retitle", actor=actor, data={"title": title}, key="shared")

    results = in_threads(asks("甲"), asks("乙"))
    assert sorted(type(result).__name__ for result in results) == ["Entry", "Invalid"]
    entry = Entry.objects.get()
    need.refresh_from_db()
    assert entry.changes["title"] == ["消光涂层", need.title]


@pytest.mark.parametrize(
    ("verb", "data", "status"),
    [("retitle", {"title": "甲"}, 0), ("retitle", {"title": "乙"}, 422), ("append", {"title": "甲"}, 422)],
    ids=["the same", "another body", "another verb"],
)
def test_a_key_answers_its_own_request_only(
    breaking: Workflow[Need], need: Need, owner: Person, verb: str, data: dict[str, str], status: int
) -> None:
    first = run(breaking, need.pk, "retitle", actor=owner, data={"title": "甲"}, key="k")
    if not status:
        assert run(breaking, need.pk, verb, actor=owner, data=data, key="k") == first
    else:
        with pytest.raises(Invalid) as refused:
            run(breaking, need.pk, verb, actor=owner, data=data, key="k")
        assert (refused.value.status, list(refused.value.errors)) == (status, ["Idempotency-Key"])
    need.refresh_from_db()
    assert (need.title, Entry.objects.count()) == ("甲", 1)


def test_a_key_of_another_row_is_refused(breaking: Workflow[Need], need: Need, owner: Person) -> None:
    other = Need.objects.create(title="另一项", contact=owner, node=need.node)
    run(breaking, need.pk, "retitle", actor=owner, data={"title": "甲"}, key="k")
    with pytest.raises(Invalid):
        run(breaking, other.pk, "retitle", actor=owner, data={"title": "甲"}, key="k")
    other.refresh_from_db()
    assert (other.title, Entry.objects.count()) == ("另一项", 1)


def test_a_key_answers_even_when_the_row_has_moved_on(need: Need, owner: Person, operator: Person) -> None:
    """Who lost the answer asks again after somebody else went further: what they did is not refused."""
    need.state = "triage"
    need.save()
    first = run(NEED, need.pk, "publish", actor=operator, key="k")
    run(NEED, need.pk, "take_down", actor=operator, data={"code": "other", "reason": "核实"})
    assert run(NEED, need.pk, "publish", actor=operator, key="k") == first
    with pytest.raises(NotNow):
        run(NEED, need.pk, "publish", actor=operator, key="k2")


@pytest.mark.parametrize("key", ["x" * 101, "a\nb", "\x00", "a\u200bb"])
def test_a_key_that_is_none_is_refused_before_anything_happens(
    breaking: Workflow[Need], need: Need, owner: Person, key: str
) -> None:
    with pytest.raises(Invalid) as refused:
        run(breaking, need.pk, "retitle", actor=owner, data={"title": "甲"}, key=key)
    assert list(refused.value.errors) == ["Idempotency-Key"]
    assert nothing_happened(need)


def test_a_request_that_was_refused_may_come_again_with_its_key(
    breaking: Workflow[Need], need: Need, owner: Person
) -> None:
    """Only what was done belongs to the key: the mended form goes through."""
    with pytest.raises(Refusal):
        run(breaking, need.pk, "retitle", actor=owner, data={"title": ""}, key="k")
    run(breaking, need.pk, "retitle", actor=owner, data={"title": "好"}, key="k")
    need.refresh_from_db()
    assert need.title == "好"


def test_keys_over_http(owner: Person, company_a: object) -> None:
    client = Client()
    client.force_login(owner)

    def post(title: str) -> Any:
        return client.post(
            "/api/v1/needs", encoded({"kind": "technology", "title": title}), content_type="application/json",
            headers={"Idempotency-Key": "double-click"},
        )  # fmt: skip

    first, again, other = post("甲"), post("甲"), post("乙")
    assert (first.status_code, again.status_code, other.status_code) == (200, 200, 422)
    assert first.json() == again.json()
    assert list(other.json()["errors"]) == ["Idempotency-Key"]
    assert list(Need.objects.values_list("title", flat=True)) == ["甲"]
