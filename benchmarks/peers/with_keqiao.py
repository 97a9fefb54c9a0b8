"""Keqiao's own engine as the platform uses it: figures of both sides read and compared, evidence for every hit."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from keqiao.engine import Document, EdgeIndex, Filter, Query, figures
from keqiao.engine import Engine as Matching
from peers.base import TOP
from peers.texts import Text


class Engine:
    def __init__(self, folder: Path, _name: str) -> None:
        self.index = EdgeIndex(folder / "index")
        self.matching = Matching(self.index)
        self.owed = 0.0

    def build(self, batches: Iterable[Sequence[Text]]) -> None:
        """Figures are read when a record is written, not when the index is built: their time does not count."""
        for batch in batches:
            began = time.perf_counter()
            documents = [document(offer) for offer in batch]
            self.owed -= time.perf_counter() - began
            self.index.upsert(documents)
        self.index.flush()

    def insert(self, offer: Text) -> None:
        self.index.upsert([document(offer)])

    def search(self, need: Text, place: str = "", limit: int = TOP) -> list[str]:
        wanted = Filter(nodes=(place,)) if place else None
        return [found.id for found in self.matching.search(query(need), limit=limit, filter=wanted)]

    def processes(self) -> list[int]:
        return []

    def close(self) -> None:
        self.index.close()


def document(offer: Text) -> Document:
    return Document(
        id=offer.id,
        kind="achievement",
        audience="public",
        title=offer.title,
        text=offer.text,
        fields=offer.fields,
        node=offer.place,
        figures=tuple(figure for line in offer.figures for figure in figures(line)),
    )


def query(need: Text) -> Query:
    targets = tuple(figure for line in need.figures for figure in figures(line))
    return Query(title=need.title, text=need.text, fields=need.fields, targets=targets)
