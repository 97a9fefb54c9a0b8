"""The calls that every engine is measured by, and which engines there are."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Protocol

from peers.texts import Text

TOP = 20


class Peer(Protocol):
    """One engine over one set of offers in a folder of its own."""

    def build(self, batches: Iterable[Sequence[Text]]) -> None:
        """Take in everything, so that it can be searched as quickly as this engine can."""

    def insert(self, offer: Text) -> None:
        """One more; the next search finds it."""

    def search(self, need: Text, place: str = "", limit: int = TOP) -> list[str]:
        """Ids of the best, best first; only offers of this place, if one is named."""

    def processes(self) -> list[int]:
        """Processes of its own beside this one, whose memory counts too."""

    def close(self) -> None: ...


PEERS = {
    "keqiao": ("peers.with_keqiao", "Keqiao: characters, figures checked, evidence"),
    "tantivy": ("peers.with_tantivy", "tantivy: BM25 over jieba words"),
    "postgres": ("peers.with_postgres", "PostgreSQL: full text over jieba words"),
    "pgvector": ("peers.with_pgvector", "PostgreSQL: full text + pgvector, ranks added"),
    "sqlite": ("peers.with_sqlite", "SQLite FTS5: BM25 over jieba words"),
    "qdrant": ("peers.with_qdrant", "Qdrant Edge: sentence encoder alone"),
}


def opened(name: str, folder: Path) -> Peer:
    """The engine of this name over an empty folder."""
    module, _title = PEERS[name]
    peer: Peer = importlib.import_module(module).Engine(folder, name)
    return peer
