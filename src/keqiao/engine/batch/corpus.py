"""The documents of a batch in memory: counted once, fetched by products of sparse matrices.

A search in the index looks through the lists of a query's terms one query at a time. For many queries at once the same
sums are a product of two sparse matrices, queries by terms and terms by documents. The numbers are those that the
index keeps (`weighting.stored_vectors`), so the same documents are fetched.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from keqiao.engine.document import Document, SparseVector
from keqiao.engine.index import FETCHED, HEAD_TERMS, KEPT_TERMS
from keqiao.engine.payload import TAGS, document_of, payload_of
from keqiao.engine.statistics import Change, Statistics
from keqiao.engine.terms import Terms
from keqiao.engine.weighting import count_documents, stored_vectors

_BATCH = 1000
_AT_ONCE = 32
"""Queries in one product: it holds a number for each pair that shares a term, which is most of them."""

Arrays = dict[str, npt.NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Corpus:
    """What may be found, without its words: their counts are all that ranking needs.

    `counted` are the terms of each document, `stored` the weights in the index (a row for each of `vocabulary`, a
    column for each document). `statistics` and `languages` are of everything in the index, found or not.
    """

    documents: Sequence[Document]
    counted: Terms
    vocabulary: npt.NDArray[np.uint32]
    stored: csr_array
    statistics: Statistics
    languages: frozenset[str]

    @classmethod
    def of(
        cls,
        documents: Iterable[Document],
        wanted: Callable[[Document], bool] = lambda document: True,
        progress: Callable[[int], None] = lambda count: None,
    ) -> Self:
        """Count documents as the index would in this order, and keep those wanted."""
        statistics, found, languages = Statistics(), _Found(), set()
        everything = iter(documents)
        while batch := list(islice(everything, _BATCH)):
            languages |= {document.language for document in batch}
            terms = count_documents(batch)
            statistics.add(terms)
            vectors = stored_vectors(terms, statistics, KEPT_TERMS)
            for row, (document, vector) in enumerate(zip(batch, vectors, strict=True)):
                if wanted(document):
                    found.add(document, terms.row(row), vector)
            progress(len(batch))
        return cls(found.documents, found.terms(), *found.matrix(), statistics, frozenset(languages))

    def fetch(self, queries: Sequence[SparseVector], limit: int) -> list[npt.NDArray[np.int64]]:
        """For each query the places of the `limit` documents that it shares most with, in ascending order.

        As in the index, a long query is fetched by its strongest terms, and all terms order what these found.
        """
        return [
            places
            for start in range(0, len(queries), _AT_ONCE)
            for places in self._fetch(queries[start : start + _AT_ONCE], limit)
        ]

    def _fetch(self, queries: Sequence[SparseVector], limit: int) -> list[npt.NDArray[np.int64]]:
        found = []
        for query, (places, scores) in zip(queries, self._shared(queries), strict=True):
            if len(query) > HEAD_TERMS:
                [head] = self._shared([query.strongest(HEAD_TERMS)])
                known = np.isin(places, self._best(*head, max(limit, FETCHED)))
                places, scores = places[known], scores[known]
            found.append(self._best(places, scores, limit))
        return found

    def _shared(self, queries: Sequence[SparseVector]) -> Iterator[tuple[npt.NDArray[Any], npt.NDArray[Any]]]:
        """For each query the places of the documents that share a term with it, and how much."""
        shared = self._rows(queries) @ self.stored
        for start, end in zip(shared.indptr[:-1].tolist(), shared.indptr[1:].tolist(), strict=True):
            yield shared.indices[start:end], shared.data[start:end]

    def _rows(self, queries: Sequence[SparseVector]) -> csr_array:
        """The queries as rows over the vocabulary; terms that no document has are left out."""
        ids = np.concatenate([query.ids for query in queries])
        weights = np.concatenate([query.weights for query in queries]).astype(np.float32)
        rows = np.repeat(np.arange(len(queries)), [len(query) for query in queries])
        places = np.minimum(np.searchsorted(self.vocabulary, ids), max(len(self.vocabulary) - 1, 0))
        known = self.vocabulary[places] == ids if len(self.vocabulary) else np.zeros(len(ids), np.bool_)
        starts = np.searchsorted(rows[known], np.arange(len(queries) + 1))
        return csr_array((weights[known], places[known], starts), shape=(len(queries), len(self.vocabulary)))

    def _best(self, places: npt.NDArray[Any], scores: npt.NDArray[Any], limit: int) -> npt.NDArray[np.int64]:
        if len(places) > limit:
            least = np.partition(scores, -limit)[-limit]
            sure = places[scores > least]
            equal = sorted(places[scores == least].tolist(), key=lambda at: self.documents[at].id)
            places = np.concatenate([sure, np.array(equal[: limit - len(sure)], dtype=places.dtype)])
        return np.sort(places).astype(np.int64)

    def terms_of(self, places: npt.NDArray[np.int64]) -> Terms:
        """The counted terms of some documents, a row each."""
        first, last = self.counted.starts[places], self.counted.starts[places + 1]
        starts = np.concatenate([[0], np.cumsum(last - first)]).astype(np.int64)
        at = np.repeat(first - starts[:-1], last - first) + np.arange(starts[-1])
        return Terms(starts, self.counted.ids[at], self.counted.counts[at])

    def arrays(self) -> Arrays:
        """All of it as arrays by name, to be kept in files or shared between processes."""
        lines = "\n".join(json.dumps(_slim(document), ensure_ascii=False) for document in self.documents)
        about = {"languages": sorted(self.languages), "counted": self.statistics.documents}
        everything = self.statistics.since(Statistics())
        return {
            "about": _bytes(json.dumps(about)),
            "documents": _bytes(lines),
            "starts": self.counted.starts,
            "ids": self.counted.ids,
            "counts": self.counted.counts,
            "vocabulary": self.vocabulary,
            "stored_starts": self.stored.indptr,
            "stored_places": self.stored.indices,
            "stored_weights": self.stored.data,
            "buckets": everything.buckets,
            "frequencies": everything.counts,
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, npt.NDArray[Any]]) -> Self:
        """What `arrays` gave; they are used where they lie and are not changed."""
        about = json.loads(arrays["about"].tobytes())
        documents = [document_of(json.loads(line)) for line in arrays["documents"].tobytes().splitlines()]
        statistics = Statistics()
        statistics.apply(Change(about["counted"], arrays["buckets"], arrays["frequencies"]))
        stored = csr_array(
            (arrays["stored_weights"], arrays["stored_places"], arrays["stored_starts"]),
            shape=(len(arrays["vocabulary"]), len(documents)),
        )
        counted = Terms(arrays["starts"], arrays["ids"], arrays["counts"])
        return cls(documents, counted, arrays["vocabulary"], stored, statistics, frozenset(about["languages"]))


def _slim(document: Document) -> dict[str, Any]:
    payload = payload_of(replace(document, title="", text=""))
    del payload[TAGS]
    return payload


def _bytes(text: str) -> npt.NDArray[np.uint8]:
    return np.frombuffer(text.encode(), dtype=np.uint8)


class _Found:
    """The documents found so far, while a corpus is made."""

    def __init__(self) -> None:
        self.documents: list[Document] = []
        self._ids: list[npt.NDArray[np.uint32]] = []
        self._counts: list[npt.NDArray[np.float32]] = []
        self._vectors: list[SparseVector] = []

    def add(
        self, document: Document, terms: tuple[npt.NDArray[np.uint32], npt.NDArray[np.float32]], vector: SparseVector
    ) -> None:
        self.documents.append(replace(document, title="", text=""))
        self._ids.append(terms[0])
        self._counts.append(terms[1])
        self._vectors.append(vector)

    def terms(self) -> Terms:
        starts = np.cumsum([0, *(len(ids) for ids in self._ids)]).astype(np.int64)
        return Terms(starts, _joined(self._ids, np.uint32), _joined(self._counts, np.float32))

    def matrix(self) -> tuple[npt.NDArray[np.uint32], csr_array]:
        """The vocabulary, and the weights: a row for each term of it, a column for each document."""
        ids = _joined([vector.ids for vector in self._vectors], np.uint32)
        weights = _joined([vector.weights for vector in self._vectors], np.float32)
        vocabulary, rows = np.unique(ids, return_inverse=True)
        order = np.argsort(rows, kind="stable")
        columns = np.repeat(np.arange(len(self._vectors), dtype=np.int32), [len(v) for v in self._vectors])
        starts = np.searchsorted(rows[order], np.arange(len(vocabulary) + 1)).astype(np.int32)
        shape = (len(vocabulary), len(self._vectors))
        return vocabulary, csr_array((weights[order], columns[order], starts), shape=shape)


def _joined(parts: Sequence[npt.NDArray[Any]], kind: type[Any]) -> npt.NDArray[Any]:
    return np.concatenate(parts).astype(kind) if parts else np.zeros(0, kind)
