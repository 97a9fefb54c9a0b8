"""Reads of projects with a shape of their own: the list with its filters, and everything the project's page shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _

from keqiao.kernel import clocks, files
from keqiao.kernel.models import Entry, File, Version
from keqiao.kernel.visibility import Level, Seen
from keqiao.kernel.workflow import REGISTRY, Verb, Workflow, table_of
from keqiao.parties.models import standing_of
from keqiao.parties.names import called
from keqiao.parties.sides import belongs
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
        rows = rows.filter(node__code=filters.node)
    if filters.words:
        rows = rows.filter(title__icontains=filters.words)
    if filters.turn:
        rows = rows.filter(pk__in=waiting_for(actor))
    return rows.order_by("-created_at", "-pk")


def waiting_for(actor: Actor) -> list[int]:
    """Ids of the projects whose next step is this person's."""
    return [row.pk for row, _step in turns_of(actor)]


def turns_of(actor: Actor) -> list[tuple[Project, Step]]:
    """The projects whose next step is this person's, and that step."""
    involved = Q(asker=actor.pk) | Q(provider=actor.pk) | Q(manager=actor.pk)
    administers = standing_of(actor).administers
    involved |= Q(asker_organisation__in=administers) | Q(provider_organisation__in=administers)
    involved |= Q(manager=None, node__in=standing_of(actor).operates)
    rows = Project.objects.visible_to(actor).filter(involved).order_by("pk")
    steps = [(row, next_step(row)) for row in rows]
    return [(row, step) for row, step in steps if is_my_turn(row, actor, step)]


def is_my_turn(row: Project, actor: Actor, step: Step | None = None) -> bool:
    """Whether the next step waits for this person."""
    operates = row.node_id in standing_of(actor).operates
    return (step or next_step(row)).is_for(row.side_of(actor), manages=row.is_managed_by(actor), operates=operates)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of who did what, when, on which part."""

    at: datetime
    who: str
    label: str
    about: str


def history(row: Project) -> list[Line]:
    """What was done on the project and its parts, newest first."""
    wanted = Q(object_type="project", object_id=row.pk)
    names: dict[tuple[str, int], str] = {}
    for part in PARTS:
        found = {item.pk: str(item) for item in getattr(row, f"{part}_rows").all()}
        names |= {(part, pk): name for pk, name in found.items()}
        wanted |= Q(object_type=part, object_id__in=found)
    entries = Entry.objects.filter(wanted).select_related("actor").order_by("-seq")[:HISTORY_LENGTH]
    return [line_of(entry, names.get((entry.object_type, entry.object_id), "")) for entry in entries]


def line_of(entry: Entry, about: str) -> Line:
    """An entry in words; a sample's with the number of its round."""
    number = entry.changes.get("extra", {}).get("round")
    return Line(
        at=entry.at,
        who=called(entry.actor) or _("平台"),
        label=label_of(entry),
        about=_("第 %(n)d 轮") % {"n": number} if number else about,
    )


def label_of(entry: Entry) -> str:
    """The verb of an entry in words; one that the table no longer has is called by what it did at the least."""
    table = table_of(entry.object_type)
    labels = (str(verb.label) for verb in (table.verbs if table else ()) if verb.name == entry.verb)
    return next(labels, _("更新记录"))


@dataclass(frozen=True, slots=True)
class Document:
    """A file as the page lists it: what it belongs to, and the earlier files that it stands for."""

    file: File
    about: str
    earlier: list[File]


def documents(row: Project, clearance: int) -> list[Document]:
    """The files that somebody with this clearance may have.

    A file uploaded again under its name takes the place of the earlier one, which is kept below it. Reports and proofs
    belong to what they prove: two of the same name are two documents.
    """
    belongs = proofs(row)
    found: dict[object, Document] = {}
    for file in files.of(row, clearance).select_related("uploaded_by"):
        about = belongs.get(file.pk, "")
        before = None if about else found.pop(file.name, None)
        found[file.pk if about else file.name] = Document(file, about, [before.file, *before.earlier] if before else [])
    return list(found.values())


def proofs(row: Project) -> dict[int, str]:
    """File → what it proves, for those that came with a round, a milestone, an acceptance or an income."""
    found: dict[int | None, str] = {
        item.report_id: _("第 %(n)d 轮测试报告") % {"n": item.number} for item in row.round_rows.all()
    }
    found |= {item.evidence_id: _("里程碑“%(title)s”") % {"title": item.title} for item in row.milestone_rows.all()}
    found |= {item.file_id: _("验收报告") for item in row.acceptance_rows.all()}
    found |= {item.evidence_id: _("到账凭证") for item in row.income_rows.all()}
    return {file: words for file, words in found.items() if file is not None}


def promises(row: Project) -> list[ClockRun]:
    """The clocks that run on the project."""
    return list(clocks.running(row))


def parts_of(row: Project, part: str, actor: Actor) -> list[dict[str, Any]]:
    """The milestones or incomes of a project, each with what the actor may do with it now."""
    workflow: Workflow[Any] = REGISTRY[f"{part}s"]
    found = []
    for item in getattr(row, f"{part}_rows").all():
        item.project = row  # no query for what is at hand
        found.append({"item": item.summary(), "verbs": workflow.available(item, actor)})
    return found


SECTIONS = {
    "plan_milestone": "milestones",
    "record_income": "money",
    "record_reward": "money",
    "upload": "documents",
    "hand_over": "more",
    "assign_manager": "more",
    "agree_case": "more",
    "withdraw_case": "more",
    "publish_case": "more",
    "stop": "more",
}
"""Verbs that stand beside what they add to; all others are the buttons of the page."""


def verbs_of(row: Project, actor: Actor) -> dict[str, list[Verb]]:
    """What the actor may do now, by the section of the page where the button stands.

    What would be refused as things are has no button: the next step says what comes first.
    """
    found: dict[str, list[Verb]] = {"main": [], "milestones": [], "money": [], "documents": [], "more": []}
    for verb in REGISTRY["projects"].available(row, actor):
        section = SECTIONS.get(verb.name, "main")
        if section == "more" or verb.guard is None or not verb.guard(row):
            found[section].append(verb)
    return found


def acting_side(row: Project, actor: Actor) -> str:
    """The side in words for which the actor acts, or nothing."""
    side = row.side_of(actor)
    return str(Side(side).label) if side else ""


def watching_side(row: Project, actor: Actor) -> str:
    """The side in words of whose organisation the viewer is a member who may look but not act, or nothing."""
    if row.side_of(actor):
        return ""
    return next((str(side.label) for side in Side if belongs(actor, *row.contact_of(side))), "")


def may_see_inside(clearance: int) -> bool:
    """Whether somebody sees more of a project than the published case."""
    return clearance >= Level.NDA


def projects_from(kind: str, pk: int, actor: Actor) -> list[Seen]:
    """The projects of a need or an achievement that this person sees from inside, the newest first.

    That a published case came from them is for nobody else: what both sides agreed to publish does not name it.
    """
    if not actor.is_authenticated:
        return []
    rows = Project.objects.close_to(actor, int(Level.NDA)).filter(**{kind: pk}).prefetch_related(None)
    return [row.seen_by(actor) for row in rows.order_by("-pk")]


def contract_of(pk: int, actor: Actor) -> Contract | None:
    """A contract with its project and both sides, if the actor may see it."""
    around = [f"project__{name}" for name in ("need", "node", *SIDES)]
    signers = ("asker_signed_by", "provider_signed_by")
    return Contract.objects.visible_to(actor).select_related(*around, *signers).filter(pk=pk).first()


SIDES = ("asker", "provider", "asker_organisation", "provider_organisation")


def sides_in(kept: Version) -> dict[str, str]:
    """Who the two sides were when a contract was put up for signature: that does not change with their names."""
    return {name: kept.content[name] for name in ("asker", "provider") if name in kept.content}


def sides(project: Project) -> dict[str, str]:
    """Who the two sides are: the organisation, else the person."""
    return {
        "asker": called(project.asker_organisation or project.asker),
        "provider": called(project.provider_organisation or project.provider),
    }
