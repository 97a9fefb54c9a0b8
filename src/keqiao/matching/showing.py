"""Figures and units as pages write them, in the language of the reader. What records keep is `matching.figures`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from keqiao.engine import figures
from keqiao.kernel.languages import in_english
from keqiao.kernel.money import shown

UNITS = {
    "degC": "℃", "percent": "%", "um": "μm", "micrometer": "μm", "degree": "°", "ohm": "Ω", "count": "",
    "ShoreA": "Shore A", "ShoreD": "Shore D", "Brix": "°Brix", "permille": "‰",
}  # fmt: skip
UNITS_ZH = {
    "year": "年", "month": "个月", "week": "周", "day": "天", "hour": "小时", "minute": "分钟", "tenth": "成",
    "mu": "亩", "CNY": "元", "fold": "倍", "mesh": "目", "frame": "帧",
}  # fmt: skip
UNITS_EN = {"hour": "h", "minute": "min", "tenth": "× 10 %", "fold": "times"}
PLURALS = {unit: f"{unit}s" for unit in ("year", "month", "week", "day", "frame")}
"""By themselves; per year stays per year."""
POWER = re.compile(r"\*\*\s*\(?(-?\d+)\)?")
RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def part(figure: Any, name: str) -> Any:
    """A part of a figure, which is a dict from the database or an object of the engine."""
    return figure.get(name) if isinstance(figure, Mapping) else getattr(figure, name, None)


def unit_text(unit: str) -> str:
    """A unit as people write it, from how pint reads it: g/cm**3 is g/cm³, degC is ℃."""
    if in_english():
        return PLURALS.get(unit) or spelled(unit, UNITS_EN)
    return spelled(unit)


def spelled(unit: str, words: Mapping[str, str] = UNITS_ZH) -> str:
    """A unit in these words."""
    known = {**UNITS, **words}
    if unit in known:
        return known[unit]
    raised = POWER.sub(lambda match: match[1].translate(RAISED), unit)
    pieces = re.split(r"([/*() ])", raised.replace(" ", ""))
    return "".join(known.get(piece, "·" if piece == "*" else piece) for piece in pieces)


def figure_name(figure: Any) -> str:
    """What is measured."""
    return str(part(figure, "name") or "")


def figure_text(figure: Any) -> str:
    """The interval with its unit: ≥ 98 %, ≤ 1.15, −40–85 ℃, 1.04; money as money."""
    low, high, unit = part(figure, "min"), part(figure, "max"), str(part(figure, "unit") or "")
    about = "≈ " if part(figure, "approx") else ""
    if low is None and high is None:
        return ""
    if low is None:
        return f"≤ {about}{measured(high, unit)}"
    if high is None:
        return f"≥ {about}{measured(low, unit)}"
    if low == high:
        return f"{about}{measured(low, unit)}"
    between = f"{measured(low, unit) if unit == 'CNY' else number(low)}–{measured(high, unit)}"
    return f"{about}{between}"


def measured(value: float, unit: str) -> str:
    """A number with its unit after a thin gap."""
    if unit == "CNY":
        return shown(Decimal(str(value)))
    return f"{number(value)} {unit_text(unit)}".strip()


def figure_line(figure: Any) -> str:
    """Name and interval in one line."""
    return f"{figure_name(figure)} {figure_text(figure)}".strip()


def margin_text(check: Any) -> str:
    """By how much a target is met or missed, in its unit and as a part of it: `+0.11 (+9.57 %)`, `−3 个百分点`.

    Evidence that was kept before margins were says only by how much a target was missed.
    """
    margin, gap = part(check, "margin"), part(check, "gap")
    if margin is None:
        margin = -gap if gap else None
    if margin is None:
        return ""
    unit, share = str(part(part(check, "target"), "unit") or ""), part(check, "share")
    relative = f" ({signed(float(f'{share * 100:.3g}'))} %)" if share else ""
    return f"{difference(margin, unit)}{relative}"


def difference(margin: float, unit: str) -> str:
    """A difference with its sign and unit; between percentages it is in points."""
    if unit == "CNY":
        return f"{'−' if margin < 0 else '+'}{measured(abs(margin), unit)}"
    words = _("个百分点") if unit == "%" else unit_text(unit)
    return f"{signed(margin)} {words}".strip()


def signed(value: float) -> str:
    """A number of at most three digits behind its first, with its sign: `+0.11`, `−3`, `0`."""
    text = number(float(f"{value:.4g}"))
    return text if text.startswith("−") or not value else f"+{text}"


def reread(text: str) -> str:
    """A kept interval (`≥ 2000 小时`) in the language of the page; as it is where it cannot be read back."""
    found = figures(f"指标 {text}")
    return figure_text(found[0]) if len(found) == 1 else text


def number(value: Any) -> str:
    """A number without a needless point, with a real minus, grouped from ten thousand on."""
    amount = float(value)
    text = f"{amount:,.10g}" if abs(amount) >= 10_000 else f"{amount:.10g}"
    return text.replace("-", "−")
