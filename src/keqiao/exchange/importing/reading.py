"""Tables from bytes: csv in UTF-8, UTF-16 or GB18030, JSON lines; spreadsheets are opened by `workbook`."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from keqiao.exchange.importing.columns import known
from keqiao.exchange.importing.table import HEADER_WITHIN, Row, Table, Unreadable, of_lines
from keqiao.exchange.importing.workbook import of_spreadsheet

LARGEST = 200 * 2**20
csv.field_size_limit(2**24)
MARKS = ",;\t，"
PRIVATE = re.compile("[\ue000-\uf8ff]")
"""No table is written in these: where they come out, the text was in another encoding."""


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
    if text.lstrip()[:1] == "[" and (objects := listed(text)) is not None:
        return of_objects(objects)
    return of_objects(list(lines_of(text))) if text.lstrip()[:1] == "{" else of_csv(text)


def decoded(content: bytes) -> str:
    """The text, by its byte order mark, else UTF-8, else GB18030; UTF-16 without a mark where there are zero bytes."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-16-le", "utf-16-be"] if b"\x00" in content else ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if is_text(text, encoding):
            return text
    raise Unreadable(
        _(
            "文件不是文本表格，也不是电子表格，或者用了别的编码（例如 Big5）。"
            "可以导入：csv（UTF-8 或 GB18030）、xlsx、jsonl。"
        )
    )


def is_text(text: str, encoding: str) -> bool:
    """Whether what came out can be what somebody wrote."""
    if "\x00" in text or (encoding == "gb18030" and PRIVATE.search(text)):
        return False
    guessed = encoding in {"utf-16-le", "utf-16-be"}
    return not guessed or ("\n" in text and "".join(text[:10_000].split()).isprintable())


# ---- csv --------------------------------------------------------------------------------------------------------


def of_csv(text: str) -> Table:
    """Parted by comma, semicolon or tab: by what makes column names of the first lines."""
    mark = mark_of(text)
    if mark == "，":
        head = text.partition("\n")[0]
        text, mark = text.replace("，", ",", head.count("，")), ","
    table = of_lines(list(records(text, mark)))
    for line, values in table.rows:
        if any(str(cell).strip() for cell in values.pop(None, ())):
            words = _("这一行的格数比表头多，后面的内容会错位。内容里有分隔符“%(mark)s”时，请用英文双引号括起来。")
            table.problems.append((line, words % {"mark": mark}))
    return table


def mark_of(text: str) -> str:
    """What parts the cells: the sign that gives most known column names, else the most frequent of the first line."""
    head = [line for line in text[:100_000].splitlines() if line.strip()][:HEADER_WITHIN]
    if not head:
        raise Unreadable(_("文件里没有内容。"))
    names = {mark: max(sum(known(cell.strip('"')) for cell in line.split(mark)) for line in head) for mark in MARKS}
    return max(MARKS, key=lambda mark: (names[mark], head[0].count(mark)))


def records(text: str, mark: str) -> Iterator[tuple[int, list[Any]]]:
    """The records, each with the line on which it begins."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True)
    begins = 1
    try:
        for cells in reader:
            yield begins, cells
            begins = reader.line_num + 1
    except csv.Error:
        words = _(
            "第 %(line)d 行的英文双引号没有成对，或者引号后面还有文字。"
            '请补上引号；内容里的引号要写两遍，例如 "5"" 屏"。'
        )
        raise Unreadable(words % {"line": begins}) from None


# ---- JSON lines -------------------------------------------------------------------------------------------------


def of_objects(rows: list[Row]) -> Table:
    """One object a row (BEIR's `_id`, `title`, `text` too)."""
    columns = list(dict.fromkeys(name for _number, values in rows for name in values))
    return Table(columns, rows)


def lines_of(text: str) -> Iterator[Row]:
    """One object a line."""
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            yield number, object_of(line, number)


def object_of(line: str, number: int) -> dict[str, Any]:
    try:
        values = json.loads(line, object_pairs_hook=once)
    except Twice as name:
        raise Unreadable(_("第 %(line)d 行的“%(name)s”写了两次。") % {"line": number, "name": name}) from None
    except (ValueError, RecursionError):
        raise Unreadable(_("第 %(line)d 行不是 JSON。每行应是一个对象。") % {"line": number}) from None
    if not isinstance(values, dict):
        raise Unreadable(_("第 %(line)d 行不是 JSON 对象。") % {"line": number})
    return values


class Twice(Exception):
    """A name stands twice in an object; which of the two is meant cannot be told."""


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, value in pairs:
        if name in values:
            raise Twice(name)
        values[name] = value
    return values


def listed(text: str) -> list[Row] | None:
    """The objects of a list in brackets, numbered from one; None when the file is no such list."""
    try:
        items = json.loads(text, object_pairs_hook=once)
    except (ValueError, RecursionError, Twice):
        return None
    good = isinstance(items, list) and all(isinstance(item, dict) for item in items)
    return list(enumerate(items, start=1)) if good and items else None
