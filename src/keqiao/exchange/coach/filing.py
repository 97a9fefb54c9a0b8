"""Where a need is filed: kind, technical fields, region, ways of cooperation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from keqiao.exchange.coach import words
from keqiao.exchange.coach.clauses import mentions, position
from keqiao.parties import taxonomy

NEGATION = re.compile(r"(?:不需要?|无需|不用|不是|并非|暂不|没有)\s*$")


def kind_of(text: str) -> str:
    """The kind whose words weigh most, those denied left out; technology when in doubt."""
    weight = {
        kind: sum(points for points, said in lists.items() for word in said if is_meant(text, word))
        for kind, lists in words.KIND_WORDS.items()
    }
    weight["technology"] += 1.5
    return max(weight, key=lambda kind: (weight[kind], kind == "technology"))


def is_meant(text: str, word: str) -> bool:
    """Whether the word stands in the text and is not denied there: `不需要融资`."""
    at = position(text, word)
    return at >= 0 and not NEGATION.search(text[max(0, at - 4) : at])


def fields_of(text: str) -> list[str]:
    """Up to three fields: those with most words in the text, early ones first, and names of the classification."""
    weight: dict[str, float] = {}
    for said, codes in words.FIELD_WORDS.items():
        hits = [at for word in said if (at := position(text, word)) >= 0]
        if hits:
            worth = len(hits) + 1 / (1 + min(hits) / 50)
            for rank, code in enumerate(codes):
                weight[code] = weight.get(code, 0) + worth / (1 + rank / 4)
    for code, core in cores():
        if core in text:
            weight[code] = weight.get(code, 0) + len(core) / 3
    return sorted(weight, key=lambda code: (-weight[code], code))[:3]


@cache
def cores() -> tuple[tuple[str, str], ...]:
    """Industry classes by the word that says what they are about: `锂离子电池制造` → `锂离子电池`."""
    found = []
    for code, term in taxonomy.industries().items():
        core = re.sub(r"(?:专用设备)?(?:制造|加工|生产|开采|种植|服务|活动|业)+$", "", term.name.removeprefix("其他"))
        if len(code) == 5 and len(core) >= 3 and not re.search(r"[、和及其他（(]", core):
            found.append((code, core))
    return tuple(found)


def region_of(text: str) -> str:
    """The region that the text says it is in; else the most exact one named, the first of several.

    A name in full counts everywhere, one in short (`武汉`) where it cannot be part of something else.
    """
    found = [(is_placed(text, at), len(code), -at, code) for at, code in places_in(text)]
    return max(found, default=(False, 0, 0, ""))[3]


def places_in(text: str) -> Iterator[tuple[int, str]]:
    """Where which region is named."""
    for name, code in taxonomy.region_names():
        at = text.find(name)
        if at >= 0 and (name in full_names() or is_place(text, at, name)):
            yield at, code
    for name, code in taxonomy.english_regions().items():
        if (at := position(text, name)) >= 0:
            yield at, code


def is_placed(text: str, at: int) -> bool:
    """Whether a word before the place says that this is where they are (a province may stand between)."""
    before = text[max(0, at - 12) : at].lower()
    return any(word in before[-len(word) - 5 :] for word in words.PLACED)


@cache
def full_names() -> frozenset[str]:
    return frozenset(term.name for term in taxonomy.regions().values())


def is_place(text: str, at: int, name: str) -> bool:
    """A short name (`武汉`) counts unless it begins the name of a university, a road or a brand."""
    after = text[at + len(name) : at + len(name) + 6]
    return not any(after.startswith(word) for word in words.NOT_A_PLACE)


def modes_of(text: str) -> list[str]:
    """The ways of cooperation that the text names."""
    return [mode for mode, said in words.MODE_WORDS.items() if mentions(text, said)]
