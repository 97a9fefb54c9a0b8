"""The field of figures: targets of a need, specifications of an achievement or a solution."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from keqiao.engine.specs import Figure, figures
from keqiao.exchange.fields.text import tidy

MOST_FIGURES = 60
LONGEST_LINE = 200

WISH = re.compile(r"[（(]\s*(?:期望|可选|wish|optional)\s*[)）]\s*$", re.IGNORECASE)
KEYS = ("name", "min", "max", "unit")


class FiguresField(forms.CharField):
    """Figures, one a line (`吸光率 ≥ 98 %`; `（期望）` at its end: a wish, not a must), or a list of lines or objects.

    Gives a list of `{"name", "min", "max", "unit", "approx", "text", "hard"}`.
    """

    api_type = list[dict[str, Any] | str]

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}))
        super().__init__(required=False, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, list):
            return value
        return "\n".join(line_of(item) if isinstance(item, Mapping) else str(item) for item in value)

    def clean(self, value: Any) -> list[dict[str, Any]]:
        items: Iterable[Any] = value if isinstance(value, list) else tidy(str(value or "")).splitlines()
        found: list[dict[str, Any]] = []
        problems: list[str] = []
        for item in list(items)[: MOST_FIGURES + 1]:
            try:
                found += from_object(item) if isinstance(item, Mapping) else from_line(str(item))
            except ValidationError as error:
                problems += error.messages
        if len(found) > MOST_FIGURES:
            problems.append(gettext("最多填写 %(most)d 个指标，请保留关键的。") % {"most": MOST_FIGURES})
        if problems:
            raise ValidationError(problems)
        return found


def from_line(line: str) -> list[dict[str, Any]]:
    """The figures of one line; an empty line has none, a line without a figure is refused with the remedy."""
    text = (
        line.strip().lstrip("·•-*、0123456789.）)")
        if re.match(r"\s*(?:[·•*、-]|\d{1,2}[、.）)])\s*\D", line)
        else line.strip()
    )
    text = text.strip()
    if not text:
        return []
    if len(text) > LONGEST_LINE:
        raise ValidationError(
            _("“%(line)s…”太长。一行写一个指标，例如“吸光率 ≥ 98 %%”。"), params={"line": text[:20]}, code="long"
        )
    hard = WISH.search(text) is None
    found = [figure for figure in figures(tidy(WISH.sub("", text))) if figure.name]
    if not found:
        raise ValidationError(
            _("看不懂“%(line)s”。请写“名称 比较符号 数值 单位”，例如“吸光率 ≥ 98 %%”；不能测量的要求写进问题描述。"),
            params={"line": text[:40]},
            code="figure",
        )
    return [as_target(figure, text if len(found) == 1 else "", hard=hard) for figure in found]


def as_target(figure: Figure, text: str, *, hard: bool = True) -> dict[str, Any]:
    """A figure of the engine as records keep it."""
    data = figure.as_json()
    kept = {key: data[key] for key in (*KEYS, "approx")}
    return kept | {"text": text or written(kept), "hard": hard}


def from_object(item: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A figure given as an object: name, min and/or max, unit; anything else is read from its `text`."""
    name, unit = str(item.get("name") or "").strip(), str(item.get("unit") or "")
    low, high = item.get("min"), item.get("max")
    if not name and item.get("text"):
        return from_line(str(item["text"]))
    numbers = [value for value in (low, high) if value is not None]
    fits = all(isinstance(value, int | float) and not isinstance(value, bool) for value in numbers)
    if not name or not numbers or not fits or len(name) > 60 or len(unit) > 30:
        raise ValidationError(
            _("指标需要 name（名称）、min 或 max（数字）和 unit（单位）：%(item)s"),
            params={"item": str(dict(item))[:80]},
        )
    if low is not None and high is not None and low > high:
        raise ValidationError(_("“%(name)s”的下限大于上限，请对调。"), params={"name": name}, code="order")
    ends = (None if low is None else float(low), None if high is None else float(high))
    figure = Figure(tidy(name), *ends, tidy(unit), bool(item.get("approx")))
    return [as_target(figure, tidy(str(item.get("text") or ""))[:LONGEST_LINE], hard=bool(item.get("hard", True)))]


def line_of(item: Mapping[str, Any]) -> str:
    """A kept figure as the line that it came from."""
    text = str(item.get("text") or written(item))
    return text if item.get("hard", True) or WISH.search(text) else text + gettext("（期望）")


def written(item: Mapping[str, Any]) -> str:
    """A figure in a form that the engine reads back."""
    low, high = item.get("min"), item.get("max")
    about = "约 " if item.get("approx") else ""
    unit = f" {item['unit']}" if item.get("unit") else ""
    if low is None:
        return f"{item['name']} ≤ {about}{high}{unit}"
    if high is None:
        return f"{item['name']} ≥ {about}{low}{unit}"
    return f"{item['name']} {about}{low}{unit}" if low == high else f"{item['name']} {about}{low}~{high}{unit}"


def figure_of(item: Mapping[str, Any]) -> Figure:
    """A kept figure as the engine takes it."""
    unit, approx = str(item.get("unit") or ""), bool(item.get("approx"))
    return Figure(str(item["name"]), item.get("min"), item.get("max"), unit, approx)
