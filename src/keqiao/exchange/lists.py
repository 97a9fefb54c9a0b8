"""The public lists of needs and achievements: filters from the address, facets with their counts."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.core.cache import cache
from django.core.paginator import Paginator
from django.db.models import CharField, Count, Func, QuerySet
from django.db.models.functions import Left
from django.utils.functional import cached_property

from keqiao.parties import taxonomy
from keqiao.parties.models import Node
from keqiao.parties.names import called

if TYPE_CHECKING:
    from django.http import QueryDict

    from keqiao.kernel.access import Actor

PAGE_SIZE = 20
KEPT_SECONDS = 30
VALUE = re.compile(r"[\w.-]{0,40}")
FACETS = ("kind", "field", "region", "node", "state")


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a facet, with how many rows it would leave."""

    value: str
    label: Any
    count: int
    chosen: bool


@dataclass(frozen=True)
class Filters:
    """What the address asks for; values that mean nothing are left out."""

    model: type[Any]
    chosen: dict[str, str] = field(default_factory=dict)

    @classmethod
    def from_query(cls, model: type[Any], query: QueryDict) -> Filters:
        asked = {name: query.get(name, "").strip() for name in FACETS}
        asked = {name: value if VALUE.fullmatch(value) else "" for name, value in asked.items()}
        if asked["field"]:
            asked["field"] = taxonomy.normal(asked["field"])
        if asked["region"]:
            asked["region"] = taxonomy.region_code(asked["region"])
        if asked["state"] not in model.shown_states:
            asked["state"] = ""
        return cls(model, {name: value for name, value in asked.items() if value})

    def rows(self, *, without: str = "") -> QuerySet[Any]:
        """Published rows with these filters, unordered; all of them are visible to everybody."""
        rows: QuerySet[Any] = self.model._default_manager.filter(state__in=self.model.shown_states)
        for name, value in self.chosen.items():
            if name != without:
                rows = rows.filter(**self.condition(name, value))
        return rows

    def condition(self, name: str, value: str) -> dict[str, Any]:
        if name == "field":
            return {"field_path__contains": [value]}
        if name == "region":
            return {"region__startswith": value}
        return {name: value} if name != "kind" or hasattr(self.model, "kind") else {}

    def newest(self, actor: Actor) -> QuerySet[Any]:
        """The rows as `actor` sees them, newest first."""
        rows: QuerySet[Any] = self.model._default_manager.visible_to(actor)
        rows = rows.filter(state__in=self.model.shown_states)
        for name, value in self.chosen.items():
            rows = rows.filter(**self.condition(name, value))
        return rows.select_related("organisation", "node").order_by("-published_at", "-pk")

    @property
    def key(self) -> str:
        parts = "&".join(f"{name}={value}" for name, value in sorted(self.chosen.items()))
        return f"facets:{self.model._meta.model_name}:{parts}"


class Pages(Paginator):  # type: ignore[type-arg]
    """Pages of a list whose length was counted with the facets."""

    def __init__(self, rows: Any, total: int) -> None:
        super().__init__(rows, PAGE_SIZE)
        self.total = total

    @cached_property
    def count(self) -> int:
        return self.total


def counts(filters: Filters) -> dict[str, Any]:
    """How many rows there are, and by each facet; kept for half a minute."""
    return cache.get_or_set(filters.key, lambda: count(filters), KEPT_SECONDS)  # type: ignore[return-value]


def count(filters: Filters) -> dict[str, Any]:
    """Ask the database. Each facet is counted as if it had no choice of its own, so that another can be chosen."""
    found: dict[str, Any] = {"total": filters.rows().count()}
    if hasattr(filters.model, "kind"):
        found["kind"] = tally(filters.rows(without="kind"), "kind")
    found["state"] = tally(filters.rows(without="state"), "state")
    found["node"] = tally(filters.rows(without="node"), "node_id")
    found["region"] = tally(filters.rows(without="region").annotate(province=Left("region", 2)), "province")
    found["field"] = tally(filters.rows(without="field").annotate(code=Elements("field_path")), "code")
    return found


class Elements(Func):
    """Each text of a JSON list, a row each."""

    function = "jsonb_array_elements_text"
    output_field = CharField()
    set_returning = True


def tally(rows: QuerySet[Any], by: str) -> dict[str, int]:
    return {value or "": n for value, n in rows.values_list(by).annotate(n=Count("pk")).order_by()}


def facets(filters: Filters, counted: dict[str, Any]) -> dict[str, list[Choice]]:
    """The choices of each facet, the fullest first."""
    labels = {
        "kind": dict(filters.model._meta.get_field("kind").choices or ()) if hasattr(filters.model, "kind") else {},
        "state": dict(filters.model._meta.get_field("state").choices or ()),
        "node": {node.code: called(node) for node in Node.objects.all()} if counted.get("node") else {},
        "region": {code: term.label for code, term in taxonomy.regions().items()},
    }
    named = {name: choices(filters, name, counted.get(name, {}), labels[name]) for name in labels}
    return named | {"field": field_choices(filters, counted["field"])}


def choices(filters: Filters, name: str, counted: dict[str, int], labels: dict[str, Any]) -> list[Choice]:
    chosen = filters.chosen.get(name, "")
    found = [
        Choice(value, labels[value], n, chosen.startswith(value) if name == "region" else chosen == value)
        for value, n in counted.items()
        if value in labels
    ]
    return sorted(found, key=lambda choice: (-choice.count, choice.value))


def field_choices(filters: Filters, counted: dict[str, int]) -> list[Choice]:
    """The top of both classifications; below a chosen field, what lies directly under it."""
    chosen = filters.chosen.get("field", "")
    codes = [term.code for term in taxonomy.fields().values() if not term.parent]
    if chosen:
        line = [term.code for term in taxonomy.ancestors(taxonomy.fields(), chosen)]
        codes = [*line, *(term.code for term in taxonomy.children(taxonomy.fields(), chosen))]
    found = [Choice(c, taxonomy.name_of(c), counted[c], c == chosen) for c in codes if counted.get(c)]
    return found if chosen else sorted(found, key=lambda choice: (-choice.count, choice.value))
