"""The chart of sample rounds: one line per target, the target as a band."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from keqiao.projects.measure import MET, MISSED, written

GOOD, BAD, BAND = "#15803d", "#b91c1c", "rgba(21, 128, 61, 0.12)"


def charts_of(targets: list[dict[str, Any]], rounds: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """For each target with at least one measured value: its title, chart options and the rows of the table."""
    measured = [item for item in rounds if item["measured_on"]]
    found = []
    for index, target in enumerate(targets):
        points = [
            (item["number"], item["values"][index]) for item in measured if index < len(item["values"])
        ]
        if any(value["value"] is not None for _number, value in points):
            found.append(
                {"title": written(target), "options": options(target, points), "points": points, "unit": target["unit"]}
            )
    return found


def options(target: dict[str, Any], points: list[tuple[int, dict[str, Any]]]) -> dict[str, Any]:
    """ECharts options. The axis leaves room around values and target, so that the band is always seen."""
    low, high = bounds(target, [value["value"] for _number, value in points if value["value"] is not None])
    return {
        "animation": False,
        "grid": {"left": 56, "right": 16, "top": 24, "bottom": 32},
        "tooltip": {"trigger": "axis"},
        "xAxis": {"type": "category", "data": [_("第 %(n)d 轮") % {"n": number} for number, _value in points]},
        "yAxis": {"type": "value", "name": target["unit"], "min": low, "max": high},
        "series": [
            {
                "type": "line",
                "name": target["name"],
                "data": [point(value) for _number, value in points],
                "label": {"show": True},
                "symbolSize": 10,
                "markArea": {
                    "silent": True,
                    "itemStyle": {"color": BAND},
                    "data": [[{"yAxis": edge(target.get("min"), low)}, {"yAxis": edge(target.get("max"), high)}]],
                },
            }
        ],
    }


def point(value: dict[str, Any]) -> Any:
    """One point: green when met, red when missed, a hole when nothing was measured."""
    if value["value"] is None:
        return None
    colour = {MET: GOOD, MISSED: BAD}[value["verdict"]]
    return {"value": value["value"], "itemStyle": {"color": colour}}


def edge(limit: float | None, otherwise: float) -> float:
    """Where the band ends: at the target's limit, or at the end of the axis where the target is open."""
    return otherwise if limit is None else limit


def bounds(target: dict[str, Any], values: list[float]) -> tuple[float, float]:
    """The ends of the axis: values and limits, with a fifth of their span (or a bit of their size) around them."""
    limits = [limit for limit in (target.get("min"), target.get("max")) if limit is not None]
    everything = [*values, *limits]
    lowest, highest = min(everything), max(everything)
    room = (highest - lowest) / 5 or abs(highest) / 20 or 1
    return round(lowest - room, 6), round(highest + room, 6)
