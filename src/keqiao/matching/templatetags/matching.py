"""Filters of the pages of matching."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django import template
from django.urls import reverse

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


@register.simple_tag
def without_column(columns: Sequence[Any], column: Any, need: Any = None) -> str:
    """The address of a comparison without one of its columns."""
    kept = [("a", one.pk) for one in columns if one.pk != column.pk]
    return f"{reverse('compare')}?{urlencode([*kept, *([('need', need.pk)] if need else [])])}"
