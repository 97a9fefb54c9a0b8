"""Security headers, and refusals turned into pages."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render

from keqiao.kernel.access import Refusal
from keqiao.kernel.middleware import AnswerMiddleware

POLICY = (
    "default-src 'self'; img-src 'self' data:; style-src 'self'; script-src 'self'; connect-src 'self'; "
    "frame-ancestors 'none'; base-uri 'self'; form-action 'self'; object-src 'none'"
)


class ContentSecurityPolicy(AnswerMiddleware):
    """Adds a strict Content-Security-Policy to every answer: nothing inline, nothing from elsewhere."""

    def change(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        return with_policy(response)


def with_policy(response: HttpResponseBase) -> HttpResponseBase:
    response.headers.setdefault("Content-Security-Policy", POLICY)
    response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
    return response


class PlainAddresses(AnswerMiddleware):
    """Takes the sign that no text can have (NUL) out of the address: it is written by anybody, and no row holds it."""

    def process_view(self, request: HttpRequest, view: Any, args: Any, named: Any) -> None:
        query = request.META.get("QUERY_STRING", "")
        if "%00" in query:
            request.META["QUERY_STRING"] = query.replace("%00", "")
            request.GET = QueryDict(request.META["QUERY_STRING"])


class Refusals(AnswerMiddleware):
    """Shows a `Refusal` raised by a view as a page that says what happened and what to do."""

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, Refusal) or request.path.startswith("/api/"):
            return None
        return render(request, "refusal.html", {"refusal": exception}, status=exception.status)
