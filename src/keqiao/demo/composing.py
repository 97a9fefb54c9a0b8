"""Texts composed of moves: a plan says in which order, chance which words, and the length stays within bounds."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from random import Random
from typing import Any

from keqiao.demo.chance import pick, with_numbers

SHORTEST, LONGEST = 80, 400
"""Characters of a text in Chinese."""

Phrases = dict[str, Any]

_CLAUSES = re.compile("[，。：；？“”（）]")
_HAN = "[\u4e00-\u9fff]"
_LATIN_HAN = re.compile(f"(?<=[A-Za-z0-9%℃])(?={_HAN})|(?<={_HAN})(?=[A-Za-z0-9])")
_HAN_HAN = re.compile(f"(?<={_HAN}) (?={_HAN})")


@cache
def phrases(name: str) -> Phrases:
    """The file of phrases with this name."""
    return tomllib.loads((resources.files("keqiao.demo") / "phrases" / f"{name}.toml").read_text("utf-8"))


@dataclass(frozen=True, slots=True)
class Move:
    """A place in a plan: what is to be said there, and whether it may be left out."""

    name: str
    optional: bool


@cache
def plans(name: str) -> tuple[tuple[Move, ...], ...]:
    """The plans of a file of phrases."""
    return tuple(
        tuple(Move(word.rstrip("?"), word.endswith("?")) for word in plan.split()) for plan in phrases(name)["plans"]
    )


def compose(
    rng: Random, name: str, slots: Mapping[str, str], plan: int, mode: str, *, without: frozenset[str] = frozenset()
) -> str:
    """A text of 80 to 400 characters after plan number `plan` of the file `name` (counted round and round).

    `mode` is the field's; some moves read differently where nothing is made by the piece. Moves named in `without`
    are left out.
    """
    moves = plans(name)[plan % len(plans(name))]
    choices = _choices(name, mode)
    said = [(move, finished(rng, pick(rng, choices[move.name]), slots)) for move in moves if move.name not in without]
    said = _unrepeated(said)
    while sum(len(text) for _move, text in said) > LONGEST - 10:
        last = next((place for place in range(len(said) - 1, -1, -1) if said[place][0].optional), len(said) - 1)
        del said[last]
    text = "".join(text for _move, text in said)
    for more in ("who", "limit", "merit", "scene", "close", "proof", "offer"):
        if len(text) >= SHORTEST + 5:
            break
        if more in choices and more not in without:
            text += finished(rng, pick(rng, choices[more]), slots)
    return reworded(rng, text)


@cache
def _choices(name: str, mode: str) -> dict[str, list[str]]:
    texts = phrases(name)
    return dict(texts["moves"]) | dict(texts.get("variants", {}).get(mode, {}))


def finished(rng: Random, template: str, slots: Mapping[str, str]) -> str:
    """A template with its slots and numbers filled in, and the punctuation mended."""
    return tidy(with_numbers(rng, template.format_map(slots)))


def tidy(text: str) -> str:
    """One full stop, a space between Han and Latin, none between Han and Han."""
    text = text.replace("。。", "。").replace("，。", "。").replace("；。", "。")
    return _HAN_HAN.sub("", _LATIN_HAN.sub(" ", text))


def reworded(rng: Random, text: str) -> str:
    """The same text with some of its words replaced by others that say the same."""
    for word, other in _synonyms():
        if word in text and rng.random() < 0.4:
            text = text.replace(word, other, 1)
    return text


@cache
def _synonyms() -> tuple[tuple[str, str], ...]:
    pairs = [pair.partition("|") for pair in str(phrases("synonyms")["pairs"]).split()]
    return tuple((word, other) for word, _bar, other in pairs)


def _unrepeated(said: list[tuple[Move, str]]) -> list[tuple[Move, str]]:
    """Without moves that only repeat a clause of an earlier one."""
    kept: list[tuple[Move, str]] = []
    heard = ""
    for move, text in said:
        clauses = [clause for clause in _CLAUSES.split(text) if len(clause) > 5]
        if move.optional and any(clause in heard for clause in clauses):
            continue
        kept.append((move, text))
        heard += text
    return kept
