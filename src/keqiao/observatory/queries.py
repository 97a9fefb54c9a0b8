"""What the home page and the feed ask for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.utils import timezone

from keqiao.kernel import clocks
from keqiao.kernel.languages import in_english, titled
from keqiao.kernel.models import Entry
from keqiao.kernel.visibility import Seen
from keqiao.kernel.workflow import REGISTRY, Workflow
from keqiao.observatory import counters
from keqiao.parties import taxonomy

if TYPE_CHECKING:
    from django.db.models import QuerySet

FeedVerbs = dict[tuple[str, str], tuple[Workflow[Any], str]]

STRANGER = AnonymousUser()
KEEP_SECONDS = 20
PART = 200
WEEK = timedelta(days=7)
LOOKS = 10
"""How many parts of the journal are looked through, backwards, for rows that may still be seen."""


@dataclass(frozen=True, slots=True)
class FeedItem:
    """One public event: the row as a stranger may see it now, and what happened to it."""

    position: int
    at: datetime
    kind: str
    verb: str
    label: str
    row: Seen

    @property
    def topic(self) -> str:
        """The kind of a need, the branch of industry of an achievement: what stands before its title."""
        return str(self.row.get_kind_display()) if self.kind == "need" else taxonomy.sector_of(self.row.fields or ())

    def as_json(self) -> dict[str, Any]:
        return {
            "position": self.position,
            "at": self.at.isoformat(),
            "type": self.kind,
            "topic": self.topic,
            "verb": self.verb,
            "label": self.label,
            "title": titled(self.row),
            "url": self.row.get_absolute_url(),
        }


def feed_verbs() -> FeedVerbs:
    """(object type, verb) → workflow and label, for the verbs that the tables show to the public."""
    return {
        (str(workflow.model._meta.model_name), verb.name): (workflow, str(verb.label))
        for workflow in REGISTRY.values()
        for verb in workflow.verbs
        if verb.in_feed
    }


def feed(*, after: int | None = None, kind: str = "", limit: int = 20) -> list[FeedItem]:
    """The newest public events, each row once; with `after` every one since that position, oldest first.

    Entries whose rows a stranger may no longer see do not count, however many there are of them in a row.
    """
    verbs = feed_verbs()
    types = {kind} if kind else {object_type for object_type, _verb in verbs}
    entries = Entry.objects.filter(
        seal__isnull=False, object_type__in=types, verb__in={verb for _type, verb in verbs}
    ).select_related("seal")
    if after is not None:
        return list(islice(since(entries.order_by("seal__position"), after, verbs), limit))
    newest, shown = [], set()
    for item in latest(entries.order_by("-seal__position"), limit * 2, verbs):
        if (item.kind, item.row.pk) not in shown:
            shown.add((item.kind, item.row.pk))
            newest.append(item)
        if len(newest) == limit:
            break
    return newest


def since(entries: QuerySet[Entry], position: int, verbs: FeedVerbs) -> Iterator[FeedItem]:
    """Events after a position, to the end of the chain."""
    while part := list(entries.filter(seal__position__gt=position)[:PART]):
        yield from items_of(part, verbs)
        position = part[-1].seal.position


def latest(entries: QuerySet[Entry], size: int, verbs: FeedVerbs) -> Iterator[FeedItem]:
    """Events from the end of the chain backwards: not the whole history, if it is all of rows that are gone."""
    part = list(entries[:size])
    for _look in range(LOOKS):
        yield from items_of(part, verbs)
        if len(part) < size:
            return
        part = list(entries.filter(seal__position__lt=part[-1].seal.position)[:size])


def items_of(entries: Sequence[Entry], verbs: FeedVerbs) -> list[FeedItem]:
    """The entries whose rows a stranger may still see; rows are fetched with one query a kind."""
    wanted = [entry for entry in entries if (entry.object_type, entry.verb) in verbs]
    rows: dict[tuple[str, int], Any] = {}
    for object_type in {entry.object_type for entry in wanted}:
        model = next(workflow.model for (name, _verb), (workflow, _label) in verbs.items() if name == object_type)
        pks = {entry.object_id for entry in wanted if entry.object_type == object_type}
        for row in model._default_manager.visible_to(STRANGER).filter(pk__in=pks):
            rows[object_type, row.pk] = row
    return [
        FeedItem(
            position=entry.seal.position,
            at=entry.at,
            kind=entry.object_type,
            verb=entry.verb,
            label=verbs[entry.object_type, entry.verb][1],
            row=rows[entry.object_type, entry.object_id].seen_by(STRANGER),
        )
        for entry in wanted
        if (entry.object_type, entry.object_id) in rows
    ]


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
                "unit": "" if in_english() else metric.unit,
                "week": found["week"][metric.name],
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
        "week": counters.came_in(WEEK, node),
        "clocks": {name: clock_figures(name, node) for name in ("triage", "first_answer")},
    }


def clock_figures(name: str, node: str) -> dict[str, float | int | None]:
    """Median and p90 of the last year in working days."""
    return clocks.percentiles(name, node=node, since=timezone.now() - timedelta(days=365))
