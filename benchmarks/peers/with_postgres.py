"""PostgreSQL's full text search over the words that rjieba cuts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from keqiao.config.postgres import Cluster
from peers.base import TOP
from peers.texts import Text
from peers.words import cut

_SETTINGS = ("maintenance_work_mem = '1GB'", "work_mem = '64MB'", "max_parallel_workers_per_gather = 0")
_ROW = "setweight(to_tsvector('simple', %s), 'A') || setweight(to_tsvector('simple', %s), 'D')"
_SEARCH = """
SELECT id FROM offers, to_tsquery('simple', %(words)s) AS wanted
WHERE words @@ wanted AND (%(place)s = '' OR place = %(place)s)
ORDER BY ts_rank(words, wanted) DESC, id LIMIT %(limit)s
"""


class Engine:
    def __init__(self, folder: Path, _name: str) -> None:
        self.cluster = Cluster(folder)
        self.cluster.start()
        self.rows = self.cluster.connect()
        for setting in _SETTINGS:
            self.rows.execute(f"SET {setting}")
        self.rows.execute("CREATE TABLE offers (id text, place text, words tsvector)")

    def build(self, batches: Iterable[Sequence[Text]]) -> None:
        with self.rows.transaction(), self.rows.cursor() as cursor:
            for batch in batches:
                cursor.executemany(f"INSERT INTO offers VALUES (%s, %s, {_ROW})", rows(batch))
        self.rows.execute("CREATE INDEX ON offers USING gin (words)")
        self.rows.execute("CREATE INDEX ON offers (place)")
        self.rows.execute("VACUUM ANALYZE offers")

    def insert(self, offer: Text) -> None:
        self.rows.execute(f"INSERT INTO offers VALUES (%s, %s, {_ROW})", next(rows([offer])))

    def search(self, need: Text, place: str = "", limit: int = TOP) -> list[str]:
        words = dict.fromkeys(cut(f"{need.title} {need.text}").split())
        wanted = " | ".join("'" + word.replace("'", "").replace("\\", "") + "'" for word in words)
        found = self.rows.execute(_SEARCH, {"words": wanted, "place": place, "limit": limit})
        return [str(row[0]) for row in found]

    def processes(self) -> list[int]:
        return [number] if (number := self.cluster.pid()) else []

    def close(self) -> None:
        self.rows.close()
        self.cluster.stop()


def rows(offers: Sequence[Text]) -> Iterator[tuple[str, str, str, str]]:
    for offer in offers:
        yield offer.id, offer.place, cut(offer.title), cut(offer.text)
