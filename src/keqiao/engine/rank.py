"""Ranking: fetch by shared characters, score exactly, explain.

The score of a candidate is a sum of parts and lies between 0 and 1:

| part | at most | what it measures |
|---|---|---|
| `text` | 0.72 | square root of the TF-IDF cosine of characters 1–2 and tokens (see `weighting`) |
| `words` | 0.06 | share of the query's words, weighted by rarity, that the document has |
| `field` | 0.08 | closest relation of any two field codes |
| `region` | 0.02 | relation of the two regions |
| `figures` | 0.12 | share of the targets met; the share missed takes away up to half of all the rest (below 0) |

A target that the document says nothing about (`unknown`) neither lifts nor sinks.
"""
# ruff: noqa: A002 - `filter` is the word of the domain, and of Qdrant

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from keqiao.engine.document import Document, Filter
from keqiao.engine.explain import Explained, Phrase, Relation, phrases, relation
from keqiao.engine.index import Index
from keqiao.engine.specs import Check, Figure, compare
from keqiao.engine.statistics import Statistics
from keqiao.engine.terms import count_terms
from keqiao.engine.text import canonical, words
from keqiao.engine.weighting import cosines, count_documents, count_titled, query_vector

SHARES = {"text": 0.72, "words": 0.06, "field": 0.08, "region": 0.02, "figures": 0.12}
MISSED = 0.5
RANKED = 100
_LONGEST_QUERY = 20_000


@dataclass(frozen=True, slots=True)
class Query:
    """What is looked for. `targets` are the figures it must reach; `fields` and `region` are prefix codes."""

    title: str = ""
    text: str = ""
    fields: tuple[str, ...] = ()
    region: str = ""
    targets: tuple[Figure, ...] = ()
    language: str = ""

    @classmethod
    def of(cls, document: Document) -> Query:
        """The document itself as a query: its figures become targets (leave them out with `replace`)."""
        return cls(document.title, document.text, document.fields, document.region, document.figures, document.language)


@dataclass(frozen=True, slots=True)
class Part:
    """One summand of a score: `text`, `words`, `field`, `region` or `figures`."""

    name: str
    value: float


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a reader can check: phrases in both texts, the relation of field and region, each target."""

    phrases: tuple[Phrase, ...] = ()
    field: Relation | None = None
    region: Relation | None = None
    checks: tuple[Check, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A document found, its score (0..1, the sum of its parts) and the evidence for it."""

    id: str
    score: float
    parts: tuple[Part, ...]
    evidence: Evidence
    document: Document

    def part(self, name: str) -> float:
        """The value of one part, 0 when it has none."""
        return next((part.value for part in self.parts if part.name == name), 0.0)


@dataclass(frozen=True, slots=True)
class _Scored:
    document: Document
    parts: tuple[Part, ...]
    checks: tuple[Check, ...]
    field: Relation | None
    region: Relation | None

    @property
    def score(self) -> float:
        return round(min(max(sum(part.value for part in self.parts), 0.0), 1.0), 6)


class Engine:
    """Matching over an index. Holds nothing of its own: as many as one likes may share an index."""

    def __init__(self, index: Index) -> None:
        self.index = index

    def search(
        self,
        query: Query,
        *,
        kinds: Sequence[str] = (),
        audience: Sequence[str] = (),
        limit: int = 10,
        filter: Filter | None = None,
        explain: bool = True,
    ) -> list[Candidate]:
        """The best `limit` documents, best first, ties by id.

        `kinds` and `audience` restrict which documents may be found, on top of `filter`. Reverse matching is the
        same call with other kinds. A query without a term (empty, only emoji) finds nothing.
        Same index content and same query: same answer, to the bit.
        """
        narrowed = filter or Filter()
        narrowed = replace(narrowed, kinds=kinds or narrowed.kinds, audiences=audience or narrowed.audiences)
        query = replace(query, text=query.text[:_LONGEST_QUERY])
        scored = self._scored(query, narrowed, limit)
        asked = Explained(query.title, query.text) if explain else None
        return [self._candidate(asked, one) for one in scored[:limit]]

    def _scored(self, query: Query, filter: Filter, limit: int) -> list[_Scored]:
        asked = canonical([query.title, query.text])
        terms = count_titled(asked[:1], asked[1:])
        hits = self.index.search(query_vector(terms, 0, self.index.statistics), max(RANKED, limit), filter)
        documents = self.index.retrieve([hit.id for hit in hits])
        clean = canonical([d.title for d in documents] + [d.text for d in documents])
        titles, texts = clean[: len(documents)], clean[len(documents) :]
        alike = cosines(terms, count_titled(titles, texts), self.index.statistics)
        wanted = _QueryWords(asked, self.index.statistics)
        scored = [
            _score(query, document, float(cosine), wanted.share(f"{title}\n{text}"))
            for document, cosine, title, text in zip(documents, alike, titles, texts, strict=True)
        ]
        return sorted(scored, key=lambda one: (-one.score, one.document.id))

    def _candidate(self, asked: Explained | None, one: _Scored) -> Candidate:
        shared: list[Phrase] = []
        if asked is not None:
            document = Explained(one.document.title, one.document.text)
            shared = phrases(asked, document, lambda runs: worths(runs, self.index.statistics))
        evidence = Evidence(tuple(shared), one.field, one.region, one.checks)
        return Candidate(one.document.id, one.score, one.parts, evidence, one.document)

    def similar(
        self, document: Document, *, threshold: float = 0.6, limit: int = 10, filter: Filter | None = None
    ) -> list[tuple[Document, float]]:
        """Documents that may be the same thing: title and text cosine of `threshold` or more, best first.

        The document itself (its id) is left out. 1 is the same text; about 0.6 is a reworded one.
        """
        narrowed = filter or Filter()
        narrowed = replace(narrowed, without=(*narrowed.without, document.id))
        terms = count_documents([document])
        hits = self.index.search(query_vector(terms, 0, self.index.statistics), max(limit, 50), narrowed)
        found = self.index.retrieve([hit.id for hit in hits])
        alike = cosines(terms, count_documents(found), self.index.statistics)
        pairs = [(d, round(min(float(cosine), 1.0), 6)) for d, cosine in zip(found, alike, strict=True)]
        return sorted((p for p in pairs if p[1] >= threshold), key=lambda p: (-p[1], p[0].id))[:limit]


class _QueryWords:
    """The words of a query and how rare they are."""

    def __init__(self, canonical_texts: Sequence[str], statistics: Statistics) -> None:
        found = dict.fromkeys(word for text in canonical_texts for word in words(text))
        self.worth = worths(list(found), statistics)
        self.total = sum(self.worth.values())

    def share(self, canonical_text: str) -> float:
        """How much of the query's words a document has, 0..1."""
        if not self.total:
            return 0.0
        return sum(worth for word, worth in self.worth.items() if word in canonical_text) / self.total


def worths(phrases: Sequence[str], statistics: Statistics) -> dict[str, float]:
    """How telling each word or phrase (canonical) is: the length of its TF-IDF vector."""
    terms = count_terms(phrases, range(len(phrases)), [1.0] * len(phrases), len(phrases))
    squares = np.concatenate([[0.0], np.cumsum(statistics.idf(terms.ids).astype(np.float64) ** 2)])
    lengths = np.sqrt(squares[terms.starts[1:]] - squares[terms.starts[:-1]])
    return dict(zip(phrases, lengths.tolist(), strict=True))


def _score(query: Query, document: Document, cosine: float, shared_words: float) -> _Scored:
    field = relation(query.fields, document.fields)
    region = relation([query.region], [document.region])
    checks = tuple(compare(target, document.figures) for target in query.targets)
    values = {
        "text": SHARES["text"] * min(cosine, 1.0) ** 0.5,
        "words": SHARES["words"] * shared_words,
        "field": SHARES["field"] * (field.closeness if field else 0.0),
        "region": SHARES["region"] * (region.closeness if region else 0.0),
    }
    values["figures"] = _figures_value(checks, sum(values.values()))
    parts = tuple(Part(name, round(value, 6)) for name, value in values.items() if value)
    return _Scored(document, parts, checks, field, region)


def _figures_value(checks: Sequence[Check], rest: float) -> float:
    """Met targets lift by their share; missed ones take away up to half of the rest."""
    if not checks:
        return 0.0
    met = sum(check.verdict == "met" for check in checks) / len(checks)
    missed = sum(check.verdict == "missed" for check in checks) / len(checks)
    return SHARES["figures"] * met - MISSED * missed * rest
