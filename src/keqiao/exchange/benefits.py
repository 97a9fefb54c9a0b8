"""What somebody would gain by an achievement: its formulas, filled in with figures of both sides.

Figures come from what this reader may see: the achievement's table, and of the need its targets and its present state.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from keqiao.engine.formulas import Amount, Formula, FormulaError, Name, parse
from keqiao.engine.specs import Figure
from keqiao.engine.specs.checking import likeness
from keqiao.engine.specs.units import conversion
from keqiao.exchange.fields.benefits import problem
from keqiao.exchange.fields.figures import figure_of
from keqiao.kernel.visibility import Seen

ALIKE = 0.8
"""From this likeness of names on a figure stands for a name in a formula: 数据中心负荷 for 负荷."""
OWN, PRESENT, TARGET = "own", "present", "target"
DIGITS = 3
"""An estimate is no measurement: it is said with so many digits."""


@dataclass(frozen=True, slots=True)
class Sides:
    """The figures that a formula may speak of, by whose they are; `given` are those that a reader filled in."""

    own: Sequence[Figure] = ()
    present: Sequence[Figure] = ()
    target: Sequence[Figure] = ()
    given: Mapping[str, Amount] = field(default_factory=dict)

    def amount(self, name: Name) -> Amount | None:
        """The value behind a name: filled in, the achievement's own, what is there today, what is wanted."""
        if name.key in self.given:
            return self.given[name.key]
        sides = {OWN: self.own, PRESENT: self.present, TARGET: self.target}
        for source in [name.source] if name.source else [OWN, PRESENT, TARGET]:
            found = nearest(name, sides[source], 1.0 if source == OWN else ALIKE)
            if found is not None:
                return found
        return None


@dataclass(frozen=True, slots=True)
class Estimate:
    """One benefit. `value` is None while figures are `missing`, or when something is wrong (`problem`)."""

    name: str
    unit: str
    formula: str
    value: float | None = None
    missing: tuple[Name, ...] = ()
    problem: str = ""

    def as_json(self) -> dict[str, Any]:
        """Plain values, as evidence keeps them."""
        missing = [{"name": name.key, "unit": name.unit or ""} for name in self.missing]
        return {"name": self.name, "unit": self.unit, "formula": self.formula, "value": self.value, "missing": missing}


def estimates(benefits: Iterable[Any], sides: Sides) -> list[Estimate]:
    """The estimates of an achievement, in its order."""
    return [estimate(item, sides) for item in benefits if isinstance(item, Mapping) and item.get("formula")]


def estimate(item: Mapping[str, Any], sides: Sides) -> Estimate:
    """One formula with the figures that are there."""
    name, unit, written = (str(item.get(key) or "") for key in ("name", "unit", "formula"))
    try:
        formula = parse(written)
        amounts = {one.key: sides.amount(one) for one in formula.names}
        missing = tuple(one for one in formula.names if amounts[one.key] is None)
        if missing:
            return Estimate(name, unit, written, missing=missing)
        value = formula.evaluate({key: amount for key, amount in amounts.items() if amount is not None}, unit)
    except FormulaError as error:
        return Estimate(name, unit, written, problem=problem(error))
    return Estimate(name, unit, written, float(f"{value:.{DIGITS}g}"))


def nearest(name: Name, figures: Sequence[Figure], least: float) -> Amount | None:
    """The figure that is called most like it and is in a unit that fits."""
    fitting = [figure for figure in figures if name.unit is None or conversion(figure.unit, name.unit) is not None]
    best = max(fitting, key=lambda figure: likeness(figure.name, name.name), default=None)
    if best is None or likeness(best.name, name.name) < least:
        return None
    return Amount(middle(best), best.unit)


def middle(figure: Figure) -> float:
    """An interval as one value: its middle, or the end that it has."""
    ends = [end for end in (figure.min, figure.max) if end is not None]
    return sum(ends) / len(ends)


@dataclass(frozen=True, slots=True)
class Blank:
    """A figure that the reader fills in: its name, its unit, and what was filled in."""

    key: str
    unit: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class Worksheet:
    """The estimates on an achievement's page, with what the reader filled in."""

    blanks: list[Blank]
    estimates: list[Estimate]


def worksheet(achievement: Seen, answers: Mapping[str, str]) -> Worksheet:
    """The estimates of an achievement for a reader who fills in their own figures."""
    own = figures_of(achievement.specifications)
    names = [name for item in achievement.benefits for name in names_in(item)]
    unknown = {name.key: name for name in names if Sides(own).amount(name) is None}
    given = {key: amount for key, name in unknown.items() if (amount := filled_in(name, answers)) is not None}
    blanks = [Blank(key, name.unit or "", answers.get(key, "")) for key, name in unknown.items() if name.source != OWN]
    return Worksheet(blanks, estimates(achievement.benefits, Sides(own, given=given)))


def filled_in(name: Name, answers: Mapping[str, str]) -> Amount | None:
    """What the reader filled in for a name, in the unit that the formula asks for; None for what is no number."""
    try:
        value = float(answers.get(name.key, "").replace(",", "").replace("，", ""))
    except ValueError:
        return None
    return Amount(value, name.unit or "") if math.isfinite(value) else None


def figures_of(rows: Any) -> list[Figure]:
    """The figures of a table that this reader may see; of one that is hidden, none."""
    return [figure_of(row) for row in rows or () if isinstance(row, Mapping) and row.get("name")]


def names_in(item: Any) -> tuple[Name, ...]:
    try:
        return parse(str(item.get("formula") or "")).names
    except (FormulaError, AttributeError):
        return ()


def problems(benefits: Iterable[Mapping[str, str]], own: Sequence[Figure]) -> list[str]:
    """What does not fit: units, and figures of the achievement's own that its table lacks. For who writes them."""
    return [
        f"{item['name']}：{what}" for item in benefits if (what := mismatch(parse(item["formula"]), item["unit"], own))
    ]


def mismatch(formula: Formula, unit: str, own: Sequence[Figure]) -> str:
    """What is wrong with a formula beside the achievement's own figures; empty when all fits."""
    amounts = {name: Sides(own).amount(name) for name in formula.names}
    lacking = next((name for name, amount in amounts.items() if amount is None and name.source == OWN), None)
    if lacking is not None:
        return problem(FormulaError("missing", lacking.place, lacking.name))
    try:
        formula.check({name.key: amount.unit for name, amount in amounts.items() if amount is not None}, unit)
    except FormulaError as error:
        return problem(error)
    return ""
