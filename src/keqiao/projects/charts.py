"""The chart of sample rounds: one line per target, the target as a band."""

from __future__ import annotations

import math
from typing import Any

from django.utils.translation import gettext as _

from keqiao.matching.showing import unit_text
from keqiao.projects.measure import MET, MISSED, UNKNOWN, measurable, written

BAND = {"color": "var(--good)", "opacity": 0.12}
COLOURS = {MET: "var(--good)", MISSED: "var(--bad)", UNKNOWN: "var(--warn)"}


def charts_of(targets: list[dict[str, Any]], rounds: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """For each measurable target: its title and the measured values; with a chart where they are single values."""
    measured = [item for item in rounds if item["measured_on"]]
    found = []
    for index, target in enumerate(measurable(targets)):
        points = [(item["number"], item["values"][index]) for item in measured if index < len(item["values"])]
        numbers = [value["low"] for _number, value in points if value["low"] is not None]
        single = all(value["low"] == value["high"] for _number, value in points)
        found.append(
            {
                "title": written(target),
                "points": points,
                "unit": unit_text(target.get("unit", "")),
                "options": options(target, points) if numbers and single else None,
            }
        )
    return found


def options(target: dict[str, Any], points: list[tuple[int, dict[str, Any]]]) -> dict[str, Any]:
    """ECharts options. The axis leaves room around values and target, so that the band is always seen."""
    low, high, step = bounds(target, [value["low"] for _number, value in points if value["low"] is not None])
    return {
        "grid": {"left": 56, "right": 24, "top": 32, "bottom": 32},
        "tooltip": {"trigger": "axis"},
        "xAxis": {"type": "category", "data": [_("第 %(n)d 轮") % {"n": number} for number, _value in points]},
        "yAxis": {
            "type": "value",
            "name": unit_text(target.get("unit", "")),
            "min": low,
            "max": high,
            "interval": step,
        },
        "series": [
            {
                "type": "line",
                "name": target["name"],
                "data": [point(value) for _number, value in points],
                "label": {"show": True, "position": "top"},
                "symbolSize": 10,
                "markArea": {
                    "silent": True,
                    "itemStyle": BAND,
                    "data": [[{"yAxis": edge(target.get("min"), low)}, {"yAxis": edge(target.get("max"), high)}]],
                },
            }
        ],
    }


def point(value: dict[str, Any]) -> Any:
    """One point: green when met, red when missed, a hole when nothing was measured."""
    if value["low"] is None:
        return None
    return {"value": value["low"], "itemStyle": {"color": COLOURS[value["verdict"]]}}


def edge(limit: float | None, otherwise: float) -> float:
    """Where the band ends: at the target's limit, or at the end of the axis where the target is open."""
    return otherwise if limit is None else limit


def bounds(target: dict[str, Any], values: list[float]) -> tuple[float, float, float]:
    """The ends of the axis and the step of its lines.

    Room for values and limits, with a fifth of their span (or a bit of their size) around them.
    """
    limits = [limit for limit in (target.get("min"), target.get("max")) if limit is not None]
    everything = [*values, *limits]
    lowest, highest = min(everything), max(everything)
    room = (highest - lowest) / 5 or abs(highest) / 20 or 1
    step = even((highest - lowest + 2 * room) / 5)
    low, high = math.floor((lowest - room) / step) * step, math.ceil((highest + room) / step) * step
    return tidy(low), tidy(high), tidy(step)


def even(step: float) -> float:
    """The next larger step of 1, 2 or 5 times a power of ten: lines of the axis that are read at a glance."""
    power = 10.0 ** math.floor(math.log10(step))
    return float(next(times * power for times in (1, 2, 5, 10) if times * power >= step * 0.999))


def tidy(value: float) -> float:
    return float(f"{value:.9g}")
