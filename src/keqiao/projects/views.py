"""Pages of projects: the list, the project, the contract to print."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from keqiao.kernel.access import NotVisible
from keqiao.kernel.freeze import versions_of
from keqiao.kernel.visibility import OWNER, Seen
from keqiao.parties.names import called
from keqiao.projects import queries
from keqiao.projects.charts import charts_of
from keqiao.projects.enums import ProjectState, Side
from keqiao.projects.frozen import Frozen, contract_in, facts_in, text_of, versions
from keqiao.projects.measure import written
from keqiao.projects.models import Project
from keqiao.projects.queries import Filters
from keqiao.projects.turn import MANAGER, next_step
from keqiao.projects.workflow import CONTRACT, PROJECT, holders

PAGE = 20
BY_NAME = (*Side.values, MANAGER)
"""Who is called by name when it is their turn; the operators of a node are an office."""


@require_safe
def projects(request: HttpRequest) -> HttpResponse:
    """The projects that the viewer takes part in or oversees, and published cases."""
    filters = Filters.read(request.GET)
    page = Paginator(queries.listed(request.user, filters), PAGE).get_page(request.GET.get("page"))
    context = {
        "filters": filters,
        "states": ProjectState.choices,
        "page": page,
        "projects": [(row.seen_by(request.user), queries.is_my_turn(row, request.user)) for row in page],
    }
    return render(request, "projects/list.html", context)


@require_safe
def project(request: HttpRequest, pk: int) -> HttpResponse:
    """One project: next step, milestones, rounds, contract, money, documents, who did what."""
    row = Project.objects.visible_to(request.user).select_related(*RELATED).filter(pk=pk).first()
    if row is None:
        raise NotVisible(_("没有找到这个项目，或者您无权查看。"))
    seen = row.seen_by(request.user)
    if not queries.may_see_inside(seen.clearance):
        return render(request, "projects/case.html", {"project": seen})
    return render(request, "projects/project.html", inside(row, seen, request.user))


def inside(row: Project, seen: Seen, viewer: Any) -> dict[str, Any]:
    """Everything that those see who see the inside of a project."""
    return next_of(row, viewer) | {
        "workflow": PROJECT,
        "project": seen,
        "side": queries.acting_side(row, viewer),
        "watches": queries.watching_side(row, viewer),
        "speakers": {side: names_of(row, side) for side in Side.values},
        "verbs": queries.verbs_of(row, viewer),
        "milestones": queries.parts_of(row, "milestone", viewer),
        "incomes": queries.parts_of(row, "income", viewer),
        "charts": charts_of(row.targets, row.rounds),
        "targets": [written(target) for target in row.targets],
        "history": queries.history(row),
        "documents": queries.documents(row, seen.clearance),
        "earlier": row.acceptances[:-1],
        "frozen": versions_of(row).filter(entry__verb="accept").last(),
        "track": track(row.state),
    }


def next_of(row: Project, viewer: Any) -> dict[str, Any]:
    """The next step, who has it by name, whether it is the viewer's, and until when."""
    step = next_step(row)
    return {
        "step": step.summary(),
        "holder": names_of(row, step.turn) if step.turn in BY_NAME else "",
        "is_my_turn": queries.is_my_turn(row, viewer, step),
        "promises": queries.promises(row),
    }


def names_of(row: Project, role: str) -> str:
    """Who speaks for a role now, by name."""
    return "、".join(called(person) for person in holders(row, role))


def with_inside(pk: int, viewer: Any) -> Project:
    """The project, if the viewer sees its inside."""
    row = Project.objects.visible_to(viewer).select_related(*RELATED).filter(pk=pk).first()
    if row is None or not queries.may_see_inside(row.seen_by(viewer).clearance):
        raise NotVisible(_("没有找到这个项目，或者您无权查看。"))
    return row


@require_safe
def frozen(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything that was decided on in a project, as it was then, each with its hash and whether that holds."""
    row = with_inside(pk, request.user)
    return render(request, "projects/frozen.html", {"project": row.seen_by(request.user), "kept": versions(row)})


@require_safe
def frozen_version(request: HttpRequest, pk: int, version: int) -> HttpResponse:
    """One frozen text, to read, print and verify."""
    row, kept = with_inside(pk, request.user), frozen_in(pk, version, request.user)
    context: dict[str, Any] = {"project": row.seen_by(request.user), "kept": kept}
    if kept.version.object_type == "contract":
        text = contract_in(kept.version)
        context |= {"contract": text, "targets": [written(target) for target in text.targets]}
        context |= queries.sides(row) | queries.sides_in(kept.version)
    else:
        context["facts"] = facts_in(kept.version.content)
    return render(request, "projects/frozen_version.html", context)


@require_safe
def frozen_text(request: HttpRequest, pk: int, version: int) -> HttpResponse:
    """The very bytes that were hashed, for everybody who would rather compute the hash themselves."""
    kept = frozen_in(pk, version, request.user)
    name = f"keqiao-{kept.version.object_type}-{kept.version.object_id}-{kept.version.sha256[:12]}.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return HttpResponse(text_of(kept.version), content_type="application/json", headers=headers)


def frozen_in(pk: int, version: int, viewer: Any) -> Frozen:
    """The frozen text with this number, if it is of this project and the viewer sees that."""
    found = next((kept for kept in versions(with_inside(pk, viewer)) if kept.version.pk == version), None)
    if found is None:
        raise NotVisible(_("没有找到这份存档。"))
    return found


@require_safe
def contract(request: HttpRequest, pk: int) -> HttpResponse:
    """The contract in full, to read, sign and print."""
    row = queries.contract_of(pk, request.user)
    if row is None:
        raise NotVisible(_("没有找到这份合同，或者您无权查看。"))
    kept = versions_of(row).filter(sha256=row.digest).last() if row.digest else None
    context = {
        **next_of(row.project, request.user),
        "workflow": CONTRACT,
        "contract": row.seen_by(request.user),
        "project": row.project.at(OWNER),
        "targets": [written(target) for target in row.targets],
        "kept": kept,
        "verbs": CONTRACT.available(row, request.user),
        **queries.sides(row.project),
        **(queries.sides_in(kept) if kept else {}),
    }
    return render(request, "projects/contract.html", context)


RELATED = (
    "need",
    "achievement",
    "solution",
    "node",
    "asker",
    "provider",
    "manager",
    "asker_organisation",
    "provider_organisation",
)

TRACK = (
    ProjectState.PREPARING,
    ProjectState.CONTRACTED,
    ProjectState.RUNNING,
    ProjectState.ACCEPTING,
    ProjectState.ACCEPTED,
    ProjectState.CLOSED,
)


def track(state: str) -> list[tuple[str, str]]:
    """The stages with what they are to this project: done, current or to come."""
    here = ProjectState.RUNNING if state == ProjectState.TESTING else state
    if here not in TRACK:
        return [(str(stage.label), "") for stage in TRACK]
    place = TRACK.index(ProjectState(here))
    return [
        (str(stage.label), "done" if index < place else "current" if index == place else "")
        for index, stage in enumerate(TRACK)
    ]
