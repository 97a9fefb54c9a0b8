"""How well figures are read from sentences somebody wrote: precision, recall and F1 over all figures of a file."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from keqiao.engine.specs import Figure, figures
from keqiao.engine.specs.units import conversion
from keqiao.engine.text import fold

FOLDER = Path(__file__).parent


@dataclass
class Measured:
    """Counts over a file, and the sentences that were not read as written there."""

    right: int = 0
    written: int = 0
    found: int = 0
    misses: list[str] = field(default_factory=list)

    @property
    def precision(self) -> float:
        return self.right / self.found

    @property
    def recall(self) -> float:
        return self.right / self.written

    @property
    def f1(self) -> float:
        return 2 * self.right / (self.written + self.found)

    def __str__(self) -> str:
        figure = f"precision {self.precision:.3f}, recall {self.recall:.3f}, F1 {self.f1:.3f}"
        return "\n".join([f"{figure} ({self.written} figures)", *self.misses])


def sentences(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (FOLDER / name).read_text("utf-8").splitlines()]


def measured(name: str) -> Measured:
    """Reads every sentence of a file; a figure counts once, for the first written one that it matches."""
    result = Measured()
    for sentence in sentences(name):
        wanted = [Figure(w["name"], w["min"], w["max"], w["unit"]) for w in sentence["figures"]]
        found = figures(sentence["text"])
        left = list(found)
        for one in wanted:
            match = next((other for other in left if is_same(one, other)), None)
            if match is not None:
                left.remove(match)
        right = len(found) - len(left)
        result.right, result.written, result.found = (
            result.right + right,
            result.written + len(wanted),
            result.found + len(found),
        )
        if left or right < len(wanted):
            result.misses.append(f"{sentence['text']}\n    {[_short(f) for f in found]}")
    return result


def is_same(wanted: Figure, found: Figure) -> bool:
    """The same interval in one unit, and names that share a word (nameless figures: any name)."""
    straight = conversion(found.unit, wanted.unit)
    if straight is None or not _names_meet(wanted.name, found.name):
        return False
    factor, offset = straight
    ends = ((wanted.min, found.min), (wanted.max, found.max))
    return all(
        (one is None) == (other is None)
        and (one is None or other is None or math.isclose(one, factor * other + offset, rel_tol=1e-6, abs_tol=1e-12))
        for one, other in ends
    )


def _names_meet(wanted: str, found: str) -> bool:
    one, other = fold(wanted), fold(found)
    if not one:
        return True
    if one.isascii() and other.isascii():
        return bool(set(one.split()) & set(other.split()))
    return bool(other) and (one in other or other in one or bool(_pairs(one) & _pairs(other)))


def _pairs(name: str) -> set[str]:
    return {name[i : i + 2] for i in range(len(name) - 1)}


def _short(figure: Figure) -> str:
    return f"{figure.name}|{figure.min}|{figure.max}|{figure.unit}"
