"""Background jobs: a thin layer over procrastinate, whose queue lies in the same PostgreSQL.

A job is put into the queue by the same transaction as the change that asks for it; it gets ids, fetches, calls an
action and is idempotent, because it may run twice.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import connection
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app


@dataclass(frozen=True, slots=True)
class Job:
    """A function that can run later, with keyword arguments that JSON can keep."""

    name: str
    run: Callable[..., None]

    def __call__(self, **arguments: Any) -> None:
        self.run(**arguments)

    def later(self, **arguments: Any) -> None:
        """Queue the job in the running transaction: it is there if and only if the transaction commits."""
        app.configure_task(self.name, queue="default").defer(**arguments)


REGISTRY: dict[str, Job] = {}


def job(run: Callable[..., None]) -> Job:
    """Make a function a job under its full name. It is tried five times, with growing pauses."""
    name = f"{run.__module__}.{run.__name__}"
    app.task(name=name, retry=RetryStrategy(max_attempts=5, exponential_wait=4))(run)
    REGISTRY[name] = Job(name, run)
    return REGISTRY[name]


def every(cron: str) -> Callable[[Callable[[], None]], Job]:
    """Make a function a job that runs by itself at the times of a cron line (in UTC)."""

    def wrap(run: Callable[[], None]) -> Job:
        def tick(timestamp: int) -> None:
            run()

        name = f"{run.__module__}.{run.__name__}"
        task = app.task(name=name, queueing_lock=name, pass_context=False)(tick)
        app.periodic(cron=cron)(task)
        REGISTRY[name] = Job(name, lambda **_arguments: run())
        return REGISTRY[name]

    return wrap


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
            "WHERE status = 'todo' AND (scheduled_at IS NULL OR scheduled_at <= now()) ORDER BY id LIMIT 1"
        )
        found = cursor.fetchone()
    if found is None:
        return None

    return found[0], found[1], json.loads(found[2])
