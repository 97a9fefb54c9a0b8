"""The second half of the figure grammar: tokens become measures.

    measure   = before* quantity [tolerance | range] after* [turned]
              | "(" quantity [tolerance | range] ")" unit     (45±1) %
    tolerance = "±" quantity
    range     = rangesign before* quantity
    turned    = sign                                          98 % ≤ absorptance
    chain     = quantity sign name sign quantity              5 MPa ≤ pressure ≤ 10 MPa
    change    = measure change-verb "goal" measure            only the goal counts

A measure is an interval with a unit; what it is the measure of is `naming`'s business.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from keqiao.engine.specs.numerals import read_power
from keqiao.engine.specs.reading import Kind, Token, read_scale_and_unit
from keqiao.engine.specs.units import conversion
from keqiao.engine.specs.vocabulary import CHANGE


@dataclass(frozen=True, slots=True)
class Measure:
    """An interval found in the folded text: `start` is before its comparison, `end` after its last word.

    `first` and `last` are tokens; `better` says that only the name can tell whether it is a floor or a ceiling;
    `compared` says that a comparison was written, `turned` that it was written behind the value; `opens` is where
    the lower end of a chain stands; `leaves` that it is what something changes from.
    """

    low: float | None
    high: float | None
    unit: str
    approx: bool
    start: int
    end: int
    first: int
    last: int
    better: bool = False
    compared: bool = False
    scaled: bool = False
    counts: str = ""
    unitless: bool = False
    goal: bool = False
    origin: int | None = None
    turned: bool = False
    opens: int | None = None
    leaves: bool = False


_LEAVING = {"由", "从", "自", "from"}
_CHAIN = 20
_ONLY_WANTING = re.compile(
    r"[，,\s]*(?:目标|希望|要求?|需要?|须|应|力争|争取|拟|计划|并|再|进一步|后|将|可|能|逐步|是|为)*\s*"
)
_ARRIVES = re.compile(r"[^\d，,。；]{1,6}[到至为成]")
_TURNED = {"<=": ">=", ">=": "<="}


class Parser:
    """Finds the measures in a list of tokens, left to right, each token used once."""

    def __init__(self, text: str, tokens: Sequence[Token]) -> None:
        self.text = text
        self.tokens = tokens

    def measures(self) -> list[Measure]:
        """All measures; the starting point of a change is left out, its goal keeps where it began (`origin`)."""
        found: list[Measure] = []
        at = 0
        while at < len(self.tokens):
            measure = self._measure(at)
            if measure is None:
                at += 1
                continue
            at = measure.last
            before = found.pop() if found else None
            if before is None:
                found = [measure]
            elif self._is_change(before, measure):
                origin = before.start if before.origin is None else before.origin
                found.append(replace(measure, origin=origin, goal=True))
            else:
                chain = self._chain(before, measure)
                found += [chain] if chain is not None else [before, measure]
        return found

    def _chain(self, one: Measure, other: Measure) -> Measure | None:
        """`5 MPa ≤ pressure ≤ 10 MPa` as one measure; whichever end comes first."""
        between = self.tokens[one.last : other.first]
        straight = conversion(one.unit or other.unit, other.unit)
        far = other.start - one.end > _CHAIN or any(token.kind is not Kind.WORD for token in between)
        if not one.turned or straight is None or far:
            return None
        low, high = (None if end is None else straight[0] * end + straight[1] for end in (one.low, one.high))
        low, high = other.low if low is None else low, other.high if high is None else high
        if low is None or high is None or low > high or other.low == other.high:
            return None
        return replace(other, low=low, high=high, opens=one.start)

    def _is_change(self, start: Measure, goal: Measure) -> bool:
        """`由 30% 提高到 45%`, `from 30% to 45%` after a verb of change, `从 16 μm 减薄到 9 μm`."""
        between = self.tokens[start.last : goal.first]
        breaks = {token.value for token in between if token.kind is Kind.BREAK}
        if goal.goal:
            only_wanting = _ONLY_WANTING.fullmatch(self.text, start.end, goal.start) is not None
            joined = only_wanting or (len(between) <= 4 and breaks <= (set("，,") if start.leaves else set()))
        else:
            joined = start.leaves and not breaks and _ARRIVES.match(self.text, start.end) is not None
        if not joined or start.counts or (start.unitless and not goal.unitless and not start.leaves):
            return False
        return not (start.unit and goal.unit) or conversion(start.unit, goal.unit) is not None

    def _measure(self, at: int) -> Measure | None:
        meanings: list[str] = []
        first = at
        while self._kind(at) is Kind.BEFORE:
            meanings.append(self.tokens[at].value)
            at += 1
        if self._kind(at) is Kind.TOLERANCE and self._kind(at + 1) is Kind.NUMBER:
            return self._after(self._symmetric(first, at + 1, meanings))
        if self._kind(at) is not Kind.NUMBER:
            return None
        value = self.tokens[at]
        leaves = any(self.text[token.start : token.end].lower() in _LEAVING for token in self.tokens[first:at])
        measure = replace(self._single(first, at, meanings), leaves=leaves)
        if self._kind(at + 1) is Kind.TOLERANCE and self._kind(at + 2) is Kind.NUMBER:
            measure = self._toleranced(measure, value, at + 2)
        else:
            measure = self._range(measure, value, at, meanings) or measure
        return self._after(self._grouped(measure))

    def _grouped(self, measure: Measure) -> Measure:
        """`(45±1) %`, `(1~3)×10^-3 mol/L`: power of ten, multiplier and unit stand behind the bracket."""
        text, low, high = self.text, measure.low, measure.high
        in_brackets = text[: measure.start].endswith("(") and text[measure.end : measure.end + 1] == ")"
        if not in_brackets or not measure.unitless or low is None or high is None or low == high:
            return measure
        power, end = read_power(text, measure.end + 1)
        scale, end, unit = read_scale_and_unit(text, end)
        last = next((i for i in range(measure.last, len(self.tokens)) if self.tokens[i].start >= end), len(self.tokens))
        factor = power * scale
        if unit is None and factor == 1.0:
            return measure
        measure = replace(measure, low=low * factor, high=high * factor, start=measure.start - 1, end=end, last=last)
        if unit is not None:
            measure = replace(measure, unit=unit.name, unitless=False, counts=unit.counts)
        return replace(measure, scaled=scale != 1.0, compared=True)

    def _kind(self, at: int) -> Kind | None:
        return self.tokens[at].kind if at < len(self.tokens) else None

    def _single(self, first: int, at: int, meanings: Sequence[str]) -> Measure:
        token = self.tokens[at]
        measure = self._with(token, first, at, token.number, token.number)
        measure = replace(measure, approx="about" in meanings, goal="goal" in meanings, better="better" in meanings)
        bound = next((m for m in reversed(meanings) if m in {">=", "<="}), "")
        return _bounded(measure, bound) if bound else replace(measure, compared=bool(set(meanings) & {"=", "better"}))

    def _with(self, token: Token, first: int, at: int, low: float | None, high: float | None) -> Measure:
        unit = token.unit
        return Measure(
            low,
            high,
            unit.name if unit else "",
            approx=False,
            start=self.tokens[first].start,
            end=token.end,
            first=first,
            last=at + 1,
            scaled=token.scaled != 1.0,
            counts=unit.counts if unit else "",
            unitless=unit is None,
        )

    def _symmetric(self, first: int, at: int, meanings: Sequence[str]) -> Measure:
        amount = self.tokens[at].number
        measure = self._with(self.tokens[at], first, at, -amount, amount)
        return replace(measure, compared=True, approx="about" in meanings)

    def _toleranced(self, measure: Measure, value: Token, at: int) -> Measure:
        tolerance = self.tokens[at]
        unit = tolerance.unit.name if tolerance.unit else ""
        amount = tolerance.number
        if unit == "%" and measure.unit != "%":
            amount, unit = abs(value.number) * amount / 100, measure.unit
        return replace(
            measure,
            low=value.number - amount,
            high=value.number + amount,
            unit=measure.unit or unit,
            end=max(tolerance.end, measure.end),
            last=at + 1,
            unitless=measure.unitless and tolerance.unit is None,
            compared=True,
        )

    def _range(self, measure: Measure, low: Token, at: int, meanings: Sequence[str]) -> Measure | None:
        if self._kind(at + 1) is not Kind.RANGE:
            return None
        sign = self.tokens[at + 1].value.lower()
        between = "from" in meanings
        if sign in {"and", "与", "和"} and not between:
            return None
        if sign in {"到", "to"} and between and self._changes_before(measure.first):
            return self._goal(measure, at + 2)
        next_at = at + 2
        while self._kind(next_at) is Kind.BEFORE and self.tokens[next_at].value in {"about", "from"}:
            next_at += 1
        if self._kind(next_at) is not Kind.NUMBER:
            return None
        return self._interval(measure, low, self.tokens[next_at], next_at)

    def _changes_before(self, first: int) -> bool:
        words = [t.value.lower() for t in self.tokens[max(0, first - 8) : first] if t.kind is Kind.WORD]
        behind = self.text[max(0, self.tokens[first].start - 12) : self.tokens[first].start]
        return any(word in CHANGE for word in words) or any(c in behind for c in CHANGE if not c.isascii())

    def _goal(self, start: Measure, at: int) -> Measure | None:
        """`from 62 % to more than 80 %` after a verb of change: what is behind `to` is a measure of its own."""
        goal = self._measure(at)
        if goal is None:
            return None
        unit = goal.unit or start.unit
        return replace(goal, start=start.start, first=start.first, goal=True, unit=unit, compared=True)

    def _interval(self, measure: Measure, low: Token, high: Token, at: int) -> Measure | None:
        first_value, unit = low.number, high.unit or low.unit
        if low.unit and high.unit and low.unit.name != high.unit.name:
            return None
        if low.unit is None and high.scaled != 1.0 and low.scaled == 1.0:
            first_value *= high.scaled
        if first_value > high.number and (unit is None or self.tokens[at - 1].value == "-"):
            return None
        return replace(
            measure,
            low=min(first_value, high.number),
            high=max(first_value, high.number),
            unit=unit.name if unit else "",
            end=high.end,
            last=at + 1,
            compared=measure.compared or unit is not None,
            scaled=high.scaled != 1.0,
            counts=unit.counts if unit else "",
            unitless=unit is None,
        )

    def _after(self, measure: Measure) -> Measure:
        at = measure.last
        while self._kind(at) is Kind.AFTER:
            token = self.tokens[at]
            at += 1
            measure = replace(measure, end=token.end, last=at)
            if token.value in {"about", "better"}:
                about = token.value == "about"
                measure = replace(measure, approx=measure.approx or about, better=measure.better or not about)
            elif measure.low == measure.high:
                measure = _bounded(measure, token.value)
            elif measure.low is not None and measure.high is not None and measure.low == -measure.high:
                continue
        return self._turned(measure)

    def _turned(self, measure: Measure) -> Measure:
        """`98 % ≤ absorptance`: the sign behind the value, with no number behind it, holds for what follows."""
        at = measure.last
        if self._kind(at) is not Kind.BEFORE or measure.compared or measure.low != measure.high:
            return measure
        sign, following = self.tokens[at], self._kind(at + 1)
        if self.text[sign.start] not in "≤≥<>=" or sign.value not in _TURNED or following is not Kind.WORD:
            return measure
        measure = _bounded(measure, _TURNED[sign.value])
        return replace(measure, end=sign.end, last=at + 1, turned=True)


def _bounded(measure: Measure, bound: str) -> Measure:
    if bound == ">=":
        return replace(measure, high=None, compared=True)
    return replace(measure, low=None, compared=True)
