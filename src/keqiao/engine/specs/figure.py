"""What a figure is: a named interval with a unit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure found in a text, or asked for.

    `min` and `max` are in `unit` (written as pint reads it: `degC`, `g/cm**3`, `CNY`, an empty string for a bare
    number); one of them may be open (`None`), and they are equal for a single value. `approx` says that the
    text says “about”. `span` is where it stands in the text: first character and one past the last, name
    included.
    """

    name: str
    min: float | None
    max: float | None
    unit: str
    approx: bool = False
    span: tuple[int, int] = (0, 0)

    def as_json(self) -> dict[str, Any]:
        """The six keys of the command line's contract; whole numbers without a point."""
        return {
            "name": self.name,
            "min": _plain(self.min),
            "max": _plain(self.max),
            "unit": self.unit,
            "approx": self.approx,
            "span": list(self.span),
        }

    @classmethod
    def from_json(cls, data: dict[str, Any] | Sequence[Any]) -> Figure:
        """The figure written by `as_json` (KeyError when a key is missing), or by `as_row`."""
        if isinstance(data, dict):
            data = [data[key] for key in ("name", "min", "max", "unit", "approx", "span")]
        name, low, high, unit, approx, span = data
        return cls(str(name), _number(low), _number(high), str(unit), bool(approx), (int(span[0]), int(span[1])))

    def as_row(self) -> list[Any]:
        """The same as a list, which is how the index keeps it."""
        return [self.name, self.min, self.max, self.unit, self.approx, list(self.span)]


def _plain(value: float | None) -> float | int | None:
    return int(value) if value is not None and value.is_integer() and abs(value) < 1e15 else value


def _number(value: Any) -> float | None:
    return None if value is None else float(value)
