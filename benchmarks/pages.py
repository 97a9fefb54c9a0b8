"""Pages and search at seed scale: one visitor, one page after another. Aim: p95 at most 300 ms, search 150 ms."""

from __future__ import annotations

import sys
from collections.abc import Callable
from urllib.parse import quote

from client import Answer, Browser, measure, percentile
from report import record

TIMES = 40
WORDS = ("消光涂层", "液冷 PUE", "锂电池 隔膜", "机器视觉 检测", "coating absorptance", "膜 通量", "轴承 寿命", "污泥")


def main(url: str) -> None:
    stranger, member, operator = Browser(url), Browser(url), Browser(url)
    member.log_in("owner@demo.example")
    operator.log_in("centre@demo.example")
    needs, achievements = stranger.numbers("/needs/", "needs"), stranger.numbers("/achievements/", "achievements")
    pages: dict[str, tuple[int, Callable[[int], Answer]]] = {
        "home": (300, lambda _n: stranger.get("/")),
        "needs, first pages": (300, lambda n: stranger.get(f"/needs/?page={1 + n % 20}")),
        "needs of one field": (300, lambda n: stranger.get(f"/needs/?field=C39&page={1 + n % 5}")),
        "achievements, first pages": (300, lambda n: stranger.get(f"/achievements/?page={1 + n % 20}")),
        "needs, signed in": (300, lambda n: member.get(f"/needs/?page={1 + n % 20}")),
        "one need": (300, lambda n: stranger.get(f"/needs/{needs[n % len(needs)]}/")),
        "one need, signed in": (300, lambda n: member.get(f"/needs/{needs[n % len(needs)]}/")),
        "one achievement": (300, lambda n: stranger.get(f"/achievements/{achievements[n % len(achievements)]}/")),
        "own desk": (300, lambda _n: member.get("/desk/")),
        "an operator's desk": (300, lambda _n: operator.get("/desk/")),
        "triage": (300, lambda _n: operator.get("/triage/")),
        "proposals, an operator's": (300, lambda _n: operator.get("/proposals/")),
        "organisations, first pages": (300, lambda n: stranger.get(f"/organisations/?page={1 + n % 20}")),
        "search without words": (150, lambda n: stranger.get(f"/search/?page={1 + n % 20}")),
        "search": (150, lambda n: stranger.get(f"/search/?q={quote(WORDS[n % len(WORDS)])}")),
    }
    rows = []
    for name, (aim, call) in pages.items():
        took = measure(call, TIMES)
        middle, high = percentile(took, 0.5), percentile(took, 0.95)
        rows.append((name, f"{middle:.0f}", f"{high:.0f}", str(aim), "yes" if high <= aim else "**no**"))
    record("pages", "keqiao bench pages", ("page", "p50, ms", "p95, ms", "aim p95", "reached"), rows)


if __name__ == "__main__":
    main(sys.argv[1])
