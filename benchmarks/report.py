"""Results as a table: on the screen, and in README.md in the place that bears the benchmark's name."""

from __future__ import annotations

import os
import platform
import re
from datetime import UTC, datetime
from pathlib import Path

README = Path(__file__).with_name("README.md")
BEFORE = os.getloadavg()[0]
"""How busy the machine was before this benchmark began: what others did."""


def record(name: str, command: str, head: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    """Print the table and put it into README.md, with the command, the day and how busy the machine was."""
    lines = ["| " + " | ".join(row) + " |" for row in (head, tuple("---" for _ in head), *rows)]
    note = f"`{command}`, {datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {machine()}"
    block = "\n".join([f"<!-- {name} -->", note, "", *lines, f"<!-- /{name} -->"])
    print(block)
    text = README.read_text(encoding="utf-8")
    place = re.compile(rf"<!-- {name} -->.*?<!-- /{name} -->", re.DOTALL)
    if not place.search(text):
        raise SystemExit(f"{README.name} has no place for {name}")
    README.write_text(place.sub(lambda _found: block, text), encoding="utf-8")


def machine() -> str:
    """Processors, memory, and how many processes wanted a processor in the minute before and in the last one."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    allowed = len(os.sched_getaffinity(0))
    return (
        f"{allowed} processors ({platform.machine()}), {memory:.0f} GiB memory, Python {platform.python_version()}, "
        f"load average {BEFORE:.1f} before, {os.getloadavg()[0]:.1f} after"
    )
