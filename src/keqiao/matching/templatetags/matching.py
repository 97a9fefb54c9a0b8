"""Filters of the pages of matching: highlights, and a score as a bar of its parts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django import template
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from keqiao.matching.filters import KIND_LABELS

register = template.Library()

OPEN, CLOSE, NOTHING = SafeString("<mark>"), SafeString("</mark>"), SafeString("")
PART_LABELS = {
    "text": _("内容"),
    "words": _("关键词"),
    "field": _("领域"),
    "region": _("地区"),
    "figures": _("指标"),
    "learned": _("评分经验"),
}
TONES = {"text": 1, "words": 2, "figures": 3}


@register.filter
def marked(segments: Iterable[Sequence[Any]]) -> SafeString:
    """Segments of (text, highlighted?) with `<mark>` around the highlighted ones."""
    pieces = ((OPEN if lit else NOTHING, text, CLOSE if lit else NOTHING) for text, lit in segments or ())
    return format_html_join("", "{}{}{}", pieces)


@register.filter
def bars(parts: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The positive parts of a score as pieces of a bar that is 100 wide, largest kinds first."""
    x, pieces = 0.0, []
    for part in parts or ():
        width = max(0.0, float(part["value"])) * 100
        if width:
            label = PART_LABELS.get(part["name"], part["name"])
            tone = TONES.get(part["name"], 4)
            pieces.append({"x": round(x, 2), "width": round(width, 2), "tone": tone, "label": label})
        x += width
    return pieces


@register.filter
def hundred(value: Any) -> int:
    """A share as whole points of a hundred."""
    return round(float(value or 0) * 100)


@register.filter
def lookup(mapping: Mapping[Any, Any], key: Any) -> Any:
    """The value of a key, nothing where there is none."""
    return mapping.get(key, "") if mapping else ""


@register.filter
def met(checks: Iterable[Mapping[str, Any]]) -> int:
    """How many targets are met."""
    return sum(check["verdict"] == "met" for check in checks or ())


@register.filter
def as_list(value: Any) -> list[Any]:
    """One value as a list of one."""
    return [value]


@register.filter
def contains(values: Any, value: Any) -> bool:
    """Whether a value is among others."""
    return value in values if values else False


@register.filter
def attribute(row: Any, name: str) -> Any:
    """An attribute by its name."""
    return getattr(row, name, "")


@register.filter
def kind_label(kind: str) -> str:
    """What a kind of thing found is called."""
    return str(KIND_LABELS.get({"answered_need": "need"}.get(kind, kind), kind))
