"""Vectors of meaning in a Qdrant cluster: their room is made with the collection, an alias says that they count."""
# ruff: noqa: A002 - `filter` is the word of the domain, and of Qdrant

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from qdrant_client import models
from qdrant_client.http.exceptions import UnexpectedResponse

from keqiao.engine.document import Document, Filter, Hit
from keqiao.engine.encoders import Vectors
from keqiao.engine.nodes import Nodes
from keqiao.engine.payload import TAGS, WRITTEN, document_of, point_id, wanted_tags
from keqiao.engine.spaces import check_length
from keqiao.engine.troubles import IndexOutdated

_WRITTEN = [WRITTEN]


class ClusterSpaces:
    """The part of `ClusterIndex` that is about meaning. `keqiao-4-first-meaning-1a2b` points to `keqiao-4-first`."""

    _nodes: Nodes
    _collection: str

    def retrieve(self, ids: Sequence[str]) -> list[Document]:
        raise NotImplementedError

    @property
    def space(self) -> str:
        """See `Spaces.space`. Asked of the cluster each time: another process may have embedded everything."""
        aliases = self._nodes.call(lambda node: node.get_aliases()).aliases
        known = {alias.alias_name: alias.collection_name for alias in aliases}
        target = known.get(self._collection, self._collection)
        start = f"{target}-"
        spaces = [name.removeprefix(start) for name, to in known.items() if to == target and name.startswith(start)]
        return next((name for name in sorted(spaces) if name.startswith("meaning-")), "")

    def make_space(self, space: str, dimensions: int) -> None:
        """See `Spaces.make_space`."""
        if self._lengths().get(space) != dimensions:
            raise IndexOutdated(
                f"{self._collection} was made without room for this encoder: build it again (keqiao index rebuild)"
            )

    def _lengths(self) -> dict[str, int]:
        """The lengths of the vectors of each space that there is room for."""
        said: Any = self._nodes.call(lambda node: node.get_collection(self._collection)).config.params.vectors
        return {name: params.size for name, params in said.items()} if isinstance(said, dict) else {}

    def use_space(self, space: str) -> None:
        """See `Spaces.use_space`."""
        if self.space == space:
            return
        aliases = self._nodes.call(lambda node: node.get_aliases()).aliases
        target = {alias.alias_name: alias.collection_name for alias in aliases}.get(self._collection, self._collection)
        alias = models.CreateAlias(collection_name=target, alias_name=f"{target}-{space}")
        change = models.CreateAliasOperation(create_alias=alias)
        self._nodes.call(lambda node: node.update_collection_aliases([change]))

    def without_meaning(self, space: str, limit: int) -> list[Document]:
        """See `Spaces.without_meaning`."""
        lacking = models.Filter(must_not=[models.HasVectorCondition(has_vector=space)])
        records, _next = self._nodes.call(
            lambda node: node.scroll(self._collection, scroll_filter=lacking, limit=limit, with_payload=_WRITTEN)
        )
        return [document_of(record.payload) for record in records]

    def embedded(self, space: str) -> int:
        """See `Spaces.embedded`."""
        if space not in self._lengths():
            return 0
        having = models.Filter(must=[models.HasVectorCondition(has_vector=space)])
        return self._nodes.call(lambda node: node.count(self._collection, having, exact=True)).count

    def set_meanings(self, space: str, documents: Sequence[Document], vectors: Vectors) -> None:
        """See `Spaces.set_meanings`."""
        there = {document.id: document for document in self.retrieve([document.id for document in documents])}
        points = [
            models.PointVectors(id=point_id(document.id), vector={space: vector.tolist()})
            for document, vector in zip(documents, vectors, strict=True)
            if there.get(document.id) == document
        ]
        if points:
            self._nodes.call(lambda node: node.update_vectors(self._collection, points))

    def near(self, space: str, vector: Vectors, limit: int, filter: Filter | None = None) -> list[Hit]:
        """See `Spaces.near`."""
        if limit < 1:
            return []
        try:
            found = self._nearest(space, vector, limit, filter)
        except UnexpectedResponse:
            check_length(vector, self._lengths().get(space, 0))
            raise
        hits = [Hit(str((point.payload or {})["id"]), round(point.score, 5)) for point in found.points]
        return sorted(hits, key=lambda hit: (-hit.score, hit.id))

    def _nearest(self, space: str, vector: Vectors, limit: int, filter: Filter | None) -> models.QueryResponse:
        return self._nodes.call(
            lambda node: node.query_points(
                self._collection,
                query=vector.tolist(),
                using=space,
                query_filter=qdrant_filter(filter),
                search_params=models.SearchParams(exact=filter is not None and filter.ids is not None),
                limit=limit,
                with_payload=["id"],
            )
        )


def qdrant_filter(filter: Filter | None) -> models.Filter | None:
    if filter is None:
        return None
    must: list[Any] = [models.FieldCondition(key=TAGS, match=models.MatchAny(any=tags)) for tags in wanted_tags(filter)]
    if filter.ids is not None:
        must.append(models.HasIdCondition(has_id=[point_id(i) for i in filter.ids]))
    if filter.since is not None:
        must.append(models.FieldCondition(key="created", range=models.Range(gte=filter.since)))
    without = [models.HasIdCondition(has_id=[point_id(i) for i in filter.without])] if filter.without else []
    return models.Filter(must=must or None, must_not=list(without) or None) if must or without else None
