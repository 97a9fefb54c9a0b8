"""The live feed: from now on or since the last event seen, each event once, whatever breaks between."""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
from collections.abc import AsyncIterator, Coroutine
from typing import Any, cast

import pytest
from asgiref.sync import sync_to_async
from django.db import connection
from django.test import AsyncClient, RequestFactory

from keqiao.exchange.workflow import NEED
from keqiao.kernel import journal
from keqiao.kernel.connections import own_connection
from keqiao.kernel.workflow import run
from keqiao.observatory import stream as live
from keqiao.parties.models import Person
from tests.observatory.conftest import Publish, need_of
from tests.stages import open_need
from tests.together import in_a_loop

PATIENCE = 20
pytestmark = pytest.mark.django_db(transaction=True)


def position_of(entry: Any) -> int:
    return int(journal.Seal.objects.get(entry=entry).position)


@contextlib.asynccontextmanager
async def listening(last: str | int = "") -> AsyncIterator[Any]:
    """An open stream, its greeting read: `await take(2)` gives the next two events as (id, title)."""
    headers = {"Last-Event-ID": str(last)} if last != "" else {}
    answer = await AsyncClient().get("/api/v1/feed/stream", headers=headers)
    assert answer["Content-Type"] == "text/event-stream"
    chunks = aiter(cast("Any", answer).streaming_content)
    greeting = fields_of(await anext(chunks))

    async def take(count: int) -> list[tuple[int, str]]:
        found = []
        while len(found) < count:
            event = fields_of(await asyncio.wait_for(anext(chunks), PATIENCE))
            if event.get("event") == "feed":
                data = json.loads(event["data"])
                assert int(event["id"]) == data["position"]
                found.append((int(event["id"]), data["title"]))
        return found

    take.begins = int(greeting["id"])  # type: ignore[attr-defined]
    try:
        yield take
    finally:
        await chunks.aclose()


def fields_of(chunk: bytes) -> dict[str, str]:
    """The lines of one event."""
    return dict(line.split(": ", 1) for line in chunk.decode().strip().splitlines())


async def later(function: Any, *arguments: Any) -> Any:
    """What other processes do meanwhile, in a thread with a connection of its own."""

    def call() -> Any:
        with own_connection():
            return function(*arguments)

    return await sync_to_async(call, thread_sensitive=False)()


def play(story: Coroutine[Any, Any, None]) -> None:
    in_a_loop(asyncio.wait_for(story, 3 * PATIENCE))


@pytest.fixture
def happen(publish: Publish) -> Any:
    """`happen("a", "b")`: published and sealed, one after the other."""

    def run_all(*titles: str) -> list[int]:
        entries = [publish(title) for title in titles]
        journal.seal_all()
        return [position_of(entry) for entry in entries]

    return run_all


def test_without_a_last_event_it_begins_now(happen: Any) -> None:
    (old,) = happen("早先的")

    async def story() -> None:
        async with listening() as take:
            assert take.begins == old
            new = await later(happen, "刚发生的")
            assert await take(1) == [(new[0], "刚发生的")]

    play(story())


def test_who_comes_back_gets_what_happened_meanwhile_and_then_what_happens(happen: Any) -> None:
    first, second, third = happen("一", "二", "三")

    async def story() -> None:
        async with listening(first) as take:
            assert take.begins == first
            assert await take(2) == [(second, "二"), (third, "三")]
            (fourth,) = await later(happen, "四")
            assert await take(1) == [(fourth, "四")]

    play(story())


def test_who_is_cut_off_before_the_first_event_knows_where_to_go_on(happen: Any) -> None:
    async def story() -> None:
        async with listening() as take:
            begins = take.begins
        (missed,) = await later(happen, "断线时发生的")
        async with listening(begins) as take:
            assert await take(1) == [(missed, "断线时发生的")]

    play(story())


def test_a_long_absence_is_made_up_for_in_parts(happen: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "AT_ONCE", 2)
    positions = happen(*"甲乙丙丁戊")

    async def story() -> None:
        async with listening(0) as take:
            assert await take(5) == list(zip(positions, "甲乙丙丁戊", strict=True))

    play(story())


def test_rows_that_are_gone_are_passed_over(happen: Any, publish: Publish) -> None:
    need = need_of(publish("撤下的"))
    need.state = "taken_down"
    need.save()

    async def story() -> None:
        (kept,) = await later(happen, "留下的")
        async with listening(0) as take:
            assert await take(1) == [(kept, "留下的")]

    play(story())


def test_writers_at_once_reach_every_reader_once_and_in_order(owner: Person, operator: Person) -> None:
    """Three writers who also seal, two readers of whom one is cut off and comes back after each event."""
    needs = [open_need(owner, title=str(number), state="triage") for number in range(12)]

    def write(mine: list[Any]) -> None:
        actor = Person.objects.get(pk=operator.pk)
        for need in mine:
            run(NEED, need.pk, "publish", actor=actor)
            journal.seal_all()
        connection.close()

    threads = [threading.Thread(target=write, args=(needs[part::3],)) for part in range(3)]

    async def steady(found: list[tuple[int, str]]) -> None:
        async with listening(0) as take:
            found += await take(12)

    async def broken(found: list[tuple[int, str]]) -> None:
        while len(found) < 12:
            async with listening(found[-1][0] if found else 0) as take:
                found += await take(1)

    async def story() -> None:
        one: list[tuple[int, str]] = []
        other: list[tuple[int, str]] = []
        for thread in threads:
            thread.start()
        reading = asyncio.gather(steady(one), broken(other))
        for thread in threads:
            await sync_to_async(thread.join, thread_sensitive=False)()
        await later(journal.seal_all)
        await reading
        assert [position for position, _title in one] == list(range(1, 13))
        assert sorted(int(title) for _position, title in one) == list(range(12))
        assert other == one

    play(story())


def test_the_last_reader_who_leaves_ends_the_listening() -> None:
    async def story() -> None:
        one, other = live.events(None), live.events(None)
        await anext(one)
        await anext(other)
        await one.aclose()
        assert len(live.bell.waiting) == 1
        await other.aclose()
        assert (live.bell.waiting, live.bell.listener) == (set(), None)

    play(story())


def test_silence_is_broken_by_a_sign_of_life(happen: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "HEARTBEAT", 0.01)

    async def story() -> None:
        events = live.events(None)
        chunks = [await anext(events) for _number in range(2)]
        await events.aclose()
        assert chunks == [b"id: 0\nretry: 3000\n\n", b": alive\n\n"]

    play(story())


@pytest.mark.parametrize("given", ["", "x", "-1", "1.5", "١٢", "9" * 18, "7 "])
def test_a_last_event_that_is_none_means_from_now_on(given: str) -> None:
    assert live.last_seen(RequestFactory().get("/", headers={"Last-Event-ID": given})) is None


def test_the_last_event_is_read_from_the_header_before_the_address() -> None:
    requests = RequestFactory()
    assert live.last_seen(requests.get("/?after=7")) == 7
    assert live.last_seen(requests.get("/?after=7", headers={"Last-Event-ID": "9"})) == 9


def test_nobody_has_seen_more_than_there_is(happen: Any) -> None:
    """A position of another chain (a restored backup) does not wait for the chain to become as long again."""
    happen("一", "二")
    assert live.place(900) == 2
    assert live.place(1) == 1
    assert live.place(None) == 2
