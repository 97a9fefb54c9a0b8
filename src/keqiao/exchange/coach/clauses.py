"""Clauses of a text, and what each is about."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from keqiao.exchange.coach import words

STOP = re.compile(r"[。！？!?；;\n]+|\.(?=\s|$)")
PAUSE = re.compile(r"[，,：:]")
THOUSANDS = re.compile(r"\d,\d")


@dataclass(frozen=True, slots=True)
class Clause:
    """A stretch of text between commas or stops, with what it is about: `wish`, `present` or neither."""

    start: int
    end: int
    text: str
    role: str


def clauses_of(text: str) -> Iterator[Clause]:
    """Clauses in order. A clause without a word of its own takes the role of the one before it in its sentence."""
    under_heading = False
    for start, end in pieces(text, STOP, 0, len(text)):
        sentence = text[start:end]
        if start and "\n\n" in text[max(0, start - 2) : start]:
            under_heading = False
        if mentions(sentence[:12], words.WISH_HEADING):
            under_heading = True
        role = "wish" if under_heading else ""
        for first, last in pieces(text, PAUSE, start, end):
            role = role_of(text[first:last]) or role
            yield Clause(first, last, text[first:last].strip(), role)


def pieces(text: str, mark: re.Pattern[str], start: int, end: int) -> Iterator[tuple[int, int]]:
    """The stretches between marks; a comma within a number (`10,000`) does not part."""
    begin = start
    for match in mark.finditer(text, start, end):
        digits = THOUSANDS.match(text, match.start() - 1) if match.start() else None
        if digits:
            continue
        if text[begin : match.start()].strip():
            yield begin, match.start()
        begin = match.end()
    if text[begin:end].strip():
        yield begin, end


def role_of(clause: str) -> str:
    """What a clause is about; a wish outweighs the present, but not a plain “cannot”."""
    if mentions(clause, words.STRONG_PRESENT):
        return "present"
    if mentions(clause, words.PRESENT) and not mentions(clause, words.STRONG_WISH):
        return "present"
    return "wish" if mentions(clause, words.WISH) else ""


def mentions(text: str, said: tuple[str, ...]) -> bool:
    """Whether one of the words stands in the text; Latin ones in any case, as whole words."""
    return any(position(text, word) >= 0 for word in said)


def position(text: str, word: str) -> int:
    """Where the word first stands, or -1."""
    if not word.isascii():
        return text.find(word)
    match = re.search(rf"(?<![A-Za-z]){re.escape(word)}(?![A-Za-z])", text, re.IGNORECASE)
    return match.start() if match else -1
