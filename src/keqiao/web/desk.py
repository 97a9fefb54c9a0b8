"""My desk: what waits for me, read from the workflow tables, and what is mine."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from keqiao.kernel.models import ClockRun
from keqiao.kernel.visibility import OWNER, Level, Seen
from keqiao.kernel.workflow import REGISTRY, Verb, Workflow
from keqiao.observatory.queries import running_clocks
from keqiao.parties.models import Person

SHOWN = 12
LOOKED_AT = 40
LATE = datetime.max.replace(tzinfo=UTC)
HEADINGS = {
    "needs": _("我的需求"),
    "achievements": _("我的成果"),
    "solutions": _("我的解决方案"),
    "projects": _("我的项目"),
}
"""What is mine, by kind: whole phrases, because other languages need a plural."""


@dataclass(frozen=True, slots=True)
class Task:
    """A row with a main verb that this person may run now."""

    workflow: Workflow[Any]
    row: Seen
    verbs: list[Verb]
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


def tasks(person: Person) -> list[Task]:
    """What waits for this person, the most urgent first: rows on which the table gives them a main verb now."""
    found = [task for workflow in REGISTRY.values() for task in tasks_of(workflow, person)]
    return sorted(found, key=lambda task: task.urgency)[:SHOWN]


def tasks_of(workflow: Workflow[Any], person: Person) -> Iterable[Task]:
    """The rows of one workflow that wait for this person."""
    states = {state for verb in workflow.verbs if verb.tone == "primary" for state in verb.sources if state}
    if not states:
        return []
    close = workflow.model._default_manager.visible_to(person).filter(
        state__in=states, clearance_level__gte=int(Level.NDA)
    )
    rows = list(close.order_by("pk")[:LOOKED_AT])
    clocks = running_clocks(rows)
    return [
        Task(workflow, row.seen_by(person), verbs, clocks.get(row.pk))
        for row in rows
        if (verbs := [verb for verb in workflow.available(row, person) if verb.tone == "primary"])
    ]


def shelves(person: Person, names: Iterable[str] = HEADINGS) -> list[Shelf]:
    """What is this person's own, by kind."""
    result = []
    for name in names:
        if name in REGISTRY:
            own = REGISTRY[name].model._default_manager.visible_to(person).filter(clearance_level=OWNER)
            rows = [row.seen_by(person) for row in own.order_by("-pk")[:5]]
            result.append(Shelf(REGISTRY[name], rows, own.count() if len(rows) == 5 else len(rows)))
    return result
