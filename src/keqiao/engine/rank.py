"""Ranking: fetch by shared characters, score exactly, explain.

The score of a candidate is a sum of parts and lies between 0 and 1:

| part | at most | what it measures |
|---|---|---|
| `text` | 0.53 | square root of the TF-IDF cosine of characters 1–2 and tokens (see `weighting`) |
| `words` | 0.25 | share of the query's words, weighted by rarity, that the document has |
| `field` | 0.08 | closest relation of any two field codes |
| `meaning` | 0.16 | with an encoder: nearness of meaning; `text` and `words` then count 0.8 of the above |
| `region` | 0.02 | relation of the two regions |
| `figures` | 0.12 | share of targets and wishes met; the share of targets missed takes up to half of the rest |

A target that the document says nothing about (`unknown`) neither lifts nor sinks.
"""
# ruff: noqa: A002 - `filter` is the word of the domain, and of Qdrant

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from keqiao.engine.asking import Asked, Query
from keqiao.engine.bilingual import Dictionary, built
from keqiao.engine.document import Document, Filter
from keqiao.engine.explain import Phrase, Relation, relation
from keqiao.engine.fusing import fetched
from keqiao.engine.index import Index
from keqiao.engine.meaning import Meaning
from keqiao.engine.specs import Check, compare
from keqiao.engine.terms import Terms
from keqiao.engine.text import language
from keqiao.engine.weighting import LONGEST_COUNTED, cosines, count_documents, fetching_vector, row_vector

SHARES = {"text": 0.53, "words": 0.25, "field": 0.08, "region": 0.02, "figures": 0.12}
MEANING = 0.2
"""How much of the share of text and words nearness of meaning takes, for a document that has a vector."""
MISSED = 0.5
RANKED = 100


@dataclass(frozen=True, slots=True)
class Part:
    """One summand of a score: `text`, `words`, `meaning`, `field`, `region` or `figures`."""

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
class Scored:
    """A document with the parts of its score and what they were computed from."""

    document: Document
    cosine: float
    shared_words: float
    parts: tuple[Part, ...]
    checks: tuple[Check, ...]
    field: Relation | None
    region: Relation | None

    @property
    def score(self) -> float:
        return round(min(max(sum(part.value for part in self.parts), 0.0), 1.0), 6)


class RankingModel(Protocol):
    """What puts the documents that were fetched into another order (`learnt.Model`)."""

    def rescored(self, asked: Asked, scored: Sequence[Scored], counted: Terms) -> list[Scored]:
        """The same documents (`counted` are their terms), each with parts that add up to its new score."""


class Engine:
    """Matching over an index. Holds nothing of its own: as many as one likes may share an index.

    `dictionary` brings the dictionary for matching between Chinese and English, or None: then each language is
    matched with itself alone. The default is the built one, loaded when it is first needed. `model` ranks the
    documents fetched anew; without one their parts are added as they are. With a `meaning` that the index has been
    embedded by (`meaning.embed`), nearness of meaning counts too.
    """

    def __init__(
        self,
        index: Index,
        dictionary: Callable[[], Dictionary | None] = built,
        model: RankingModel | None = None,
        meaning: Meaning | None = None,
    ) -> None:
        self.index = index
        self.model = model
        self._dictionary = dictionary
        self._meaning = meaning

    def ask(self, query: Query | Asked) -> Asked:
        """A query made ready, for several searches: reading and translating it takes about as long as one of them."""
        if isinstance(query, Asked):
            return query
        spoken, other = languages_of(query)
        needed = bool(other) and self.index.holds(Filter(languages=(other,)))
        return Asked(query, self.index.statistics, spoken, self._dictionary() if needed else None)

    def search(
        self,
        query: Query | Asked,
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
        asked = self.ask(query)
        ids, near = fetched(self.index, self._meaning, asked, max(RANKED, limit), narrowed)
        documents = self.index.retrieve(ids)
        counted = count_documents(documents)
        scored = scored_of(asked, documents, counted, near)
        if self.model is not None:
            scored = self.model.rescored(asked, scored, counted)
        best = sorted(scored, key=lambda one: (-one.score, one.document.id))[:limit]
        return [_candidate(one, asked.explain(one.document) if explain else ()) for one in best]

    def explain(self, query: Query | Asked, found: Sequence[Candidate]) -> list[Candidate]:
        """The same candidates with the phrases that they share with the query (after a search without)."""
        asked = self.ask(query)
        return [replace(one, evidence=replace(one.evidence, phrases=asked.explain(one.document))) for one in found]

    def similar(
        self, document: Document, *, threshold: float = 0.6, limit: int = 10, filter: Filter | None = None
    ) -> list[tuple[Document, float]]:
        """Documents that may be the same thing: title and text cosine of `threshold` or more, best first.

        The document itself (its id) is left out. 1 is the same text; about 0.6 is a reworded one.
        """
        narrowed = filter or Filter()
        narrowed = replace(narrowed, without=(*narrowed.without, document.id))
        wanted = row_vector(count_documents([document]), 0, self.index.statistics)
        hits = self.index.search(fetching_vector(wanted, self.index.statistics), max(limit, 50), narrowed)
        found = self.index.retrieve([hit.id for hit in hits])
        alike = cosines(wanted, count_documents(found), self.index.statistics)
        pairs = [(d, round(min(float(cosine), 1.0), 6)) for d, cosine in zip(found, alike, strict=True)]
        return sorted((p for p in pairs if p[1] >= threshold), key=lambda p: (-p[1], p[0].id))[:limit]


def languages_of(query: Query) -> tuple[str, str]:
    """The language of a query, and the one into which it would have to be translated (empty where there is none)."""
    spoken = query.language or language((query.title + query.text)[:LONGEST_COUNTED])
    return spoken, {"zh": "en", "en": "zh"}.get(spoken, "")


def best_of(asked: Asked, documents: Sequence[Document], counted: Terms, limit: int) -> list[tuple[str, float]]:
    """Ids and scores of the best of some documents (`counted` are their terms), ranked as by an untrained engine."""
    scored = scored_of(asked, documents, counted)
    return sorted(((one.document.id, one.score) for one in scored), key=lambda pair: (-pair[1], pair[0]))[:limit]


def _candidate(one: Scored, shared: tuple[Phrase, ...]) -> Candidate:
    evidence = Evidence(shared, one.field, one.region, one.checks)
    return Candidate(one.document.id, one.score, one.parts, evidence, one.document)


def scored_of(
    asked: Asked, documents: Sequence[Document], counted: Terms, near: Mapping[str, float] | None = None
) -> list[Scored]:
    """The untrained scores of documents: `counted` are their terms, `near` the nearness of those that have a vector."""
    nearness, likeness = near or {}, asked.likeness(counted)
    return [
        score_of(asked.query, document, *alike, nearness.get(document.id))
        for document, alike in zip(documents, likeness, strict=True)
    ]


def score_of(query: Query, document: Document, cosine: float, shared_words: float, near: float | None = None) -> Scored:
    """The untrained score of a document, by its likeness to the query (`Asked.likeness`) and nearness of meaning."""
    field = relation(query.fields, document.fields)
    region = relation([query.region], [document.region])
    checks = tuple(compare(target, document.figures) for target in query.targets)
    checks += tuple(replace(compare(wish, document.figures), hard=False) for wish in query.wishes)
    values = {
        "text": SHARES["text"] * cosine**0.5,
        "words": SHARES["words"] * shared_words,
        "meaning": 0.0,
        "field": SHARES["field"] * (field.closeness if field else 0.0),
        "region": SHARES["region"] * (region.closeness if region else 0.0),
    }
    if near is not None:
        values["text"] *= 1 - MEANING
        values["words"] *= 1 - MEANING
        values["meaning"] = MEANING * (SHARES["text"] + SHARES["words"]) * near
    values["figures"] = _figures_value(checks, sum(values.values()))
    parts = tuple(Part(name, round(value, 6)) for name, value in values.items() if value)
    return Scored(document, cosine, shared_words, parts, checks, field, region)


def _figures_value(checks: Sequence[Check], rest: float) -> float:
    """What is met lifts by its share; missed targets take away up to half of the rest, missed wishes nothing."""
    if not checks:
        return 0.0
    met = sum(check.verdict == "met" for check in checks) / len(checks)
    missed = sum(check.hard and check.verdict == "missed" for check in checks) / len(checks)
    return SHARES["figures"] * met - MISSED * missed * rest
