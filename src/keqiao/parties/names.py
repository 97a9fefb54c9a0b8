"""Names of organisations: made comparable, made findable, and found to look alike.

Two names look alike when people would take one for the other: the same but for place, legal form, script or width,
the same when spoken, or nearly the same characters.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Mapping
from typing import Any

import opencc
from pypinyin import lazy_pinyin
from rapidfuzz import fuzz, process

from keqiao.kernel.languages import in_english

NEARLY = 85.0
"""Similarity in percent (normalised insertions and deletions) from which two keys are nearly the same."""

LEGAL_FORMS = re.compile(
    r"(?:集团)?(?:股份)?(?:有限责任公司|有限公司|股份公司|有限合伙|普通合伙|总公司|公司|集团)$"
    r"|(?:\b(?:co|ltd|inc|llc|limited|corporation|corp|gmbh)\b\.?)"
)
BRACKETED = re.compile(r"\([^()]{0,20}\)")
NOT_A_WORD = re.compile(r"[\W_]+")


@functools.cache
def simplifier() -> opencc.OpenCC:
    """Traditional to simplified characters."""
    return opencc.OpenCC("t2s")


def plain_name(name: str) -> str:
    """One width, one script, lower case: the form in which people type a name when they look for it."""
    return str(simplifier().convert(unicodedata.normalize("NFKC", name))).casefold().strip()


def name_key(name: str) -> str:
    """What of a name tells one organisation from another: no place in brackets, no legal form, no punctuation."""
    plain = BRACKETED.sub("", plain_name(name)).strip()
    key = NOT_A_WORD.sub("", LEGAL_FORMS.sub("", plain))
    return (key or NOT_A_WORD.sub("", plain_name(name)))[:120]


def spoken(text: str) -> str:
    """The sounds of a text without tones: names that are only written differently are the same here."""
    return "".join(lazy_pinyin(text))


def search_text(name: str, name_en: str) -> str:
    """The names that everybody finds an organisation by, in one lower-case line: sounds and first letters included."""
    plain = plain_name(name)
    sounds = lazy_pinyin(plain)  # the slow part of making an organisation: once for both
    letters = "".join(sound[0] if sound.isalpha() and sound.isascii() else sound for sound in sounds)
    parts = (plain, name_en.casefold(), "".join(sounds), letters)
    return " ".join(part for part in parts if part)[:800]


def nearly_same(key: str, keys: Mapping[int, str], limit: int = 50) -> dict[int, int]:
    """Ids of `keys` that are nearly the same as `key`, with their likeness in percent.

    Likeness is the normalised InDel similarity of rapidfuzz: 100 · 2·M / T, with M characters in common in the same
    order and T characters in both.
    """
    found = process.extract(key, keys, scorer=fuzz.ratio, score_cutoff=NEARLY, limit=limit)
    return {pk: round(score) for _key, score, pk in found}


def lengths_near(key: str) -> tuple[int, int]:
    """The shortest and the longest key that can still be `NEARLY` the same."""
    share = NEARLY / (200.0 - NEARLY)
    return int(len(key) * share), int(len(key) / share) + 1


def called(party: Any) -> str:
    """What a person, an organisation or a node is called in the reader's language; nothing for nobody."""
    english = getattr(party, "name_en", "") if in_english() else ""
    return str(english or party or "")
