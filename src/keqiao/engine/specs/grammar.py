"""The second half of the figure grammar: tokens become measures.

    measure   = before* quantity [tolerance | range] after*
    tolerance = "±" quantity
    range     = rangesign before* quantity
    change    = measure change-verb "goal" measure        only the goal counts

A measure is an interval with a unit; what it is the measure of is `naming`'s business.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from keqiao.engine.specs.lexicon import CHANGE
from keqiao.engine.specs.reading import Kind, Token
from keqiao.engine.specs.units import conversion


@dataclass(frozen=True, slots=True)
class Measure:
    """An interval found in the folded text: `start` is before its comparison, `end` after its last word.

    `first` and `last` are tokens; `better` says that only the name can tell whether it is a floor or a ceiling;
    `follows` is the measure this one is the goal of; `compared` says that a comparison was written.
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
    counts: bool = False
    unitless: bool = False
    goal: bool = False
    origin: int | None = None


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
            start = found[-1] if found and self._is_change(found[-1], measure) else None
            if start is not None:
                found[-1] = replace(measure, origin=start.start if start.origin is None else start.origin)
            else:
                found.append(measure)
        return found

    def _is_change(self, start: Measure, goal: Measure) -> bool:
        """`由 30% 提高到 45%`, `from 30% to 45%` after a verb of change."""
        if not goal.goal or (start.unit and goal.unit and conversion(start.unit, goal.unit) is None):
            return False
        between = self.tokens[start.last : goal.first]
        return len(between) <= 4 and not any(t.kind is Kind.BREAK and t.value not in "，," for t in between)

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
        measure = self._single(first, at, meanings)
        if self._kind(at + 1) is Kind.TOLERANCE and self._kind(at + 2) is Kind.NUMBER:
            measure = self._toleranced(measure, value, at + 2)
        else:
            measure = self._range(measure, value, at, meanings) or measure
        return self._after(measure)

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
            counts=bool(unit and unit.counts),
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
        next_at = at + 2
        while self._kind(next_at) is Kind.BEFORE and self.tokens[next_at].value in {"about", "from"}:
            next_at += 1
        if self._kind(next_at) is not Kind.NUMBER:
            return None
        high = self.tokens[next_at]
        between = "from" in meanings
        if sign in {"and", "与", "和"} and not between:
            return None
        if sign in {"到", "to"} and between and self._changes_before(measure.first):
            return self._goal(measure, high, next_at)
        return self._interval(measure, low, high, next_at)

    def _changes_before(self, first: int) -> bool:
        words = [t.value.lower() for t in self.tokens[max(0, first - 8) : first] if t.kind is Kind.WORD]
        behind = self.text[max(0, self.tokens[first].start - 12) : self.tokens[first].start]
        return any(word in CHANGE for word in words) or any(c in behind for c in CHANGE if not c.isascii())

    def _goal(self, start: Measure, token: Token, at: int) -> Measure:
        goal = self._with(token, at, at, token.number, token.number)
        return replace(
            goal, start=start.start, first=start.first, goal=True, unit=goal.unit or start.unit, compared=True
        )

    def _interval(self, measure: Measure, low: Token, high: Token, at: int) -> Measure | None:
        first_value, unit = low.number, high.unit or low.unit
        if low.unit and high.unit and low.unit.name != high.unit.name:
            return None
        if low.unit is None and high.scaled != 1.0 and low.scaled == 1.0:
            first_value *= high.scaled
        if first_value > high.number:
            return None
        return replace(
            measure,
            low=first_value,
            high=high.number,
            unit=unit.name if unit else "",
            end=high.end,
            last=at + 1,
            compared=measure.compared or unit is not None,
            scaled=high.scaled != 1.0,
            counts=bool(unit and unit.counts),
            unitless=unit is None,
        )

    def _after(self, measure: Measure) -> Measure:
        at = measure.last
        while self._kind(at) is Kind.AFTER:
            token = self.tokens[at]
            at += 1
            measure = replace(measure, end=token.end, last=at)
            if token.value == "about":
                measure = replace(measure, approx=True)
            elif measure.low == measure.high:
                measure = _bounded(measure, token.value)
            elif measure.low is not None and measure.high is not None and measure.low == -measure.high:
                continue
        return measure


def _bounded(measure: Measure, bound: str) -> Measure:
    if bound == ">=":
        return replace(measure, high=None, compared=True)
    return replace(measure, low=None, compared=True)
