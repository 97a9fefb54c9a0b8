"""How well each engine ranks, and how long it takes: `keqiao bench quality FOLDER …`, folders in BEIR form.

Every engine ranks the whole corpus; of a set with several judged documents a query, those that were judged are then
taken out of its ranking (an unjudged one says nothing), as `keqiao engine evaluate --judged-only` does.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from client import percentile
from peers.base import PEERS, Peer, opened
from peers.texts import Text
from plot import drawn
from report import record

from keqiao.engine.beir import Folder, read_folder
from keqiao.engine.evaluate import measure

NAMES = ("nDCG@10", "MAP", "recall@10", "Spearman")
ASKED = 1000
"""Queries of a set that are asked, the first of them: known items have thousands."""


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="keqiao bench quality")
    parser.add_argument("folders", nargs="*")
    parser.add_argument("--engines", default=",".join(PEERS))
    parser.add_argument("--one", help=argparse.SUPPRESS)
    wanted = parser.parse_args(arguments)
    if not wanted.folders:
        raise SystemExit("name one or more folders in BEIR form")
    if wanted.one:
        print(json.dumps(quality(wanted.one, Path(wanted.folders[0]))))
        return
    found = {
        (Path(folder).name, name): alone(name, folder)
        for folder in wanted.folders
        for name in wanted.engines.split(",")
    }
    rows = [(data, PEERS[name][1], *map(written, values.values())) for (data, name), values in found.items()]
    head = ("data set", "engine", *NAMES, "queries", "p50, ms")
    record("quality", "keqiao bench quality FOLDER …", head, rows)
    drawn(found, Path(__file__).with_name("quality.svg"))


def alone(name: str, folder: str) -> dict[str, float | None]:
    """One engine in a process of its own."""
    command = [sys.executable, __file__, folder, "--one", name]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, timeout=3_600)
    found: dict[str, float | None] = json.loads(done.stdout.splitlines()[-1])
    return found


def quality(name: str, path: Path) -> dict[str, float | None]:
    folder = read_folder(path)
    with tempfile.TemporaryDirectory(prefix=f"keqiao-bench-{name}-") as place:
        peer = opened(name, Path(place))
        try:
            peer.build([[Text(one.id, one.title, one.text, (), "", ()) for one in folder.documents]])
            run, took = asked(peer, folder)
        finally:
            peer.close()
    judgements = {query: folder.judgements[query] for query in run}
    means = measure(run, judgements)
    return {key: means[key] for key in NAMES} | {"queries": len(run), "p50": percentile(took, 0.5)}


def asked(peer: Peer, folder: Folder) -> tuple[dict[str, list[tuple[str, float]]], list[float]]:
    """For each query its ranking, and the milliseconds that the first twenty take."""
    several = max(map(len, folder.judgements.values())) > 1
    depth = len(folder.documents) if several else 100
    run, took = {}, []
    for query, grades in list(folder.judgements.items())[:ASKED]:
        said = folder.queries[query]
        need = Text(query, said.title, said.text, (), "", ())
        began = time.perf_counter()
        peer.search(need)
        took.append((time.perf_counter() - began) * 1000)
        ranked = peer.search(need, limit=depth)
        if several:
            ranked = [one for one in ranked if one in grades]
            ranked += sorted(set(grades) - set(ranked))
        run[query] = [(one, 1.0 / place) for place, one in enumerate(ranked, 1)]
    return run, took


def written(value: float | None) -> str:
    return "–" if value is None else str(value) if isinstance(value, int) else f"{value:.3f}"


if __name__ == "__main__":
    main(sys.argv[1:])
