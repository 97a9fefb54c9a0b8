"""Errors as problem details (RFC 9457): what went wrong, where, and what to do, in the caller's language."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, Throttled, ValidationError
from ninja.parser import Parser

from keqiao.api.complaints import in_words
from keqiao.kernel.access import Refusal

CONTENT_TYPE = "application/problem+json"
TITLES = {
    400: gettext_lazy("请求无法处理"),
    403: gettext_lazy("没有权限"),
    404: gettext_lazy("找不到"),
    405: gettext_lazy("这个地址不支持这种方法"),
    413: gettext_lazy("请求内容太大"),
    415: gettext_lazy("请求内容的格式不对"),
}
"""What is refused before a workflow is asked, in words."""


class NotJson(Exception):
    """The body says of itself that it is something else."""


class JsonParser(Parser):
    """Takes JSON and nothing else; a form that happens to look like it is not guessed at."""

    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        if request.content_type != "application/json":
            raise NotJson(request.content_type)
        body: dict[str, Any] = json.loads(request.body)
        return body


def problem(status: int, title: str, detail: str = "", errors: dict[str, list[str]] | None = None) -> HttpResponse:
    """One problem as an answer."""
    body: dict[str, Any] = {"type": "about:blank", "title": title, "status": status}
    if detail:
        body["detail"] = detail
    if errors:
        body["errors"] = errors
    return HttpResponse(json.dumps(body, ensure_ascii=False), status=status, content_type=CONTENT_TYPE)


def within(place: Sequence[int | str]) -> list[str]:
    """Where in the request something is wrong, as its sender names it: a field of the body may be called `query`."""
    source, *rest = [str(part) for part in place] or [""]
    if source not in {"body", "query", "path"}:
        return [source, *rest]
    return rest[1:] if source == "body" and rest[:1] == ["data"] else rest


def install(api: NinjaAPI) -> None:
    """Answer every kind of trouble in the one shape."""

    @api.exception_handler(Refusal)
    def refused(request: HttpRequest, exc: Refusal) -> HttpResponse:
        return problem(exc.status, str(exc.title), str(exc.detail), exc.errors)

    @api.exception_handler(ValidationError)
    def malformed(request: HttpRequest, exc: ValidationError) -> HttpResponse:
        if refusal := refused_anyway(request):
            return refused(request, refusal)
        errors: dict[str, list[str]] = {}
        for error in exc.errors:
            place = within(error["loc"])
            errors.setdefault(".".join(place) or "body", []).append(in_words(error))
        return problem(422, _("内容需要修改"), _("请按 errors 中的提示修改后重试。"), errors)

    @api.exception_handler(AuthenticationError)
    def unknown(request: HttpRequest, exc: AuthenticationError) -> HttpResponse:
        answer = problem(401, _("需要登录"), _("请登录，或在 Authorization 头中给出访问令牌。"))
        answer.headers["WWW-Authenticate"] = "Bearer"
        return answer

    @api.exception_handler(Http404)
    def missing(request: HttpRequest, exc: Http404) -> HttpResponse:
        return problem(404, _("找不到"))

    @api.exception_handler(Throttled)
    def throttled(request: HttpRequest, exc: Throttled) -> HttpResponse:
        answer = problem(429, _("请求太频繁"), _("请稍后再试。"))
        answer.headers["Retry-After"] = str(int(exc.wait or 1))
        return answer

    @api.exception_handler(RequestDataTooBig)
    def too_large(request: HttpRequest, exc: RequestDataTooBig) -> HttpResponse:
        limit = (settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0) // 1024
        return problem(413, str(TITLES[413]), _("最多 %(limit)d KB。") % {"limit": limit})

    @api.exception_handler(HttpError)
    def other(request: HttpRequest, exc: HttpError) -> HttpResponse:
        if refusal := refused_anyway(request):
            return refused(request, refusal)
        status = 415 if isinstance(exc.__cause__, NotJson) else exc.status_code
        return problem(status, str(TITLES.get(status, exc)), why_unread(exc.__cause__))


def refused_anyway(request: HttpRequest) -> Refusal | None:
    """Who may not run the verb hears that, not how the body would have to look (`api.resources.about`)."""
    try:
        getattr(request, "refuse_first", lambda: None)()
    except Refusal as refusal:
        return refusal
    return None


def why_unread(cause: BaseException | None) -> str:
    """Why a body could not be read, with the remedy."""
    if isinstance(cause, NotJson):
        return _("请把 Content-Type 设为 application/json，并发送 JSON。")
    if isinstance(cause, json.JSONDecodeError):
        place = {"line": cause.lineno, "column": cause.colno}
        return _("不是有效的 JSON：请检查第 %(line)d 行第 %(column)d 列附近。") % place
    if isinstance(cause, UnicodeDecodeError):
        return _("请求内容不是 UTF-8 编码。")
    return _("请求内容不是有效的 JSON。") if cause else ""


class ProblemAPI(NinjaAPI):
    """An API whose description says of every operation that trouble comes as a problem."""

    def get_openapi_schema(self, **options: Any) -> Any:
        schema = super().get_openapi_schema(**options)
        for operations in schema["paths"].values():
            for operation in operations.values():
                describe_problems(operation["responses"])
        return schema


def describe_problems(responses: dict[Any, Any]) -> None:
    """Give the answers of one operation their true content type, and one for whatever else may go wrong."""
    for status, response in responses.items():
        if str(status).startswith(("4", "5")) and "application/json" in response.get("content", {}):
            response["content"] = {CONTENT_TYPE: response["content"]["application/json"]}
    reference = {"$ref": "#/components/schemas/Problem"}
    responses["default"] = {"description": "Problem", "content": {CONTENT_TYPE: {"schema": reference}}}
