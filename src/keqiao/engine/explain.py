"""Why a document was found: phrases both sides share, with their places, and how fields and regions relate."""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from keqiao.engine.text import Folded, fold, folded, is_function_word, stem, without_fillers
from keqiao.engine.translate import Translated

LONGEST_EXPLAINED = 6000
_UNITS = re.compile("[\u3400-\u9fff]+|[a-z0-9]+")
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
    return _relation(tuple(query), tuple(document))


@functools.lru_cache(maxsize=20_000)
def _relation(query: tuple[str, ...], document: tuple[str, ...]) -> Relation | None:
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


@dataclass(frozen=True)
class _Line:
    """A title and text as one string with a character for every unit, which is a Han character or a Latin token.

    Tokens are letters of their own (`words` names them), `BREAK` stands between runs, so that whatever two lines have
    in common is a run that both sides share. Unit `i` stands in the original part at `starts[i]` to `ends[i]`.
    """

    text: str
    words: dict[str, str]
    starts: list[int]
    ends: list[int]
    title: int
    """How many characters belong to the title."""

    @functools.cached_property
    def least(self) -> dict[int, int]:
        """How many units a run that begins here must have to tell anything: one if that is a Latin word, two if both
        are Han or one of them is such a word. Left out where none does.
        """
        alone = [self._tells_alone(unit) for unit in self.text]
        han = ["\u3400" <= unit < "\ua000" for unit in self.text]
        pairs = [i for i in range(len(han) - 1) if BREAK not in self.text[i : i + 2]]
        told = {i: 2 for i in pairs if (han[i] and han[i + 1]) or alone[i + 1]}
        told |= {i: 1 for i, tells in enumerate(alone) if tells}
        return dict(sorted(told.items()))

    def _tells_alone(self, unit: str) -> bool:
        word = self.words.get(unit, "")
        return len(word) > 1 and not word.isdigit()

    def place(self, i: int, length: int) -> Place:
        part = "title" if i < self.title else "text"
        return Place(part, self.starts[i], self.ends[i + length - 1])

    def spelled_as_in(self, other: _Line) -> str:
        """The text with the letters that another line has for the same words."""
        letters = {word: letter for letter, word in other.words.items()}
        return self.text.translate({ord(a): letters.get(word, ELSEWHERE) for a, word in self.words.items()} | _APART)


BREAK, ELSEWHERE = "\n", "\r"
_APART = {ord(BREAK): ELSEWHERE}
_LETTERS = 0xF0000
"""Where the letters for words begin: characters that Unicode leaves to everybody's own use."""


class Explained:
    """A title and text made ready to be compared with many others."""

    def __init__(self, title: str, text: str) -> None:
        self.parts = {"title": title[:LONGEST_EXPLAINED], "text": text[:LONGEST_EXPLAINED]}
        self.folded = {part: folded(content) for part, content in self.parts.items()}

    @functools.cached_property
    def line(self) -> _Line:
        line = _Line("", {}, [], [], 0)
        letters: dict[str, str] = {}
        title = _written(self.folded["title"], line, letters)
        text = _written(self.folded["text"], line, letters)
        words = {letter: word for word, letter in letters.items()}
        return replace(line, text=title + text, words=words, title=len(title))

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


def _written(read: Folded, line: _Line, letters: dict[str, str]) -> str:
    """One part as a line; the places of its units are added to `line`, its words to `letters`."""
    pieces: list[str] = []
    origin, previous = read.origin, 0
    for match in _UNITS.finditer(without_fillers(read.text)):
        start, end = match.span()
        written = match[0]
        gap = read.text[previous:start]
        is_han = written >= "\u3400"
        if gap and (is_han or gap.strip(" -")):
            _break(pieces, line)
        previous = end
        if is_han:
            pieces.append(written)
            line.starts.extend(origin[start:end])
            line.ends.extend([place + 1 for place in origin[start:end]])
        elif is_function_word(word := stem(written)):
            _break(pieces, line)
        else:
            pieces.append(letters.setdefault(word, chr(_LETTERS + len(letters))))
            line.starts.append(origin[start])
            line.ends.append(origin[end - 1] + 1)
    _break(pieces, line)
    return "".join(pieces)


def _break(pieces: list[str], line: _Line) -> None:
    pieces.append(BREAK)
    line.starts.append(0)
    line.ends.append(0)


def phrases(
    query: Explained, document: Explained, worth: Callable[[list[str]], Mapping[str, float]], limit: int = 12
) -> list[Phrase]:
    """The longest runs that both sides share, most telling first.

    A run has two Han characters or more, or a Latin word. It is taken greedily from left to right, one character
    later when that gives a longer one (as LZ77 compressors do). `worth` weighs a run.
    """
    asked, offered = query.line.spelled_as_in(document.line), document.line
    begins = {i: n for i, n in query.line.least.items() if asked[i : i + n] in offered.text}
    found: dict[str, list[int]] = {}
    passed = 0
    for i in begins:
        if i < passed:
            continue
        length = _longest(asked, i, begins, offered.text)
        if _longest(asked, i + 1, begins, offered.text) <= length:
            found.setdefault(asked[i : i + length], []).append(i)
            passed = i + length
    texts = {_joined(run, offered.words): run for run in found}
    weights = worth(list(texts))
    ordered = sorted(texts, key=lambda text: (-weights[text], text))[:limit]
    return [_phrase(query.line, found[texts[text]], document, texts[text]) for text in ordered]


def _phrase(asked: _Line, at: Sequence[int], document: Explained, run: str) -> Phrase:
    here = tuple(document.line.place(j, len(run)) for j in itertools.islice(_occurrences(run, document.line.text), 40))
    return Phrase(document.surface(here), tuple(asked.place(i, len(run)) for i in at), here)


def _occurrences(run: str, text: str) -> Iterator[int]:
    at = text.find(run)
    while at >= 0:
        yield at
        at = text.find(run, at + 1)


def _longest(asked: str, i: int, begins: Mapping[int, int], offered: str) -> int:
    """How many units from `i` on stand somewhere in the document as well (0: none that tells anything)."""
    length = begins.get(i, 0)
    at = offered.find(asked[i : i + length]) if length else -1
    while at >= 0:
        length += _common(asked, i + length, offered, at + length)
        at = offered.find(asked[i : i + length + 1], at + 1) if i + length < len(asked) else -1
    return length


def _common(asked: str, i: int, offered: str, j: int) -> int:
    """How many characters from these places on are the same."""
    length = 0
    for a, b in zip(asked[i:], offered[j:], strict=False):
        if a != b:
            break
        length += 1
    return length


def _joined(run: str, words: Mapping[str, str]) -> str:
    """A run as text, blanks between words."""
    text = ""
    for unit in run:
        word = words.get(unit, unit)
        text += (" " if text and text[-1] < "\u3400" and word < "\u3400" else "") + word
    return text


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
