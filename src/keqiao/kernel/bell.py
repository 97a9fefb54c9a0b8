"""A bell that PostgreSQL rings: one listening connection a process, any number of waiting tasks."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import psycopg
from django.db import connection

log = logging.getLogger("keqiao.bell")


class Bell:
    """Rings for everybody who waits when something is notified on its channel."""

    def __init__(self, channel: str) -> None:
        self.channel = channel
        self.waiting: set[asyncio.Event] = set()
        self.listener: asyncio.Task[None] | None = None

    def subscribe(self) -> asyncio.Event:
        """An event that is set at every ring; the first subscriber starts the listening."""
        event = asyncio.Event()
        self.waiting.add(event)
        if self.listener is None or self.listener.done():
            self.listener = asyncio.create_task(self.listen())
        return event

    def leave(self, event: asyncio.Event) -> None:
        """The last one who leaves ends the listening."""
        self.waiting.discard(event)
        if not self.waiting and self.listener:
            self.listener.cancel()
            self.listener = None

    def ring(self) -> None:
        for event in self.waiting:
            event.set()

    async def listen(self) -> None:
        """Wait on PostgreSQL; a lost connection rings once (those who wait look for themselves) and is made anew."""
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(**parameters(), autocommit=True) as listening:
                    await listening.execute(f"LISTEN {self.channel}")
                    self.ring()
                    async for _notice in listening.notifies():
                        self.ring()
            except psycopg.Error:
                log.warning("%s lost the database; connecting again", self.channel)
                self.ring()
                await asyncio.sleep(1)


async def wait(event: asyncio.Event, seconds: float) -> bool:
    """Whether the bell rang within that time; the event is ready for the next ring.

    A task that is told to stop in the moment of the ring stops: `asyncio.wait_for` would forget it (Python 3.11).
    """
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return False
    finally:
        event.clear()
    return True


def parameters() -> dict[str, Any]:
    """How Django reaches the database, without what only its pool understands."""
    known = connection.get_connection_params()
    wanted = ("dbname", "user", "password", "host", "port", "sslmode")
    return {name: str(known[name]) for name in wanted if known.get(name)}
