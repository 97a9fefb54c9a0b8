"""Search: words, filters, facets with counts, by relevance or newest first; everything through `seen_by`.

What a text search finds are public documents that share at least one word with it, at most `HITS` of them, the most
relevant. Facets are counted over these: each facet over what passes the other facets.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from keqiao.engine.asking import Asked, Query
from keqiao.engine.document import Filter
from keqiao.engine.rank import Candidate, Evidence
from keqiao.engine.text import canonical, words
from keqiao.matching import browse
from keqiao.matching.documents import PUBLIC, document_id, row_of
from keqiao.matching.filters import FACETS, KINDS, Filters, label_of, passes
from keqiao.matching.index import engine
from keqiao.matching.projection import SOURCES
from keqiao.matching.queries import NEWEST, RELEVANCE, Found, seen
from keqiao.parties import taxonomy

if TYPE_CHECKING:
    from keqiao.kernel.access import Actor

HITS = 400
PAGE = 20
LONGEST = 500


@dataclass(frozen=True, slots=True)
class Facet:
    """One value of a facet, how many it would leave, whether it is chosen, and the address that switches it."""

    value: str
    label: str
    count: int
    chosen: bool
    address: str


@dataclass(frozen=True, slots=True)
class Results:
    """One page of a search."""

    items: list[Found]
    total: int
    page: int
    pages: int
    facets: dict[str, list[Facet]]
    order: str
    seconds: float
    capped: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    """Something that a search found, with what filters look at. `place` is its rank by relevance."""

    candidate: Candidate
    place: int
    has: dict[str, frozenset[str]]

    @property
    def created(self) -> int:
        return self.candidate.document.created


def search(
    text: str, filters: Filters, *, actor: Actor, order: str = RELEVANCE, page: int = 1, size: int = PAGE
) -> Results:
    """What a search shows this person. Without words: everything there is, newest first."""
    started = time.perf_counter()
    text = text.strip()[:LONGEST]
    if not text:
        return browsed(filters, actor, page, size, started)
    asked = engine().ask(Query(text=text))
    hits = with_words(asked, actor)
    passed = [hit for hit in hits if filters.accept(hit.has)]
    if order == NEWEST:
        passed.sort(key=lambda hit: (-hit.created, hit.place))
    pages, page = paged(len(passed), page, size)
    return Results(
        items=seen([hit.candidate for hit in passed[(page - 1) * size : page * size]], asked, actor),
        total=len(passed),
        page=page,
        pages=pages,
        facets=facets_of(hits, filters, text, order),
        order=order,
        seconds=time.perf_counter() - started,
        capped=len(hits) >= HITS,
    )


def browsed(filters: Filters, actor: Actor, page: int, size: int, started: float) -> Results:
    """A page of everything that passes the filters, newest first."""
    total = browse.count(filters, actor)
    pages, page = paged(min(total, browse.DEEPEST), page, size)
    identifiers = browse.newest(filters, actor, (page - 1) * size, size)
    return Results(
        items=listed(identifiers, actor),
        total=total,
        page=page,
        pages=pages,
        facets={},
        order=NEWEST,
        seconds=time.perf_counter() - started,
    )


def paged(total: int, page: int, size: int) -> tuple[int, int]:
    """How many pages there are, and the one asked for, brought within them."""
    pages = max(1, -(-total // size))
    return pages, min(max(page, 1), pages)


def fresh(text: str, filters: Filters, since: int, actor: Actor) -> int:
    """How many things that this search finds are newer than a moment (in seconds)."""
    if not text:
        return browse.count(filters, actor, since=since)
    hits = with_words(engine().ask(Query(text=text)), actor, since)
    return sum(hit.created > since and filters.accept(hit.has) for hit in hits)


def with_words(asked: Asked, actor: Actor, since: int | None = None) -> list[Hit]:
    """The most relevant public documents that share a word with the text, as rows that this person may see."""
    only = Filter(since=since)
    found = engine().search(asked, audience=(PUBLIC,), limit=HITS, filter=only, explain=False)
    if words(canonical([asked.query.text])[0]):
        found = [candidate for candidate in found if candidate.part("words") > 0]
    known = facts_of(found, actor)
    return [Hit(one, place, known[one.id]) for place, one in enumerate(found) if one.id in known]


COLUMNS = ("fields", "field_path", "region", "node_id", "maturity", "intellectual_property", "cooperation_modes")
"""What filters look at. All are public for every row (a test says so): no count can hint at a hidden value."""


def facts_of(found: Sequence[Candidate], actor: Actor) -> dict[str, dict[str, frozenset[str]]]:
    """What filters look at, for the documents whose rows this person may see; one narrow query a table."""
    kinds = {row_of(one.id): one.document.kind for one in found}
    result = {}
    for table in {name for name, _pk in kinds}:
        model = SOURCES[table][0]
        columns = [name for name in COLUMNS if name in {f.attname for f in model._meta.concrete_fields}]
        rows = model._default_manager.visible_to(actor)  # type: ignore[attr-defined]
        for row in rows.filter(pk__in=[pk for name, pk in kinds if name == table]).values("pk", *columns):
            result[document_id(table, row["pk"])] = facts(row, kinds[table, row["pk"]])
    return result


def facts(row: dict[str, Any], kind: str) -> dict[str, frozenset[str]]:
    """The values of one row, by facet."""
    return {
        "kind": frozenset(name for name, kinds in KINDS.items() if kind in kinds),
        "field": frozenset(row["field_path"] if "field_path" in row else taxonomy.path_of(row["fields"])),
        "region": frozenset([row["region"]] if row["region"] else []),
        "node": frozenset([row["node_id"]] if row.get("node_id") else []),
        "trl": frozenset([str(row["maturity"])] if row.get("maturity") else []),
        "ip": frozenset([row["intellectual_property"]] if row.get("intellectual_property") else []),
        "mode": frozenset(row.get("cooperation_modes", ())),
    }


def listed(identifiers: Sequence[str], actor: Actor) -> list[Found]:
    """Documents in this order, for a list that nobody searched."""
    documents = engine().index.retrieve(identifiers)
    candidates = [Candidate(document.id, 0.0, (), Evidence(), document) for document in documents]
    return seen(candidates, engine().ask(Query()), actor)


def facets_of(hits: Sequence[Hit], filters: Filters, text: str, order: str) -> dict[str, list[Facet]]:
    """Counts by facet, most frequent first; chosen values stay even with nothing left."""
    result = {}
    refused = [(hit, filters.refused(hit.has)) for hit in hits]
    for name in FACETS:
        chosen = getattr(filters, name)
        counts = tally(name, [hit.has[name] for hit, by in refused if by <= {name}], chosen)
        values = [*counts, *(value for value in chosen if value not in counts)]
        values.sort(key=lambda value: (-counts[value], value))
        result[name] = [
            Facet(
                value,
                label_of(name, value),
                counts[value],
                value in chosen,
                filters.with_value(name, value).address(q=text, order=order if order == NEWEST else ""),
            )
            for value in values[:12]
        ]
    return result


def tally(facet: str, has: Sequence[frozenset[str]], chosen: Sequence[str]) -> Counter[str]:
    """How many have each value; a region counts what lies below it, as choosing it finds that too."""
    counts = Counter(value for values in has for value in values)
    if facet == "region":
        codes = [*counts, *(code for code in chosen if code not in counts)]
        return Counter({code: sum(passes(facet, [code], values) for values in has) for code in codes})
    return counts


def kind_facets(filters: Filters) -> list[Facet]:
    """The kinds to choose from where nothing is counted: without words."""
    return [
        Facet(kind, label_of("kind", kind), 0, kind in filters.kind, filters.with_value("kind", kind).address())
        for kind in KINDS
    ]
