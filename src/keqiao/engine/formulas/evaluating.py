"""A tree with values: first its units are checked, then it is computed, in base units throughout."""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping
from dataclasses import dataclass

from keqiao.engine.formulas.errors import FormulaError
from keqiao.engine.formulas.parsing import Name, Node, Number, Operation, names_of, tree
from keqiao.engine.specs.units import BaseUnits, in_base_units

Dimensions = dict[str, float]
_GREATEST_POWER = 9


@dataclass(frozen=True, slots=True)
class Amount:
    """A value in a unit, written as pint reads it; an empty one for a pure number."""

    value: float
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula that has been read. `text` is how it was written."""

    text: str
    tree: Node

    @property
    def names(self) -> tuple[Name, ...]:
        """The figures that it needs, each once, in the order in which they are met."""
        return tuple({name.key: name for name in names_of(self.tree)}.values())

    def check(self, units: Mapping[str, str], unit: str) -> None:
        """Whether its value is in a unit like `unit`, when the names in `units` are in those units.

        The other names are in the unit that the formula says, or are pure numbers. FormulaError where units do not
        fit, with the place.
        """
        wanted = _base(unit, 0).dimensions
        found = _dimensions(self.tree, units)
        if found != wanted:
            raise FormulaError("dimensions", 0, f"{_written(found)}, {_written(wanted)}")

    def evaluate(self, values: Mapping[str, Amount], unit: str) -> float:
        """Its value in `unit`. FormulaError where a figure is missing, units do not fit, or it cannot be computed."""
        for name in self.names:
            if name.key not in values:
                raise FormulaError("missing", name.place, name.key)
            if name.unit is not None and not _fits(values[name.key].unit, name.unit):
                raise FormulaError("dimensions", name.place, f"{values[name.key].unit or 1}, {name.unit or 1}")
        self.check({key: amount.unit for key, amount in values.items()}, unit)
        base = _base(unit, 0)
        value = (_value(self.tree, values) - base.offset) / base.factor
        if not math.isfinite(value):
            raise FormulaError("arithmetic")
        return float(f"{value:.12g}")


def parse(text: str) -> Formula:
    """Read a formula. FormulaError, which says what is wrong and where, when it is none."""
    return Formula(text, tree(text))


def _base(unit: str, place: int) -> BaseUnits:
    found = in_base_units(unit)
    if found is None:
        raise FormulaError("unit", place, unit)
    return found


def _fits(one: str, other: str) -> bool:
    first, second = in_base_units(one), in_base_units(other)
    return first is not None and second is not None and first.dimensions == second.dimensions


def _dimensions(node: Node, units: Mapping[str, str]) -> Dimensions:
    if isinstance(node, Number):
        return _base(node.unit, node.place).dimensions
    if isinstance(node, Name):
        return _base(units.get(node.key, node.unit or ""), node.place).dimensions
    first, *others = [_dimensions(operand, units) for operand in node.operands]
    match node.sign:
        case "*" | "/":
            return _times(first, others[0], 1 if node.sign == "*" else -1)
        case "^":
            return _raised(node, first, others[0])
        case "sqrt":
            return {name: power / 2 for name, power in first.items()}
    for other in others:
        if other != first:
            raise FormulaError("dimensions", node.place, f"{_written(first)}, {_written(other)}")
    return first


def _times(one: Dimensions, other: Dimensions, sign: int) -> Dimensions:
    powers = {name: one.get(name, 0.0) + sign * other.get(name, 0.0) for name in {**one, **other}}
    return {name: round(power, 9) for name, power in powers.items() if abs(power) > 1e-9}


def _raised(node: Operation, base: Dimensions, exponent: Dimensions) -> Dimensions:
    """What has a unit is raised to numbers that the formula says; a pure number to whatever is one."""
    if exponent:
        raise FormulaError("exponent", node.place)
    if not base:
        return {}
    power = _constant(node.operands[1])
    if power is None or abs(power) > _GREATEST_POWER:
        raise FormulaError("exponent", node.place)
    return {name: round(of * power, 9) for name, of in base.items() if power}


def _constant(node: Node) -> float | None:
    if isinstance(node, Number):
        return node.value
    if isinstance(node, Operation) and node.sign == "negative":
        value = _constant(node.operands[0])
        return None if value is None else -value
    return None


def _value(node: Node, values: Mapping[str, Amount]) -> float:
    if isinstance(node, Number):
        return _in_base(node.value, node.unit, node.place)
    if isinstance(node, Name):
        amount = values[node.key]
        return _in_base(amount.value, amount.unit, node.place)
    operands = [_value(operand, values) for operand in node.operands]
    try:
        value = _computed(node.sign, operands)
    except (ArithmeticError, ValueError):
        raise FormulaError("arithmetic", node.place) from None
    if isinstance(value, complex) or not math.isfinite(value):
        raise FormulaError("arithmetic", node.place)
    return value


def _in_base(value: float, unit: str, place: int) -> float:
    base = _base(unit, place)
    return value * base.factor + base.offset


def _computed(sign: str, operands: list[float]) -> float:
    first, *others = operands
    match sign:
        case "+":
            return first + others[0]
        case "-":
            return first - others[0]
        case "*":
            return first * others[0]
        case "/":
            return first / others[0]
        case "^":
            return math.pow(first, others[0])
        case "negative":
            return -first
        case "abs":
            return abs(first)
        case "sqrt":
            return math.sqrt(first)
        case "min":
            return min(operands)
    return max(operands)


_COMMON = (
    "m", "m**2", "m**3", "kg", "h", "m/s", "N", "Pa", "kWh", "kW", "A", "V", "K", "mol", "CNY", "USD", "CNY/kWh",
    "CNY/kg", "kg/h", "kg/m**3", "kg/kWh", "m**3/h", "CNY/m**2", "CNY/h", "kWh/kg", "W/m**2",
)  # fmt: skip


@functools.cache
def _examples() -> dict[frozenset[tuple[str, float]], str]:
    """A unit that people know for the dimensions that are met most."""
    return {frozenset(_base(unit, 0).dimensions.items()): unit for unit in reversed(_COMMON)}


def _written(dimensions: Dimensions) -> str:
    """Dimensions for a message: a unit that has them (`kWh`), else themselves (`[length] [time]^-1`)."""
    if example := _examples().get(frozenset(dimensions.items())):
        return example
    powers = sorted(dimensions.items())
    return " ".join(name if power == 1 else f"{name}^{power:g}" for name, power in powers) or "1"
