"""Markers: a word, a number or a year that stands in one field of one record and nowhere else."""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

Key = tuple[str, str]
"""A record of the world and one of its fields (or a thing of it that is no field, such as a file)."""

LETTERS = "bcdfghkmnp"
WORD = re.compile(r"zq[bcdfghkmnp]{10}")
NUMBER = re.compile(r"(?<![0-9A-Za-z.,])9[38]\d\d(?=[^0-9A-Za-z]|$)")
YEAR = re.compile(r"(?<![0-9A-Za-z.,])1[67]\d\d(?![0-9A-Za-z])")
CODE = re.compile(r"9199[0-9A-Z]{14}")
MARKUP = re.compile(r"<[^>]*>|[【】]")
NOISE = re.compile(
    r'<(?:script|style|svg|path)\b.*?</(?:script|style|svg|path)>|(?:nonce|csrf\w*|src|d|points)="[^"]*"', re.DOTALL
)


def word(record: str, name: str) -> str:
    """A word that no language has and that no search takes apart."""
    digest = hashlib.sha256(f"{record}.{name}".encode()).digest()
    return "zq" + "".join(LETTERS[byte % len(LETTERS)] for byte in digest[:10])


@dataclass
class Marks:
    """Every marker that was handed out, by what it reads like on a page."""

    keys: dict[str, Key] = field(default_factory=dict)
    numbers: int = 9300
    years: int = 1600

    def word(self, record: str, name: str) -> str:
        self.keys[word(record, name)] = (record, name)
        return word(record, name)

    def number(self, record: str, name: str) -> int:
        """A number of four digits that begins no code of a region; of money so many ten thousands (万元)."""
        self.numbers += 1
        self.keys[str(self.numbers)] = (record, name)
        return self.numbers

    def money(self, record: str, name: str) -> Decimal:
        return Decimal(self.number(record, name) * 10_000)

    def year(self, record: str, name: str) -> int:
        """A year that nobody would write by accident."""
        self.years += 1
        self.keys[str(self.years)] = (record, name)
        return self.years

    def own(self, value: str, record: str, name: str) -> str:
        """Something that is unique by itself (a code)."""
        self.keys[value] = (record, name)
        return value

    def found_in(self, text: str) -> set[Key]:
        """The markers in an answer, however it is marked up or grouped."""
        clean = html.unescape(NOISE.sub(" ", text)).replace("\\n", " ")
        plain = MARKUP.sub("", clean)
        both = f"{clean}\n{plain}"
        ungrouped = re.sub(r"(?<=\d),(?=\d{3})", "", both)
        ungrouped = re.sub(r"\b(9[38]\d\d)0000(?:\.0+)?\b", r"\1 ", ungrouped)
        seen: set[str] = set()
        for pattern, haystack in ((WORD, both.lower()), (NUMBER, ungrouped), (YEAR, both), (CODE, both.upper())):
            seen.update(pattern.findall(haystack))
        return {self.keys[mark] for mark in seen if mark in self.keys}

    def of(self, keys: Iterable[Key]) -> list[str]:
        """The words of these fields (no numbers)."""
        wanted = set(keys)
        return [mark for mark, key in self.keys.items() if key in wanted and WORD.fullmatch(mark)]
