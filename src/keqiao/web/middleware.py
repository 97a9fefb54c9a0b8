"""Security headers, and refusals turned into pages."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import cast

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from keqiao.kernel.access import Refusal

POLICY = (
    "default-src 'self'; img-src 'self' data:; style-src 'self'; script-src 'self'; connect-src 'self'; "
    "frame-ancestors 'none'; base-uri 'self'; form-action 'self'; object-src 'none'"
)

Handler = Callable[[HttpRequest], HttpResponse | Awaitable[HttpResponse]]


class ContentSecurityPolicy:
    """Adds a strict Content-Security-Policy to every answer: nothing inline, nothing from elsewhere."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponse | Awaitable[HttpResponse]:
        if iscoroutinefunction(self.get_response):
            return self.later(request)
        return with_policy(cast("HttpResponse", self.get_response(request)))

    async def later(self, request: HttpRequest) -> HttpResponse:
        return with_policy(await cast("Awaitable[HttpResponse]", self.get_response(request)))


def with_policy(response: HttpResponse) -> HttpResponse:
    response.headers.setdefault("Content-Security-Policy", POLICY)
    response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
    return response


class Refusals:
    """Shows a `Refusal` raised by a view as a page that says what happened and what to do."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponse | Awaitable[HttpResponse]:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, Refusal) or request.path.startswith("/api/"):
            return None
        return render(request, "refusal.html", {"refusal": exception}, status=exception.status)
