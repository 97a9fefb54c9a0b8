"""Matching at seed scale, end to end through HTTP. Aim: p95 at most 200 ms."""

from __future__ import annotations

import sys

from client import Browser, measure, percentile
from report import record

TIMES = 40
TEXTS = (
    "冷屏内腔要用消光涂层，吸光率 ≥ 98 %，固化温度不超过 120 ℃，涂层不能掉粉",
    "新建智算中心要求 PUE ≤ 1.15，单机柜功率 60 kW，想用浸没液冷",
    "光伏组件背板回收，想提高银和硅的回收率，处理成本低于 800 元/吨",
    "齿轮磨削后齿面粗糙度要达到 Ra 0.4 μm，单件节拍不超过 90 s",
    "We need a membrane with a flux above 40 L/(m2·h) that resists oil fouling for six months",
)


def main(url: str) -> None:
    stranger, operator = Browser(url), Browser(url)
    operator.log_in("centre@demo.example")
    stranger.get("/")
    needs = operator.numbers("/needs/?state=open", "needs")
    calls = {
        "POST /match/ (a pasted text)": lambda n: stranger.post("/match/", {"text": TEXTS[n % 5]}, htmx=True),
        "GET /needs/…/candidates/": lambda n: operator.get(f"/needs/{needs[n % len(needs)]}/candidates/"),
    }
    rows = []
    for name, call in calls.items():
        took = measure(call, TIMES)
        middle, high = percentile(took, 0.5), percentile(took, 0.95)
        rows.append((name, f"{middle:.0f}", f"{high:.0f}", "200", "yes" if high <= 200 else "**no**"))
    record("match", "keqiao bench match", ("request", "p50, ms", "p95, ms", "aim p95", "reached"), rows)


if __name__ == "__main__":
    main(sys.argv[1])
