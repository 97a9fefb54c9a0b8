"""Everything that is published, newest first, with the same filters as a search but no words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any

from django.db.models import Model, Q, QuerySet

from keqiao.exchange.models import Achievement, Need
from keqiao.matching.documents import ACHIEVEMENT, KIND_OF_STATE, PERSON, document_id
from keqiao.matching.filters import KINDS, Filters
from keqiao.parties.models import Person

if TYPE_CHECKING:
    from keqiao.kernel.access import Actor

DEEPEST = 1000
"""How far back one can leaf without words; beyond that, filters serve better than pages."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table that can be browsed: which column says when, and which facets it has."""

    name: str
    model: type[Model]
    moment: str
    facets: frozenset[str]
    field_codes: str = "field_path"


TABLES = (
    Table("achievement", Achievement, "published_at", frozenset({"field", "region", "node", "trl", "ip", "mode"})),
    Table("need", Need, "published_at", frozenset({"field", "region", "node", "mode"})),
    Table("person", Person, "created_at", frozenset({"field", "region"}), "fields"),
)


def newest(filters: Filters, actor: Actor, start: int, size: int) -> list[str]:
    """The documents of one page, newest first over all tables."""
    found: list[tuple[datetime, str]] = []
    for table in TABLES:
        rows = rows_of(table, filters, actor)
        if rows is not None:
            newest_rows = rows.order_by(f"-{table.moment}", "pk").values_list(table.moment, "pk")[: start + size]
            found += [(moment, document_id(table.name, pk)) for moment, pk in newest_rows]
    found.sort(key=lambda pair: (-pair[0].timestamp(), pair[1]))
    return [identifier for _moment, identifier in found[start : start + size]]


def count(filters: Filters, actor: Actor, since: int | None = None) -> int:
    """How many rows there are, or how many since a moment (in seconds)."""
    total = 0
    for table in TABLES:
        rows = rows_of(table, filters, actor)
        if rows is None:
            continue
        if since is not None:
            rows = rows.filter(**{f"{table.moment}__gt": datetime.fromtimestamp(since + 1, tz=UTC)})
        total += rows.count()
    return total


def rows_of(table: Table, filters: Filters, actor: Actor) -> QuerySet[Any] | None:
    """The published rows of a table that pass the filters; None where the table cannot have what is asked."""
    asked = set(filters.as_dict()) - {"kind"}
    kinds = {kind for name in filters.kind or KINDS for kind in KINDS[name]}
    published = published_rows(table, kinds)
    if published is None or not asked <= table.facets:
        return None
    rows: QuerySet[Any] = table.model._default_manager.visible_to(actor).filter(published)  # type: ignore[attr-defined]
    return rows.filter(condition(filters, table))


def published_rows(table: Table, kinds: set[str]) -> Q | None:
    """Which rows of a table are of these kinds."""
    if table.name == "need":
        states = [state for state, kind in KIND_OF_STATE.items() if kind in kinds]
        return Q(state__in=states) if states else None
    if table.name == "achievement":
        return Q(state__in=Achievement.shown_states) if ACHIEVEMENT in kinds else None
    has_words = ~Q(introduction="") | ~Q(introduction_en="")
    return Q(is_listed=True, is_active=True) & has_words if PERSON in kinds else None


def condition(filters: Filters, table: Table) -> Q:
    """The filters as a condition; a code finds what lies below it."""
    parts = [
        [Q(**{f"{table.field_codes}__contains": [code]}) for code in filters.field],
        [Q(region__startswith=code) for code in filters.region],
        [Q(node__in=filters.node)] if filters.node else [],
        [Q(maturity__in=[int(level) for level in filters.trl])] if filters.trl else [],
        [Q(intellectual_property__in=filters.ip)] if filters.ip else [],
        [Q(cooperation_modes__contains=[mode]) for mode in filters.mode],
    ]
    result = Q()
    for alternatives in parts:
        if alternatives:
            result &= reduce(or_, alternatives)
    return result
