"""Qdrant Edge with a sentence encoder and nothing else, as a vector database is commonly used."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import count
from pathlib import Path

import qdrant_edge as edge

from peers.base import TOP
from peers.texts import Text
from peers.vectors import Meanings

_VECTOR = "meaning"
_IDS = edge.PayloadSelector.Include(["id"])


class Engine:
    def __init__(self, folder: Path, _name: str) -> None:
        self.meanings = Meanings()
        shard = folder / "shard"
        shard.mkdir(parents=True)
        vector = edge.EdgeVectorParams(size=self.meanings.encoder.dimensions, distance=edge.Distance.Cosine)
        self.shard = edge.EdgeShard.create(str(shard), edge.EdgeConfig(vectors={_VECTOR: vector}))
        self.shard.update(edge.UpdateOperation.create_field_index("place", edge.PayloadSchemaType.Keyword))
        self.numbers = count()

    @property
    def owed(self) -> float:
        return self.meanings.owed

    def build(self, batches: Iterable[Sequence[Text]]) -> None:
        for batch in batches:
            self.write(batch, self.meanings.of_batch(batch).tolist())
        self.shard.optimize()

    def write(self, batch: Sequence[Text], vectors: Sequence[list[float]]) -> None:
        points = [
            edge.Point(next(self.numbers), {_VECTOR: vector}, {"id": one.id, "place": one.place})
            for one, vector in zip(batch, vectors, strict=True)
        ]
        self.shard.update(edge.UpdateOperation.upsert_points(points))

    def insert(self, offer: Text) -> None:
        self.write([offer], [self.meanings.of_offer(offer)])

    def search(self, need: Text, place: str = "", limit: int = TOP) -> list[str]:
        narrow = edge.Filter(must=[edge.FieldCondition("place", match=edge.MatchAny([place]))]) if place else None
        wanted = edge.Query.Nearest(self.meanings.of_query(need), using=_VECTOR)
        request = edge.QueryRequest(limit=limit, query=wanted, filter=narrow, with_payload=_IDS)
        return [str((point.payload or {})["id"]) for point in self.shard.query(request)]

    def processes(self) -> list[int]:
        return []

    def close(self) -> None:
        self.shard.close()
