"""What the forms of cards and solutions need: which fields share a line, what may stay closed, what is answered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import template

from keqiao.exchange.queries import as_known

register = template.Library()

HALF = frozenset(
    {"region", "budget_minimum", "budget_maximum", "deadline", "deadline_zone", "maturity", "maturity_date",
     "maturity_assessor", "intellectual_property", "intellectual_property_note", "price_idea", "source_language"}
)  # fmt: skip
"""Fields with short values: two of them share a line."""


@register.filter
def width(field: Any) -> str:
    """How much of a line a field takes."""
    return "" if field.name in HALF else "sm:col-span-2"


@register.filter
def is_extra(fields: Sequence[Any]) -> bool:
    """Whether a part of a form can stay closed until somebody wants it: the text in the other language."""
    return any(field.name == "source_language" for field in fields)


@register.filter
def is_filled(fields: Sequence[Any]) -> bool:
    """Whether a part has something in it or something to mend, apart from the choice of language."""
    return any(field.errors or (field.value() and field.name != "source_language") for field in fields)


@register.simple_tag
def asked_need(form: Any) -> Any:
    """The need that a solution answers, as far as its author may see it; None when it is not known."""
    value = form["need"].value()
    if not str(value or "").isdigit():
        return None
    need = form.fields["need"].queryset.filter(pk=value).first()
    return as_known(need, form.actor) if need is not None else None
