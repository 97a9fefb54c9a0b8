"""Keqiao's engine beside what others would pick, on the same texts, each in a process of its own: `keqiao bench scale`.

Sizes and engines may be named: `keqiao bench scale --sizes 60000,200000 --engines keqiao,tantivy`.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path

from peers.base import PEERS
from peers.texts import needs, offers
from report import record

SIZES = (60_000, 200_000, 1_000_000)
TOO_SLOW = {"postgres": 200_000, "pgvector": 200_000}
"""Where one query of an engine takes seconds, larger sizes say nothing new."""
PATIENCE = 3_600
HEAD = (
    "engine", "offers", "offers/s built", "GB of memory", "at its peak", "GB on disk", "p50, ms", "p99, ms",
    "5 %: p50", "5 %: p99", "visible after, ms",
)  # fmt: skip


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="keqiao bench scale")
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)))
    parser.add_argument("--engines", default=",".join(PEERS))
    wanted = parser.parse_args(arguments)
    sizes = [int(size) for size in wanted.sizes.split(",")]
    for _text in [*offers(max(sizes) + 100), *needs(300)]:
        pass  # written once, before anything is timed
    command = f"keqiao bench scale {' '.join(arguments)}".strip()
    rows = []
    for size in sizes:
        for name in wanted.engines.split(","):
            if size <= TOO_SLOW.get(name, size):
                rows.append(row(name, measured(name, size)))
                record("scale", command, HEAD, rows)  # after each: the largest take long


def measured(name: str, size: int) -> dict[str, float]:
    script = Path(__file__).parent / "peers" / "measure.py"
    command = [sys.executable, str(script), name, str(size)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, timeout=PATIENCE)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def row(name: str, found: dict[str, float]) -> tuple[str, ...]:
    times = [f"{found[key]:.1f}" for key in ("p50", "p99", "filter_p50", "filter_p99", "visible")]
    sizes = [f"{found[key] / 1000:.2f}" for key in ("memory", "peak", "disk")]
    return PEERS[name][1], f"{found['size']:,}", f"{found['build']:,.0f}", *sizes, *times


if __name__ == "__main__":
    main(sys.argv[1:])
