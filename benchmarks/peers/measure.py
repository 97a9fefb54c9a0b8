"""One engine at one size, in a process of its own: `measure.py ENGINE OFFERS` prints one JSON object."""

from __future__ import annotations

import json
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from client import percentile

from peers.base import Peer, opened
from peers.texts import Text, needs, offers

BATCH = 1000
QUERIES, WARMING, PATIENCE = 200, 10, 40.0
"""Queries of each sort, those before that do not count, and the seconds after which a slow engine has shown enough."""
INSERTS = 20


def main(name: str, size: int) -> None:
    asked = list(needs(QUERIES))
    extra = list(islice(offers(size + INSERTS), size, None))
    with tempfile.TemporaryDirectory(prefix=f"keqiao-bench-{name}-") as folder:
        peer = opened(name, Path(folder))
        try:
            print(json.dumps(measured(peer, size, asked, extra, Path(folder))))
        finally:
            peer.close()


def measured(peer: Peer, size: int, asked: list[Text], extra: list[Text], folder: Path) -> dict[str, float]:
    with Watched(peer) as memory:
        began = time.perf_counter()
        peer.build(batches(size))
        built = time.perf_counter() - began + getattr(peer, "owed", 0.0)
    long = times(peer.search, asked)
    narrow = times(lambda need: peer.search(need, "p3"), asked)
    visible = [seen(peer, offer) for offer in extra]
    return {
        "size": size,
        "build": size / built,
        "p50": percentile(long, 0.5),
        "p99": percentile(long, 0.99),
        "filter_p50": percentile(narrow, 0.5),
        "filter_p99": percentile(narrow, 0.99),
        "visible": percentile(visible, 0.5),
        "memory": resident(peer) / 1e6,
        "peak": memory.peak / 1e6,
        "disk": sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 1e6,
        "queries": len(long),
    }


def batches(size: int) -> Iterator[list[Text]]:
    everything = offers(size)
    while batch := list(islice(everything, BATCH)):
        yield batch


def times(call: Callable[[Text], object], asked: list[Text]) -> list[float]:
    """Milliseconds of each call."""
    ends = time.perf_counter() + PATIENCE
    took: list[float] = []
    for number, need in enumerate([*asked[:WARMING], *asked]):
        began = time.perf_counter()
        call(need)
        if number >= WARMING:
            took.append((time.perf_counter() - began) * 1000)
        if time.perf_counter() > ends and len(took) >= 3:
            break
    return took


def seen(peer: Peer, offer: Text) -> float:
    """Milliseconds from handing over an offer until a search for it has found it."""
    new = Text(f"new-{offer.id}", offer.title, offer.text, offer.fields, offer.place, ())
    began = time.perf_counter()
    peer.insert(new)
    while new.id not in peer.search(new):
        if time.perf_counter() - began > PATIENCE:
            raise SystemExit(f"{new.id} was written and is not found")
    return (time.perf_counter() - began) * 1000


def resident(peer: Peer) -> int:
    """Bytes that this process and the engine's own hold in memory, shared pages counted once."""
    return proportional("self") + sum(proportional(str(number)) for number in family(peer.processes()))


def proportional(process: str) -> int:
    for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    return 0


def family(parents: list[int]) -> list[int]:
    """These processes and their children."""
    if not parents:
        return []
    found = list(parents)
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            number, parent = int(stat.parent.name), int(stat.read_text().rsplit(")", 1)[1].split()[1])
        except (OSError, IndexError, ValueError):
            continue  # it has ended meanwhile
        if parent in parents:
            found.append(number)
    return found


class Watched:
    """The most memory that was held at once, looked at five times a second."""

    def __init__(self, peer: Peer) -> None:
        self.peer, self.peak, self.ended = peer, 0, threading.Event()
        self.thread = threading.Thread(target=self.watch)

    def watch(self) -> None:
        while not self.ended.wait(0.2):
            self.peak = max(self.peak, resident(self.peer))

    def __enter__(self) -> Watched:
        self.thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.ended.set()
        self.thread.join()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
