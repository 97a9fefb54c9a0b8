"""Quality against time as a picture: each data set a panel, each engine a point."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import matplotlib as mpl

mpl.use("svg")
from matplotlib import pyplot as plt
from peers.base import PEERS

Found = Mapping[tuple[str, str], Mapping[str, float | None]]


def drawn(found: Found, path: Path) -> None:
    """Write the picture; the same figures give the same file."""
    sets = list(dict.fromkeys(data for data, _name in found))
    plt.rcParams |= {"svg.hashsalt": "keqiao", "svg.fonttype": "path", "font.size": 9}
    figure, panels = plt.subplots(1, len(sets), figsize=(4.6 * len(sets), 3.4), squeeze=False)
    for panel, data in zip(panels[0], sets, strict=True):
        for name in PEERS:
            values = found.get((data, name))
            if values:
                panel.scatter(values["p50"], values["nDCG@10"], s=36, label=PEERS[name][1])
                panel.annotate(name, (values["p50"], values["nDCG@10"]), (4, 4), textcoords="offset points")
        panel.set(xscale="log", xlabel="milliseconds a query (median)", ylabel="nDCG@10", title=data)
        panel.grid(alpha=0.25)
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})
