"""SQLite FTS5: BM25 over the words that rjieba cuts."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path

from peers.base import TOP
from peers.texts import Text
from peers.words import cut


class Engine:
    def __init__(self, folder: Path, _name: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.rows = sqlite3.connect(folder / "fts.db")
        self.rows.execute("PRAGMA journal_mode=WAL")
        self.rows.execute("CREATE VIRTUAL TABLE offers USING fts5(id UNINDEXED, place, title, text)")

    def build(self, batches: Iterable[Sequence[Text]]) -> None:
        for batch in batches:
            self.rows.executemany("INSERT INTO offers VALUES (?, ?, ?, ?)", map(row, batch))
        self.rows.execute("INSERT INTO offers(offers) VALUES ('optimize')")
        self.rows.commit()

    def insert(self, offer: Text) -> None:
        self.rows.execute("INSERT INTO offers VALUES (?, ?, ?, ?)", row(offer))
        self.rows.commit()

    def search(self, need: Text, place: str = "", limit: int = TOP) -> list[str]:
        words = dict.fromkeys(cut(f"{need.title} {need.text}").split())
        wanted = "{title text}: (" + " OR ".join('"' + word.replace('"', "") + '"' for word in words) + ")"
        if place:
            wanted = f"place: {place} AND ({wanted})"
        ask = "SELECT id FROM offers WHERE offers MATCH ? ORDER BY bm25(offers, 0, 0, 3, 1) LIMIT ?"
        return [found for (found,) in self.rows.execute(ask, (wanted, limit))]

    def processes(self) -> list[int]:
        return []

    def close(self) -> None:
        self.rows.close()


def row(offer: Text) -> tuple[str, str, str, str]:
    return offer.id, offer.place, cut(offer.title), cut(offer.text)
