"""What runs beside the pages: it seals, projects and works on jobs from the server's start to its end."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.db import connection, connections, transaction
from procrastinate.contrib.django import app

from keqiao.config import runtime
from keqiao.exchange.models import Need
from keqiao.exchange.workflow import NEED
from keqiao.kernel import jobs, journal, projections
from keqiao.kernel.bell import Bell, wait
from keqiao.kernel.connections import own_connection
from keqiao.kernel.models import Cursor, Entry, Seal
from keqiao.kernel.projections import Projection
from keqiao.kernel.verification import verify
from keqiao.kernel.workflow import run
from keqiao.parties.models import Node, Person
from tests.together import in_a_loop

PATIENCE = 30
Message = dict[str, str]


class Server:
    """The side of the server in the talk about its life: says what it is told to, keeps what it hears."""

    def __init__(self) -> None:
        self.heard: asyncio.Queue[str] = asyncio.Queue()
        self.told: asyncio.Queue[Message] = asyncio.Queue()
        asgi = runtime.with_runtime(unused)
        self.talk = asyncio.create_task(asgi({"type": "lifespan"}, self.told.get, self.send))  # type: ignore[arg-type]

    async def send(self, message: Message) -> None:
        await self.heard.put(message["type"])

    async def says(self, what: str) -> str:
        await self.told.put({"type": f"lifespan.{what}"})
        return await asyncio.wait_for(self.heard.get(), PATIENCE)


async def unused(scope: Any, receive: Any, send: Any) -> None:
    raise AssertionError("the pages are not asked about the server's life")


def play(story: Awaitable[Any]) -> Any:
    async def whole() -> Any:
        try:
            return await asyncio.wait_for(story, 3 * PATIENCE)
        finally:
            await sync_to_async(connections.close_all)()  # of the thread in which the worker queues what is due

    return in_a_loop(whole())


async def later(function: Callable[..., Any], *arguments: Any) -> Any:
    def call() -> Any:
        with own_connection():
            return function(*arguments)

    return await sync_to_async(call, thread_sensitive=False)()


@pytest.fixture
def quiet_queue(transactional_db: None) -> Iterator[None]:
    """Only the test's own jobs."""
    yield
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
        cursor.execute("DELETE FROM procrastinate_workers")


def make(owner: Person, title: str = "消光涂层") -> Entry:
    return run(NEED, None, "create", actor=Person.objects.get(pk=owner.pk), data={"kind": "technology", "title": title})


async def until(question: Callable[[], bool], channel: str = journal.SEALED_CHANNEL) -> None:
    """Until the answer is yes, asked whenever the journal was sealed."""
    bell = Bell(channel)
    rung = bell.subscribe()
    try:
        while not await later(question):
            await wait(rung, 0.2)
    finally:
        bell.leave(rung)


@pytest.mark.usefixtures("quiet_queue")
def test_from_start_to_end_of_the_server_the_journal_is_followed(owner: Person, company_a: object) -> None:
    async def story() -> None:
        server = Server()
        assert await server.says("startup") == "lifespan.startup.complete"
        entry = await later(make, owner)
        await until(lambda: Cursor.objects.filter(name="counters", position__gte=1).exists())
        assert await later(Seal.objects.filter(entry=entry).exists)
        assert await server.says("shutdown") == "lifespan.shutdown.complete"
        await server.talk
        unsealed = await later(make, owner, "之后的")
        assert not await later(Seal.objects.filter(entry=unsealed).exists)

    play(story())
    assert verify().valid


@pytest.mark.usefixtures("quiet_queue")
def test_what_was_written_while_nobody_ran_is_caught_up_at_the_start(owner: Person, company_a: object) -> None:
    for number in range(3):
        make(owner, str(number))

    async def story() -> None:
        server = Server()
        await server.says("startup")
        await until(lambda: Seal.objects.count() == 3)
        await server.says("shutdown")

    play(story())


@pytest.mark.usefixtures("quiet_queue")
def test_jobs_run_beside_the_pages() -> None:
    done = threading.Event()

    def ring(**_arguments: Any) -> None:
        done.set()

    ringing = jobs.job(ring)

    async def story() -> None:
        server = Server()
        await server.says("startup")
        await later(ringing.later)
        assert await asyncio.to_thread(done.wait, PATIENCE)
        await server.says("shutdown")

    try:
        play(story())
    finally:
        del jobs.REGISTRY[ringing.name], app.tasks[ringing.name]


@pytest.mark.usefixtures("quiet_queue")
def test_what_fails_on_the_way_out_does_not_begin_anew(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    begun = asyncio.Event()

    async def breaks_when_it_ends(worker: Any) -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            raise OSError("the connection is gone")

    monkeypatch.setattr(runtime, "watch_stalled", breaks_when_it_ends)

    async def story() -> None:
        running = asyncio.create_task(runtime.run_jobs())
        await begun.wait()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(running, PATIENCE)

    play(story())
    assert "starting it again" not in caplog.text


@pytest.mark.parametrize("first", ["ring", "stop"])
def test_told_to_stop_in_the_moment_of_the_ring_a_task_stops(first: str) -> None:
    async def story() -> None:
        event = asyncio.Event()
        waiting = asyncio.create_task(wait(event, PATIENCE))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        for call in (event.set, waiting.cancel) if first == "ring" else (waiting.cancel, event.set):
            call()
        with pytest.raises(asyncio.CancelledError):
            await waiting

    in_a_loop(story())


def test_a_server_that_ends_before_it_began_is_answered() -> None:
    async def story() -> None:
        server = Server()
        assert await server.says("shutdown") == "lifespan.shutdown.complete"

    play(story())


def test_everything_else_goes_to_the_pages() -> None:
    asked = []

    async def pages(scope: Any, receive: Any, send: Any) -> None:
        asked.append((scope["type"], receive, send))

    play(runtime.with_runtime(pages)({"type": "http"}, 1, 2))
    assert asked == [("http", 1, 2)]


@pytest.fixture
def failing() -> Iterator[list[bool]]:
    """A projection that fails as long as the list holds something."""
    broken = [True]

    def apply(entries: Any) -> None:
        if broken:
            raise ZeroDivisionError("a projection with a hole")

    projections.register(Projection("failing", apply, lambda: None))
    yield broken
    del projections.REGISTRY["failing"]


@pytest.mark.django_db(transaction=True)
def test_rest_between_two_looks_depends_on_what_was_found(
    owner: Person, company_a: object, failing: list[bool], caplog: pytest.LogCaptureFixture
) -> None:
    """Long when there is nothing, short while an entry waits, and some when there was trouble, which is logged."""
    failing.clear()
    assert play(runtime.one_round(recent=False)) == runtime.REST
    failing.append(True)
    make(owner)
    with caplog.at_level(logging.ERROR, logger="keqiao.runtime"):
        assert play(runtime.one_round(recent=True)) == 2.0
    assert "the journal could not be followed; trying again" in caplog.text
    assert Seal.objects.count() == 1  # sealed all the same
    failing.clear()
    assert play(runtime.one_round(recent=True)) == runtime.REST
    assert Cursor.objects.get(name="failing").position == 1


@pytest.mark.django_db(transaction=True)
def test_an_entry_that_an_older_transaction_holds_back_is_looked_for_again_soon(
    owner: Person, company_a: object
) -> None:
    with transaction.atomic():
        make(owner)

        def another() -> float:
            with own_connection():
                make(owner, "后来的")
            return float(play(runtime.one_round(recent=True)))

        answers: list[float] = []
        thread = threading.Thread(target=lambda: answers.append(another()))
        thread.start()
        thread.join()
        assert answers == [runtime.BREATH]
        assert Seal.objects.count() == 0
    assert play(runtime.one_round(recent=True)) == runtime.REST
    assert Seal.objects.count() == Need.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_only_the_look_at_everything_finds_what_lies_far_back(
    owner: Person, wuhan: Node, company_a: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "WINDOW", 2)
    for number in range(4):
        make(owner, str(number))
    runtime.seal_and_project(recent=True)
    assert Seal.objects.count() == 2
    runtime.seal_and_project(recent=False)
    assert Seal.objects.count() == 4
    assert verify().valid
