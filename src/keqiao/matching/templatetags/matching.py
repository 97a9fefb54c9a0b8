"""Filters of the pages of matching."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import template

from keqiao.matching.documents import ACHIEVEMENT, ANSWERED, NEED, PERSON
from keqiao.matching.filters import KIND_LABELS

register = template.Library()


@register.filter
def lookup(mapping: Mapping[Any, Any], key: Any) -> Any:
    """The value of a key, nothing where there is none."""
    return mapping.get(key, "") if mapping else ""


@register.filter
def as_list(value: Any) -> list[Any]:
    """One value as a list of one."""
    return [value]


@register.filter
def beside(cells: Sequence[Any], columns: Sequence[Any]) -> list[tuple[Any, Any]]:
    """Cells with the columns that they stand in."""
    return list(zip(cells, columns, strict=True))


@register.filter
def contains(values: Any, value: Any) -> bool:
    """Whether a value is among others."""
    return value in values if values else False


@register.filter
def is_offer(kind: str) -> bool:
    """Whether a kind of thing found is offered (teal), not asked for (blue)."""
    return kind in {ACHIEVEMENT, PERSON}


@register.filter
def kind_label(kind: str) -> str:
    """What a kind of thing found is called."""
    return str(KIND_LABELS.get(NEED if kind == ANSWERED else kind, kind))
