"""From counted terms to weights: unit TF-IDF vectors of characters 1–2 and tokens.

The term frequency is dampened (`tf ** 0.75`). Two forms of the same measure are used:

* **fetching** looks for `sum(q * idf**2 * d / |d|)`, where the document side holds no idf at all: what is stored
  for a document never depends on the other documents, so nothing has to be weighted anew as they arrive. Only
  which terms of a long document are worth keeping is decided by the idf of that moment;
* **ranking** takes the full vectors of the few hundred documents fetched and computes their cosine exactly, with
  the idf of now on both sides.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from keqiao.engine.document import Document, SparseVector
from keqiao.engine.statistics import Statistics
from keqiao.engine.terms import Terms, count_terms
from keqiao.engine.text import canonical

TITLE_WEIGHT = 3.0
DAMPING = 0.75
LONGEST_COUNTED = 20_000


def count_titled(titles: Sequence[str], texts: Sequence[str]) -> Terms:
    """Terms of canonical titles and texts, a row each, the title counting `TITLE_WEIGHT` times."""
    rows = len(titles)
    owners = [*range(rows), *range(rows)]
    weights = [TITLE_WEIGHT] * rows + [1.0] * rows
    return count_terms([*titles, *texts], owners, weights, rows)


def canonical_parts(documents: Sequence[Document]) -> tuple[list[str], list[str]]:
    """Canonical titles and texts; of very long ones the beginning."""
    clean = canonical([d.title[:LONGEST_COUNTED] for d in documents] + [d.text[:LONGEST_COUNTED] for d in documents])
    return clean[: len(documents)], clean[len(documents) :]


def count_documents(documents: Sequence[Document]) -> Terms:
    """Terms of documents as they are written, a row each."""
    return count_titled(*canonical_parts(documents))


def stored_vectors(terms: Terms, statistics: Statistics, keep: int) -> list[SparseVector]:
    """What the index keeps of each document: a unit vector of dampened counts, its best `keep` terms."""
    frequency = terms.counts**DAMPING
    worth = frequency * statistics.idf(terms.ids)
    norms = np.sqrt(_row_sums(frequency**2, terms))
    unit = (frequency / np.repeat(norms, np.diff(terms.starts))).astype(np.float32)
    vectors = []
    for start, end in zip(terms.starts[:-1].tolist(), terms.starts[1:].tolist(), strict=True):
        ids, weights = terms.ids[start:end], unit[start:end]
        if end - start > keep:
            kept = np.sort(np.argsort(-worth[start:end], kind="stable")[:keep])
            ids, weights = ids[kept], weights[kept]
        vectors.append(SparseVector(ids, weights))
    return vectors


def query_vector(terms: Terms, row: int, statistics: Statistics) -> SparseVector:
    """What is looked for in stored vectors: dampened counts times squared idf, scaled to unit length."""
    ids, counts = terms.row(row)
    weights = counts**DAMPING * statistics.idf(ids) ** 2
    norm = float(np.sqrt(np.sum(weights**2)))
    return SparseVector(ids, (weights / norm).astype(np.float32)) if norm else SparseVector()


def unit_tfidf(terms: Terms, statistics: Statistics) -> npt.NDArray[np.float64]:
    """The weight of every counted term, each row of unit length (a row without terms stays empty)."""
    weights = (terms.counts**DAMPING * statistics.idf(terms.ids)).astype(np.float64)
    norms = np.sqrt(_row_sums(weights**2, terms))
    return np.asarray(weights / np.repeat(norms, np.diff(terms.starts)), dtype=np.float64)


def cosines(query: Terms, documents: Terms, statistics: Statistics) -> npt.NDArray[np.float64]:
    """Cosine of row 0 of `query` with every row of `documents`, 0..1, exact."""
    wanted = unit_tfidf(query, statistics)
    weights = unit_tfidf(documents, statistics)
    if not len(query.ids) or not len(documents.ids):
        return np.zeros(len(documents))
    place = np.minimum(np.searchsorted(query.ids, documents.ids), len(query.ids) - 1)
    shared = query.ids[place] == documents.ids
    return _row_sums(np.where(shared, weights * wanted[place], 0.0), documents)


def _row_sums(values: npt.NDArray[np.floating], terms: Terms) -> npt.NDArray[np.float64]:
    total = np.concatenate([[0.0], np.cumsum(values, dtype=np.float64)])
    return np.asarray(total[terms.starts[1:]] - total[terms.starts[:-1]], dtype=np.float64)
