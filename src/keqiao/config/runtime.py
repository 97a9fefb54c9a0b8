"""What runs beside the pages in one process: the sealer, the projections, and light jobs."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import sync_to_async
from procrastinate.contrib.django import app as jobs
from procrastinate.jobs import DeleteJobCondition

from keqiao.kernel import journal, projections
from keqiao.kernel.access import Refusal
from keqiao.kernel.bell import Bell, wait
from keqiao.kernel.connections import own_connection
from keqiao.kernel.jobs import STALLED, take_up_again

log = logging.getLogger("keqiao.runtime")

Scope = dict[str, Any]
Application = Callable[[Scope, Any, Any], Awaitable[None]]

BREATH = 0.2
"""Seconds between two looks at the journal while an entry waits for an older transaction to end."""

REST = 10.0
"""Seconds between two looks when nobody rings: the bell is the rule, this only the safety net."""


def with_runtime(application: Application) -> Application:
    """Answer the server's lifespan messages with starting and stopping the runtime."""

    async def asgi(scope: Scope, receive: Any, send: Any) -> None:
        if scope["type"] != "lifespan":
            await application(scope, receive, send)
            return
        await lifespan(receive, send)

    return asgi


async def lifespan(receive: Any, send: Any) -> None:
    """Start with the server, stop with it."""
    running: asyncio.Task[None] | None = None
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            running = asyncio.create_task(work())
            await send({"type": "lifespan.startup.complete"})
        elif message["type"] == "lifespan.shutdown":
            if running:
                running.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await running
            await send({"type": "lifespan.shutdown.complete"})
            return


async def work() -> None:
    """Seal and project without pause; run jobs beside it."""
    async with asyncio.TaskGroup() as group:
        group.create_task(follow_journal())
        group.create_task(run_jobs())


async def follow_journal() -> None:
    """Seal what is final and bring the projections up to date, for ever; trouble is logged and tried again.

    A writer rings when its transaction commits. What it wrote is final only when no older transaction runs any more,
    so as long as something waits to be sealed the journal is looked at again and again, else once in a while.
    """
    bell = Bell(journal.CHANNEL)
    rung = bell.subscribe()
    try:
        recent = False  # the first look is at everything
        while True:
            recent = await wait(rung, await one_round(recent=recent))
    finally:
        bell.leave(rung)


async def one_round(*, recent: bool) -> float:
    """Seal and project; how long to rest at most until the next look."""
    try:
        waiting = await sync_to_async(seal_and_project, thread_sensitive=False)(recent=recent)
    except Refusal as refusal:  # the index is away: said in one line, again and again, until it answers
        log.warning("the journal could not be followed; trying again: %s", refusal)
        return 2.0
    except Exception:
        log.exception("the journal could not be followed; trying again")
        return 2.0
    return BREATH if waiting else REST


def seal_and_project(*, recent: bool) -> bool:
    """One round over the newest entries, or over all of them. Says whether some still wait for the sealer."""
    with own_connection():
        journal.seal_all(recent=recent)
        projections.catch_up_all()
        return journal.unsealed(include_running=True, recent=True).exists()


async def run_jobs() -> None:
    """Work on the queue until cancelled; trouble with the database is logged and tried again."""
    while True:
        try:
            connector: Any = jobs.connector
            worker = jobs.with_connector(connector.get_worker_connector())
            async with worker.open_async(), asyncio.TaskGroup() as group:
                group.create_task(watch_stalled(worker))
                await worker.run_worker_async(
                    concurrency=1, install_signal_handlers=False, delete_jobs=DeleteJobCondition.SUCCESSFUL
                )
        except Exception:
            if stopping():
                raise asyncio.CancelledError from None
            log.exception("the job worker stopped; starting it again")
            await asyncio.sleep(2)


def stopping() -> bool:
    """Whether this task was told to stop: what then fails on the way out is no reason to begin anew."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


async def watch_stalled(worker: Any) -> None:
    """Look for the jobs of killed workers again and again: right after a kill nobody knows yet that it is dead."""
    while True:
        await take_up_again(worker)
        await asyncio.sleep(STALLED)
