"""What a middleware that only looks at answers needs: one class serves requests in threads and in the event loop."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import cast

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import HttpRequest
from django.http.response import HttpResponseBase

Handler = Callable[[HttpRequest], HttpResponseBase | Awaitable[HttpResponseBase]]


class AnswerMiddleware:
    """Passes every answer through `change`."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        if iscoroutinefunction(self.get_response):
            return self.later(request)
        return self.change(request, cast("HttpResponseBase", self.get_response(request)))

    async def later(self, request: HttpRequest) -> HttpResponseBase:
        return self.change(request, await cast("Awaitable[HttpResponseBase]", self.get_response(request)))

    def change(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """The answer that goes out: by itself the one that came."""
        return response
