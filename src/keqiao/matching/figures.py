"""Figures between three shapes: rows of a form, the engine's intervals, and the words that records keep.

Pages write figures in the language of their reader: `matching.showing`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from keqiao.engine import Figure, figures
from keqiao.exchange import coach
from keqiao.matching.showing import spelled


def figure_of(row: Mapping[str, Any]) -> Figure | None:
    """A row of a target or specification table as an interval; None when it says no number."""
    low, high = number(row.get("min")), number(row.get("max"))
    name = str(row.get("name") or "").strip()
    if not name or (low is None and high is None):
        return None
    return Figure(name, low, high, str(row.get("unit") or ""), bool(row.get("approx")))


def number(value: Any) -> float | None:
    """A number from JSON, None for what is none."""
    try:
        return None if value in (None, "") else float(value)
    except (TypeError, ValueError):
        return None


def figures_of(rows: Iterable[Any]) -> tuple[Figure, ...]:
    """The intervals of a table; rows that say no number are passed over."""
    found = (figure_of(row) for row in rows if isinstance(row, Mapping))
    return tuple(figure for figure in found if figure is not None)


def offered_figures(rows: Iterable[Any], text: str) -> tuple[Figure, ...]:
    """What a record offers: its table first, then what its text says of other quantities."""
    tabled = figures_of(rows)
    names = {figure.name for figure in tabled}
    return tabled + tuple(figure for figure in figures(text) if figure.name and figure.name not in names)


def wanted_figures(text: str) -> tuple[Figure, ...]:
    """What a free text asks for, without what it says about how things are now: as the need coach reads it."""
    found = figures(text)
    return figures_of(coach.targets_of(text, found, list(coach.clauses_of(text)))) if found else ()


def in_words(figure: Figure) -> str:
    """The figure as people write it in Chinese: `吸光率 ≥ 98 %`, `-40~85 ℃`."""
    return f"{figure.name} {interval(figure)}".strip()


def interval(figure: Figure) -> str:
    """Only the interval and its unit: `≥ 98 %`, `98.68 %`, `-40~85 ℃`, `≤ 300 万元`."""
    low, high, unit = readable(figure)
    if low is None and high is None:
        return ""
    if low is None:
        words = f"≤ {plain(high)}"
    elif high is None:
        words = f"≥ {plain(low)}"
    else:
        words = plain(low) if low == high else f"{plain(low)}~{plain(high)}"
    return f"{'约 ' if figure.approx else ''}{words} {unit}".rstrip()


def readable(figure: Figure) -> tuple[float | None, float | None, str]:
    """Ends and unit for reading: money in 万元 or 亿元 where it is large."""
    low, high, unit = figure.min, figure.max, figure.unit
    largest = max(abs(value) for value in (low, high) if value is not None) if (low, high) != (None, None) else 0
    if unit == "CNY" and largest >= 1e4:
        scale, word = (1e8, "亿元") if largest >= 1e8 else (1e4, "万元")
        return (None if low is None else low / scale, None if high is None else high / scale, word)
    return low, high, spelled(unit)


def plain(value: float | None) -> str:
    """A number without dust and without a point it does not need."""
    return "" if value is None else f"{value:.10g}"
