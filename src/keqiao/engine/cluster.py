"""The index in a Qdrant cluster: sharded, replicated, open to many processes. Needs the extra `cluster`.

with ClusterIndex(Nodes(["http://one:6333", "http://two:6333"], api_key="…"), shards=6, replicas=2) as index:
    index.upsert([Document(id="a1", kind="achievement", title="超黑吸光涂层")])

The points, vectors and filters are those of `EdgeIndex`, and so are the answers. Documents lie in a collection that an
alias points to (`keqiao-4`: the name and the format), the term counts in a small one beside it; `adopt` points both
aliases to new collections in one call.
"""
# ruff: noqa: A002 - `filter` is the word of the domain, and of Qdrant

from __future__ import annotations

import contextlib
import copy
import secrets
import threading
import time
from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import Any, Self

from qdrant_client import QdrantClient, models
from qdrant_client.http.exceptions import UnexpectedResponse

from keqiao.engine.cluster_spaces import ClusterSpaces, qdrant_filter
from keqiao.engine.document import Document, Filter, Hit, SparseVector
from keqiao.engine.index import (
    FETCHED,
    FORMAT,
    FULL_SCAN,
    HEAD_TERMS,
    KEPT_TERMS,
    Index,
)
from keqiao.engine.nodes import Nodes
from keqiao.engine.payload import GRAMS, TAGS, WRITTEN, batches_of_latest, document_of, payload_of, point_id
from keqiao.engine.shared import SharedStatistics
from keqiao.engine.statistics import Statistics
from keqiao.engine.terms import Terms
from keqiao.engine.weighting import count_documents, stored_vectors

_BATCH = 1000
_DAY = 86_400
_COUNTS = "-counts"
_FIRST = "-first"
_WRITTEN = [WRITTEN]


class ClusterIndex(ClusterSpaces):
    """An index in a cluster, made when it is not there yet. Threads and processes may share it.

    `shards` (0: one for each node), `replicas` and `space` (name and length of the vectors of meaning to make room for)
    count for collections made from now on: the first, and successors.
    Writes of one document have to come one after the other, as everywhere; those of different documents need not.
    Every method raises IndexUnavailable when no node answers for some seconds (see `Nodes`).
    """

    def __init__(
        self,
        nodes: Nodes,
        name: str = "keqiao",
        *,
        shards: int = 0,
        replicas: int = 2,
        space: tuple[str, int] | None = None,
    ) -> None:
        self._nodes = nodes
        self._room = dict([space] if space else [])
        self._shards, self._replicas = shards or None, replicas
        self._alias = f"{name}-{FORMAT}"
        self._use(self._alias)
        if self.target is None:
            self._found()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _use(self, collection: str) -> None:
        self._collection = collection
        self._lock = threading.RLock()
        self._counts = SharedStatistics(self._nodes, collection + _COUNTS, self._recount)

    # --- collections ---

    @property
    def target(self) -> str | None:
        """The collection that the alias points to, if there is one (documents; the counts are in `-counts`)."""
        aliases = self._nodes.call(lambda node: node.get_aliases()).aliases
        return next((alias.collection_name for alias in aliases if alias.alias_name == self._alias), None)

    def _found(self) -> None:
        """The first collection. Its name is always the same: processes that begin at the same time make one."""
        first = f"{self._alias}{_FIRST}"
        self._create(first)
        self._point_to(first)

    def _create(self, collection: str) -> None:
        grams = models.SparseVectorParams(index=models.SparseIndexParams(full_scan_threshold=FULL_SCAN))
        self._make(collection, {GRAMS: grams}, self._shards, self._room)
        self._sort(collection, TAGS, models.PayloadSchemaType.KEYWORD)
        self._sort(collection, "created", models.PayloadSchemaType.INTEGER)
        self._make(collection + _COUNTS, {}, 1, {})
        SharedStatistics(self._nodes, collection + _COUNTS, self._recount).start()

    def _make(
        self,
        collection: str,
        vectors: dict[str, models.SparseVectorParams],
        shards: int | None,
        room: dict[str, int],
    ) -> None:
        cosine = models.Distance.COSINE
        dense = {space: models.VectorParams(size=length, distance=cosine) for space, length in room.items()}

        def ask(node: QdrantClient) -> None:
            try:
                node.create_collection(
                    collection,
                    vectors_config=dense,
                    sparse_vectors_config=vectors,
                    shard_number=shards,
                    replication_factor=self._replicas,
                )
            except UnexpectedResponse:
                if not node.collection_exists(collection):  # else somebody was quicker, or we were, unheard
                    raise

        self._nodes.call(ask)

    def _sort(self, collection: str, key: str, kind: models.PayloadSchemaType) -> None:
        self._nodes.call(lambda node: node.create_payload_index(collection, key, kind))

    def _point_to(self, collection: str) -> None:
        """Both aliases, in one call: there is no moment at which one of them is missing or old."""
        names = {self._alias: collection, self._alias + _COUNTS: collection + _COUNTS}
        changes = [
            models.CreateAliasOperation(create_alias=models.CreateAlias(collection_name=target, alias_name=alias))
            for alias, target in names.items()
        ]
        self._nodes.call(lambda node: node.update_collection_aliases(changes))

    def _remove(self, collection: str) -> None:
        """As far as that is possible now; `_clear_away` comes by later."""
        self._nodes.attempt(lambda node: node.delete_collection(collection))
        self._nodes.attempt(lambda node: node.delete_collection(collection + _COUNTS))

    @property
    def is_filled(self) -> bool:
        """See `Index.is_filled`."""
        target = self.target
        if target is None:
            self._found()
        return target is not None and not target.endswith(_FIRST)

    def successor(self) -> ClusterIndex:
        """See `Index.successor`: a new collection, with the shards and replicas of now."""
        self._clear_away()
        collection = f"{self._alias}-{int(time.time())}-{secrets.token_hex(3)}"
        self._create(collection)
        twin = copy.copy(self)
        twin._use(collection)  # noqa: SLF001 (our own kind)
        return twin

    def adopt(self, successor: Index) -> None:
        """See `Index.adopt`. A search under way finds, of the old documents, those that the new ones have too."""
        assert isinstance(successor, ClusterIndex)  # noqa: S101 (its own)
        before = self.target
        self._point_to(successor._collection)  # noqa: SLF001 (our own kind)
        if before is not None:
            self._remove(before)

    def drop(self, successor: Index) -> None:
        """See `Index.drop`. One that was adopted in spite of an error stays."""
        assert isinstance(successor, ClusterIndex)  # noqa: S101 (its own)
        if self.target != successor._collection:  # noqa: SLF001 (our own kind)
            self._remove(successor._collection)  # noqa: SLF001 (our own kind)

    def _clear_away(self) -> None:
        """Remove what rebuildings that were killed have left, a day after they began."""
        target, oldest = self.target, time.time() - _DAY
        for one in self._nodes.call(lambda node: node.get_collections()).collections:
            start, _dash, rest = one.name.removeprefix(f"{self._alias}-").partition("-")
            began = one.name.startswith(f"{self._alias}-") and start.isdigit() and int(start) < oldest
            if began and not rest.endswith(_COUNTS) and one.name != target:
                self._remove(one.name)

    # --- writing ---

    @property
    def statistics(self) -> Statistics:
        """The counts of all acknowledged writes, anybody's; not to be changed."""
        return self._counts.now()

    def upsert(self, documents: Sequence[Document]) -> None:
        """See `Index.upsert`. About a thousand at a time is quickest."""
        for batch in batches_of_latest(documents):
            self._upsert_batch(batch)

    def _upsert_batch(self, batch: list[Document]) -> None:
        terms = count_documents(batch)
        with self._writing([document.id for document in batch]) as counts:
            counts.add(terms)
            vectors = stored_vectors(terms, counts, KEPT_TERMS)
            points = [_point(document, vector) for document, vector in zip(batch, vectors, strict=True)]
            self._nodes.call(lambda node: node.upsert(self._collection, points))

    def delete(self, ids: Sequence[str]) -> None:
        """See `Index.delete`."""
        known = list(dict.fromkeys(ids))
        for start in range(0, len(known), _BATCH):
            self._delete_batch(known[start : start + _BATCH])

    def _delete_batch(self, batch: list[str]) -> None:
        there = [document.id for document in self.retrieve(batch)]
        if not there:
            self._counts.settled(batch)  # whoever deleted them may have died before it could say so
            return
        points = models.PointIdsList(points=[point_id(i) for i in there])
        with self._writing(batch):
            self._nodes.call(lambda node: node.delete(self._collection, points))

    @contextlib.contextmanager
    def _writing(self, ids: Sequence[str]) -> Iterator[Statistics]:
        """Yields the counts without these documents, to be completed; a note of the change frames the write."""
        with self._lock:
            before = self._counts.settled(ids)
            counts = before.copy()
            counts.remove(self._recount(ids))
            note = self._counts.begin(ids, before, counts)
            yield counts
            self._counts.finish(note, counts.since(before))
            self._counts.fold_if_many()

    def _recount(self, ids: Sequence[str]) -> Terms:
        return count_documents(self.retrieve(ids))

    # --- reading ---

    def search(self, query: SparseVector, limit: int, filter: Filter | None = None) -> list[Hit]:
        """See `Index.search`; `EdgeIndex.search` says how. Of a long query every shard fetches its own thousand."""
        if not len(query) or limit < 1:
            return []
        narrow, fetch = qdrant_filter(filter), None
        if len(query) > HEAD_TERMS and not (filter and filter.ids is not None):
            head = _nearest(query.strongest(HEAD_TERMS))
            fetch = models.Prefetch(query=head, using=GRAMS, filter=narrow, limit=max(limit, FETCHED))
        found = self._nodes.call(
            lambda node: node.query_points(
                self._collection,
                query=_nearest(query),
                using=GRAMS,
                prefetch=fetch,
                query_filter=narrow,
                limit=limit,
                with_payload=["id"],
            )
        )
        hits = [Hit(str((point.payload or {})["id"]), round(point.score, 5)) for point in found.points]
        return sorted(hits, key=lambda hit: (-hit.score, hit.id))

    def retrieve(self, ids: Sequence[str]) -> list[Document]:
        """See `Index.retrieve`."""
        points = [point_id(i) for i in ids]
        if not points:
            return []
        records = self._nodes.call(lambda node: node.retrieve(self._collection, points, with_payload=_WRITTEN))
        found = {document.id: document for document in (document_of(record.payload) for record in records)}
        return [found[i] for i in ids if i in found]

    def documents(self) -> Iterator[Document]:
        """See `Index.documents`."""
        offset: Any = None
        while True:
            records, offset = self._scroll(offset)
            yield from (document_of(record.payload) for record in records)
            if offset is None:
                return

    def _scroll(self, offset: Any) -> tuple[list[models.Record], Any]:
        return self._nodes.call(
            lambda node: node.scroll(self._collection, limit=_BATCH, offset=offset, with_payload=_WRITTEN)
        )

    def count(self, filter: Filter | None = None) -> int:
        """How many documents pass the filter, exactly."""
        return self._nodes.call(lambda node: node.count(self._collection, qdrant_filter(filter), exact=True)).count

    def holds(self, filter: Filter) -> bool:
        """See `Index.holds`."""
        narrow = qdrant_filter(filter)
        found, _next = self._nodes.call(
            lambda node: node.scroll(self._collection, scroll_filter=narrow, limit=1, with_payload=False)
        )
        return bool(found)

    def flush(self) -> None:
        """See `Index.flush`: a write is acknowledged when every replica that is up has it in its log."""

    def close(self) -> None:
        """Let go of the connections. A second call does nothing."""
        self._nodes.close()


def _point(document: Document, vector: SparseVector) -> models.PointStruct:
    sparse = models.SparseVector(indices=vector.ids.tolist(), values=vector.weights.tolist())
    return models.PointStruct(id=point_id(document.id), vector={GRAMS: sparse}, payload=payload_of(document))


def _nearest(query: SparseVector) -> models.SparseVector:
    return models.SparseVector(indices=query.ids.tolist(), values=query.weights.tolist())
