"""Below /api/ every refusal is a problem, also those that Django answers before the API is asked (405, 400, 404)."""

from __future__ import annotations

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import translation

from keqiao.api.errors import TITLES, problem
from keqiao.kernel.middleware import AnswerMiddleware


class Problems(AnswerMiddleware):
    """Turns a page that says no into a problem, for callers that are programs."""

    def change(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        return as_problem(request, response)


def as_problem(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """The answer itself, unless it is a refusal of the API in HTML."""
    is_page = response.headers.get("Content-Type", "").startswith("text/html")
    if response.status_code < 400 or not is_page or not request.path.startswith("/api/v1/"):
        return response
    with translation.override(getattr(request, "LANGUAGE_CODE", None) or translation.get_language()):
        title = str(TITLES.get(response.status_code, HTTPStatus(response.status_code).phrase))
    answer: HttpResponse = problem(response.status_code, title)
    if allowed := response.headers.get("Allow"):
        answer.headers["Allow"] = allowed
    return answer
