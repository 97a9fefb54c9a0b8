"""The API of every workflow, made from its table: list, read, create, and one address per verb."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from functools import partial, wraps
from typing import Annotated, Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from ninja import Header, Query, Router, Schema
from ninja.decorators import decorate_view

from keqiao.api.schemas import EntryOut, Page, Problem, RowOut, VerbOut, body_of
from keqiao.api.tokens import READERS
from keqiao.kernel import workflow as kernel
from keqiao.kernel.access import Invalid, NotVisible
from keqiao.kernel.journal import plain
from keqiao.kernel.models import Entry
from keqiao.kernel.visibility import Seen, Visible
from keqiao.kernel.workflow import Verb, Workflow

PROBLEMS = {400: Problem, 401: Problem, 403: Problem, 404: Problem, 409: Problem, 422: Problem}
LIST_PROBLEMS = {422: Problem}
PAGE_SIZE = 50

Key = Annotated[str, Header(alias="Idempotency-Key", max_length=100, default="")]
Identifier = Annotated[int, "pk"]


def router_of(workflow: Workflow[Any]) -> Router:
    """List, read and every verb of one workflow."""
    router = Router(tags=[workflow.name])
    add_list(router, workflow)
    add_read(router, workflow)
    seen: set[str] = set()
    for verb in workflow.verbs:
        if verb.name not in seen and verb.who.name != "is_system":
            seen.add(verb.name)
            add_verb(router, workflow, verb)
    return router


def add_list(router: Router, workflow: Workflow[Any]) -> None:
    """`GET /` with state filter and cursor."""

    @router.get(
        "",
        response={200: Page, **LIST_PROBLEMS},
        operation_id=f"{workflow.name}_list",
        summary=gettext_noop("列表"),
        auth=READERS,
    )
    def listing(
        request: HttpRequest,
        state: str = "",
        cursor: Annotated[str, Query(max_length=40)] = "",
        limit: Annotated[int, Query(ge=1, le=200)] = PAGE_SIZE,
    ) -> Any:
        rows = workflow.model._default_manager.visible_to(request.user)
        if state:
            rows = rows.filter(state=check_state(workflow, state))
        return page(workflow, related(rows), request.user, cursor, limit)


def add_read(router: Router, workflow: Workflow[Any]) -> None:
    """`GET /{id}`: the row as the caller may see it, with the verbs that the caller may run now."""

    @router.get(
        "/{int:pk}",
        response={200: RowOut, 404: Problem},
        operation_id=f"{workflow.name}_read",
        summary=gettext_noop("读取一条"),
        auth=READERS,
    )
    def read(request: HttpRequest, pk: int) -> Any:
        return row_out(workflow, fetch(workflow, pk, request.user), request.user, with_verbs=True)


def add_verb(router: Router, workflow: Workflow[Any], verb: Verb) -> None:
    """`POST /` for `create`, `POST /{id}/{verb}` for the others; the body is the verb's form."""
    creates = verb.sources == (kernel.NEW,)
    path = ("" if verb.name == "create" else f"/{verb.name}") if creates else f"/{{int:pk}}/{verb.name}"
    router.add_api_operation(
        path,
        ["POST"],
        decorate_view(about(workflow, verb))(creating(workflow, verb) if creates else changing(workflow, verb)),
        response={200: EntryOut, **PROBLEMS},
        operation_id=f"{workflow.name}_{verb.name}",
        summary=str(verb.label),
    )


def about(workflow: Workflow[Any], verb: Verb) -> Callable[..., Any]:
    """Let an operation say which verb it is, so that a body that cannot be read is refused after the right is asked."""

    def decorated(operation: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(operation)
        def answer(request: HttpRequest, **place: Any) -> Any:
            request.refuse_first = partial(refuse, request, workflow, place.get("pk"), verb.name)  # type: ignore[attr-defined]
            return operation(request, **place)

        return answer

    return decorated


def refuse(request: HttpRequest, workflow: Workflow[Any], pk: int | None, verb: str) -> None:
    """Raise what stands against the verb whatever the body says: the executor asks in the same order."""
    workflow.step(None if pk is None else fetch(workflow, pk, request.user), verb, request.user)


def creating(workflow: Workflow[Any], verb: Verb) -> Callable[..., Any]:
    """The operation that makes a row."""
    body = body_of(workflow.name, verb)

    def create(request: HttpRequest, key: Key, data: Any = None) -> Any:
        return run(request, workflow, None, verb.name, data, key)

    return typed(create, body)


def changing(workflow: Workflow[Any], verb: Verb) -> Callable[..., Any]:
    """The operation that runs a verb on a row."""
    body = body_of(workflow.name, verb)

    def change(request: HttpRequest, pk: int, key: Key, data: Any = None) -> Any:
        return run(request, workflow, pk, verb.name, data, key)

    return typed(change, body)


def typed(operation: Callable[..., Any], body: type[Schema] | None) -> Callable[..., Any]:
    """Give the operation its body's type, or take the parameter away where there is none."""
    import inspect  # noqa: PLC0415 (leaf)

    signature = inspect.signature(operation)
    parameters = [p for p in signature.parameters.values() if p.name != "data"]
    parameters = [p.replace(annotation=operation.__annotations__.get(p.name)) for p in parameters]
    if body is not None:
        parameters.append(inspect.Parameter("data", inspect.Parameter.KEYWORD_ONLY, annotation=body))
    operation.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    return operation


def run(
    request: HttpRequest, workflow: Workflow[Any], pk: int | None, verb: str, data: Schema | None, key: str
) -> EntryOut:
    """Run the verb as the caller and answer with the entry and the row as it is now."""
    given = {} if data is None else data.model_dump(mode="json", exclude_none=True)
    row = None if pk is None else fetch(workflow, pk, request.user)
    whole = given if row is None else kept_values(workflow.verb(verb), row, given, data)
    entry = kernel.run(workflow, pk, verb, actor=request.user, data=whole, key=key, asked=given)
    return entry_out(workflow, entry, request.user)


def kept_values(step: Verb, row: Any, given: dict[str, Any], data: Schema | None) -> dict[str, Any]:
    """For `save`: what the body leaves out stays as it is. Other verbs take the body as the whole form."""
    if step.name != "save" or step.form is None or data is None:
        return given
    kept = plain(step.form.initial_of(row))
    return {name: value for name, value in (kept | given).items() if value is not None}


def entry_out(workflow: Workflow[Any], entry: Entry, actor: Any) -> EntryOut:
    """The entry, with the row through the caller's eyes."""
    row = fetch(workflow, entry.object_id, actor)
    return EntryOut(entry=entry.seq, verb=entry.verb, at=entry.at, row=row_out(workflow, row, actor, with_verbs=True))


def fetch(workflow: Workflow[Any], pk: int, actor: Any) -> Any:
    """The row if the caller may know of it."""
    if pk > 2**62:
        raise NotVisible(_("没有找到，或者您无权查看。"))
    row = related(workflow.model._default_manager.visible_to(actor)).filter(pk=pk).first()
    if row is None:
        raise NotVisible(_("没有找到，或者您无权查看。"))
    return row


def related(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Fetch with each row the records it points to, so that a list asks once."""
    model = rows.model
    names = [f.name for f in model._meta.concrete_fields if f.is_relation and f.name in model.field_levels]
    many = [f.name for f in model._meta.many_to_many if f.name in model.field_levels]
    return (rows.select_related(*names) if names else rows).prefetch_related(*many)


def page(workflow: Workflow[Any], rows: QuerySet[Any], actor: Any, cursor: str, limit: int) -> Page:
    """Newest first; the cursor is the last id seen."""
    if cursor:
        rows = rows.filter(pk__lt=decode(cursor))
    found = list(rows.order_by("-pk")[: limit + 1])
    items = [row_out(workflow, row, actor) for row in found[:limit]]
    return Page(items=items, next=encode(found[limit - 1].pk) if len(found) > limit else None)


def encode(pk: int) -> str:
    return base64.urlsafe_b64encode(str(pk).encode()).decode()


def decode(cursor: str) -> int:
    """The id in a cursor, or a clear word when it is not one of ours."""
    try:
        text = base64.urlsafe_b64decode(cursor.encode()).decode("ascii")
    except (binascii.Error, UnicodeError):
        text = ""
    if not text.isdigit() or len(text) > 18:
        raise Invalid(_("游标无效。"), {"cursor": [_("请使用上一页返回的 next。")]})
    return int(text)


def check_state(workflow: Workflow[Any], state: str) -> str:
    """The state, if the workflow has it."""
    if state not in workflow.states.values:
        allowed = ", ".join(workflow.states.values)
        raise Invalid(_("没有这个状态。"), {"state": [_("可以是：%(allowed)s") % {"allowed": allowed}]})
    return state


def row_out(workflow: Workflow[Any], row: Visible, actor: Any, *, with_verbs: bool = False) -> RowOut:
    """A row through the caller's eyes."""
    seen = row.seen_by(actor)
    verbs = workflow.available(row, actor) if with_verbs and actor.is_authenticated else []
    return RowOut(
        id=row.pk,
        type=workflow.name,
        state=str(seen.state),
        state_label=str(seen.get_state_display()),
        url=seen.get_absolute_url(),
        version=version_of(row, verbs),
        fields={name: outward(value) for name, value in seen.values().items()},
        hidden={name: level.name.lower() for name, level in seen.hidden.items()},
        verbs=[VerbOut(name=v.name, label=str(v.label), needs=required(v)) for v in verbs],
    )


def version_of(row: Visible, verbs: list[Verb]) -> str:
    """What the verbs that change a whole card take as `version`, for whoever may run one of them; else nothing."""
    forms = [verb.form for verb in verbs if verb.form and "version" in verb.form.base_fields]
    return str(forms[0].initial_of(row)["version"]) if forms else ""


def required(verb: Verb) -> list[str]:
    """The fields that a verb's form cannot do without."""
    return [name for name, field in verb.form.base_fields.items() if field.required] if verb.form else []


def outward(value: Any) -> Any:
    """A value as JSON says it; related records by id and name."""
    if isinstance(value, Seen):
        return {"id": value.reference, "name": str(value)}
    if isinstance(value, tuple):
        return [outward(one) for one in value]
    return plain(value)
