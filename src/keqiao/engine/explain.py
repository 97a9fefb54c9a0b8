"""Why a document was found: phrases both sides share, with their places, and how fields and regions relate."""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from typing import NamedTuple

from keqiao.engine.text import Folded, fold, folded, is_function_word, stem, without_fillers
from keqiao.engine.translate import Translated

LONGEST_EXPLAINED = 6000
_UNIT = re.compile("[\u3400-\u9fff]|[a-z0-9]+")
_OCCURRENCES = 40


@dataclass(frozen=True, slots=True)
class Place:
    """Where a phrase stands: in the `title` or the `text`, first character and one past the last."""

    part: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Phrase:
    """A run of characters that query and document share, as the document writes it, and every place of it."""

    text: str
    in_query: tuple[Place, ...]
    in_document: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Relation:
    """How a code of the query and one of the document relate: `same`, `within`, `around`, `beside` or `apart`.

    `within`: the document's code lies below the query's; `around`: above it; `beside`: both below one parent.
    """

    query: str
    document: str
    kind: str

    @property
    def closeness(self) -> float:
        """1 for the same, 0 for none."""
        return {"same": 1.0, "within": 0.8, "around": 0.6, "beside": 0.4}.get(self.kind, 0.0)


def relation(query: Sequence[str], document: Sequence[str]) -> Relation | None:
    """The closest relation of any two codes; None when either side names none. Codes are prefix codes."""
    pairs = [Relation(a, b, _kind(a, b)) for a in query if a for b in document if b]
    return max(pairs, key=lambda pair: (pair.closeness, pair.query, pair.document), default=None)


def _kind(query: str, document: str) -> str:
    if query == document:
        return "same"
    if document.startswith(query):
        return "within"
    if query.startswith(document):
        return "around"
    return "beside" if min(len(query), len(document)) >= 2 and query[:2] == document[:2] else "apart"


class _Unit(NamedTuple):
    """A Han character or a Latin token of a text, with its place in the original; `run` changes at every break.

    A tuple, because there is one for every character of every text that is shown.
    """

    text: str
    run: int
    part: str
    start: int
    end: int


class Explained:
    """A title and text made ready to be compared with many others."""

    def __init__(self, title: str, text: str) -> None:
        self.parts = {"title": title[:LONGEST_EXPLAINED], "text": text[:LONGEST_EXPLAINED]}
        self.folded = {part: folded(content) for part, content in self.parts.items()}
        self.units = [unit for part in self.parts for unit in _units(part, self.folded[part])]

    def places(self, phrase: str) -> list[Place]:
        """Where a folded phrase stands, a Latin one only as whole words."""
        if not any(phrase in read.text for read in self.folded.values()):
            return []
        pattern = re.escape(phrase)
        wanted = re.compile(rf"(?<![a-z0-9]){pattern}(?![a-z0-9])" if phrase.isascii() else pattern)
        return [
            Place(part, *read.span(*match.span()))
            for part, read in self.folded.items()
            for match in itertools.islice(wanted.finditer(read.text), _OCCURRENCES)
        ]

    def surface(self, places: Sequence[Place]) -> str:
        """How the first of these places reads."""
        place = places[0]
        return self.parts[place.part][place.start : place.end]


def _units(part: str, read: Folded) -> Iterator[_Unit]:
    blanked = without_fillers(read.text)
    run, previous = (0 if part == "title" else 1 << 20), 0
    for match in _UNIT.finditer(blanked):
        start, end, word = match.start(), match.end(), match[0]
        is_han = word >= "\u3400"
        gap = read.text[previous:start]
        if gap and (is_han or gap.strip(" -")):
            run += 1
        previous = end
        if not is_han:
            word = stem(word)
            if is_function_word(word):
                run += 1
                continue
        yield _Unit(word, run, part, *read.span(start, end))


def phrases(
    query: Explained, document: Explained, worth: Callable[[list[str]], dict[str, float]], limit: int = 12
) -> list[Phrase]:
    """The longest runs that both sides share, most telling first.

    A run has two Han characters or more, or a Latin word. It is taken greedily from left to right, one character
    later when that gives a longer one (as LZ77 compressors do). `worth` weighs a run.
    """
    starts = _starts(document.units, {unit.text for unit in query.units})
    found: dict[str, tuple[list[Place], list[Place]]] = {}
    i = 0
    while i < len(query.units):
        length = _longest(query.units, i, document.units, starts)
        if length and _longest(query.units, i + 1, document.units, starts) > length:
            i += 1
            continue
        if length:
            _note(found, query.units[i : i + length], document.units, starts)
        i += max(length, 1)
    weights = worth(list(found))
    ordered = sorted(found, key=lambda text: (-weights[text], text))[:limit]
    return [Phrase(document.surface(found[t][1]), tuple(found[t][0]), tuple(found[t][1])) for t in ordered]


def _starts(units: Sequence[_Unit], wanted: Set[str]) -> dict[tuple[str, str], list[int]]:
    """Where the runs that begin with a unit wanted stand, by what they can be looked up by."""
    starts: dict[tuple[str, str], list[int]] = {}
    for i, unit in enumerate(units):
        if unit.text in wanted:
            for key in _keys(units, i):
                starts.setdefault(key, []).append(i)
    return starts


def translations(
    query: Mapping[str, Sequence[Translated]], document: Explained, known: Sequence[str], limit: int = 12
) -> list[Phrase]:
    """Phrases of the query (by part) of which the document has a sense of two characters or more, in order.

    `known` are phrases shown already.
    """
    found: dict[str, tuple[list[Place], list[Place]]] = {}
    for part, phrases_of_part in query.items():
        for phrase in phrases_of_part:
            for sense in phrase.senses:
                here = document.places(_folded_sense(sense)) if len(sense) > 1 and sense not in known else []
                if here:
                    there = found.setdefault(sense, ([], here))[0]
                    there.append(Place(part, phrase.start, phrase.end))
                    break
    return [Phrase(document.surface(here), tuple(there), tuple(here)) for there, here in list(found.values())[:limit]]


@functools.lru_cache(maxsize=50_000)
def _folded_sense(sense: str) -> str:
    return fold(sense)


def _keys(units: Sequence[_Unit], i: int) -> list[tuple[str, str]]:
    """How the run that starts here can be looked up: by its first two units, and by one if that is a Latin word."""
    first = units[i].text
    keys = [(first, "")] if _tells_alone(first) else []
    if i + 1 < len(units) and units[i + 1].run == units[i].run:
        second = units[i + 1].text
        if (first >= "\u3400" and second >= "\u3400") or _tells_alone(first) or _tells_alone(second):
            keys.append((first, second))
    return keys


def _tells_alone(text: str) -> bool:
    return text < "\u3400" and len(text) > 1 and not text.isdigit()


def _longest(
    query: Sequence[_Unit], i: int, document: Sequence[_Unit], starts: dict[tuple[str, str], list[int]]
) -> int:
    """How many units from `i` on stand somewhere in the document as well (0: none that tells anything)."""
    if i >= len(query):
        return 0
    best = 0
    for key in _keys(query, i):
        for j in starts.get(key, [])[:_OCCURRENCES]:
            best = max(best, _common(query, i, document, j))
    return best


def _common(query: Sequence[_Unit], i: int, document: Sequence[_Unit], j: int) -> int:
    length = 0
    end = min(len(query) - i, len(document) - j)
    while (
        length < end
        and query[i + length].text == document[j + length].text
        and query[i + length].run == query[i].run
        and document[j + length].run == document[j].run
    ):
        length += 1
    return length


def _note(
    found: dict[str, tuple[list[Place], list[Place]]],
    run: Sequence[_Unit],
    document: Sequence[_Unit],
    starts: dict[tuple[str, str], list[int]],
) -> None:
    text = _joined(run)
    if text in found:
        found[text][0].append(_place(run))
        return
    key = _keys(run, 0)[-1]
    places = [
        _place(document[j : j + len(run)])
        for j in starts.get(key, [])[:_OCCURRENCES]
        if _common(run, 0, document, j) == len(run)
    ]
    found[text] = ([_place(run)], places)


def _joined(run: Sequence[_Unit]) -> str:
    text = ""
    for unit in run:
        text += (" " if text and text[-1] < "\u3400" and unit.text < "\u3400" else "") + unit.text
    return text


def _place(run: Sequence[_Unit]) -> Place:
    return Place(run[0].part, run[0].start, run[-1].end)
