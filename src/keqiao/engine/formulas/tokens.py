"""A formula as tokens: numbers with their units, names, signs."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Literal

from keqiao.engine.formulas.errors import FormulaError
from keqiao.engine.specs.reading import read_scale_and_unit
from keqiao.engine.specs.signs import read
from keqiao.engine.specs.units import read_unit

Sort = Literal["number", "name", "sign", "end"]

_NUMBER = re.compile(r"(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][-+]?\d{1,3}(?![\w.]))?")
_LETTER = r"[^\W\d]"
_NAME = re.compile(rf'{_LETTER}\w*(?:\.{_LETTER}\w*)?|"([^"\n]{{1,40}})"')
_BRACKETED = re.compile(r"\s*\[([^\[\]]{0,40})\]")
_SIGN = re.compile(r"\*\*|[-+*/^(),×÷]")
_MEANS = {"×": "*", "÷": "/", "**": "^"}
# A unit ends where arithmetic begins; a minus belongs to it only as a power.
_UNIT_STRETCH = re.compile(r"(?:/\s*\([^()]*\)|[^*+,\-]|\^\(?-)*")


@dataclass(frozen=True, slots=True)
class Token:
    """A token and where it stands in the formula as written. A number has a value, and a unit when one follows."""

    sort: Sort
    text: str
    place: int
    value: float = 0.0
    unit: str | None = None


def tokenise(formula: str) -> list[Token]:
    """The tokens of a formula, an `end` last. FormulaError for characters and units that mean nothing."""
    text, origin = read(formula)
    found: list[Token] = []
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        token, at = _token(text, at, origin[at])
        found.append(token)
    return [*found, Token("end", "", len(formula))]


def _token(text: str, at: int, place: int) -> tuple[Token, int]:
    if match := _NUMBER.match(text, at):
        return _number(text, match, place)
    if match := _NAME.match(text, at):
        name = (match[1] or match[0]).strip()
        bracket = _BRACKETED.match(text, match.end())
        if bracket is None:
            return Token("name", name, place), match.end()
        return Token("name", name, place, unit=_unit(bracket[1], place)), bracket.end()
    if match := _SIGN.match(text, at):
        return Token("sign", _MEANS.get(match[0], match[0]), place), match.end()
    raise FormulaError("character", place, text[at])


def _number(text: str, match: re.Match[str], place: int) -> tuple[Token, int]:
    stretch = _UNIT_STRETCH.match(text, match.end())
    end = stretch.end() if stretch else match.end()
    while True:
        scale, after, unit = read_scale_and_unit(text[:end], match.end())
        if not text[after : after + 1].isalnum() or "/" not in text[match.end() : after]:
            break
        end = text.rindex("/", match.end(), after)  # 10 kWh / 吨耗: the name that begins like a unit is none
    value = float(match[0]) * scale * (unit.factor if unit else 1.0)
    if not math.isfinite(value):
        raise FormulaError("number", place, match[0])
    return Token("number", text[match.start() : after], place, value, unit.name if unit else None), after


def _unit(written: str, place: int) -> str:
    stripped = written.strip()
    if stripped in {"", "1"}:
        return ""
    unit = read_unit(stripped, 0)
    if unit is None or unit.end != len(stripped) or unit.factor != 1.0:  # `[g/10min]` is no unit to convert into
        raise FormulaError("unit", place, stripped)
    return unit.name
