"""My desk: what waits for me, read from the workflow tables, and what is mine."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from keqiao.exchange import triage
from keqiao.kernel import clocks
from keqiao.kernel.models import ClockRun
from keqiao.kernel.visibility import OWNER, Level, Seen
from keqiao.kernel.workflow import REGISTRY, Workflow
from keqiao.matching.assigning import waiting_for
from keqiao.matching.enums import ProposalState
from keqiao.matching.models import Proposal
from keqiao.matching.turn import turn_of
from keqiao.matching.workflow import PROPOSALS
from keqiao.parties.models import Person, standing_of
from keqiao.parties.queries import verification_queue
from keqiao.projects.queries import turns_of
from keqiao.projects.workflow import PROJECT

LOOKED_AT = 40
LATE = datetime.max.replace(tzinfo=UTC)
HEADINGS = {
    "needs": _("我的需求"),
    "achievements": _("我的成果"),
    "solutions": _("我的解决方案"),
    "projects": _("我的项目"),
}
"""What is mine, by kind: whole phrases, because other languages need a plural."""

QUEUED = frozenset({"publish", "verify"})
"""Verbs that operators run in a queue with a page of its own: the desk says how many wait there."""

ELSEWHERE = frozenset({"projects", "contracts", "milestones", "incomes"})
"""What belongs to a project waits as the project's next step."""

SHOWN_WITH = {
    "solutions": ("need",),
    "proposals": ("need", "achievement", "solution", "person"),
    "matches": ("need", "achievement"),
}
"""What a row's name is put together from."""


@dataclass(frozen=True, slots=True)
class Task:
    """A row on which this person has something to do now, and what."""

    workflow: Workflow[Any]
    row: Seen
    words: str
    clock: ClockRun | None

    @property
    def kind(self) -> str:
        return str(self.workflow.model._meta.verbose_name)

    @property
    def urgency(self) -> datetime:
        return self.clock.due_at if self.clock else LATE


@dataclass(frozen=True, slots=True)
class Shelf:
    """The newest rows of one kind that belong to the person, and how many there are."""

    workflow: Workflow[Any]
    rows: list[Seen]
    total: int

    @property
    def heading(self) -> str:
        return str(HEADINGS[self.workflow.name])


@dataclass(frozen=True, slots=True)
class Queues:
    """What waits for an operator in queues that have pages of their own; None where somebody has no such queue."""

    triage: int | None
    most_urgent: ClockRun | None
    verification: int | None
    unassigned: int = 0


def tasks(person: Person) -> list[Task]:
    """What waits for this person, the most urgent first: rows on which the table gives them a main verb now."""
    found = [
        task for name, workflow in REGISTRY.items() if name not in ELSEWHERE for task in tasks_of(workflow, person)
    ]
    return sorted([*found, *agreed(person), *steps_of_projects(person)], key=lambda task: task.urgency)


def tasks_of(workflow: Workflow[Any], person: Person) -> Iterable[Task]:
    """The rows of one workflow that wait for this person."""
    states = {state for verb in workflow.verbs if verb.tone == "primary" for state in verb.sources if state}
    if not states:
        return []
    close = workflow.model._default_manager.close_to(person, Level.NDA).filter(state__in=states)
    rows = list(close.select_related(*SHOWN_WITH.get(workflow.name, ())).order_by("pk")[:LOOKED_AT])
    urgent = clocks.most_urgent(rows)
    return [
        Task(workflow, row.seen_by(person), " / ".join(labels), urgent.get(row.pk))
        for row in rows
        if (labels := main_labels(workflow, row, person))
    ]


def main_labels(workflow: Workflow[Any], row: Any, person: Person) -> list[str]:
    """What the main buttons on a row say."""
    offered = workflow.available(row, person)
    return [str(verb.label) for verb in offered if verb.tone == "primary" and verb.name not in QUEUED]


def agreed(person: Person) -> list[Task]:
    """The proposals that both sides have agreed to and that this person may make a project of."""
    rows = Proposal.objects.visible_to(person).filter(state__in=(ProposalState.AGREED, ProposalState.NDA_SIGNED))
    rows = rows.filter(Q(asker=person.pk) | Q(manager=person.pk)).select_related(*SHOWN_WITH["proposals"])
    turns = [(row, turn_of(row, person)) for row in rows.order_by("pk")[:LOOKED_AT]]
    return [Task(PROPOSALS, row.seen_by(person), turn.text, None) for row, turn in turns if turn and turn.is_mine]


def steps_of_projects(person: Person) -> list[Task]:
    """The projects whose next step is this person's, and that step."""
    turns = turns_of(person)
    urgent = clocks.most_urgent([row for row, _step in turns])
    return [Task(PROJECT, row.seen_by(person), step.text, urgent.get(row.pk)) for row, step in turns]


def queues(person: Person) -> Queues | None:
    """The queues of an operator or an auditor; None for everybody else."""
    standing = standing_of(person)
    if not (standing.watched or standing.everywhere):
        return None
    lines = triage.queue(person) if standing.operates else []
    urgent = lines[0].clock if lines else None
    unassigned = waiting_for(person).count() if standing.operates else 0
    return Queues(len(lines) if standing.operates else None, urgent, verification_queue(person).count(), unassigned)


def shelves(person: Person, names: Iterable[str] = HEADINGS) -> list[Shelf]:
    """What is this person's own, by kind."""
    result = []
    for name in names:
        if name in REGISTRY:
            own = REGISTRY[name].model._default_manager.close_to(person, OWNER)
            own = own.select_related(*SHOWN_WITH.get(name, ()))
            rows = [row.seen_by(person) for row in own.order_by("-pk")[:5]]
            result.append(Shelf(REGISTRY[name], rows, own.count() if len(rows) == 5 else len(rows)))
    return result
