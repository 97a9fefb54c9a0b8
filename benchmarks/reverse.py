"""One new achievement against the open needs, with evidence: `keqiao bench reverse`. Aim: 50 ms against 50,000."""

from __future__ import annotations

import dataclasses
import tempfile
import time
from itertools import islice
from pathlib import Path

from client import percentile
from peers.texts import Text, needs, offers
from peers.with_keqiao import document
from report import record

from keqiao.engine import EdgeIndex, Engine, Query

NEEDS, OFFERS, WARMING = 50_000, 200, 10
TOP = 20


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="keqiao-bench-") as folder, EdgeIndex(Path(folder) / "index") as index:
        waiting = needs(NEEDS)
        while batch := list(islice(waiting, 1000)):
            index.upsert([dataclasses.replace(document(need), kind="need") for need in batch])
        engine = Engine(index)
        took = [milliseconds(engine, offer) for offer in offers(WARMING + OFFERS)][WARMING:]
    row = (f"{NEEDS:,}", f"{percentile(took, 0.5):.1f}", f"{percentile(took, 0.99):.1f}", "50")
    record("reverse", "keqiao bench reverse", ("open needs", "p50, ms", "p99, ms", "aim"), [row])


def milliseconds(engine: Engine, offer: Text) -> float:
    began = time.perf_counter()
    engine.search(dataclasses.replace(Query.of(document(offer)), targets=()), kinds=["need"], limit=TOP)
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    main()
