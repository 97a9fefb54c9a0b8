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
TITLE_SHARE = 0.6
"""How much of a query its title is: needs carry much about the company and little of it in the title."""
DAMPING = 0.75
LONGEST_COUNTED = 20_000


def count_titled(titles: Sequence[str], texts: Sequence[str]) -> Terms:
    """Terms of canonical titles and texts, a row each, the title counting `TITLE_WEIGHT` times."""
    rows = len(titles)
    owners = [*range(rows), *range(rows)]
    weights = [TITLE_WEIGHT] * rows + [1.0] * rows
    return count_terms([*titles, *texts], owners, weights, rows)


def count_documents(documents: Sequence[Document]) -> Terms:
    """Terms of documents as they are written, a row each; of very long titles and texts the beginning."""
    parts = [document.title for document in documents] + [document.text for document in documents]
    clean = canonical([part[:LONGEST_COUNTED] for part in parts])
    return count_titled(clean[: len(documents)], clean[len(documents) :])


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


def wanted_vector(title: str, text: str, statistics: Statistics) -> SparseVector:
    """What a query asks for: unit vectors of its canonical title and text, weighed and added, of unit length.

    Each is scaled before they are added, so that a long text does not drown the title. Without one of them the
    other counts alone.
    """
    terms = count_terms([title, text], [0, 1], [1.0, 1.0], 2)
    weights = unit_tfidf(terms, statistics)
    share = np.repeat([TITLE_SHARE, 1 - TITLE_SHARE], np.diff(terms.starts))
    ids, place = np.unique(terms.ids, return_inverse=True)
    return SparseVector(ids, _unit(np.bincount(place, weights * share, len(ids)).astype(np.float64)))


def row_vector(terms: Terms, row: int, statistics: Statistics) -> SparseVector:
    """The unit TF-IDF vector of one row."""
    ids, counts = terms.row(row)
    return SparseVector(ids, _unit(counts**DAMPING * statistics.idf(ids)))


def fetching_vector(wanted: SparseVector, statistics: Statistics) -> SparseVector:
    """What is looked for in stored vectors, which hold no idf: what is wanted times idf, of unit length."""
    return SparseVector(wanted.ids, _unit(wanted.weights * statistics.idf(wanted.ids)))


def unit_tfidf(terms: Terms, statistics: Statistics) -> npt.NDArray[np.float64]:
    """The weight of every counted term, each row of unit length (a row without terms stays empty)."""
    weights = (terms.counts**DAMPING * statistics.idf(terms.ids)).astype(np.float64)
    norms = np.sqrt(_row_sums(weights**2, terms))
    return np.asarray(weights / np.repeat(norms, np.diff(terms.starts)), dtype=np.float64)


def cosines(wanted: SparseVector, documents: Terms, statistics: Statistics) -> npt.NDArray[np.float64]:
    """Cosine of a unit vector with every row of `documents`, 0..1, exact."""
    if not len(wanted) or not len(documents.ids):
        return np.zeros(len(documents))
    weights = unit_tfidf(documents, statistics)
    place = np.minimum(np.searchsorted(wanted.ids, documents.ids), len(wanted) - 1)
    shared = wanted.ids[place] == documents.ids
    return _row_sums(np.where(shared, weights * wanted.weights[place], 0.0), documents)


def _unit(weights: npt.NDArray[np.floating]) -> npt.NDArray[np.float32]:
    norm = float(np.sqrt(np.sum(weights.astype(np.float64) ** 2)))
    return (weights / norm if norm else weights).astype(np.float32)


def _row_sums(values: npt.NDArray[np.floating], terms: Terms) -> npt.NDArray[np.float64]:
    total = np.concatenate([[0.0], np.cumsum(values, dtype=np.float64)])
    return np.asarray(total[terms.starts[1:]] - total[terms.starts[:-1]], dtype=np.float64)
