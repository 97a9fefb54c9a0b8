"""The live feed as server-sent events: one listener a process, fan-out in memory, replay from the journal."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from typing import Any

import psycopg
from asgiref.sync import sync_to_async
from django.db import connection
from django.http import HttpRequest, StreamingHttpResponse

from keqiao.kernel.journal import SEALED_CHANNEL
from keqiao.kernel.models import Seal
from keqiao.observatory import queries

log = logging.getLogger("keqiao.stream")
HEARTBEAT = 15.0
"""Seconds after which a silent stream says that it lives, so that proxies and readers do not give up."""


class Bell:
    """Rings for every reader when the sealer has sealed something."""

    def __init__(self) -> None:
        self.waiting: set[asyncio.Event] = set()
        self.listener: asyncio.Task[None] | None = None

    def subscribe(self) -> asyncio.Event:
        event = asyncio.Event()
        self.waiting.add(event)
        if self.listener is None or self.listener.done():
            self.listener = asyncio.create_task(self.listen())
        return event

    def leave(self, event: asyncio.Event) -> None:
        self.waiting.discard(event)
        if not self.waiting and self.listener:
            self.listener.cancel()
            self.listener = None

    def ring(self) -> None:
        for event in self.waiting:
            event.set()

    async def listen(self) -> None:
        """Wait on PostgreSQL; a lost connection rings once (readers look for themselves) and is made anew."""
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(
                    **connection_parameters(), autocommit=True
                ) as listening:
                    await listening.execute(f"LISTEN {SEALED_CHANNEL}")
                    async for _notice in listening.notifies():
                        self.ring()
            except psycopg.Error:
                log.warning("the live feed lost the database; connecting again")
                self.ring()
                await asyncio.sleep(1)


bell = Bell()


def connection_parameters() -> dict[str, Any]:
    """How Django reaches the database, without what only its pool understands."""
    parameters = connection.get_connection_params()
    wanted = ("dbname", "user", "password", "host", "port", "sslmode")
    return {name: str(parameters[name]) for name in wanted if parameters.get(name)}


async def stream(request: HttpRequest) -> StreamingHttpResponse:
    """`GET /api/v1/feed/stream`: what happens from now on, or since `Last-Event-ID`."""
    response = StreamingHttpResponse(events(last_seen(request)), content_type="text/event-stream")
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Accel-Buffering"] = "no"
    return response


def last_seen(request: HttpRequest) -> int:
    """The position the reader has seen, from the header that browsers send when they connect again."""
    given = request.headers.get("Last-Event-ID", "") or request.GET.get("after", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 18 else 0


async def events(position: int) -> AsyncIterator[bytes]:
    """Feed items after `position` as they are sealed, with a heartbeat between."""
    position = position or await sync_to_async(newest_position)()
    event = bell.subscribe()
    try:
        yield b"retry: 3000\n\n"
        while True:
            for item in await sync_to_async(queries.feed)(after=position, limit=100):
                position = item.position
                body = json.dumps(item.as_json(), ensure_ascii=False)
                yield f"id: {item.position}\nevent: feed\ndata: {body}\n\n".encode()
            try:
                await asyncio.wait_for(event.wait(), HEARTBEAT)
            except TimeoutError:
                yield b": alive\n\n"
            event.clear()
    finally:
        bell.leave(event)


def newest_position() -> int:
    """Where the chain ends now."""
    return Seal.objects.order_by("-position").values_list("position", flat=True).first() or 0
