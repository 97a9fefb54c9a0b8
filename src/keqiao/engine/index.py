"""Where documents are kept and fetched: one small protocol, and its adapter in this process over Qdrant Edge.

with EdgeIndex(folder) as index:
    index.upsert([Document(id="a1", kind="achievement", title="超黑吸光涂层")])
    index.search(query, limit=1000, filter=Filter(kinds=["achievement"]))
"""
# ruff: noqa: A002 - `filter` is the word of the domain, and of Qdrant

from __future__ import annotations

import contextlib
import functools
import itertools
import os
import shutil
import threading
import weakref
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

import qdrant_edge as edge

from keqiao.engine.document import Document, Filter, Hit, SparseVector
from keqiao.engine.edge import edge_filter, edge_point, edge_query
from keqiao.engine.edge_spaces import EdgeSpaces
from keqiao.engine.payload import GRAMS, TAGS, WRITTEN, batches_of_latest, document_of, point_id
from keqiao.engine.spaces import Spaces
from keqiao.engine.statistics import Statistics
from keqiao.engine.troubles import (
    FULL,
    IndexDamaged,
    IndexFull,
    IndexOutdated,
    IndexUnavailable,
    check_room,
    claimed,
    guarded,
    is_full,
    opening,
)
from keqiao.engine.weighting import count_documents, stored_vectors

FILLED = "filled"
"""The file in an index folder that says that it is complete."""
KEPT_TERMS = 128
HEAD_TERMS = 512
FETCHED = 1000
_BATCH = 1000
ROOM = 256 * 2**20
"""Bytes that must be free for writing. Files are laid out in advance and mapped into memory: where the disk turns out
to have no room for a page of them, the system ends the whole process, and no error can be caught."""
FULL_SCAN = 100
"""A filter that leaves fewer documents than this has them all scored. Qdrant's own 5,000 is six times slower here."""
FORMAT = 5
_FORMAT = f"keqiao index {FORMAT}\n"
_WRITTEN = edge.PayloadSelector.Include([WRITTEN])
"""What a document is read back from: not the tags, which are longer than the text."""


class Index(Spaces, Protocol):
    """What the engine asks of an index. Every adapter keeps the same points, vectors and filters."""

    @property
    def statistics(self) -> Statistics: ...

    def upsert(self, documents: Sequence[Document]) -> None:
        """Insert or replace; found by the next search. Of two with one id, the later counts."""

    def delete(self, ids: Sequence[str]) -> None:
        """Take out; ids that are not there are passed over."""

    def search(self, query: SparseVector, limit: int, filter: Filter | None = None) -> list[Hit]:
        """At most `limit` documents that share a term with the query, best first, ties by id."""

    def retrieve(self, ids: Sequence[str]) -> list[Document]:
        """These documents in this order; those that are not there are passed over."""

    def count(self, filter: Filter | None = None) -> int: ...

    @property
    def is_filled(self) -> bool:
        """Whether a successor was adopted once: until then it may lack what was there before it."""

    def holds(self, filter: Filter) -> bool:
        """Whether any document passes the filter; quicker than counting them."""

    def documents(self) -> Iterator[Document]:
        """Everything that is there, in no order that means anything."""

    def flush(self) -> None:
        """Everything written so far survives a power cut."""

    def successor(self) -> Index:
        """An empty index to be filled and then adopted in place of this one.

        In a cluster searches find the old documents until then; an EdgeIndex empties itself and is its own successor.
        """

    def adopt(self, successor: Index) -> None:
        """From now on this index has the documents of its successor; the old ones are gone."""

    def drop(self, successor: Index) -> None:
        """Give up a successor that was not adopted."""

    def close(self) -> None: ...


class EdgeIndex(EdgeSpaces):
    """An index in a folder, in this process (Qdrant Edge: one process at a time).

    Raises IndexLocked, IndexDamaged or IndexOutdated on opening, IndexFull on opening and writing, IndexDamaged where
    it turns out later that files cannot be read. After a crash everything acknowledged is there (write-ahead log), and
    the term counts, saved on `flush`, are counted again. Writing is serialised; searching goes on meanwhile.
    """

    damaged: type[IndexDamaged] = IndexDamaged
    full: type[IndexFull] = IndexFull
    """What is raised in use: whoever has a use of its own for these may name its kinds in a subclass."""
    room = ROOM

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self._lock = threading.RLock()
        self._uncertain = False
        self._saved = self.path / "statistics.npz"
        self._dirty = self.path / "statistics.dirty"
        self._mark = self.path / FILLED
        with opening(self.path, self.full):
            check_room(self.path, ROOM, self.full)
            self._begin()

    def _begin(self) -> None:
        self._let_go = weakref.finalize(self, os.close, claimed(self.path))
        try:
            self._shard = self._open()
            self.statistics = self._load_statistics()
            self._load_spaces()
        except BaseException:
            self._let_go()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @staticmethod
    def discard(path: str | Path) -> None:
        """Remove an index that is not open, so that it can be built again."""
        shutil.rmtree(path, ignore_errors=True)

    def _open(self) -> edge.EdgeShard:
        label, shard = self.path / "keqiao-index", self.path / "shard"
        if not label.exists():
            return self._create(shard, label)
        if label.read_text(errors="replace") != _FORMAT:
            raise IndexOutdated(f"{self.path} was written by another version: remove it and build the index again")
        return guarded(self.path, lambda: edge.EdgeShard.load(str(shard)), self.full)

    def _create(self, shard: Path, label: Path) -> edge.EdgeShard:
        """A new shard; one without a label was left half made by a crash."""
        shutil.rmtree(shard, ignore_errors=True)
        shard.mkdir(parents=True)
        config = edge.EdgeConfig(sparse_vectors={GRAMS: edge.EdgeSparseVectorParams(full_scan_threshold=FULL_SCAN)})
        created = guarded(self.path, lambda: edge.EdgeShard.create(str(shard), config), self.full)
        for name, kind in ((TAGS, edge.PayloadSchemaType.Keyword), ("created", edge.PayloadSchemaType.Integer)):
            made = edge.UpdateOperation.create_field_index(name, kind)
            guarded(self.path, functools.partial(created.update, made), self.full)
        label.write_text(_FORMAT)
        return created

    @contextlib.contextmanager
    def _asking(self) -> Iterator[None]:
        """The shard's own errors, among them panics in Rust, as one of ours."""
        try:
            yield
        except (KeyboardInterrupt, SystemExit, GeneratorExit, IndexUnavailable):
            raise
        except BaseException as error:
            if is_full(error):
                raise self.full(f"{self.path} {FULL}") from error
            raise self.damaged(f"{self.path} cannot be used ({error}); remove it and build the index again") from error

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        """One writer at a time. After a write that failed nobody knows what it did: the terms are counted again."""
        with self._lock:
            check_room(self.path, ROOM, self.full)
            with self._asking():
                self._dirty.touch()
            if self._uncertain:
                self.statistics = self._recount()
            self._uncertain = True
            yield
            self._uncertain = False

    def _change(self, operation: edge.UpdateOperation) -> None:
        with self._asking():
            self._shard.update(operation)

    def _load_statistics(self) -> Statistics:
        if not self._dirty.exists():
            try:
                statistics = Statistics.load(self._saved)
            except (OSError, ValueError):
                statistics = Statistics()
            if statistics.documents == self.count():
                return statistics
        return self._recount()

    def _recount(self) -> Statistics:
        statistics = Statistics()
        everything = self.documents()
        while batch := list(itertools.islice(everything, _BATCH)):
            statistics.add(count_documents(batch))
        return statistics

    def upsert(self, documents: Sequence[Document]) -> None:
        """See `Index.upsert`. About a thousand at a time is quickest."""
        for batch in batches_of_latest(documents):
            self._upsert_batch(batch)

    def _upsert_batch(self, batch: list[Document]) -> None:
        terms = count_documents(batch)
        with self._writing():
            self._forget([document.id for document in batch])
            self.statistics.add(terms)
            vectors = stored_vectors(terms, self.statistics, KEPT_TERMS)
            points = [edge_point(document, vector) for document, vector in zip(batch, vectors, strict=True)]
            self._change(edge.UpdateOperation.upsert_points(points))

    def delete(self, ids: Sequence[str]) -> None:
        """See `Index.delete`."""
        if not ids:
            return
        with self._writing():
            self._forget(ids)
            self._change(edge.UpdateOperation.delete_points([point_id(i) for i in ids]))

    def _forget(self, ids: Sequence[str]) -> None:
        """Take the documents of these ids out of the term counts, where they are there."""
        gone = self.retrieve(list(dict.fromkeys(ids)))
        if gone:
            self.statistics.remove(count_documents(gone))

    def search(self, query: SparseVector, limit: int, filter: Filter | None = None) -> list[Hit]:
        """See `Index.search`. Of a long query the strongest terms fetch a thousand, and all terms order these.

        Where the filter names documents, all terms fetch: none of them that shares a term is lost.
        """
        if not len(query) or limit < 1:
            return []
        wanted = edge.PayloadSelector.Include(["id"])
        narrow = edge_filter(filter)
        if len(query) <= HEAD_TERMS or (filter and filter.ids is not None):
            request = edge.QueryRequest(limit=limit, query=edge_query(query), filter=narrow, with_payload=wanted)
        else:
            head = edge_query(query.strongest(HEAD_TERMS))
            fetch = edge.Prefetch(limit=max(limit, FETCHED), query=head, filter=narrow)
            request = edge.QueryRequest(limit=limit, prefetches=[fetch], query=edge_query(query), with_payload=wanted)
        with self._asking():
            points = self._shard.query(request)
        hits = [Hit(str((point.payload or {})["id"]), round(point.score, 5)) for point in points]
        return sorted(hits, key=lambda hit: (-hit.score, hit.id))

    def retrieve(self, ids: Sequence[str]) -> list[Document]:
        """See `Index.retrieve`."""
        with self._asking():
            records = self._shard.retrieve([point_id(i) for i in ids], with_payload=_WRITTEN, with_vector=False)
        found = {document.id: document for document in (document_of(record.payload) for record in records)}
        return [found[i] for i in ids if i in found]

    def documents(self) -> Iterator[Document]:
        """See `Index.documents`."""
        offset: Any = None
        while True:
            with self._asking():
                records, offset = self._shard.scroll(
                    edge.ScrollRequest(offset=offset, limit=_BATCH, with_payload=_WRITTEN)
                )
            yield from (document_of(record.payload) for record in records)
            if offset is None:
                return

    def count(self, filter: Filter | None = None) -> int:
        """How many documents pass the filter, exactly."""
        with self._asking():
            return self._shard.count(edge.CountRequest(exact=True, filter=edge_filter(filter)))

    def holds(self, filter: Filter) -> bool:
        """See `Index.holds`."""
        request = edge.ScrollRequest(limit=1, filter=edge_filter(filter), with_payload=False)
        with self._asking():
            return bool(self._shard.scroll(request)[0])

    def flush(self) -> None:
        """See `Index.flush`."""
        with self._lock, self._asking():
            self._shard.flush()
            if not self._uncertain:
                self.statistics.save(self._saved)
                self._dirty.unlink(missing_ok=True)

    def successor(self) -> Index:
        """See `Index.successor`: this index, emptied."""
        self._mark.unlink(missing_ok=True)
        self.leave_space()
        self.delete([document.id for document in self.documents()])
        return self

    def adopt(self, successor: Index) -> None:
        """See `Index.adopt`."""
        self.flush()
        self._mark.touch()

    @property
    def is_filled(self) -> bool:
        """See `Index.is_filled`."""
        return self._mark.exists()

    def drop(self, successor: Index) -> None:
        """See `Index.drop`: what was written stays."""

    def close(self) -> None:
        """Flush and let go of the folder. A second call does nothing."""
        with self._lock:
            if self._closed:
                return
            try:
                self.flush()
            finally:  # what was acknowledged is in the log, flushed or not
                self._closed = True
                with contextlib.suppress(BaseException):
                    self._shard.close()
                self._let_go()

    _closed = False
