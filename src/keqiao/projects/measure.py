"""Measured values against targets: what a sample round says. The verdict is the engine's."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Any

from keqiao.engine.specs import Figure, compare
from keqiao.matching.figures import figure_of, interval
from keqiao.matching.showing import UNITS_EN, figure_line, spelled

MET, MISSED, UNKNOWN = "met", "missed", "unknown"

LARGEST = 1e12
NUMBER = r"[+-]?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d{1,2})?"
VALUE = re.compile(rf"({NUMBER})(?:[~～至–]({NUMBER}))?(.*)")


class NotANumber(ValueError):
    """The text is no measured value."""


def measurable(targets: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The targets that say a number and so can be measured."""
    return [target for target in targets if figure_of(target) is not None]


def parse_value(text: str, unit: str) -> tuple[float, float]:
    """What a person wrote for a target, with or without its unit: ``98.68``, ``９８.６８ ％``, ``-55~120 ℃``.

    Returns both ends, equal for a single value.

    Raises:
        NotANumber: no number, out of range, ends the wrong way round, or another unit than the target's.
    """
    plain = re.sub(r"[\s,]", "", unicodedata.normalize("NFKC", text)).replace("−", "-")
    found = VALUE.fullmatch(plain)
    if found is None or (found[3] and not same_unit(found[3], unit)):
        raise NotANumber(text)
    low = float(found[1])
    high = float(found[2]) if found[2] else low
    if low > high or max(abs(low), abs(high)) > LARGEST:
        raise NotANumber(text)
    return low, high


def same_unit(written: str, unit: str) -> bool:
    """Whether a unit typed behind a number is the target's, as the engine or as people write it."""
    return simplified(written) in {simplified(unit), simplified(spelled(unit)), simplified(spelled(unit, UNITS_EN))}


def simplified(unit: str) -> str:
    return re.sub(r"[\s*·^]", "", unicodedata.normalize("NFKC", unit)).lower()


def judge(target: dict[str, Any], value: tuple[float, float] | None) -> dict[str, Any]:
    """One measured value with its verdict, as kept in a round.

    `low` and `high` are what was measured (equal for a single value, None when it was not); `gap` is by how much
    it misses the target, in the target's unit.
    """
    wanted = figure_of(target)
    if wanted is None:
        raise NotANumber(str(target))
    kept = {"name": wanted.name, "unit": wanted.unit, "target": interval(wanted)}
    if value is None:
        return kept | {"low": None, "high": None, "shown": "", "verdict": UNKNOWN, "gap": None}
    measured = Figure(wanted.name, *value, wanted.unit)
    check = compare(wanted, [measured])
    found = {"low": value[0], "high": value[1], "shown": interval(measured)}
    return kept | found | {"verdict": check.verdict, "gap": check.gap}


def written(target: dict[str, Any]) -> str:
    """A target as people read it: ``吸光率 ≥ 98 %``."""
    figure = figure_of(target)
    return figure_line(figure) if figure else str(target.get("name", ""))


def missed(values: Sequence[dict[str, Any]]) -> list[str]:
    """The names of the targets that a round did not meet."""
    return [value["name"] for value in values if value["verdict"] != MET]
