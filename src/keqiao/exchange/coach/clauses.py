"""Clauses of a text, and what each is about."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from keqiao.exchange.coach import words

HAN = "\u3400-\u9fff"
STOP = re.compile(rf"[。！？!?；;\n]+|\.(?=\s|$)|(?<=[{HAN}])\.(?=[{HAN}])")
PAUSE = re.compile(r"[，,：:]")
GAP = re.compile(rf"(?:(?<=[{HAN}0-9%℃])|(?<=/[A-Za-z]))[ ]+(?=[{HAN}]|[A-Za-z]+[{HAN}])")
"""Where people leave a space instead of a comma; asked only of sentences without one."""
THOUSANDS = re.compile(r"\d,\d")
LABEL = re.compile(r"\s*[：:]")
LONGEST_LABEL = 10
DENIED = re.compile(r"(?:不需要|无需|不要求|不希望|不用).*")
BOUND = re.compile(r"以上|以下|以内|不[低高大小超少多]|[≥≤<>＜＞]|至少|最多")


@dataclass(frozen=True, slots=True)
class Clause:
    """A stretch of text between commas or stops, with what it is about: `wish`, `present` or neither.

    `label`: it only names what follows its colon (`需求：`, `Budget:`).
    """

    start: int
    end: int
    text: str
    role: str
    label: bool = False


def clauses_of(text: str) -> Iterator[Clause]:
    """Clauses in order. A clause without a word of its own takes the role of the one before it in its sentence."""
    under_heading = False
    first_wish = strong_wish_at(text)
    for start, end in pieces(text, STOP, 0, len(text)):
        sentence = text[start:end]
        if start and "\n\n" in text[max(0, start - 2) : start]:
            under_heading = False
        if mentions(sentence[:12], words.WISH_HEADING):
            under_heading = True
        role = "wish" if under_heading else ""
        mark = PAUSE if PAUSE.search(sentence) else GAP
        for first, last in pieces(text, mark, start, end):
            clause = text[first:last]
            own = role_of(clause)
            if own == "wish" and first < first_wish and is_fact(clause):
                own = "present"
            role = own or role
            is_label = last - first <= LONGEST_LABEL and LABEL.match(text, last) is not None
            said = "" if mentions(clause, words.MONEY) and not own else role
            yield Clause(first, last, clause.strip(), said, is_label)


def strong_wish_at(text: str) -> int:
    """Where the text first says that it wants something, 0 if it never does."""
    return min((at for word in words.STRONG_WISH if (at := position(text, word)) >= 0), default=0)


def is_fact(clause: str) -> bool:
    """`损耗率达到15%`, before any wish, tells what is; `达到 15% 以上` and `要求达到` tell what is wanted."""
    return mentions(clause, words.WEAK_WISH) and not BOUND.search(clause)


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
    """What a clause is about; a wish outweighs the present, but not a plain “cannot”; what is denied is neither."""
    clause = DENIED.sub("", clause)
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
    # What begins with a digit is not the end of a longer number: `1.65 g` is no `5G`.
    before = "A-Za-z0-9." if word[:1].isdigit() else "A-Za-z"
    match = re.search(rf"(?<![{before}]){re.escape(word)}(?![A-Za-z])", text, re.IGNORECASE)
    return match.start() if match else -1
