"""Is a target met by what is offered? Names by synonym and likeness, units by pint, intervals by their ends."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from keqiao.engine.specs.figure import Figure
from keqiao.engine.specs.finding import smaller_is_better
from keqiao.engine.specs.synonyms import canonical_name
from keqiao.engine.specs.units import conversion, convert

Verdict = Literal["met", "missed", "unknown"]
ALIKE = 0.6
_POINT_TOLERANCE = 0.05
_APPROX_TOLERANCE = 0.05
_COVERED = (
    "范围",
    "工作温度",
    "使用温度",
    "储存温度",
    "适用",
    "量程",
    "波段",
    "频段",
    "频率",
    "波长",
    "range",
    "operating",
    "wavelength",
)


@dataclass(frozen=True, slots=True)
class Check:
    """A target against what is offered for it.

    `offered` is the figure it was checked against (None: nothing comparable was found); `gap` is by how much it
    misses the target, in the target's unit: 0 when met, None when unknown.
    """

    target: Figure
    offered: Figure | None
    verdict: Verdict
    gap: float | None


def compare(target: Figure, offered: Sequence[Figure]) -> Check:
    """Check a target against the figure among `offered` that is most alike by name and measures the same thing.

    Of several equally alike figures the one that serves the target best counts. A ceiling or floor counts at
    its guaranteed end: “≥ 98 %” meets “≥ 95 %”, “≤ 99 %” says nothing about it.
    """
    ranked = sorted(
        ((likeness(target.name, one.name), -i, one) for i, one in enumerate(offered)),
        key=lambda entry: entry[:2],
        reverse=True,
    )
    best: tuple[float, Check] | None = None
    for alike, _, one in ranked:
        if alike < ALIKE or (best is not None and alike < best[0]):
            break
        check = _check(target, one)
        if check is not None and (best is None or _preference(check) > _preference(best[1])):
            best = alike, check
    return best[1] if best else Check(target, None, "unknown", None)


def _preference(check: Check) -> tuple[int, float]:
    return {"met": 2, "missed": 1, "unknown": 0}[check.verdict], -(check.gap or 0.0)


def _check(target: Figure, one: Figure) -> Check | None:
    if conversion(one.unit, target.unit) is None:
        return None
    low = None if one.min is None else convert(one.min, one.unit, target.unit)
    high = None if one.max is None else convert(one.max, one.unit, target.unit)
    if low is not None and high is not None and low > high:
        low, high = high, low
    wanted = _wanted(target)
    verdict, gap = _verdict(wanted, low, high, covering=any(word in target.name.lower() for word in _COVERED))
    return Check(target, one, verdict, gap)


def _wanted(target: Figure) -> tuple[float | None, float | None]:
    """The interval asked for: a bare value is a floor or a ceiling by its name, about ±5 % where neither is plain."""
    low, high = target.min, target.max
    if low is not None and low == high:
        if smaller_is_better(target.name, low, target.unit) or target.unit.startswith("CNY"):
            low = None
        elif target.name.endswith(_BIGGER_IS_BETTER):
            high = None
        else:
            low, high = low - abs(low) * _POINT_TOLERANCE, high + abs(high) * _POINT_TOLERANCE
    if target.approx:
        low = None if low is None else low - abs(low) * _APPROX_TOLERANCE
        high = None if high is None else high + abs(high) * _APPROX_TOLERANCE
    return low, high


_BIGGER_IS_BETTER = (
    "率",
    "强度",
    "寿命",
    "效率",
    "能力",
    "产量",
    "产能",
    "度",
    "容量",
    "功率",
    "速度",
    "efficiency",
    "strength",
    "life",
    "capacity",
)


def _verdict(
    wanted: tuple[float | None, float | None], low: float | None, high: float | None, *, covering: bool
) -> tuple[Verdict, float | None]:
    floor, ceiling = wanted
    if floor is not None and ceiling is not None:
        return _within(floor, ceiling, low, high, covering=covering)
    if floor is not None:
        return _above(floor, low, high)
    if ceiling is not None:
        verdict, gap = _above(-ceiling, None if high is None else -high, None if low is None else -low)
        return verdict, gap
    return "unknown", None


def _above(floor: float, low: float | None, high: float | None) -> tuple[Verdict, float | None]:
    """Whether everything from `low` to `high` lies at `floor` or above."""
    slack = 1e-9 * max(abs(floor), 1.0)
    if low is not None and low >= floor - slack:
        return "met", 0.0
    if high is not None and high < floor - slack:
        return "missed", _difference(floor, high)
    if low is not None and high is not None:
        return "missed", _difference(floor, low)
    return "unknown", None


def _within(
    floor: float, ceiling: float, low: float | None, high: float | None, *, covering: bool
) -> tuple[Verdict, float | None]:
    """A wanted range: a single value must lie in it; a range must lie in it or (a working range) cover it."""
    slack = 1e-9 * max(abs(floor), abs(ceiling), 1.0)
    inside = low is not None and high is not None and floor - slack <= low and high <= ceiling + slack
    covers = (low is None or low <= floor + slack) and (high is None or high >= ceiling - slack)
    single = low is not None and low == high
    if (inside and (single or not covering)) or covers:
        return "met", 0.0
    if inside and covering and low is not None and high is not None:
        return "missed", _difference(max(low - floor, ceiling - high), 0.0)
    if low is not None and low > ceiling + slack:
        return "missed", _difference(low, ceiling)
    if high is not None and high < floor - slack:
        return "missed", _difference(floor, high)
    if low is None or high is None:
        return "unknown", None
    return "missed", _difference(
        max(low - floor, ceiling - high) if covering else max(floor - low, high - ceiling), 0.0
    )


def _difference(one: float, other: float) -> float:
    return float(f"{one - other:.9g}")


@functools.lru_cache(maxsize=65536)
def likeness(one: str, other: str) -> float:
    """How likely two names name one quantity, 0..1: synonyms 1, a head with a qualifier 0.8 or more, else Dice."""
    a, b = canonical_name(one), canonical_name(other)
    if not a or not b:
        return 0.0
    if a == b:
        return 1.0
    shorter, longer = sorted((a, b), key=len)
    if longer.endswith(shorter) and len(shorter) >= 2:
        return 0.8 + 0.2 * len(shorter) / len(longer)
    grams_a, grams_b = _pairs(a), _pairs(b)
    return 2 * len(grams_a & grams_b) / (len(grams_a) + len(grams_b)) if grams_a and grams_b else 0.0


def _pairs(name: str) -> set[str]:
    words = name.split() if name.isascii() else []
    return set(words) if words else {name[i : i + 2] for i in range(len(name) - 1)}
