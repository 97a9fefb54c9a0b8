"""What lies behind a public number where the records themselves are confidential: how many, by node and by state."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext

from keqiao.observatory.counters import Metric
from keqiao.observatory.models import Counter
from keqiao.parties.models import Node
from keqiao.parties.names import called


@dataclass(frozen=True, slots=True)
class Share:
    """One part of a number: what it is called, and how many."""

    label: Any
    value: int


def by_node(metric: Metric) -> list[Share]:
    """The number of each node, the largest first."""
    nodes = Node.objects.in_bulk(field_name="code")
    counted = Counter.objects.filter(metric=metric.name, value__gt=0).order_by("-value", "node")
    return [Share(called(nodes.get(row.node)) or gettext("未分节点"), row.value) for row in counted]


def by_state(metric: Metric) -> list[Share]:
    """The number of each state, in the order of the workflow. Counts only: no record leaves."""
    counted = dict(metric.rows().values_list("state").annotate(n=Count("pk")).order_by())
    return [Share(label, counted[state]) for state, label in metric.table.states.choices if state in counted]
