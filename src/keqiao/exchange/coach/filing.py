"""Where a need is filed: kind, technical fields, region, ways of cooperation."""

from __future__ import annotations

import re

from keqiao.exchange import taxonomy
from keqiao.exchange.coach import words
from keqiao.exchange.coach.clauses import mentions, position


def kind_of(text: str) -> str:
    """The kind whose words weigh most; technology when in doubt."""
    weight = {
        kind: sum(points for points, said in lists.items() for word in said if position(text, word) >= 0)
        for kind, lists in words.KIND_WORDS.items()
    }
    weight["technology"] += 1.5
    return max(weight, key=lambda kind: (weight[kind], kind == "technology"))


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


def cores() -> list[tuple[str, str]]:
    """Industry classes by the word that says what they are about: `锂离子电池制造` → `锂离子电池`."""
    found = []
    for code, term in taxonomy.industries().items():
        core = re.sub(r"(?:专用设备)?(?:制造|加工|生产|开采|种植|服务|活动|业)+$", "", term.name.removeprefix("其他"))
        if len(code) == 5 and len(core) >= 3 and not re.search(r"[、和及其他（(]", core):
            found.append((code, core))
    return found


def region_of(text: str) -> str:
    """The most exact region named in full, or named in short where it cannot be part of something else."""
    best, place = "", len(text)
    for name, code in taxonomy.region_names():
        at = text.find(name)
        if at < 0 or (name not in full_names() and not is_place(text, at, name)):
            continue
        if (len(code), -at) > (len(best), -place):
            best, place = code, at
    return best


def full_names() -> set[str]:
    return {term.name for term in taxonomy.regions().values()}


def is_place(text: str, at: int, name: str) -> bool:
    """A short name (`武汉`) counts unless it begins the name of a university, a road or a brand."""
    after = text[at + len(name) : at + len(name) + 3]
    return not any(after.startswith(word) for word in words.NOT_A_PLACE)


def modes_of(text: str) -> list[str]:
    """The ways of cooperation that the text names."""
    return [mode for mode, said in words.MODE_WORDS.items() if mentions(text, said)]
