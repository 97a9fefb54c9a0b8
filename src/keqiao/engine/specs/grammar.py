"""The second half of the figure grammar: tokens become measures.

    measure   = before* quantity [tolerance | range] after* [turned]
              | "(" quantity [tolerance | range] ")" unit     (45±1) %
    tolerance = "±" quantity
    range     = rangesign before* quantity
    turned    = sign                                          98 % ≤ absorptance
    sum       = quantity "+" quantity                         12+4 μm
    part      = before* noun "的" quantity                    小于满量程的2%
    chain     = quantity sign name sign quantity              5 MPa ≤ pressure ≤ 10 MPa
    both      = measure and measure                           ≥ 3 MPa 且 ≤ 5 MPa
    change    = measure change-verb "goal" measure            only the goal counts

A measure is an interval with a unit; what it is the measure of is `naming`'s business.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from keqiao.engine.specs.joining import as_before, both, chain, is_change
from keqiao.engine.specs.measure import Measure, bounded
from keqiao.engine.specs.numerals import read_power
from keqiao.engine.specs.reading import Kind, Token, read_scale_and_unit
from keqiao.engine.specs.units import conversion, read_unit
from keqiao.engine.specs.vocabulary import CHANGE

_LEAVING = {"由", "从", "自", "from"}
_OF_A_WHOLE = re.compile(r"[^\d，,、。；;()]{2,10}的\s*")
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
            if measure is None:  # a run of comparisons that leads nowhere leads nowhere from within either
                at += 1
                while self._kind(at) is Kind.BEFORE and self._kind(at - 1) is Kind.BEFORE:
                    at += 1
                continue
            at = measure.last
            before = found.pop() if found else None
            if before is None:
                found = [measure]
            elif is_change(self.text, self.tokens, before, measure):
                origin = before.start if before.origin is None else before.origin
                found.append(replace(measure, origin=origin, goal=True))
            else:
                joined = chain(self.text, self.tokens, before, measure) or both(self.text, before, measure)
                found += [joined] if joined is not None else [before, as_before(self.text, before, measure)]
        return found

    def _measure(self, at: int) -> Measure | None:
        meanings: list[str] = []
        first = at
        while self._kind(at) is Kind.BEFORE:
            meanings.append(self.tokens[at].value)
            at += 1
        if self._kind(at) is Kind.TOLERANCE and self._kind(at + 1) is Kind.NUMBER:
            return self._after(self._symmetric(first, at + 1, meanings))
        at, per = self._behind_whole(at, meanings)
        if self._kind(at) is not Kind.NUMBER:
            return None
        value = self.tokens[at]
        leaves = any(self.text[token.start : token.end].lower() in _LEAVING for token in self.tokens[first:at])
        measure = replace(self._single(first, at, meanings), leaves=leaves)
        if (added := self._added(measure, at)) is not None:
            measure = added
        elif self._kind(at + 1) is Kind.TOLERANCE and self._kind(at + 2) is Kind.NUMBER:
            measure = self._toleranced(measure, value, at + 2)
        else:
            measure = self._range(measure, value, at, meanings) or measure
        if per and not measure.unitless:
            measure = replace(measure, unit=f"{measure.unit}/{per}", counts="")
        return self._after(self._grouped(measure))

    def _behind_whole(self, at: int, meanings: Sequence[str]) -> tuple[int, str]:
        """Where the number stands behind a bound: `小于满量程的2%`, and by what it is divided: `不低于每分钟120包`."""
        if not set(meanings) & {">=", "<="} or self._kind(at) is not Kind.WORD:
            return at, ""
        share = next((i for i in range(at, min(at + 6, len(self.tokens))) if self._kind(i) is Kind.NUMBER), at)
        unit = self.tokens[share].unit
        whole = _OF_A_WHOLE.fullmatch(self.text, self.tokens[at].start, self.tokens[share].start)
        if whole and unit is not None and unit.name in {"%", "permille", "fold"}:
            return share, ""
        begins = self.tokens[at].start
        per = read_unit(self.text, begins + 1) if self.text[begins] == "每" and unit is not None else None
        return (share, per.name) if per and not self.text[per.end : self.tokens[share].start].strip() else (at, "")

    def _added(self, measure: Measure, at: int) -> Measure | None:
        """`12+4 μm` is 16 μm; of `2 cm+1 ppm` the first is what counts."""
        if self._kind(at + 2) is not Kind.NUMBER or self.text[self.tokens[at].end : self.tokens[at + 2].start] != "+":
            return None
        one, other = self.tokens[at], self.tokens[at + 2]
        measure = replace(measure, last=at + 3, end=other.end)
        if other.unit is None or (one.unit is not None and one.unit.name != other.unit.name):
            return measure
        factor = other.unit.factor if one.unit is None else 1.0
        total = one.number * factor + other.number
        low, high = (None if end is None else total for end in (measure.low, measure.high))
        return replace(measure, low=low, high=high, unit=other.unit.name, unitless=False, counts=other.unit.counts)

    def _grouped(self, measure: Measure) -> Measure:
        """`(45±1) %`, `(1~3)×10^-3 mol/L`: power of ten, multiplier and unit stand behind the bracket."""
        text, low, high = self.text, measure.low, measure.high
        in_brackets = text[: measure.start].endswith("(") and text[measure.end : measure.end + 1] == ")"
        if not in_brackets or not measure.unitless or low is None or high is None or low == high:
            return measure
        power, end = read_power(text, measure.end + 1)
        scale, end, unit = read_scale_and_unit(text, end)
        last = next((i for i in range(measure.last, len(self.tokens)) if self.tokens[i].start >= end), len(self.tokens))
        factor = power * scale * (unit.factor if unit else 1.0)
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
        bound = next((m for m in reversed([token.value, *meanings]) if m in {">=", "<="}), "")
        return bounded(measure, bound) if bound else replace(measure, compared=bool(set(meanings) & {"=", "better"}))

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
            power=token.power,
        )

    def _symmetric(self, first: int, at: int, meanings: Sequence[str]) -> Measure:
        amount = self.tokens[at].number
        measure = self._with(self.tokens[at], first, at, -amount, amount)
        return replace(measure, compared=True, approx="about" in meanings)

    def _toleranced(self, measure: Measure, value: Token, at: int) -> Measure:
        tolerance = self.tokens[at]
        unit = tolerance.unit.name if tolerance.unit else ""
        amount, middle = tolerance.number, value.number
        if unit == "%" and measure.unit != "%" and (value.unit or middle > 100):
            amount, unit = abs(middle) * amount / 100, measure.unit
        elif tolerance.unit and value.unit is None:
            middle *= tolerance.unit.factor
        elif straight := conversion(unit, measure.unit) if unit and measure.unit else None:
            amount, unit = amount * straight[0], measure.unit
        return replace(
            measure,
            low=middle - amount,
            high=middle + amount,
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
        if low.unit and high.unit:
            straight = conversion(low.unit.name, high.unit.name)
            if straight is None or high.unit.name == "fold":
                return None
            first_value = straight[0] * first_value + straight[1]
        if (low.unit is None or high.unit is None) and high.scaled != 1.0 and low.scaled == 1.0:
            first_value *= high.scaled
        if low.unit is None and high.unit:
            first_value *= high.unit.factor
        if first_value > high.number and (unit is None or (self.tokens[at - 1].value == "-" and low.number <= 10)):
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
                measure = bounded(measure, token.value)
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
        measure = bounded(measure, _TURNED[sign.value])
        return replace(measure, end=sign.end, last=at + 1, turned=True)
