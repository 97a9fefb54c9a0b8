"""Jobs: queued with the change that asks for them, tried a few times, never lost with a killed worker."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import time_machine
from asgiref.sync import sync_to_async
from django.db import connection, connections, transaction
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.jobs import DeleteJobCondition

from keqiao.kernel import jobs
from keqiao.kernel.jobs import Job, job, next_waiting, run_waiting, take_up_again
from keqiao.notices.actions import send_mail
from tests.together import in_a_loop

OURS = "starts_with(task_name, 'tests.')"
ran: list[dict[str, Any]] = []


def note(**arguments: Any) -> None:
    ran.append(arguments)


def fail(**arguments: Any) -> None:
    ran.append(arguments)
    raise ZeroDivisionError("not today")


@pytest.fixture
def known(db: None) -> Iterator[Callable[[Callable[..., None]], Job]]:
    """Make a function a job for one test, which finds and leaves the queue empty."""
    made: list[Job] = []
    change("DELETE FROM procrastinate_jobs")

    def make(run: Callable[..., None]) -> Job:
        made.append(job(run))
        return made[-1]

    ran.clear()
    yield make
    change("DELETE FROM procrastinate_jobs")
    change("DELETE FROM procrastinate_workers")
    for one in made:
        del jobs.REGISTRY[one.name], app.tasks[one.name]


Known = Callable[[Callable[..., None]], Job]


def queue() -> list[tuple[str, int]]:
    """State and number of tries of every job of the tests in the queue."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT status::text, attempts FROM procrastinate_jobs WHERE {OURS} ORDER BY id")
        return [(str(status), int(attempts)) for status, attempts in cursor.fetchall()]


def change(statement: str, *parameters: object) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchone()[0] if cursor.description else None


@pytest.mark.django_db
def test_a_job_is_there_only_if_its_change_is(known: Known) -> None:
    noting = known(note)

    def change_that_fails() -> None:
        with transaction.atomic():
            noting.later(entry=1)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        change_that_fails()
    assert queue() == []
    noting.later(entry=2)
    assert run_waiting() == 1
    assert ran == [{"entry": 2}]


@pytest.mark.django_db
def test_jobs_run_in_order_with_their_arguments_and_only_when_due(known: Known) -> None:
    noting = known(note)
    for number in (1, 2, 3):
        noting.later(number=number, words="涂层")
    change("UPDATE procrastinate_jobs SET scheduled_at = now() + interval '1 hour' WHERE args->>'number' = '2'")
    assert run_waiting() == 2
    assert ran == [{"number": 1, "words": "涂层"}, {"number": 3, "words": "涂层"}]
    assert [status for status, _attempts in queue()] == ["succeeded", "todo", "succeeded"]


@pytest.mark.django_db
def test_what_somebody_waits_for_goes_before_what_has_waited_longer(known: Known) -> None:
    known(note).later(number=1)
    send_mail.later(mail=0)  # of no mail: it only takes its turn
    assert next_waiting()[1:] == (send_mail.name, {"mail": 0})
    assert run_waiting() == 2
    assert ran == [{"number": 1}]


@pytest.mark.django_db
def test_a_limit_leaves_the_rest_waiting(known: Known) -> None:
    noting = known(note)
    for number in (1, 2, 3):
        noting.later(number=number)
    assert run_waiting(limit=2) == 2
    assert [status for status, _attempts in queue()] == ["succeeded", "succeeded", "todo"]


def work(story: Callable[[Any], Coroutine[Any, Any, Any]]) -> Any:
    """Do something with a real worker's connection to the queue, which leaves the platform's own jobs alone."""

    async def run() -> Any:
        connector: Any = app.connector
        worker = app.with_connector(connector.get_worker_connector())
        try:
            async with worker.open_async():
                return await asyncio.wait_for(story(worker), 30)
        finally:
            await sync_to_async(connections.close_all)()  # of the thread in which the worker queues what is due

    return in_a_loop(run())


async def until_empty(worker: Any) -> None:
    await worker.run_worker_async(
        queues=["tests"],
        wait=False,
        listen_notify=False,
        install_signal_handlers=False,
        delete_jobs=DeleteJobCondition.SUCCESSFUL,
    )


def make_due() -> None:
    """Let the pause before the next try be over."""
    change(f"UPDATE procrastinate_jobs SET queue_name = 'tests', scheduled_at = now() - interval '1 s' WHERE {OURS}")


@pytest.mark.django_db(transaction=True)
def test_a_job_that_fails_is_tried_five_times_and_kept_as_failed(known: Known) -> None:
    known(fail).later(entry=7)
    for tried in range(1, jobs.TRIES + 1):
        make_due()
        work(until_empty)
        assert queue() == [("todo" if tried < jobs.TRIES else "failed", tried)]
    make_due()
    work(until_empty)
    assert ran == [{"entry": 7}] * jobs.TRIES


@pytest.mark.django_db(transaction=True)
def test_a_job_that_is_done_leaves_the_queue(known: Known) -> None:
    known(note).later(entry=7)
    make_due()
    work(until_empty)
    assert (queue(), ran) == ([], [{"entry": 7}])


def test_pauses_between_tries_grow(known: Known) -> None:
    strategy: Any = app.tasks[known(fail).name].retry_strategy
    seconds = []
    for attempts in range(jobs.TRIES - 1):
        now = timezone.now()
        with time_machine.travel(now, tick=False):
            decision = strategy.get_retry_decision(
                exception=ZeroDivisionError(), job=SimpleNamespace(attempts=attempts)
            )
        seconds.append(round((decision.retry_at - now).total_seconds()))
    assert seconds == [4, 16, 64, 256]


def begun_by(heartbeat: str | None, attempts: int = 0) -> None:
    """A worker took the only job and was last heard of at that time (None: it is not even listed any more)."""
    worker = None
    if heartbeat is not None:
        worker = change(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - %s::interval) RETURNING id", heartbeat
        )
    change("UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s, attempts = %s", worker, attempts)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("heartbeat", ["1 hour", "31 seconds", None])
def test_the_job_of_a_killed_worker_is_done_by_the_next(known: Known, heartbeat: str | None) -> None:
    known(note).later(entry=7)
    begun_by(heartbeat)
    assert work(take_up_again) == 1
    assert queue() == [("todo", 1)]
    make_due()
    work(until_empty)
    assert (queue(), ran) == ([], [{"entry": 7}])


@pytest.mark.django_db(transaction=True)
def test_the_job_of_a_worker_that_lives_is_left_to_it(known: Known) -> None:
    known(note).later(entry=7)
    begun_by("5 seconds")
    assert work(take_up_again) == 0
    assert queue() == [("doing", 0)]


@pytest.mark.django_db(transaction=True)
def test_a_job_that_kills_its_worker_each_time_is_given_up(known: Known, caplog: pytest.LogCaptureFixture) -> None:
    known(note).later(entry=7)
    for begun in range(jobs.TRIES):
        begun_by("1 hour", attempts=begun)
        assert work(take_up_again) == 1
    assert queue() == [("failed", jobs.TRIES)]
    assert "was begun 5 times and never ended" in caplog.text
    make_due()
    work(until_empty)
    assert ran == []


@pytest.mark.django_db
def test_jobs_that_come_by_themselves_are_known_by_name_and_queued_once() -> None:
    """Two ticks of the clock while one still waits make one job."""
    name = "keqiao.kernel.deadlines.watch_deadlines"
    assert name in jobs.REGISTRY
    assert app.tasks[name].queueing_lock == name
    jobs.REGISTRY[name](timestamp=0)
