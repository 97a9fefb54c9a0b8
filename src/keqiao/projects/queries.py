"""Reads of projects with a shape of their own: the list with its filters, and everything the project's page shows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet
from django.http import QueryDict

from keqiao.kernel import clocks, files
from keqiao.kernel.models import Entry, File
from keqiao.kernel.visibility import Level
from keqiao.kernel.workflow import REGISTRY, Verb, Workflow
from keqiao.parties.models import standing_of
from keqiao.projects.enums import ProjectState, Side
from keqiao.projects.models import Contract, Project
from keqiao.projects.turn import Step, next_step

if TYPE_CHECKING:
    from keqiao.kernel.access import Actor
    from keqiao.kernel.models import ClockRun

PARTS = ("contract", "milestone", "income")
HISTORY_LENGTH = 60


@dataclass(frozen=True, slots=True)
class Filters:
    """What the list was asked for; unknown values are as good as none."""

    state: str = ""
    node: str = ""
    words: str = ""
    turn: str = ""

    @classmethod
    def read(cls, query: QueryDict) -> Filters:
        state = query.get("state", "")
        return cls(
            state=state if state in ProjectState.values else "",
            node=query.get("node", "")[:20],
            words=query.get("q", "").replace("\x00", "").strip()[:80],
            turn="mine" if query.get("turn") == "mine" else "",
        )


def listed(actor: Actor, filters: Filters) -> QuerySet[Project]:
    """The projects that the actor may see, newest first, with the records they point to."""
    rows = Project.objects.visible_to(actor).select_related(
        "node", "need", "asker", "provider", "manager", "asker_organisation", "provider_organisation"
    )
    if filters.state:
        rows = rows.filter(state=filters.state)
    if filters.node:
        rows = rows.filter(node=filters.node)
    if filters.words:
        rows = rows.filter(title__icontains=filters.words)
    if filters.turn:
        rows = rows.filter(pk__in=waiting_for(actor))
    return rows.order_by("-created_at", "-pk")


def waiting_for(actor: Actor) -> list[int]:
    """Ids of the projects whose next step is this person's."""
    involved = Q(asker=actor.pk) | Q(provider=actor.pk) | Q(manager=actor.pk)
    administers = standing_of(actor).administers
    involved |= Q(asker_organisation__in=administers) | Q(provider_organisation__in=administers)
    rows = Project.objects.visible_to(actor).filter(involved).exclude(state=ProjectState.STOPPED)
    return [row.pk for row in rows if is_my_turn(row, actor)]


def is_my_turn(row: Project, actor: Actor, step: Step | None = None) -> bool:
    """Whether the next step waits for this person."""
    manages = actor.pk is not None and row.manager_id == actor.pk
    return (step or next_step(row)).is_for(row.side_of(actor), manages=manages)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of who did what."""

    entry: Entry
    label: str
    about: str


def history(row: Project) -> list[Line]:
    """What was done on the project and its parts, newest first."""
    about = Q(object_type="project", object_id=row.pk)
    names: dict[tuple[str, int], str] = {}
    for part in PARTS:
        found = {item.pk: str(item) for item in getattr(row, f"{part}_rows").all()}
        names |= {(part, pk): name for pk, name in found.items()}
        about |= Q(object_type=part, object_id__in=found)
    entries = Entry.objects.filter(about).select_related("actor").order_by("-seq")[:HISTORY_LENGTH]
    return [Line(entry, label_of(entry), names.get((entry.object_type, entry.object_id), "")) for entry in entries]


def label_of(entry: Entry) -> str:
    """The verb of an entry in words."""
    for workflow in REGISTRY.values():
        if workflow.model._meta.model_name == entry.object_type:
            return next((str(verb.label) for verb in workflow.verbs if verb.name == entry.verb), entry.verb)
    return entry.verb


def documents(row: Project, clearance: int) -> list[File]:
    """The files of the project that somebody with this clearance may have."""
    return list(files.of(row, clearance).select_related("uploaded_by"))


def promises(row: Project) -> list[ClockRun]:
    """The clocks that run on the project."""
    return list(clocks.running(row))


def verbs_of_parts(row: Project, actor: Actor) -> dict[tuple[str, int], list[Verb]]:
    """What the actor may do now with the contract, each milestone and each income, without asking the base again."""
    found: dict[tuple[str, int], list[Verb]] = {}
    for part in PARTS:
        workflow: Workflow[Any] = REGISTRY[f"{part}s"]
        for item in getattr(row, f"{part}_rows").all():
            item.project = row
            found[f"{part}s", item.pk] = workflow.available(item, actor)
    return found


def acting_side(row: Project, actor: Actor) -> str:
    """The side in words for which the actor acts, or nothing."""
    side = row.side_of(actor)
    return str(Side(side).label) if side else ""


def may_see_inside(clearance: int) -> bool:
    """Whether somebody sees more of a project than the published case."""
    return clearance >= Level.NDA


def contract_of(pk: int, actor: Actor) -> Contract | None:
    """A contract with its project, if the actor may see it."""
    return Contract.objects.visible_to(actor).select_related("project__need", "project__node").filter(pk=pk).first()

