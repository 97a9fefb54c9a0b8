"""Numbers in words that are no numerals: `half a second`, `two thirds`, `1 in 10,000`, `翻一番`, `减少一半`."""

from __future__ import annotations

import re
from typing import NamedTuple

_ONES = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
_TEENS = ["thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_VALUES = (
    {word: float(i + 1) for i, word in enumerate([*_ONES, *_TEENS])}
    | {word: 10.0 * (i + 2) for i, word in enumerate(_TENS)}
    | {"a": 1.0, "an": 1.0, "half": 0.5, "half a": 0.5, "half an": 0.5}
)
_LARGE = {"hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9}
_PARTS = {"half": 2, "third": 3, "quarter": 4, "fifth": 5, "tenth": 10}
_ALTERNATIVES = "|".join(sorted(_VALUES, key=lambda word: (-len(word), word)))
_UNITS = [
    "second",
    "minute",
    "hour",
    "day",
    "week",
    "month",
    "year",
    "micron",
    "millimet",
    "centimet",
    "met",
    "kilomet",
    "gram",
    "milligram",
    "kilogram",
    "lit",
    "tonne",
    "ton",
    "volt",
    "watt",
    "kilowatt",
    "newton",
    "pascal",
    "degree",
    "percent",
    "third",
    "quarter",
    "tenth",
    "thousand",
    "million",
    "billion",
]
# Where a sentence may have one of these; the article alone only behind a bound and before a unit.
SPELLED = (
    rf"一半|减半|番|\b(?i:half|third|quarter|tenth|{'|'.join([*_ONES, *_TEENS, *_TENS])})"
    rf"|\b(?i:under|within|below|over|above|than|least|most|about|by)\s+an?\s+(?:{'|'.join(_UNITS)})"
)

_NUMBER = re.compile(
    rf"(?P<tens>{'|'.join(_TENS)})-(?P<ones>{'|'.join(_ONES[:9])})\b|(?P<one>{_ALTERNATIVES})\b", re.IGNORECASE
)
_TIMES_LARGE = re.compile(rf"\s+({'|'.join(_LARGE)})\b", re.IGNORECASE)
_PART = re.compile(rf"(a|an|{'|'.join(_ONES)})[ -]({'|'.join(_PARTS)})s?\b", re.IGNORECASE)
_IN_MANY = re.compile(
    r"(\d+(?:\.\d+)?)\s+(?:in|out of)\s+(?:(\d{1,3}(?:,000)+|10+)\b(?!,)|an?\s+(thousand|million|billion)\b)"
)
_HALVED = re.compile(r"一半(?![天年个])|减半")
_LESS_OR_MORE = re.compile(r"[降低少短缩减升高加长小轻]了?$")
_DOUBLED = re.compile(r"翻了?(?P<times>[一二两三四])?番")


class Spelled(NamedTuple):
    """A number in words, where it ends, and whether it is only one before a unit or behind a bound (`a kilogram`)."""

    value: float
    end: int
    article: bool = False


def read_spelled(text: str, at: int) -> Spelled | None:
    """The English number in words that begins here: `two`, `twenty-five`, `three hundred`, `half a`, `a`."""
    match = _NUMBER.match(text, at)
    if match is None:
        return None
    if match["tens"]:
        value, article = _VALUES[match["tens"].lower()] + _VALUES[match["ones"].lower()], False
    else:
        value, article = _VALUES[match["one"].lower()], match["one"].lower() in {"a", "an"}
    end = match.end()
    while large := _TIMES_LARGE.match(text, end):
        value, end, article = value * _LARGE[large[1].lower()], large.end(), False
    return Spelled(value, end, article)


def read_part(text: str, at: int) -> Spelled | None:
    """A part of a whole in per cent: `a third`, `two thirds`, `1 in 10,000`."""
    if match := _IN_MANY.match(text, at):
        whole = _LARGE[match[3].lower()] if match[3] else float(match[2].replace(",", ""))
        return Spelled(100.0 * float(match[1]) / whole, match.end()) if whole >= 10 else None
    if match := _PART.match(text, at):
        return Spelled(100.0 * _VALUES[match[1].lower()] / _PARTS[match[2].lower()], match.end())
    return None


def read_half(text: str, at: int) -> Spelled | None:
    """`减少一半`, `减半`, in per cent."""
    match = _HALVED.match(text, at)
    if match is None or (match[0] == "一半" and not _LESS_OR_MORE.search(text, max(0, at - 2), at)):
        return None
    return Spelled(50.0, match.end())


def read_doubled(text: str, at: int) -> Spelled | None:
    """`翻一番` is once as much more, `翻两番` three times."""
    match = _DOUBLED.match(text, at)
    if match is None:
        return None
    return Spelled(2.0 ** ("一二三四".index((match["times"] or "一").replace("两", "二")) + 1) - 1.0, match.end())
