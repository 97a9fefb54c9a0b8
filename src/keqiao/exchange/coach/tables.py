"""Tables pasted from a spreadsheet: cells parted by tabs, told as sentences that the rest of the coach can read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby

GOAL = re.compile(r"目标|要求|期望|指标值|target|required", re.IGNORECASE)
NOW = re.compile(r"现状|现有|目前|当前|现值|current|present", re.IGNORECASE)
STOPS = re.compile(r"[；;]\s*(?=\S)")
"""Within a cell everything is about its column."""
UNIT = re.compile(r"\s*[(（]([^()（）]{1,20})[)）]\s*$")


def told(text: str) -> str:
    """The text with each table in it told row by row."""
    parts = []
    for is_table, lines in groupby(text.split("\n"), key=lambda line: "\t" in line.strip("\t")):
        block = list(lines)
        parts += list(sentences([line.split("\t") for line in block])) if is_table else block
    return "\n".join(parts)


def sentences(rows: list[list[str]]) -> Iterator[str]:
    """A table of figures by name, now and goal; else every cell after the name of its column."""
    head, *body = [[cell.strip() for cell in row] for row in rows]
    if not body:
        yield "，".join(cell for cell in head if cell)
        return
    compared = any(GOAL.search(name) for name in head[1:]) and not GOAL.search(head[0])
    for row in body:
        if compared:
            pairs = zip(head[1:], row[1:], strict=False)
            yield from (figure_told(row[0], name, cell) for name, cell in pairs if cell)
        else:
            yield from (f"{name}：{STOPS.sub('，', cell)}" for name, cell in zip(head, row, strict=False) if cell)


def figure_told(what: str, column: str, cell: str) -> str:
    """`循环寿命（次）`, under `目标`, `≥1500` → `目标循环寿命≥1500次。`"""
    unit = UNIT.search(what)
    name = UNIT.sub("", what)
    value = f"{cell}{unit[1]}" if unit and cell[-1:].isdigit() else cell
    opening = "目标" if GOAL.search(column) else "目前" if NOW.search(column) else f"{column}："
    return f"{opening}{name}{value}。"
