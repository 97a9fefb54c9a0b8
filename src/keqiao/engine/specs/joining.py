"""Measures that belong together: change and goal, a chain, a floor and a ceiling, what is listed under one bound."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from keqiao.engine.specs.measure import Measure, bounded, straight
from keqiao.engine.specs.reading import Kind, Token
from keqiao.engine.specs.units import conversion

_CHAIN = 20
_ONLY_WANTING = re.compile(
    r"[，,\s]*(?:目标|希望|要求?|需要?|须|应|力争|争取|拟|计划|并|再|进一步|后|将|可|能|逐步|是|为)*\s*"
)
_SAYS_MORE = re.compile("[\u4e00-\u9fff]{2}|[A-Za-z]{3}")
_AND = re.compile(r"\s*(?:[，,、]?\s*(?:且|并且|而且|同时|并|但|and|but))?\s*")
_LISTED = re.compile(r"\s*(?:和|与|及|以及|、|,|，|and)\s*")
_ARRIVES = re.compile(r"[^\d，,。；]{1,6}[到至为成]")


def chain(text: str, tokens: Sequence[Token], one: Measure, other: Measure) -> Measure | None:
    """`5 MPa ≤ pressure ≤ 10 MPa` as one measure; whichever end comes first."""
    between = tokens[one.last : other.first]
    line = conversion(one.unit or other.unit, other.unit)
    far = other.start - one.end > _CHAIN or any(token.kind is not Kind.WORD for token in between)
    if not one.turned or line is None or far:
        return None
    low, high = straight(one.low, line), straight(one.high, line)
    low, high = other.low if low is None else low, other.high if high is None else high
    if low is None or high is None or low > high or other.low == other.high:
        return None
    return replace(other, low=low, high=high, opens=one.start)


def both(text: str, one: Measure, other: Measure) -> Measure | None:
    """`≥3 MPa 且 ≤5 MPa`, `大于5mm小于10mm`: a floor and a ceiling with no name between are one interval."""
    if not _AND.fullmatch(text, one.end, other.start) or (one.low is None) == (other.low is None):
        return None
    floor, ceiling = (one, other) if one.high is None else (other, one)
    line = conversion(one.unit or other.unit, other.unit)
    if floor.high is not None or ceiling.low is not None or line is None:
        return None
    low, high = floor.low, ceiling.high
    low, high = (straight(low, line), high) if floor is one else (low, straight(high, line))
    if low is None or high is None or low > high:
        return None
    return replace(other, low=low, high=high, start=one.start, first=one.first, opens=one.opens, goal=one.goal)


def as_before(text: str, before: Measure, measure: Measure) -> Measure:
    """`分别不高于0.010%和0.003%`: the bound holds for all that are listed behind it."""
    listed = _LISTED.fullmatch(text, before.end, measure.start)
    said = "分别" in text[max(0, before.start - 6) : before.start] or before.shared
    if not listed or not said or measure.compared or measure.low != measure.high or before.unit != measure.unit:
        return measure
    bound = ">=" if before.high is None else "<=" if before.low is None else ""
    return replace(bounded(measure, bound) if bound else measure, shared=True)


def is_change(text: str, tokens: Sequence[Token], start: Measure, goal: Measure) -> bool:
    """`由 30% 提高到 45%`, `from 30% to 45%` after a verb of change, `从 16 μm 减薄到 9 μm`."""
    between = tokens[start.last : goal.first]
    breaks = {token.value for token in between if token.kind is Kind.BREAK}
    if goal.goal:
        only_wanting = _ONLY_WANTING.fullmatch(text, start.end, goal.start) is not None
        near = len(between) <= 4 and breaks <= (set("，,") if start.leaves else set())
        joined = only_wanting or (near and (start.leaves or not _SAYS_MORE.search(text, start.end, goal.start)))
    else:
        joined = start.leaves and not breaks and _ARRIVES.match(text, start.end) is not None
    if not joined or start.counts or (start.unitless and not goal.unitless and not start.leaves):
        return False
    return not (start.unit and goal.unit) or conversion(start.unit, goal.unit) is not None
