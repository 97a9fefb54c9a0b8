"""What the figure grammar makes of a text: an interval with a unit."""

from __future__ import annotations

from dataclasses import dataclass, replace


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
    power: bool = False
    shared: bool = False


def bounded(measure: Measure, bound: str) -> Measure:
    """The same with one end open."""
    if bound == ">=":
        return replace(measure, high=None, compared=True)
    return replace(measure, low=None, compared=True)


def straight(value: float | None, line: tuple[float, float]) -> float | None:
    """An end of an interval, which may be open, in another unit."""
    return None if value is None else line[0] * value + line[1]
