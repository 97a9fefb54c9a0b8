"""Below /api/ every refusal is a problem, also those that Django answers before the API is asked (405, 400, 404)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import cast

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from keqiao.api.errors import problem

Handler = Callable[[HttpRequest], HttpResponseBase | Awaitable[HttpResponseBase]]


class Problems:
    """Turns a page that says no into a problem, for callers that are programs."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        if iscoroutinefunction(self.get_response):
            return self.later(request)
        return as_problem(request, cast("HttpResponseBase", self.get_response(request)))

    async def later(self, request: HttpRequest) -> HttpResponseBase:
        return as_problem(request, await cast("Awaitable[HttpResponseBase]", self.get_response(request)))


def as_problem(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """The answer itself, unless it is a refusal of the API in HTML."""
    is_page = response.headers.get("Content-Type", "").startswith("text/html")
    if response.status_code < 400 or not is_page or not request.path.startswith("/api/v1/"):
        return response
    answer: HttpResponse = problem(response.status_code, HTTPStatus(response.status_code).phrase)
    if allowed := response.headers.get("Allow"):
        answer.headers["Allow"] = allowed
    return answer
