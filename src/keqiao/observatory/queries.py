"""What the home page and the feed ask for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.utils import timezone

from keqiao.kernel import clocks
from keqiao.kernel.models import ClockRun, Entry
from keqiao.kernel.visibility import Seen
from keqiao.kernel.workflow import REGISTRY, Workflow
from keqiao.observatory import counters

STRANGER = AnonymousUser()
KEEP_SECONDS = 20


@dataclass(frozen=True, slots=True)
class FeedItem:
    """One public event: the row as a stranger may see it now, and what happened to it."""

    position: int
    at: datetime
    kind: str
    verb: str
    label: str
    row: Seen

    def as_json(self) -> dict[str, Any]:
        return {
            "position": self.position,
            "at": self.at.isoformat(),
            "type": self.kind,
            "verb": self.verb,
            "label": self.label,
            "title": str(self.row),
            "url": self.row.get_absolute_url(),
        }


def feed_verbs() -> dict[tuple[str, str], tuple[Workflow[Any], str]]:
    """(object type, verb) → workflow and label, for the verbs that the tables show to the public."""
    return {
        (str(workflow.model._meta.model_name), verb.name): (workflow, str(verb.label))
        for workflow in REGISTRY.values()
        for verb in workflow.verbs
        if verb.in_feed
    }


def feed(*, after: int = 0, kind: str = "", limit: int = 20) -> list[FeedItem]:
    """The newest public events (oldest first when `after` is given, to replay what a reader missed)."""
    verbs = feed_verbs()
    types = {kind} if kind else {object_type for object_type, _verb in verbs}
    entries = Entry.objects.filter(
        seal__isnull=False, object_type__in=types, verb__in={verb for _type, verb in verbs}
    ).select_related("seal")
    if after:
        entries = entries.filter(seal__position__gt=after).order_by("seal__position")
    else:
        entries = entries.order_by("-seal__position")
    return items_of(list(entries[: limit * 2]), verbs)[:limit]


def items_of(entries: Sequence[Entry], verbs: dict[tuple[str, str], tuple[Workflow[Any], str]]) -> list[FeedItem]:
    """The entries whose rows a stranger may still see, each row once, fetched with one query a kind."""
    wanted = [entry for entry in entries if (entry.object_type, entry.verb) in verbs]
    rows: dict[tuple[str, int], Any] = {}
    for object_type in {entry.object_type for entry in wanted}:
        model = next(workflow.model for (name, _verb), (workflow, _label) in verbs.items() if name == object_type)
        pks = [entry.object_id for entry in wanted if entry.object_type == object_type]
        for row in model._default_manager.visible_to(STRANGER).filter(pk__in=pks):
            rows[object_type, row.pk] = row
    items, shown = [], set()
    for entry in wanted:
        key = (entry.object_type, entry.object_id)
        if key in rows and key not in shown:
            shown.add(key)
            label = verbs[entry.object_type, entry.verb][1]
            items.append(
                FeedItem(
                    entry.seal.position,
                    entry.at,
                    entry.object_type,
                    entry.verb,
                    label,
                    rows[key].seen_by(STRANGER),
                )
            )
    return items


def stats(node: str = "") -> dict[str, Any]:
    """Every public number with its definition and link, and the clocks."""
    key = f"stats:{node}"
    found: dict[str, Any] | None = cache.get(key)
    if found is None:
        found = count_now(node)
        cache.set(key, found, KEEP_SECONDS)
    return {
        "at": found["at"],
        "node": node,
        "metrics": [
            {
                "name": metric.name,
                "label": str(metric.label),
                "definition": str(metric.definition),
                "value": found["values"][metric.name],
                "link": metric.link,
            }
            for metric in counters.METRICS
        ],
        "clocks": found["clocks"],
    }


def count_now(node: str) -> dict[str, Any]:
    """The numbers of this moment, without words: those depend on the reader's language."""
    return {
        "at": timezone.now().isoformat(),
        "values": counters.totals(node),
        "clocks": {name: clock_figures(name, node) for name in ("triage", "first_answer")},
    }


def clock_figures(name: str, node: str) -> dict[str, float | int | None]:
    """Median and p90 of the last year in working days."""
    return clocks.percentiles(name, node=node, since=timezone.now() - timedelta(days=365))


def running_clocks(rows: Sequence[Any]) -> dict[int, ClockRun]:
    """The most urgent running clock of each row of one kind, by row id, in one query."""
    if not rows:
        return {}
    found = ClockRun.objects.filter(
        object_type=rows[0]._meta.model_name, object_id__in=[row.pk for row in rows], stopped_at=None
    ).order_by("-due_at")
    return {run.object_id: run for run in found}
