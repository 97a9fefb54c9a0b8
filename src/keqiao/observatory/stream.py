"""The live feed as server-sent events: one listener a process, fan-out in memory, replay from the journal."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

from asgiref.sync import sync_to_async
from django.http import HttpRequest, StreamingHttpResponse

from keqiao.kernel.bell import Bell, wait
from keqiao.kernel.journal import SEALED_CHANNEL
from keqiao.kernel.models import Seal
from keqiao.observatory import queries

HEARTBEAT = 15.0
"""Seconds after which a silent stream says that it lives, so that proxies and readers do not give up."""


bell = Bell(SEALED_CHANNEL)


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
            if not await wait(event, HEARTBEAT):
                yield b": alive\n\n"
    finally:
        bell.leave(event)


def newest_position() -> int:
    """Where the chain ends now."""
    return Seal.objects.order_by("-position").values_list("position", flat=True).first() or 0
