"""Spreadsheets: which sheet is meant, what cells say, and what no program should try to open."""

from __future__ import annotations

import html
import io
import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import python_calamine as calamine
from django.utils.translation import gettext as _

from keqiao.exchange.importing.table import HEADER_WITHIN, Broken, Table, Unreadable, heading_score, of_lines

LARGEST_UNPACKED = 300 * 2**20
MOST_CELLS = 5_000_000
_CELL = rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]{1,3})([0-9]{1,7})"[^>]*'
FILLED = re.compile(_CELL + rb"(?<!/)>")
ERROR = re.compile(_CELL + rb'(?<=\bt="e")[^>]*>.*?<(?:\w+:)?v>([^<]*)<', re.DOTALL)
UNCOMPUTED = re.compile(_CELL + rb"><(?:\w+:)?f\b(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)(?:<(?:\w+:)?v\s*/>|<v></v>)?</")


def of_spreadsheet(content: bytes) -> Table:
    """The visible sheet whose heading has most known names; a merged cell counts for every cell it covers."""
    parts = unpacked(content) if content.startswith(b"PK") else {}
    for sheet in parts.values():
        check_size(sheet)
    try:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        tables = list(sheets_of(book, parts))
    except (calamine.CalamineError, OSError, ValueError) as error:
        raise Unreadable(_("电子表格打不开，可能已损坏或有密码：%(error)s") % {"error": error}) from None
    if not tables:
        raise Unreadable(_("电子表格里没有内容。"))
    return max(tables, key=lambda scored: scored[0])[1]


def sheets_of(book: Any, parts: dict[str, bytes]) -> Iterator[tuple[int, Table]]:
    """The visible sheets that have anything, each with how many column names its heading has."""
    for place, about in enumerate(book.sheets_metadata):
        if about.visible != calamine.SheetVisibleEnum.Visible or about.typ != calamine.SheetTypeEnum.WorkSheet:
            continue
        sheet = book.get_sheet_by_index(place)
        cells = spread(sheet.to_python(skip_empty_area=False), sheet.merged_cell_ranges or [])
        for row, column, words in broken_cells(parts.get(about.name, b"")):
            if row < len(cells) and column < len(cells[row]):
                cells[row][column] = Broken(words)
        filled = [line for line in cells if any(cell != "" for cell in line)]
        if filled:
            table = of_lines(list(enumerate(cells, start=1)))
            table.sheet = about.name
            yield max(heading_score(line) for line in filled[:HEADER_WITHIN]), table


# ---- what is in the archive -------------------------------------------------------------------------------------


def unpacked(content: bytes) -> dict[str, bytes]:
    """The sheets of an xlsx as they are written, by name. Refuses what unpacks to more than a table can be."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            left = LARGEST_UNPACKED
            for info in archive.infolist():
                left -= size_of(archive, info, left)
                if left < 0:
                    raise Unreadable(_("电子表格解开后超过 300 MB。请拆成几个文件，或删去图片和空行。"))
            return {name: archive.read(path) for name, path in paths_of(archive)}
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, KeyError, EOFError, OSError) as error:
        raise Unreadable(_("电子表格打不开，可能已损坏或有密码：%(error)s") % {"error": error}) from None


def size_of(archive: zipfile.ZipFile, info: zipfile.ZipInfo, most: int) -> int:
    """How much a part really unpacks to, whatever it says of itself; counted no further than one byte too many."""
    if info.file_size > most:
        return info.file_size
    size = 0
    with archive.open(info) as part:
        while block := part.read(2**20):
            size += len(block)
    return size


def paths_of(archive: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """Sheet name → the part it is written in, as the workbook and its relations say."""
    if "xl/workbook.xml" not in archive.namelist():
        return
    relations = archive.read("xl/_rels/workbook.xml.rels").decode("utf-8", "replace")
    targets = {}
    for tag in re.findall(r"<Relationship\b[^>]*>", relations):
        identity, target = re.search(r'\bId="([^"]*)"', tag), re.search(r'\bTarget="([^"]*)"', tag)
        if identity and target:
            targets[identity[1]] = target[1]
    for tag in re.findall(r"<sheet\b[^>]*>", archive.read("xl/workbook.xml").decode("utf-8", "replace")):
        name, identity = re.search(r'\bname="([^"]*)"', tag), re.search(r'\br:id="([^"]*)"', tag)
        path = targets.get(identity[1], "") if identity else ""
        path = path.removeprefix("/") if path.startswith("/") else f"xl/{path}"
        if name and path in archive.namelist():
            yield html.unescape(name[1]), path


def check_size(sheet: bytes) -> None:
    """One cell far out makes a table of everything between: refused before anything reserves the room for it."""
    rows = columns = 0
    for match in FILLED.finditer(sheet):
        rows, columns = max(rows, int(match[2])), max(columns, place_of(match[1]) + 1)
    if rows * columns > MOST_CELLS:
        words = _(
            "电子表格有 %(rows)d 行 × %(columns)d 列，太大了。请删去数据以外的内容（很远的单元格），或拆成几个文件。"
        )
        raise Unreadable(words % {"rows": rows, "columns": columns})


def broken_cells(sheet: bytes) -> Iterator[tuple[int, int, str]]:
    """Cells that show an error or were never computed, by row and column from zero."""
    for match in ERROR.finditer(sheet) if b't="e"' in sheet else ():
        yield int(match[2]) - 1, place_of(match[1]), match[3].decode("utf-8", "replace")
    for match in UNCOMPUTED.finditer(sheet) if b"<f" in sheet else ():
        yield int(match[2]) - 1, place_of(match[1]), "="


def place_of(letters: bytes) -> int:
    """`A` is 0, `AA` is 26."""
    place = 0
    for letter in letters:
        place = place * 26 + letter - 64
    return place - 1


# ---- what cells say ---------------------------------------------------------------------------------------------


def spread(cells: list[list[Any]], merged: list[Any]) -> list[list[Any]]:
    """Plain values, merged ones in every cell of their range."""
    plain = [[value_of(cell) for cell in line] for line in cells]
    for (top, left), (bottom, right) in merged:
        for row in range(top, min(bottom, len(plain) - 1) + 1):
            for column in range(left, min(right, len(plain[row]) - 1) + 1):
                plain[row][column] = plain[top][left]
    return plain


def value_of(cell: Any) -> Any:
    """A cell as people read it: whole numbers without a point, dates in ISO form."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.isoformat(" ", "minutes") if (cell.hour, cell.minute) != (0, 0) else cell.date().isoformat()
    return cell.isoformat() if isinstance(cell, date) else str(cell)
