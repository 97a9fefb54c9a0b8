"""Vectors of meaning in Qdrant Edge. What spaces there are, and which is used, is in `spaces.json`."""
# ruff: noqa: A002 - `filter` is the word of the domain, and of Qdrant

from __future__ import annotations

import json
import os
import threading
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path

import qdrant_edge as edge

from keqiao.engine.document import Document, Filter, Hit
from keqiao.engine.edge import edge_filter
from keqiao.engine.encoders import Vectors
from keqiao.engine.payload import WRITTEN, document_of, point_id
from keqiao.engine.spaces import check_length
from keqiao.engine.troubles import IndexFull, check_room

_WRITTEN = edge.PayloadSelector.Include([WRITTEN])


class EdgeSpaces:
    """The part of `EdgeIndex` that is about meaning."""

    path: Path
    room: int
    full: type[IndexFull]
    _lock: threading.RLock
    _shard: edge.EdgeShard

    def _asking(self) -> AbstractContextManager[None]:
        raise NotImplementedError

    def _change(self, operation: edge.UpdateOperation) -> None:
        raise NotImplementedError

    def retrieve(self, ids: Sequence[str]) -> list[Document]:
        raise NotImplementedError

    _spaces: dict[str, int]
    space = ""

    def _load_spaces(self) -> None:
        try:
            said = json.loads((self.path / "spaces.json").read_text())
            self._spaces, self.space = dict(said["made"]), str(said["used"])
        except (OSError, ValueError, KeyError, TypeError):
            self._spaces, self.space = {}, ""

    def _save_spaces(self) -> None:
        beside = self.path / "spaces.json.new"
        with beside.open("w") as file:
            json.dump({"made": self._spaces, "used": self.space}, file)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self.path / "spaces.json")

    def make_space(self, space: str, dimensions: int) -> None:
        """See `Spaces.make_space`."""
        with self._lock:
            if self._spaces.get(space) == dimensions:
                return
            check_room(self.path, self.room, self.full)
            if space in self._spaces:
                self._drop_space(space)
            self._change(edge.UpdateOperation.create_dense_vector(space, dimensions, edge.Distance.Cosine))
            self._spaces[space] = dimensions
            self._save_spaces()

    def _drop_space(self, space: str) -> None:
        """Out of the file first: what is not in it is not used, whatever the shard still has."""
        del self._spaces[space]
        self.space = "" if self.space == space else self.space
        self._save_spaces()
        self._change(edge.UpdateOperation.delete_vector_name(space))

    def leave_space(self) -> None:
        """Searches go by words again, until everything has its vector."""
        with self._lock:
            if self.space:
                self.space = ""
                self._save_spaces()

    def use_space(self, space: str) -> None:
        """See `Spaces.use_space`."""
        with self._lock:
            if self.space == space:
                return
            with self._asking():
                self._shard.flush()
            self.space = space
            self._save_spaces()
            for other in [name for name in self._spaces if name != space]:
                self._drop_space(other)

    def without_meaning(self, space: str, limit: int) -> list[Document]:
        """See `Spaces.without_meaning`."""
        lacking = edge.Filter(must_not=[edge.HasVectorCondition(space)])
        request = edge.ScrollRequest(limit=limit, filter=lacking, with_payload=_WRITTEN)
        with self._asking():
            return [document_of(record.payload) for record in self._shard.scroll(request)[0]]

    def embedded(self, space: str) -> int:
        """See `Spaces.embedded`."""
        if space not in self._spaces:
            return 0
        having = edge.Filter(must=[edge.HasVectorCondition(space)])
        with self._asking():
            return self._shard.count(edge.CountRequest(exact=True, filter=having))

    def set_meanings(self, space: str, documents: Sequence[Document], vectors: Vectors) -> None:
        """See `Spaces.set_meanings`."""
        with self._lock:
            check_room(self.path, self.room, self.full)
            there = {document.id: document for document in self.retrieve([document.id for document in documents])}
            points = [
                edge.PointVectors(point_id(document.id), {space: vector.tolist()})
                for document, vector in zip(documents, vectors, strict=True)
                if there.get(document.id) == document
            ]
            if points:
                self._change(edge.UpdateOperation.update_vectors(points))

    def near(self, space: str, vector: Vectors, limit: int, filter: Filter | None = None) -> list[Hit]:
        """See `Spaces.near`."""
        check_length(vector, self._spaces.get(space, 0))
        if limit < 1:
            return []
        request = edge.QueryRequest(
            limit=limit,
            query=edge.Query.Nearest(vector.tolist(), using=space),
            filter=edge_filter(filter),
            params=edge.SearchParams(exact=filter is not None and filter.ids is not None),
            with_payload=edge.PayloadSelector.Include(["id"]),
        )
        with self._asking():
            points = self._shard.query(request)
        hits = [Hit(str((point.payload or {})["id"]), round(point.score, 5)) for point in points]
        return sorted(hits, key=lambda hit: (-hit.score, hit.id))
