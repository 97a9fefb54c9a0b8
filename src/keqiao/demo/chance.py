"""Chance that is the same every time: one seeded generator per record, numbers and words drawn from it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import gcd
from random import Random
from typing import TypeVar
from zlib import crc32

T = TypeVar("T")

_NUMBER = re.compile(r"<(\d+(?:\.\d+)?)~(\d+(?:\.\d+)?)(?:/(\d+))?>")


def source(seed: int, kind: str, index: int) -> Random:
    """The generator of one record; records can be made alone and in any order."""
    return Random((seed << 72) | (crc32(kind.encode()) << 40) | index)


def pick(rng: Random, items: Sequence[T]) -> T:
    """One of the items, all equally likely; quicker than `Random.choice`."""
    return items[int(rng.random() * len(items))]


def in_turn(turn: int, items: Sequence[T], start: int = 0) -> T:
    """One of the items: the next one at every turn, so that neighbours are not alike."""
    return items[(start + turn) % len(items)]


def few(rng: Random, items: Sequence[T], number: int) -> list[T]:
    """`number` different items in a random order (all of them, if there are fewer)."""
    return rng.sample(items, min(number, len(items)))


def weighted(rng: Random, weights: Sequence[tuple[T, int]]) -> T:
    """One of the values, as likely as its weight."""
    point = rng.random() * sum(weight for _value, weight in weights)
    for value, weight in weights:
        point -= weight
        if point < 0:
            return value
    return weights[-1][0]


def with_numbers(rng: Random, text: str) -> str:
    """Put a number where the text leaves room for one: ``<3~8>``, ``<200~900/50>`` (steps), ``<0.2~0.6>``."""
    return _NUMBER.sub(lambda match: _drawn(rng, match), text) if "<" in text else text


def _drawn(rng: Random, match: re.Match[str]) -> str:
    low, high, step = match.groups()
    if "." in low:
        digits = len(low.partition(".")[2])
        return f"{rng.uniform(float(low), float(high)):.{digits}f}"
    width = int(step or 1)
    return str(int(low) + width * rng.randrange((int(high) - int(low)) // width + 1))


def combination(number: int, shift: int, sizes: Sequence[int]) -> list[int]:
    """The places of combination `number` of lists of these sizes: no combination comes twice before all came once.

    Neighbouring numbers differ in most places, because the step through all combinations is about their golden
    section.
    """
    total = 1
    for size in sizes:
        total *= size
    step = max(1, round(total * 0.618))
    while gcd(step, total) > 1:
        step += 1
    rest = (number * step + shift) % total
    places = []
    for size in sizes:
        rest, place = divmod(rest, size)
        places.append(place)
    return places
