"""Names that nobody has: composed of syllables, and checked against parts of well-known names.

A brand is one syllable from each of three lists of uncommon characters (``霁岚拓``): 44 × 44 × 36 brands, each used
once. It stands between a real city and a word of its trade (``武汉霁岚拓光电科技有限公司``). A composed name that
contains a part of a well-known one is passed over. People get a surname and two given syllables.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

from keqiao.demo.chance import combination


@dataclass(frozen=True, slots=True)
class Name:
    """A name as it is written and as it is read (lower case, no spaces)."""

    written: str
    read: str


@cache
def _lists() -> dict[str, list[Name]]:
    data = tomllib.loads((resources.files("keqiao.demo") / "phrases" / "names.toml").read_text("utf-8"))
    return {
        key: [Name(word[0], word[1:]) for word in str(value).split()] for key, value in data.items() if key != "guard"
    }


@cache
def guard() -> tuple[str, ...]:
    """Parts of well-known names that no invented name may contain."""
    data = tomllib.loads((resources.files("keqiao.demo") / "phrases" / "names.toml").read_text("utf-8"))
    return tuple(str(data["guard"]).split())


@cache
def _guarded() -> re.Pattern[str]:
    return re.compile("|".join(re.escape(part) for part in guard()))


def is_free(name: str) -> bool:
    """Whether a name contains no part of a well-known one."""
    return not _guarded().search(name)


BRANDS = 44 * 44 * 36


def brand(number: int) -> Name:
    """Brand `number`, below `BRANDS`, in an order that mixes the syllables; no two numbers share one."""
    lists = _lists()
    parts = [lists["brand_first"], lists["brand_second"], lists["brand_third"]]
    places = combination(number, 11, [len(part) for part in parts])
    chosen = [part[place] for part, place in zip(parts, places, strict=True)]
    return Name("".join(syllable.written for syllable in chosen), "".join(syllable.read for syllable in chosen))


@dataclass(frozen=True, slots=True)
class PersonName:
    """A person's name: ``姜闻溪``, ``Wenxi Jiang``; `login` is the first part of the e-mail address."""

    written: str
    english: str
    login: str


def person_name(number: int) -> PersonName:
    """The name of person `number`; after some 96,000 people names come again (`login` does not)."""
    lists = _lists()
    parts = [lists["surnames"], lists["given_first"], lists["given_second"]]
    family, first, second = (
        part[place] for part, place in zip(parts, combination(number, 7, [len(part) for part in parts]), strict=True)
    )
    if first.written == second.written:
        second = lists["given_second"][0]
    given = first.read + second.read
    return PersonName(
        family.written + first.written + second.written,
        f"{given.capitalize()} {family.read.capitalize()}",
        f"{family.read}.{given}{number + 1}",
    )
