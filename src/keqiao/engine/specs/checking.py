"""Is a target met by what is offered? Names by synonym and likeness, units by pint, intervals by their ends."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

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

    `offered` is the figure it was checked against (None: nothing comparable was found). `margin` is by how much it
    is better than what is asked for, in the target's unit: below 0 when missed, None when unknown or without end.
    `share` is the margin as a part of the end that was asked for (0.1: a tenth); None too where that end is 0, or
    is in degrees Celsius, whose 0 is none. `hard`: it must be reached (else it is wished for).
    """

    target: Figure
    offered: Figure | None
    verdict: Verdict
    margin: float | None = None
    share: float | None = None
    hard: bool = True

    @property
    def gap(self) -> float | None:
        """By how much the target is missed, in its unit: 0 when met, None when unknown."""
        if self.verdict == "met":
            return 0.0
        return None if self.margin is None else -self.margin


class _Judged(NamedTuple):
    """A verdict, and the margin to the end that decided."""

    verdict: Verdict
    margin: float | None = None
    end: float | None = None


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
    return best[1] if best else Check(target, None, "unknown")


def _preference(check: Check) -> tuple[int, float]:
    return {"met": 2, "missed": 1, "unknown": 0}[check.verdict], -(check.gap or 0.0)


def _check(target: Figure, one: Figure) -> Check | None:
    if conversion(one.unit, target.unit) is None:
        return None
    low = None if one.min is None else convert(one.min, one.unit, target.unit)
    high = None if one.max is None else convert(one.max, one.unit, target.unit)
    if low is not None and high is not None and low > high:
        low, high = high, low
    judged = _judged(_wanted(target), low, high, covering=_is_covered(target.name))
    return Check(target, one, judged.verdict, judged.margin, _share(judged, target.unit))


def _share(judged: _Judged, unit: str) -> float | None:
    if judged.margin is None or not judged.end or unit in {"degC", "degF"}:
        return None
    return _rounded(judged.margin / abs(judged.end))


@functools.lru_cache(maxsize=10_000)
def _is_covered(name: str) -> bool:
    return any(word in name.lower() for word in _COVERED)


@functools.lru_cache(maxsize=10_000)
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


def _judged(
    wanted: tuple[float | None, float | None], low: float | None, high: float | None, *, covering: bool
) -> _Judged:
    floor, ceiling = wanted
    if floor is not None and ceiling is not None:
        return _within(floor, ceiling, low, high, covering=covering)
    if floor is not None:
        return _above(floor, low, high)
    if ceiling is not None:
        mirrored = _above(-ceiling, None if high is None else -high, None if low is None else -low)
        return _Judged(mirrored.verdict, mirrored.margin, ceiling)
    return _Judged("unknown")


def _above(floor: float, low: float | None, high: float | None) -> _Judged:
    """Whether everything from `low` to `high` lies at `floor` or above."""
    slack = 1e-9 * max(abs(floor), 1.0)
    if low is not None and low >= floor - slack:
        return _Judged("met", _rounded(max(low - floor, 0.0)), floor)
    if high is not None and high < floor - slack:
        return _Judged("missed", _rounded(high - floor), floor)
    if low is not None and high is not None:
        return _Judged("missed", _rounded(low - floor), floor)
    return _Judged("unknown")


def _within(floor: float, ceiling: float, low: float | None, high: float | None, *, covering: bool) -> _Judged:
    """A wanted range: a single value must lie in it; a range must lie in it or (a working range) cover it."""
    slack = 1e-9 * max(abs(floor), abs(ceiling), 1.0)
    below = None if low is None else low - floor
    above = None if high is None else ceiling - high
    room = [(room, end) for room, end in ((below, floor), (above, ceiling)) if room is not None]
    inside = len(room) == 2 and all(distance >= -slack for distance, _end in room)
    covers = all(distance <= slack for distance, _end in room)
    single = low is not None and low == high
    if inside and (single or not covering):
        return _nearest("met", room)
    beyond = [(-distance, end) for distance, end in room]
    if covers:
        return _nearest("met", beyond)
    if low is not None and low > ceiling + slack:
        return _Judged("missed", _rounded(ceiling - low), ceiling)
    if high is not None and high < floor - slack:
        return _Judged("missed", _rounded(high - floor), floor)
    if len(room) < 2:
        return _Judged("unknown")
    return _nearest("missed", beyond if covering else room)


def _nearest(verdict: Verdict, room: Sequence[tuple[float, float]]) -> _Judged:
    """The end with the least room decides; a range without ends covers everything."""
    if not room:
        return _Judged(verdict)
    margin, end = min(room)
    return _Judged(verdict, _rounded(max(margin, 0.0) if verdict == "met" else margin), end)


def _rounded(value: float) -> float:
    return float(f"{value:.9g}")


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
