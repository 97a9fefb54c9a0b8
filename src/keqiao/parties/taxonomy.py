"""Industries, strategic emerging industries and regions: frozen tables, read from `data/` when first asked for.

Codes in records: industries as `data/industries.csv` has them, section letter first (`C`, `C39`, `C3976`); strategic
emerging industries with an `X` before them (`X1.2`), because the letters A to T are sections and a parent has to
be a prefix of its children; regions as in GB/T 2260 (`42`, `4201`).
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources

from keqiao.kernel.languages import in_english

STRATEGIC = "X"
FOUND_AT_ONCE = 20


@dataclass(frozen=True, slots=True)
class Term:
    """One line of a classification. `parent` is empty at the top."""

    code: str
    parent: str
    name: str
    name_en: str

    @property
    def label(self) -> str:
        """The name in the language of the page."""
        return self.name_en if in_english() and self.name_en else self.name

    @property
    def is_strategic(self) -> bool:
        return self.code.startswith(STRATEGIC)


Table = dict[str, Term]


@cache
def industries() -> Table:
    """GB/T 4754-2017 by code, parents before their children."""
    return {term.code: term for term in read("industries")}


@cache
def strategic() -> Table:
    """The strategic emerging industries (2018) by code with the `X` before it."""
    terms = read("strategic")
    marked = (Term(STRATEGIC + t.code, t.parent and STRATEGIC + t.parent, t.name, t.name_en) for t in terms)
    return {term.code: term for term in marked}


@cache
def fields() -> Table:
    """What a record can be filed under: strategic emerging industries first, then industries."""
    return strategic() | industries()


@cache
def field_names() -> dict[str, str]:
    """The code of every field by its names, Chinese and English, in small letters; the broadest of those alike."""
    found: dict[str, str] = {}
    for code, term in fields().items():
        found.setdefault(term.name.lower(), code)
        found.setdefault(term.name_en.lower(), code)
    return found


@cache
def regions() -> Table:
    """Provinces and cities by code."""
    return {term.code: term for term in read("regions")}


def read(name: str) -> Iterator[Term]:
    """The lines of one table; one that begins with # is a remark."""
    text = resources.files("keqiao.parties").joinpath(f"data/{name}.csv").read_text(encoding="utf-8")
    for row in csv.DictReader(line for line in text.splitlines() if not line.startswith("#")):
        yield Term(row["code"], row["parent"], row["name"], row["name_en"])


def ancestors(table: Table, code: str) -> list[Term]:
    """The term and everything above it, the top first; empty for an unknown code."""
    line: list[Term] = []
    term = table.get(code)
    while term is not None:
        line.insert(0, term)
        term = table.get(term.parent)
    return line


def children(table: Table, code: str) -> list[Term]:
    """The terms directly below a code; with an empty code, the top ones."""
    return [term for term in table.values() if term.parent == code]


def path_of(codes: Iterable[str]) -> list[str]:
    """The codes and every code above them, sorted: what a filter on a parent looks at."""
    return sorted({term.code for code in codes for term in ancestors(fields(), code)})


@lru_cache(maxsize=4096)
def normal(typed: str) -> str:
    """A field code as people type it (full width, small letters, `3976`, `S1.2`), as records keep it; else as it is."""
    code = unicodedata.normalize("NFKC", typed).strip().upper()
    if code in fields():
        return code
    if code.startswith("S") and STRATEGIC + code[1:] in strategic():
        return STRATEGIC + code[1:]
    if STRATEGIC + code in strategic() and "." in code:
        return STRATEGIC + code
    return by_number().get(code, code)


@cache
def by_number() -> dict[str, str]:
    """Industry codes without their letter, as the standard prints them."""
    return {code[1:]: code for code in industries() if len(code) > 1}


def code_of(typed: str) -> str:
    """The code of a field by its code or by one of its names; empty when there is none."""
    code = normal(typed)
    return code if code in fields() else field_names().get(typed.strip().lower(), "")


def labels(codes: Iterable[str]) -> list[Term]:
    """The terms of these field codes; unknown ones are left out."""
    return [fields()[code] for code in codes if code in fields()]


def name_of(code: str) -> str:
    """The name of a field in the language of the page; an unknown code stands for itself."""
    term = fields().get(code)
    return term.label if term else code


def sector_of(codes: Iterable[str]) -> str:
    """The branch of industry that the codes stand for, in a word or two: 新材料, 节能环保; empty without a known code.

    A strategic emerging industry says more than a section of GB/T 4754 (“制造业”): it comes first.
    """
    tops = [line[0] for code in codes if (line := ancestors(fields(), code))]
    top = next((term for term in tops if term.is_strategic), tops[0] if tops else None)
    return top.label.removesuffix("产业").removesuffix(" industry") if top else ""


def region_name(code: str) -> str:
    """Province and city in words: `湖北省 武汉市`; `Wuhan, Hubei` in English."""
    names = [term.label for term in ancestors(regions(), code)]
    return ", ".join(reversed(names)) if in_english() else " ".join(names)


def region_code(typed: str) -> str:
    """The code of a region by code or by name (`湖北`, `湖北省武汉市`, `Wuhan, Hubei`); empty when there is none."""
    plain = unicodedata.normalize("NFKC", typed).strip()
    english = plain.lower().partition(",")[0].strip()
    for name in (english, re.sub(r"\s+(?:city|province)$", "", english)):
        if name in english_regions():
            return english_regions()[name]
    text = plain.replace(" ", "")
    if text[:6] in regions():
        return text[:6]
    return next((code for code in (text[:4], text[:2]) if text.isdigit() and code in regions()), "") or named(text)


@cache
def english_regions() -> dict[str, str]:
    """The code of every region by its English name in small letters."""
    return {term.name_en.lower(): code for code, term in regions().items()}


def named(text: str) -> str:
    """The most exact region whose name, with or without its suffix, ends the text."""
    found = [code for name, code in region_names() if text.endswith(name)]
    return max(found, key=len, default="")


@cache
def region_names() -> list[tuple[str, str]]:
    """Every name of a region, with and without 省, 市 and the like, and its code."""
    names: list[tuple[str, str]] = []
    for term in regions().values():
        names.append((term.name, term.code))
        if (short := short_name(term.name)) != term.name:
            names.append((short, term.code))
    return names


SUFFIXES = (
    "壮族自治区", "回族自治区", "维吾尔自治区", "特别行政区", "自治区", "自治州", "地区", "省", "市", "盟", "林区",
)  # fmt: skip


def short_name(name: str) -> str:
    """The name without its administrative suffix, unless too little is left."""
    for suffix in SUFFIXES:
        if name.endswith(suffix) and len(name) - len(suffix) >= 2:
            return name.removesuffix(suffix)
    return name


def search(typed: str, limit: int = FOUND_AT_ONCE) -> list[Term]:
    """Fields whose code begins with, or whose name contains, what was typed; broad ones and near ones first."""
    text = unicodedata.normalize("NFKC", typed).strip().lower()
    if not text:
        return children(strategic(), "")
    code = normal(text)
    found = [term for term in fields().values() if term.code.startswith(code) or contains(term, text)]
    found.sort(key=lambda term: (term.code != code, not term.is_strategic, not starts(term, text), len(term.code)))
    return found[:limit]


def contains(term: Term, text: str) -> bool:
    return text in term.name.lower() or text in term.name_en.lower()


def starts(term: Term, text: str) -> bool:
    return term.name.lower().startswith(text) or term.name_en.lower().startswith(text)
