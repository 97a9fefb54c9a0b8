"""Tables from bytes: csv in UTF-8, UTF-16 or GB18030, spreadsheets with merged cells, JSON lines."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import python_calamine as calamine
from django.utils.translation import gettext as _

from keqiao.exchange.importing.columns import known

LARGEST = 200 * 2**20
HEADER_WITHIN = 10
csv.field_size_limit(2**24)

Row = tuple[int, dict[str, Any]]


class Unreadable(Exception):
    """The file cannot be read as a table; the message says why and what to do."""


@dataclass(slots=True)
class Table:
    """The columns of a file and its rows: line number as the person sees it, and values by column."""

    columns: list[str]
    rows: list[Row] = field(default_factory=list)


def read(content: bytes, name: str = "") -> Table:
    """The table in a file of any of the known kinds, told by its bytes, not by its name.

    Raises:
        Unreadable: empty, too large, or none of the kinds.
    """
    if not content.strip():
        raise Unreadable(_("文件是空的。请检查后重新选择。"))
    if len(content) > LARGEST:
        raise Unreadable(_("文件超过 200 MB。请拆成几个文件。"))
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return of_spreadsheet(content)
    if name.lower().endswith((".xlsx", ".xls", ".ods")):
        raise Unreadable(_("文件内容不是电子表格，可能被改过扩展名。请在表格软件里另存为 xlsx 或 csv。"))
    text = decoded(content)
    return of_json_lines(text) if text.lstrip()[:1] == "{" else of_csv(text)


def decoded(content: bytes) -> str:
    """The text, by its byte order mark, else UTF-8, else GB18030."""
    utf_16 = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    encodings = ["utf-16"] if utf_16 else ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise Unreadable(_("文件不是文本表格，也不是电子表格。可以导入：csv（UTF-8 或 GB18030）、xlsx、jsonl。"))


# ---- csv --------------------------------------------------------------------------------------------------------


def of_csv(text: str) -> Table:
    """Comma, semicolon or tab, whichever the first line has most of."""
    head = text.partition("\n")[0]
    mark = max(",;\t，", key=head.count)
    if mark == "，":
        text, mark = text.replace("，", ",", head.count("，")), ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
    try:
        lines = [(reader.line_num, cells) for cells in reader]
    except csv.Error as error:
        raise Unreadable(_("csv 第 %(line)d 行读不懂：%(error)s") % {"line": reader.line_num, "error": error}) from None
    return of_lines(lines)


def of_lines(lines: list[tuple[int, list[Any]]]) -> Table:
    """Lines of cells with a heading somewhere near the top; empty lines are passed over."""
    filled = [(number, cells) for number, cells in lines if any(str(cell).strip() for cell in cells)]
    if not filled:
        raise Unreadable(_("文件里没有内容。"))
    at = heading_at([cells for _number, cells in filled[:HEADER_WITHIN]])
    columns = unique([" ".join(str(cell).split()) for cell in filled[at][1]])
    rows = [(number, dict(zip(columns, cells, strict=False))) for number, cells in filled[at + 1 :]]
    return Table([column for column in columns if column], rows)


def heading_at(lines: list[list[Any]]) -> int:
    """The line with most known column names; the first when none has any."""
    scores = [sum(known(str(cell)) for cell in cells) for cells in lines]
    return scores.index(max(scores))


def unique(names: list[str]) -> list[str]:
    """Column names, a second one of the same name numbered."""
    seen: dict[str, int] = {}
    result = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        result.append(name if seen[name] == 1 or not name else f"{name} ({seen[name]})")
    return result


# ---- spreadsheets -----------------------------------------------------------------------------------------------


def of_spreadsheet(content: bytes) -> Table:
    """The first sheet that has anything; a merged cell's value counts for every cell it covers."""
    try:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        for name in book.sheet_names:
            sheet = book.get_sheet_by_name(name)
            cells = sheet.to_python(skip_empty_area=False)
            if any(any(cell != "" for cell in line) for line in cells):
                return of_lines(list(enumerate(spread(cells, sheet.merged_cell_ranges or []), start=1)))
    except (calamine.CalamineError, OSError, ValueError) as error:
        raise Unreadable(_("电子表格打不开，可能已损坏或有密码：%(error)s") % {"error": error}) from None
    raise Unreadable(_("电子表格里没有内容。"))


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


# ---- JSON lines -------------------------------------------------------------------------------------------------


def of_json_lines(text: str) -> Table:
    """One object a line (BEIR's `_id`, `title`, `text` too)."""
    rows = list(objects(text))
    columns = list(dict.fromkeys(name for _number, values in rows for name in values))
    return Table(columns, rows)


def objects(text: str) -> Iterator[Row]:
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            values = json.loads(line)
        except ValueError:
            raise Unreadable(_("第 %(line)d 行不是 JSON。每行应是一个对象。") % {"line": number}) from None
        if not isinstance(values, dict):
            raise Unreadable(_("第 %(line)d 行不是 JSON 对象。") % {"line": number})
        yield number, values
