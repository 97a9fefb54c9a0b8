"""One pair of views runs every verb of every room: the form on GET, the verb on POST."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from keqiao.kernel import workflow as kernel
from keqiao.kernel.access import Invalid, NotAllowed, NotNow, NotVisible
from keqiao.kernel.visibility import Visible
from keqiao.web import autosave


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, resource: str) -> HttpResponse:
    """Make a row with the verb `create`."""
    return verb_page(request, workflow_of(resource), None, "create")


@require_http_methods(["GET", "POST"])
def verb(request: HttpRequest, resource: str, pk: int, verb: str) -> HttpResponse:
    """Run a verb on a row. Whoever may not (any more: a colleague was quicker) is led back to the row."""
    workflow = workflow_of(resource)
    try:
        return verb_page(request, workflow, pk, verb)
    except NotAllowed as refusal:
        refusal.back = way_back(workflow, pk, request.user)
        raise


def way_back(workflow: kernel.Workflow[Any], pk: int, actor: Any) -> str:
    """The page of the row, where it has one that the actor may see."""
    row = workflow.model._default_manager.visible_to(actor).filter(pk=pk).first()
    return row.get_absolute_url() if hasattr(row, "get_absolute_url") else ""


def workflow_of(resource: str) -> kernel.Workflow[Any]:
    """The workflow of a resource by its plural name."""
    try:
        return kernel.REGISTRY[resource]
    except KeyError:
        raise NotVisible(_("没有这样的页面。")) from None


def verb_page(request: HttpRequest, workflow: kernel.Workflow[Any], pk: int | None, name: str) -> HttpResponse:
    """The form of a verb, or its result."""
    if not request.user.is_authenticated:
        return redirect(f"/accounts/login/?next={request.path}")
    if request.method == "POST":
        return run_and_answer(request, workflow, pk, name)
    row = fetch(workflow, pk, request.user)
    step = workflow.step(row, name, request.user)
    if step.form is None and not step.confirm:
        raise NotAllowed(_("这一步需要在页面上点击按钮执行。"))
    form = step.form(initial=first_values(request, step.form, row), row=row, actor=request.user) if step.form else None
    return show(request, workflow, row, step, form, status=200)


def first_values(request: HttpRequest, form: type[kernel.VerbForm], row: Any) -> dict[str, Any]:
    """What the form shows first: the row's values, else what the link brought along."""
    return form.initial_of(row) if row is not None else request.GET.dict()


def fetch(workflow: kernel.Workflow[Any], pk: int | None, actor: Any) -> Any:
    """The row as it is, if the actor may know of it."""
    if pk is None:
        return None
    row = workflow.model._default_manager.visible_to(actor).filter(pk=pk).first()
    if row is None:
        raise NotVisible(_("没有找到，或者您无权查看。"))
    return row


def run_and_answer(request: HttpRequest, workflow: kernel.Workflow[Any], pk: int | None, name: str) -> HttpResponse:
    """Run the verb; then go to the row, or show the form again with what has to be mended."""
    if request.headers.get(autosave.HEADER):
        return autosave.answer(request, workflow, fetch(workflow, pk, request.user), name)
    try:
        entry = kernel.run(
            workflow,
            pk,
            name,
            actor=request.user,
            data=request.POST,
            files=request.FILES,
            key=request.POST.get("key", ""),
        )
    except (Invalid, NotNow) as refusal:
        return show_again(request, workflow, pk, name, refusal)
    step = workflow.verb(name)
    messages.success(request, str(step.notice or _("已完成：%(verb)s") % {"verb": step.label}))
    row = workflow.model._default_manager.get(pk=entry.object_id)
    return redirect(own_address(request) or row.get_absolute_url())


def own_address(request: HttpRequest) -> str:
    """Where the form asked to go afterwards, if that is a page of ours."""
    wanted = request.POST.get("next", "")
    return wanted if url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) else ""


def show_again(
    request: HttpRequest, workflow: kernel.Workflow[Any], pk: int | None, name: str, refusal: Invalid | NotNow
) -> HttpResponse:
    """The form with what was typed and the problems by field; nothing is lost.

    When the row has moved on meanwhile, what was typed is shown all the same, to be taken elsewhere; where nothing was
    typed, the refusal is all there is to say.
    """
    row = fetch(workflow, pk, request.user)
    moved_on = isinstance(refusal, NotNow)
    step = workflow.verb(name) if moved_on else workflow.step(row, name, request.user)
    if moved_on and step.form is None:
        raise refusal
    form = step.form(request.POST, request.FILES, row=row, actor=request.user) if step.form else None
    return show(request, workflow, row, step, form, status=refusal.status, refusal=refusal)


def show(
    request: HttpRequest,
    workflow: kernel.Workflow[Any],
    row: Visible | None,
    step: kernel.Verb,
    form: kernel.VerbForm | None,
    *,
    status: int,
    refusal: Invalid | NotNow | None = None,
) -> HttpResponse:
    """Render the room's own template for the verb, else the general one."""
    room = workflow.model._meta.app_label
    names = [f"{room}/{workflow.model._meta.model_name}_{step.name}.html", "verb.html"]
    context = {
        "workflow": workflow,
        "row": row.seen_by(request.user) if row is not None else None,
        "step": step,
        "form": form,
        "refusal": refusal,
        **mending(workflow, row, form, request.user),
        "key": request.POST.get("key") or uuid.uuid4().hex,
    }
    return render(request, names, context, status=status)


def mending(
    workflow: kernel.Workflow[Any], row: Visible | None, form: kernel.VerbForm | None, actor: Any
) -> dict[str, Any]:
    """Where what is missing can be filled in, and the form that knows what the fields are called.

    A verb without a form of its own (submit) is refused for what stands on the row: that is mended with `save`.
    """
    if form is not None or row is None or not workflow.may(row, "save", actor):
        return {"named_by": form, "mend_at": ""}
    editing = workflow.step(row, "save", actor).form
    known = editing(row=row, actor=actor) if editing else None
    return {"named_by": known, "mend_at": reverse("verb", args=[workflow.name, row.pk, "save"])}
