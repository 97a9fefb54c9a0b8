"""A table as it comes out of a file: columns, and rows with the line that the person sees."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from keqiao.exchange.importing.columns import known

HEADER_WITHIN = 10

Row = tuple[int, dict[Any, Any]]


class Unreadable(Exception):
    """The file cannot be read as a table; the message says why and what to do."""


class Broken(str):
    """What stands in a cell that has no value: an error of the spreadsheet, or a formula that was never computed."""

    __slots__ = ()


@dataclass(slots=True)
class Table:
    """The columns of a file and its rows: line number as the person sees it, and values by column.

    `problems` are lines that cannot be told apart into cells; `sheet` is the one that was read, of several.
    """

    columns: list[str]
    rows: list[Row] = field(default_factory=list)
    problems: list[tuple[int, str]] = field(default_factory=list)
    sheet: str = ""


def of_lines(lines: list[tuple[int, list[Any]]]) -> Table:
    """Lines of cells with a heading somewhere near the top; empty lines are passed over.

    Cells beyond the heading are kept under None.
    """
    filled = [(number, cells) for number, cells in lines if any(str(cell).strip() for cell in cells)]
    if not filled:
        raise Unreadable(_("文件里没有内容。"))
    at = heading_at([cells for _number, cells in filled[:HEADER_WITHIN]])
    columns = unique([" ".join(str(cell).split()) for cell in filled[at][1]])
    width = len(columns)
    rows = [
        (number, dict(zip(columns, cells, strict=False)) | ({None: cells[width:]} if len(cells) > width else {}))
        for number, cells in filled[at + 1 :]
    ]
    return Table([column for column in columns if column], rows)


def heading_at(lines: list[list[Any]]) -> int:
    """The line with most known column names; the first when none has any."""
    scores = [heading_score(cells) for cells in lines]
    return scores.index(max(scores))


def heading_score(cells: list[Any]) -> int:
    """How many cells are known column names; one that is merged over several counts once."""
    return len({str(cell) for cell in cells if known(str(cell))})


def unique(names: list[str]) -> list[str]:
    """Column names, a second one of the same name numbered."""
    seen: dict[str, int] = {}
    result = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        result.append(name if seen[name] == 1 or not name else f"{name} ({seen[name]})")
    return result
