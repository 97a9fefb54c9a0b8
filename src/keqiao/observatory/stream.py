"""The live feed as server-sent events: one listener a process, fan-out in memory, replay from the journal."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, TypeVar

from asgiref.sync import sync_to_async
from django.conf import settings
from django.http import HttpRequest, StreamingHttpResponse
from django.utils.translation import get_language, override

from keqiao.kernel.bell import Bell, wait
from keqiao.kernel.connections import own_connection
from keqiao.kernel.journal import SEALED_CHANNEL
from keqiao.kernel.models import Seal
from keqiao.observatory import queries

HEARTBEAT = 15.0
"""Seconds after which a silent stream says that it lives, so that proxies and readers do not give up."""

AT_ONCE = 100

bell = Bell(SEALED_CHANNEL)
T = TypeVar("T")


async def stream(request: HttpRequest) -> StreamingHttpResponse:
    """`GET /api/v1/feed/stream`: what happens from now on, or since `Last-Event-ID`."""
    response = StreamingHttpResponse(events(last_seen(request), language_of(request)), content_type="text/event-stream")
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Accel-Buffering"] = "no"
    return response


def last_seen(request: HttpRequest) -> int | None:
    """The position the reader has seen, from the header that browsers send when they connect again."""
    given = request.headers.get("Last-Event-ID", "") or request.GET.get("after", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 18 else None


def language_of(request: HttpRequest) -> str:
    """The language of the page that listens: it says so, because the stream outlives the request that knew it."""
    named = request.GET.get("language", "")
    return named if named in dict(settings.LANGUAGES) else get_language() or settings.LANGUAGE_CODE


async def events(position: int | None, language: str = settings.LANGUAGE_CODE) -> AsyncIterator[bytes]:
    """Feed items after `position` (None: from now on) as they are sealed, with a heartbeat between.

    The greeting says where the reader begins, so that one who is cut off before the first event misses nothing.
    """
    event = bell.subscribe()
    try:
        position = await begin(position)
        yield f"id: {position}\nretry: 3000\n\n".encode()
        while True:
            lines, position = await look(position, language)
            for line in lines:
                yield line
            if not lines and not await wait(event, HEARTBEAT):
                yield b": alive\n\n"
    finally:
        bell.leave(event)


def news(position: int, language: str = settings.LANGUAGE_CODE) -> tuple[list[bytes], int]:
    """The next events after a position, and how far one has read with them."""
    end = newest_position()
    with override(language):
        items = queries.feed(after=position, limit=AT_ONCE)
        return [line_of(item) for item in items], items[-1].position if items else end


def line_of(item: queries.FeedItem) -> bytes:
    """An event as it goes over the wire."""
    return f"id: {item.position}\nevent: feed\ndata: {json.dumps(item.as_json(), ensure_ascii=False)}\n\n".encode()


def newest_position() -> int:
    """Where the chain ends now."""
    return Seal.objects.order_by("-position").values_list("position", flat=True).first() or 0


def place(position: int | None) -> int:
    """Where a reader begins: after what they have seen, else at the end; nobody has seen more than there is."""
    end = newest_position()
    return end if position is None else min(position, end)


def apart(function: Callable[..., T]) -> Callable[..., Awaitable[T]]:
    """The function in a thread. Its connection goes back at once: who waits must not keep one from the pages."""

    def run(*arguments: Any) -> T:
        with own_connection():
            return function(*arguments)

    return sync_to_async(run, thread_sensitive=False)


look, begin = apart(news), apart(place)
