"""Forms that save by themselves while somebody writes: what is right is saved, what is not yet right is named."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from keqiao.kernel import workflow as kernel
from keqiao.kernel.access import Invalid, NotNow
from keqiao.kernel.journal import plain
from keqiao.kernel.models import Entry

HEADER = "X-Autosave"
WHOLE = "__all__"


def answer(request: HttpRequest, workflow: kernel.Workflow[Any], row: Any, name: str) -> HttpResponse:
    """204 when all was saved; 200 with what could not be; a refusal in plain words when nothing was."""
    pk = None if row is None else row.pk
    try:
        return saved(workflow, kernel.run(workflow, pk, name, actor=request.user, data=request.POST), name)
    except Invalid as refusal:
        asks = workflow.verb(name).form
        if asks is None or WHOLE in refusal.errors:
            return plainly(refusal, " ".join(refusal.errors.get(WHOLE, [])))
        return save_the_rest(request, workflow, row, name, asks, set(refusal.errors))
    except NotNow as refusal:
        return plainly(refusal)


def save_the_rest(
    request: HttpRequest,
    workflow: kernel.Workflow[Any],
    row: Any,
    name: str,
    asks: type[kernel.VerbForm],
    wrong: set[str],
) -> HttpResponse:
    """Save without the fields that are wrong and those that go with them: these stay as they were saved last."""
    form = asks(request.POST, row=row, actor=request.user)
    left = wrong.union(*(group for group in asks.together if wrong & set(group)))
    before = plain(asks.initial_of(row)) if row is not None else {}
    typed = {key: field.widget.value_from_datadict(request.POST, {}, key) for key, field in form.fields.items()}
    data = {key: value for key, value in (typed | {key: before.get(key) for key in left}).items() if value is not None}
    try:
        entry = kernel.run(workflow, None if row is None else row.pk, name, actor=request.user, data=data)
    except (Invalid, NotNow) as refusal:
        return plainly(refusal)
    labels = _("、").join(str(form.fields[key].label) for key in form.fields if key in left)
    return saved(workflow, entry, name, _("还没有保存：%(labels)s。点保存可以看到原因。") % {"labels": labels})


def saved(workflow: kernel.Workflow[Any], entry: Entry, name: str, left: str = "") -> HttpResponse:
    """The number of the row, and the version that the open form goes on from."""
    response = HttpResponse(left, status=200 if left else 204, content_type="text/plain; charset=utf-8")
    response.headers["X-Saved-Id"] = str(entry.object_id)
    row = workflow.model._default_manager.get(pk=entry.object_id)
    form = workflow.verb(name).form
    response.headers["X-Saved-Version"] = str(form.initial_of(row).get("version", "")) if form else ""
    return response


def plainly(refusal: Invalid | NotNow, words: str = "") -> HttpResponse:
    return HttpResponse(words or str(refusal.detail), status=refusal.status, content_type="text/plain; charset=utf-8")
