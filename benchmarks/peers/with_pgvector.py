"""PostgreSQL's full text search and pgvector, two lists whose ranks are added (reciprocal rank fusion)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from peers import with_postgres
from peers.base import TOP
from peers.texts import Text
from peers.vectors import Meanings

_NEAREST = """
SELECT id FROM meanings WHERE %(place)s = '' OR place = %(place)s
ORDER BY meaning <=> %(vector)s::halfvec LIMIT %(limit)s
"""
FETCHED, DAMPED = 100, 60


class Engine(with_postgres.Engine):
    def __init__(self, folder: Path, name: str) -> None:
        super().__init__(folder, name)
        self.meanings = Meanings()
        self.rows.execute("CREATE EXTENSION IF NOT EXISTS vector")
        size = self.meanings.encoder.dimensions
        self.rows.execute(f"CREATE TABLE meanings (id text, place text, meaning halfvec({size}))".encode())
        self.rows.execute("SET hnsw.iterative_scan = relaxed_order")
        self.rows.execute("SET hnsw.ef_search = 200")

    @property
    def owed(self) -> float:
        return self.meanings.owed

    def build(self, batches: Iterable[Sequence[Text]]) -> None:
        super().build(self.encoded(batches))
        self.rows.execute("CREATE INDEX ON meanings USING hnsw (meaning halfvec_cosine_ops)")
        self.rows.execute("VACUUM ANALYZE meanings")

    def encoded(self, batches: Iterable[Sequence[Text]]) -> Iterable[Sequence[Text]]:
        for batch in batches:
            self.write(batch, self.meanings.of_batch(batch).tolist())
            yield batch

    def write(self, batch: Sequence[Text], vectors: Sequence[list[float]]) -> None:
        with self.rows.cursor() as cursor, cursor.copy("COPY meanings FROM STDIN") as copy:
            for one, vector in zip(batch, vectors, strict=True):
                copy.write_row((one.id, one.place, str(vector)))

    def insert(self, offer: Text) -> None:
        super().insert(offer)
        self.write([offer], [self.meanings.of_offer(offer)])

    def search(self, need: Text, place: str = "", limit: int = TOP) -> list[str]:
        fetched = max(limit, FETCHED)
        asked = {"vector": str(self.meanings.of_query(need)), "place": place, "limit": fetched}
        near = [str(row[0]) for row in self.rows.execute(_NEAREST, asked)]
        scores: dict[str, float] = {}
        for ranked in (near, super().search(need, place, fetched)):
            for rank, found in enumerate(ranked, 1):
                scores[found] = scores.get(found, 0.0) + 1 / (DAMPED + rank)
        return sorted(scores, key=lambda found: (-scores[found], found))[:limit]
