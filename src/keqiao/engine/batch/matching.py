"""One block of queries against a corpus."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from keqiao.engine.asking import Asked, Query
from keqiao.engine.batch.corpus import Corpus
from keqiao.engine.bilingual import Dictionary, built
from keqiao.engine.rank import RANKED, best_of, languages_of

Ranked = list[tuple[str, float]]


def match(
    corpus: Corpus, queries: Sequence[Query], top: int, dictionary: Callable[[], Dictionary | None] = built
) -> list[Ranked]:
    """For each query ids and scores of its best `top` documents, as `Engine.search` would rank them.

    The hundred (or `top`) that share most are fetched and scored exactly. A learnt ranking, or what an
    encoder adds to a single search, does not count here.
    """
    asked = [_ask(corpus, query, dictionary) for query in queries]
    fetched = corpus.fetch([one.vector() for one in asked], max(RANKED, top))
    return [
        best_of(one, [corpus.documents[at] for at in places.tolist()], corpus.terms_of(places), top)
        for one, places in zip(asked, fetched, strict=True)
    ]


def _ask(corpus: Corpus, query: Query, dictionary: Callable[[], Dictionary | None]) -> Asked:
    spoken, other = languages_of(query)
    return Asked(query, corpus.statistics, spoken, dictionary() if other in corpus.languages - {""} else None)
