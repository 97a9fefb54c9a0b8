"""Background jobs: a thin layer over procrastinate, whose queue lies in the same PostgreSQL.

A job is put into the queue by the same transaction as the change that asks for it; it gets ids, fetches, calls an
action and is idempotent, because it may run twice.
"""

from __future__ import annotations

import functools
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import connection
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.jobs import Status

from keqiao.kernel.connections import own_connection

log = logging.getLogger("keqiao.jobs")

STALLED = 30.0
"""Seconds without a sign of life after which a worker counts as dead."""


@dataclass(frozen=True, slots=True)
class Job:
    """A function that can run later, with keyword arguments that JSON can keep."""

    name: str
    run: Callable[..., None]
    priority: int = 0

    def __call__(self, **arguments: Any) -> None:
        self.run(**arguments)

    def later(self, **arguments: Any) -> None:
        """Queue the job in the running transaction: it is there if and only if the transaction commits."""
        app.configure_task(self.name, queue="default", priority=self.priority).defer(**arguments)


REGISTRY: dict[str, Job] = {}


TRIES = 5


def job(run: Callable[..., None], *, priority: int = 0) -> Job:
    """Make a function a job under its full name. It is tried `TRIES` times, with growing pauses."""
    name = f"{run.__module__}.{run.__name__}"
    app.task(name=name, retry=RetryStrategy(max_attempts=TRIES - 1, exponential_wait=4))(with_own_connection(run))
    REGISTRY[name] = Job(name, run, priority)
    return REGISTRY[name]


def urgent_job(run: Callable[..., None]) -> Job:
    """A job that somebody waits for in front of a screen (a code by mail): it goes before what has waited longer."""
    return job(run, priority=1)


def every(cron: str) -> Callable[[Callable[[], None]], Job]:
    """Make a function a job that runs by itself at the times of a cron line (in UTC)."""

    def wrap(run: Callable[[], None]) -> Job:
        def tick(timestamp: int) -> None:
            with_own_connection(run)()

        name = f"{run.__module__}.{run.__name__}"
        task = app.task(name=name, queueing_lock=name, pass_context=False)(tick)
        app.periodic(cron=cron)(task)
        REGISTRY[name] = Job(name, lambda **_arguments: run())
        return REGISTRY[name]

    return wrap


def with_own_connection(run: Callable[..., None]) -> Callable[..., None]:
    """The function as a worker's thread runs it."""

    @functools.wraps(run)
    def wrapped(**arguments: Any) -> None:
        with own_connection():
            run(**arguments)

    return wrapped


async def take_up_again(worker: Any) -> int:
    """Put back into the queue what killed workers had begun: jobs may run twice, never not at all. Returns how many.

    One that was begun `TRIES` times and never ended (it kills its worker) is given up.
    """
    left = list(await worker.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED))
    for found in left:
        if found.attempts < TRIES - 1:
            await worker.job_manager.retry_job(found)
        else:
            log.error("job %s (%s) was begun %s times and never ended", found.id, found.task_name, TRIES)
            await worker.job_manager.finish_job(found, status=Status.FAILED, delete_job=False)
    return len(left)


def run_waiting(limit: int = 1000) -> int:
    """Run the jobs that wait now, here and in this connection. Returns how many (for scripts and tests)."""
    done = 0
    while done < limit and (found := next_waiting()):
        pk, name, arguments = found
        REGISTRY[name](**arguments)
        with connection.cursor() as cursor:
            cursor.execute("UPDATE procrastinate_jobs SET status = 'doing' WHERE id = %s", [pk])
            cursor.execute("UPDATE procrastinate_jobs SET status = 'succeeded' WHERE id = %s", [pk])
        done += 1
    return done


def next_waiting() -> tuple[int, str, dict[str, Any]] | None:
    """The oldest job that is due."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, task_name, args::text FROM procrastinate_jobs "
            "WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= now()) "
            "ORDER BY priority DESC, id LIMIT 1"
        )
        found = cursor.fetchone()
    if found is None:
        return None

    return found[0], found[1], json.loads(found[2])
