"""What lies behind a public number where the records themselves are confidential: how many, by node and by state."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.apps import apps
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
    nodes = Node.objects.in_bulk()
    counted = Counter.objects.filter(metric=metric.name, value__gt=0).order_by("-value", "node")
    return [Share(called(nodes.get(row.node)) or gettext("未分节点"), row.value) for row in counted]


def by_state(metric: Metric) -> list[Share]:
    """The number of each state, in the order of the workflow. Counts only: no record leaves."""
    model = next(model for model in apps.get_models() if model._meta.model_name == metric.object_type)
    rows = model._default_manager.filter(state__in=metric.states).values_list("state")
    counted = dict(rows.annotate(n=Count("pk")).order_by())
    names = dict(getattr(model._meta.get_field("state"), "choices", None) or ())
    return [Share(names[state], counted[state]) for state in names if state in counted]
