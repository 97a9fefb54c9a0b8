"""Counters: each metric is "rows of this kind in these states", moved by the states that entries leave and enter.

That makes a definition one line, counts incrementally and can be proved: `recount` asks the tables themselves.
"""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from keqiao.kernel.models import Entry
from keqiao.kernel.projections import Projection, register
from keqiao.kernel.workflow import Workflow, table_of
from keqiao.observatory.models import Counter

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


@dataclass(frozen=True, slots=True)
class Metric:
    """A number with its written definition and the list that it opens.

    `unit` is the measure word of Chinese; other languages have none, there the label says what is counted.
    """

    name: str
    label: str | _StrPromise
    unit: str
    definition: str | _StrPromise
    object_type: str
    states: frozenset[str]
    link: str

    @property
    def table(self) -> Workflow[Any]:
        """The workflow table of what is counted."""
        table = table_of(self.object_type)
        if table is None:
            raise LookupError(f"{self.name}: no workflow table of {self.object_type}")
        return table

    def rows(self) -> models.QuerySet[Any]:
        """What is counted, as the table of the database has it now."""
        rows: models.QuerySet[Any] = self.table.model._default_manager.filter(state__in=self.states)
        return rows

    @property
    def gaining(self) -> set[str]:
        """The verbs that can bring a row into the states."""
        return {verb.name for verb in self.table.verbs if verb.target in self.states}

    def gains(self, object_type: str, from_state: str, to_state: str) -> bool:
        """Whether a move brings a row into the states."""
        return object_type == self.object_type and to_state in self.states and from_state not in self.states

    def moves(self, entry: Entry) -> Iterator[tuple[str, int]]:
        """-1 at the node where the entry takes a row out of the states, +1 where it brings one in."""
        if entry.object_type != self.object_type:
            return
        if entry.from_state in self.states:
            yield node_before(entry), -1
        if entry.to_state in self.states:
            yield entry.node, 1


def node_before(entry: Entry) -> str:
    """The node that the row belonged to before the entry, which may have taken it to another."""
    before, _after = entry.changes.get("node", (entry.node, entry.node))
    return str(before)


METRICS = (
    Metric(
        "organisations",
        _("入驻单位"),
        "家",
        _("已登记且未被核验拒绝的单位"),
        "organisation",
        frozenset({"unverified", "verified"}),
        "/organisations/",
    ),
    Metric(
        "needs",
        _("科创需求"),
        "项",
        _("通过初审发布过的需求，含合作中、已解决和到期的"),
        "need",
        frozenset({"open", "in_project", "solved", "expired"}),
        "/needs/",
    ),
    Metric(
        "open_needs",
        _("正在对接的需求"),
        "项",
        _("通过初审、现在可以应答的需求"),
        "need",
        frozenset({"open"}),
        "/needs/?state=open",
    ),
    Metric(
        "achievements",
        _("科技成果"),
        "项",
        _("通过初审、现在公开的成果"),
        "achievement",
        frozenset({"published"}),
        "/achievements/",
    ),
    Metric(
        "solutions",
        pgettext_lazy("plural", "解决方案"),
        "个",
        _("提交给需求方的解决方案，含已采纳和未采纳的"),
        "solution",
        frozenset({"submitted", "shortlisted", "accepted", "declined"}),
        "/definitions/solutions/",
    ),
    Metric(
        "matches",
        _("供需匹配"),
        "对",
        _("供需双方都同意继续的对接，含已进入合作的"),
        "proposal",
        frozenset({"agreed", "nda_signed", "in_project"}),
        "/definitions/matches/",
    ),
    Metric(
        "projects",
        _("合作项目"),
        "个",
        _("由匹配进入合作的项目，含已验收的"),
        "project",
        frozenset({"preparing", "contracted", "running", "testing", "accepting", "accepted", "closed"}),
        "/definitions/projects/",
    ),
)
BY_NAME = {metric.name: metric for metric in METRICS}
COUNTED = frozenset(metric.object_type for metric in METRICS)


def apply(entries: Sequence[Entry]) -> None:
    """Move the counters by what these entries did."""
    moved: Tally[tuple[str, str]] = Tally()
    for entry in entries:
        for metric in METRICS:
            for node, step in metric.moves(entry):
                moved[metric.name, node] += step
    for (metric_name, node), delta in moved.items():
        if not delta:
            continue
        counter, _new = Counter.objects.get_or_create(metric=metric_name, node=node)
        Counter.objects.filter(pk=counter.pk).update(value=F("value") + delta)


def reset() -> None:
    Counter.objects.all().delete()


def totals(node: str = "") -> dict[str, int]:
    """Every metric, over all nodes or for one."""
    rows = Counter.objects.filter(node=node) if node else Counter.objects.all()
    result = dict.fromkeys(BY_NAME, 0)
    for metric, value in rows.values_list("metric", "value"):
        if metric in result:
            result[metric] += value
    return result


def came_in(within: timedelta, node: str = "") -> dict[str, int]:
    """How many rows each metric gained lately: what entered its states, whether it left them again or not."""
    verbs = {verb for metric in METRICS for verb in metric.gaining}
    moves = (
        Entry.objects.filter(verb__in=verbs, object_type__in=COUNTED, at__gte=timezone.now() - within)
        .filter(**({"node": node} if node else {}))
        .values_list("object_type", "from_state", "to_state")
        .annotate(n=models.Count("pk"))
        .order_by()
    )
    found = list(moves)
    return {metric.name: sum(n for *move, n in found if metric.gains(*move)) for metric in METRICS}


def recount(node: str = "") -> dict[str, int]:
    """The same numbers asked from the tables: what the projection must equal."""
    conditions = {"node": node} if node else {}
    return {metric.name: metric.rows().filter(**conditions).count() for metric in METRICS}


COUNTERS = register(Projection("counters", apply, reset))
