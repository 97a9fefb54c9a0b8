"""Graded pairs as `keqiao grades export` writes them: one JSON object a line, a need, an achievement, a grade 1–4.

Of the features in a line nothing is read: they are computed anew, by the engine that learns.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean
from typing import Any

from keqiao.engine.asking import Query
from keqiao.engine.document import Document
from keqiao.engine.specs.figure import Figure
from keqiao.engine.text import language

LOWEST, HIGHEST = 1, 4


class BadGrades(Exception):
    """Grades that nothing can be learnt from; the message names the file and the line, and the remedy."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A need and an achievement with the mean of the grades (1..4) that they were given, and when the last was."""

    need: str
    query: Query
    document: Document
    grade: float
    at: str = ""

    @property
    def gain(self) -> int:
        """The grade as a whole number from 0, halves upwards, as measures of rankings want it."""
        return int(self.grade - LOWEST + 0.5)


def read_pairs(path: Path) -> list[Pair]:
    """The pairs of a file, by need and achievement; of several grades of one pair the mean counts (BadGrades).

    The texts that a pair had when it was graded last are those that count.
    """
    given: dict[tuple[str, str], list[Pair]] = {}
    for pair in _read(path):
        given.setdefault((pair.need, pair.document.id), []).append(pair)
    return [_joined(given[key]) for key in sorted(given)]


def _joined(pairs: Sequence[Pair]) -> Pair:
    last = max(pairs, key=lambda pair: pair.at)
    return Pair(last.need, last.query, last.document, fmean(pair.grade for pair in pairs), last.at)


def _read(path: Path) -> Iterator[Pair]:
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")  # not splitlines, which also parts at U+2028 in a text
    except (OSError, UnicodeDecodeError) as error:
        raise BadGrades(f"{path} cannot be read ({error}): write it with `keqiao grades export`") from error
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                yield _pair(json.loads(line))
            except (KeyError, TypeError, ValueError) as error:
                trouble = f"{error.args[0]} is missing" if isinstance(error, KeyError) else str(error)
                raise BadGrades(f"{path}, line {number}: {trouble}; correct the line or take it out") from error


def _pair(line: Any) -> Pair:
    if not isinstance(line, Mapping):
        raise TypeError("not an object with need, achievement and grade")
    grade = line["grade"]
    if not isinstance(grade, int) or isinstance(grade, bool) or not LOWEST <= grade <= HIGHEST:
        raise ValueError(f"grade is {grade!r}, not a whole number from {LOWEST} to {HIGHEST}")
    need, achievement = _side(line, "need"), _side(line, "achievement")
    return Pair(str(need["id"]), _query(need), _document(achievement), float(grade), str(line.get("at") or ""))


def _side(line: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    side = line[name]
    if not isinstance(side, Mapping):
        raise TypeError(f"{name} is not an object")
    for key in ("id", "title", "text"):
        if key not in side:
            raise KeyError(f"{name}.{key}")
    return side


def _query(need: Mapping[str, Any]) -> Query:
    return Query(
        title=str(need["title"]),
        text=str(need["text"]),
        fields=tuple(map(str, need.get("fields") or ())),
        region=str(need.get("region") or ""),
        targets=_figures(need, "figures"),
        wishes=_figures(need, "wishes"),
    )


def _document(achievement: Mapping[str, Any]) -> Document:
    title, text = str(achievement["title"]), str(achievement["text"])
    return Document(
        id=str(achievement["id"]),
        title=title,
        text=text,
        fields=tuple(map(str, achievement.get("fields") or ())),
        region=str(achievement.get("region") or ""),
        language=language(title + text),
        figures=_figures(achievement, "figures"),
    )


def _figures(side: Mapping[str, Any], name: str) -> tuple[Figure, ...]:
    return tuple(Figure.from_json(figure) for figure in side.get(name) or ())
