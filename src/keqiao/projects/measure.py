"""Measured values against targets: what a sample round says."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

LARGEST = Decimal("1e12")

MET, MISSED, GAP = "met", "missed", "gap"
"""The target was reached, was not, or nothing was measured."""


class NotANumber(ValueError):
    """The text is no measured value."""


def parse_value(text: str, unit: str) -> Decimal:
    """The number that a person wrote for a target, with or without its unit: ``98.68``, ``９８.６８ ％``, ``-40℃``.

    Raises:
        NotANumber: no number, not finite, out of range, or in another unit.
    """
    plain = re.sub(r"[\s,]", "", unicodedata.normalize("NFKC", text)).replace("−", "-")
    found = re.fullmatch(r"([+-]?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d{1,2})?)(.*)", plain)
    if found is None or (found[2] and not same_unit(found[2], unit)):
        raise NotANumber(text)
    try:
        value = Decimal(found[1])
    except InvalidOperation:
        raise NotANumber(text) from None
    if abs(value) > LARGEST or len(found[1]) > 24:
        raise NotANumber(text)
    return value


def same_unit(written: str, unit: str) -> bool:
    """Whether a unit typed behind a number is the target's; written as people or as the engine write it."""
    def key(text: str) -> str:
        text = unicodedata.normalize("NFKC", text).lower()
        return re.sub(r"\s|\*", "", text).replace("°c", "degc").replace("℃", "degc").replace("^", "")

    return key(written) == key(unit)


def judge(target: dict[str, Any], value: Decimal | None) -> dict[str, Any]:
    """One measured value with its verdict, as kept in a round."""
    low, high = target.get("min"), target.get("max")
    kept = {
        "name": target.get("name", ""),
        "unit": target.get("unit", ""),
        "min": low,
        "max": high,
        "value": None if value is None else float(value),
    }
    return kept | {"verdict": verdict(low, high, value)}


def verdict(low: float | None, high: float | None, value: Decimal | None) -> str:
    """Met, missed or not measured. Compared as decimals, so that 98.0 is not below 98."""
    if value is None:
        return GAP
    if low is not None and value < Decimal(str(low)):
        return MISSED
    if high is not None and value > Decimal(str(high)):
        return MISSED
    return MET


def written(target: dict[str, Any]) -> str:
    """A target as people read it: ``吸光率 ≥ 98 %``."""
    low, high, unit = target.get("min"), target.get("max"), target.get("unit", "")
    name = target.get("name", "")
    if low is not None and high is not None:
        span = f"= {low:g}" if low == high else f"{low:g} – {high:g}"
    elif low is not None:
        span = f"≥ {low:g}"
    elif high is not None:
        span = f"≤ {high:g}"
    else:
        span = ""
    return " ".join(part for part in (name, span, unit) if part)


def missed(values: Sequence[dict[str, Any]]) -> list[str]:
    """The names of the targets that a round did not meet."""
    return [value["name"] for value in values if value["verdict"] != MET]
