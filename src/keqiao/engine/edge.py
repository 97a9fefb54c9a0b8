"""Documents, queries and filters in the words of Qdrant Edge."""
# ruff: noqa: A002 - `filter` is the word of the domain, and of Qdrant

from __future__ import annotations

from typing import Any

import qdrant_edge as edge

from keqiao.engine.document import Document, Filter, SparseVector
from keqiao.engine.payload import GRAMS, TAGS, payload_of, point_id, wanted_tags


def edge_point(document: Document, vector: SparseVector) -> edge.Point:
    sparse = edge.SparseVector(vector.ids.tolist(), vector.weights.tolist())
    return edge.Point(point_id(document.id), {GRAMS: sparse}, payload_of(document))


def edge_query(query: SparseVector) -> edge.Query:
    return edge.Query.Nearest(edge.SparseVector(query.ids.tolist(), query.weights.tolist()), using=GRAMS)


def edge_filter(filter: Filter | None) -> edge.Filter | None:
    if filter is None:
        return None
    must: list[Any] = [edge.FieldCondition(TAGS, match=edge.MatchAny(tags)) for tags in wanted_tags(filter)]
    if filter.ids is not None:
        must.append(edge.HasIdCondition({point_id(i) for i in filter.ids}))
    if filter.since is not None:
        must.append(edge.FieldCondition("created", range=edge.RangeFloat(gte=filter.since)))
    without: list[Any] = [edge.HasIdCondition({point_id(i) for i in filter.without})] if filter.without else []
    return edge.Filter(must=must or None, must_not=without or None) if must or without else None
