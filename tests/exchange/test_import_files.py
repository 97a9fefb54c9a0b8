"""Files as people have them: what is read of them, and what is refused with the place and the remedy."""

from __future__ import annotations

import datetime
import io
import json
import os
import signal
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import openpyxl
import pytest
from django.db import connection
from django.utils import translation

from keqiao.exchange import importing
from keqiao.exchange.importing import workbook as workbooks
from keqiao.exchange.models import Achievement, Need
from keqiao.kernel.models import ClockRun, Entry, Version
from keqiao.parties.models import Organisation, Person
from tests.factories import credit_code

HEAD = ["需求名称", "需求描述", "预算（万元）", "截止时间"]


def workbook(fill: Callable[[Any], None]) -> bytes:
    book = openpyxl.Workbook()
    fill(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def rows(*lines: list[Any], sheet: str = "Sheet") -> bytes:
    def fill(book: Any) -> None:
        book.active.title = sheet
        for line in lines:
            book.active.append(line)

    return workbook(fill)


def read(content: bytes | str, name: str = "") -> importing.Table:
    return importing.read(content.encode() if isinstance(content, str) else content, name)


def values(table: importing.Table) -> list[list[Any]]:
    return [[row.get(column) for column in table.columns] for _line, row in table.rows]


def lines(table: importing.Table) -> list[int]:
    return [line for line, _row in table.rows]


def refused(content: bytes | str, name: str = "") -> str:
    with pytest.raises(importing.Unreadable) as trouble:
        read(content, name)
    return str(trouble.value)


def problems(table: importing.Table, owner: Person, kind: str = "needs", **wishes: Any) -> list[str]:
    return [str(problem) for problem in importing.plan(table, kind, owner=owner, **wishes).problems]


# ---- csv --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_csv_in_every_encoding_and_with_every_mark(encoding: str, mark: str) -> None:
    text = f"标题{mark}需求描述\n消光涂层{mark}吸光率偏低\n"
    table = read(text.encode(encoding))
    assert (table.columns, values(table)) == (["标题", "需求描述"], [["消光涂层", "吸光率偏低"]])


def test_a_heading_parted_by_full_width_commas_over_rows_that_are_not() -> None:
    assert values(read("标题，描述\n甲,乙，丙\n")) == [["甲", "乙，丙"]]


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_csv_with_every_line_end(ends: str) -> None:
    table = read(ends.join(["标题,描述", "甲,乙", "", "丙,丁", ""]))
    assert (values(table), lines(table)) == ([["甲", "乙"], ["丙", "丁"]], [2, 4])


@pytest.mark.parametrize(
    ("text", "columns", "expected"),
    [
        ("标题;描述\n甲,一;乙,二,三,四\n", ["标题", "描述"], ["甲,一", "乙,二,三,四"]),
        ("标题;预算;备注,其他\n甲;1,5;乙\n", ["标题", "预算", "备注,其他"], ["甲", "1,5", "乙"]),
        ("2026 年需求汇总\n标题;描述\n甲;乙\n", ["标题", "描述"], ["甲", "乙"]),
        ("2026 年需求汇总,,\n\n标题,描述,地区\n甲,乙,武汉\n", ["标题", "描述", "地区"], ["甲", "乙", "武汉"]),
        ('"标题","描述"\n"甲,乙","丙""丁"""\n', ["标题", "描述"], ["甲,乙", '丙"丁"']),
        ('标题,描述\n5" 屏,17寸\n', ["标题", "描述"], ['5" 屏', "17寸"]),
        ("标题\n甲\n", ["标题"], ["甲"]),
        (" 标题 ,描  述\n甲,乙\n", ["标题", "描 述"], ["甲", "乙"]),
    ],
)
def test_what_parts_the_cells_is_told_by_the_names(text: str, columns: list[str], expected: list[str]) -> None:
    table = read(text)
    assert (table.columns, values(table)) == (columns, [expected])


def test_a_record_over_several_lines_has_the_number_of_its_first() -> None:
    table = read('标题,描述\n甲,"第一行\n第二行\n第三行"\n乙,短\n')
    assert (lines(table), values(table)[0][1]) == ([2, 5], "第一行\n第二行\n第三行")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('标题,描述\n甲,乙\n"丙,丁\n戊,己\n', 3),
        ('标题,描述\n"丙"丁,己\n', 2),
        ('标题,描述\n甲,"乙\n\n\n丙,丁\n', 2),
    ],
)
def test_a_stray_quote_swallows_no_rows(text: str, line: int) -> None:
    assert refused(text) == (
        f'第 {line} 行的英文双引号没有成对，或者引号后面还有文字。请补上引号；内容里的引号要写两遍，例如 "5"" 屏"。'
    )


@pytest.mark.django_db
def test_a_row_with_more_cells_than_the_heading_is_named(owner: Person) -> None:
    table = read("标题,描述\n甲,乙\n丙,丁,戊\n己,庚,,\n")
    words = "这一行的格数比表头多，后面的内容会错位。内容里有分隔符“,”时，请用英文双引号括起来。"
    assert problems(table, owner) == [f"第 3 行：{words}"]


@pytest.mark.django_db
def test_a_row_with_fewer_cells_is_a_row(owner: Person, company_a: Organisation) -> None:
    made = importing.plan(read("标题,描述,地区\n甲\n"), "needs", owner=owner)
    assert (made.problems, [cleaned["title"] for _line, _id, cleaned in made.rows]) == ([], ["甲"])


@pytest.mark.parametrize(
    "content",
    [
        "標題,描述\n甲,乙\n".encode("big5"),
        "title,problem\ncafé,x\n".encode("latin-1"),
        "标题,描述\n".encode() + b"\xe7\x94,x\n",
        b"title,problem\na\x00b,c\n",
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
        b"%PDF-1.7\n\x00\x01\x02\xff\xfe",
        b"\xff\xfe\x00",
    ],
)
def test_bytes_that_no_encoding_makes_sense_of(content: bytes) -> None:
    assert refused(content, "a.csv") == (
        "文件不是文本表格，也不是电子表格，或者用了别的编码（例如 Big5）。"
        "可以导入：csv（UTF-8 或 GB18030）、xlsx、jsonl。"
    )


@pytest.mark.parametrize("name", ["a.xlsx", "a.XLS", "a.ods"])
def test_a_renamed_file_is_told_by_its_bytes(name: str) -> None:
    assert "可能被改过扩展名" in refused("标题,描述\n甲,乙\n", name)


@pytest.mark.parametrize("name", ["a.csv", "a.txt", "a", "a.jsonl"])
def test_a_spreadsheet_is_one_whatever_it_is_called(name: str) -> None:
    assert values(read(rows(["标题"], ["甲"]), name)) == [["甲"]]


@pytest.mark.parametrize("content", [b"", b" ", b"\r\n\t\n", "\ufeff".encode()])
def test_a_file_without_anything_in_it(content: bytes) -> None:
    assert refused(content) in {"文件是空的。请检查后重新选择。", "文件里没有内容。"}


def test_a_file_of_more_than_200_megabytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("keqiao.exchange.importing.reading.LARGEST", 20)
    assert refused("标题,描述\n" * 3) == "文件超过 200 MB。请拆成几个文件。"


# ---- the same name twice ----------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_two_columns_of_one_name_with_different_things_are_a_question(owner: Person, company_a: Any) -> None:
    table = read("标题,标题,描述\n甲,乙,丙\n")
    assert problems(table, owner) == [
        "第 1 行 · 标题 (2)：有两列都叫“标题”，内容不同。请删去一列或改名，或用 --map 指定用哪一列。"
    ]
    assert problems(table, owner, own={"标题 (2)": "title_en"}) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "text", ["标题,标题,描述\n甲,甲,丙\n", "标题,标题,描述\n甲,,丙\n", "标题,备注,备注\n甲,乙,丙\n"]
)
def test_two_columns_of_one_name_that_say_the_same_are_none(text: str, owner: Person, company_a: Any) -> None:
    assert problems(read(text), owner) == []


# ---- spreadsheets -----------------------------------------------------------------------------------------------


def test_a_hidden_sheet_is_passed_over() -> None:
    def fill(book: Any) -> None:
        book.active.append(["标题", "描述", "地区"])
        book.active.append(["旧", "旧数据", "武汉"])
        book.active.sheet_state = "hidden"
        sheet = book.create_sheet("2026 需求")
        sheet.append(["标题", "描述"])
        sheet.append(["新", "新数据"])

    table = read(workbook(fill))
    assert (table.sheet, values(table)) == ("2026 需求", [["新", "新数据"]])


def test_the_sheet_with_the_columns_is_read_not_the_notes_before_it() -> None:
    def fill(book: Any) -> None:
        book.active.title = "填表说明"
        for line in (["请逐行填写"], ["不要改动表头"]):
            book.active.append(line)
        sheet = book.create_sheet("数据 & 更多")
        sheet.append(["标题", "描述"])
        sheet.append(["新", "新数据"])
        book.create_sheet("空")

    table = read(workbook(fill))
    assert (table.sheet, values(table)) == ("数据 & 更多", [["新", "新数据"]])


def test_of_two_sheets_alike_the_first_is_read() -> None:
    def fill(book: Any) -> None:
        for sheet, title in ((book.active, "一"), (book.create_sheet("第二张"), "二")):
            sheet.append(["标题", "描述"])
            sheet.append([title, "x"])

    assert values(read(workbook(fill))) == [["一", "x"]]


def test_a_chart_sheet_is_no_table() -> None:
    def fill(book: Any) -> None:
        book.active.append(["标题"])
        book.active.append(["甲"])
        book.create_chartsheet("图", 0)

    assert values(read(workbook(fill))) == [["甲"]]


def test_a_heading_under_a_merged_line_of_groups() -> None:
    def fill(book: Any) -> None:
        sheet = book.active
        sheet.append(["基本信息", None, "条件", None])
        sheet.merge_cells("A1:B1")
        sheet.merge_cells("C1:D1")
        sheet.append(["标题", "描述", "预算（万元）", "地区"])
        sheet.append(["甲", "乙", 80, "武汉"])

    table = read(workbook(fill))
    assert (table.columns, values(table)) == (["标题", "描述", "预算（万元）", "地区"], [["甲", "乙", "80", "武汉"]])


def test_a_name_merged_over_two_columns_does_not_outweigh_the_heading() -> None:
    def fill(book: Any) -> None:
        sheet = book.active
        sheet.append(["需求名称"] + [None] * 4)
        sheet.merge_cells("A1:E1")
        sheet.append(["标题", "描述", "地区", "行业", "备注"])
        sheet.append(["甲", "乙", "武汉", "涂料制造", "无"])

    assert read(workbook(fill)).columns == ["标题", "描述", "地区", "行业", "备注"]


def test_empty_lines_in_between_count_but_are_no_rows() -> None:
    table = read(rows(["标题", "描述"], ["甲", "乙"], [], [None, "  "], ["丙", "丁"]))
    assert (lines(table), values(table)) == ([2, 5], [["甲", "乙"], ["丙", "丁"]])


def test_cells_of_every_kind_as_people_read_them() -> None:
    line = [True, 3.5, 80.0, 1234567890123, datetime.date(2027, 3, 31), datetime.datetime(2027, 3, 31, 17, 30)]
    table = read(rows(["标题", "a", "b", "c", "d", "e"], line))
    assert values(table) == [["True", "3.5", "80", "1234567890123", "2027-03-31", "2027-03-31 17:30"]]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("cell", "moment"),
    [
        (47573, "2030-03-31"),
        ("47573", "2030-03-31"),
        (20300331, "2030-03-31"),
        ("2030/3/31", "2030-03-31"),
        ("2030年3月31日", "2030-03-31"),
        ("２０３０．３．３１", "2030-03-31"),
        (datetime.date(2030, 3, 31), "2030-03-31"),
    ],
)
def test_a_date_is_one_however_the_cell_shows_it(cell: Any, moment: str, owner: Person, company_a: Any) -> None:
    made = importing.plan(read(rows(HEAD, ["甲", "乙", 80, cell])), "needs", owner=owner)
    assert made.problems == []
    assert f"{made.rows[0][2]['deadline']:%Y-%m-%d %H:%M}" == f"{moment} 23:59"


@pytest.mark.django_db
def test_a_date_of_assessment_as_a_serial_number(professor: Person, university: Any) -> None:
    head = ["成果名称", "简介", "技术就绪度", "就绪度依据", "评估人", "评估日期"]
    content = rows(head, ["甲", "乙", 6, "报告 1", "中心", 46000])
    made = importing.plan(read(content), "achievements", owner=professor)
    assert made.problems == []
    assert made.rows[0][2]["maturity_date"] == datetime.date(2025, 12, 9)


@pytest.mark.django_db
def test_a_cell_with_an_error_is_a_bad_row(owner: Person, company_a: Any) -> None:
    content = rows(HEAD, ["甲", "#N/A", 80, None], ["乙", "好", "#DIV/0!", None], ["丙", "好", 3, None])
    assert problems(read(content), owner) == [
        "第 2 行 · 需求描述：单元格里是错误值（#N/A）。请在表格里改正。",
        "第 3 行 · 预算（万元）：单元格里是错误值（#DIV/0!）。请在表格里改正。",
    ]


@pytest.mark.django_db
def test_a_formula_that_was_never_computed_is_a_bad_row(owner: Person, company_a: Any) -> None:
    content = rows(HEAD, ["甲", "乙", "=10*8", None])
    assert problems(read(content), owner) == [
        "第 2 行 · 预算（万元）：单元格里是还没有算出结果的公式。请在表格软件里打开、保存一次，或改成数值。"
    ]


@pytest.mark.django_db
def test_a_formula_counts_with_its_result(owner: Person, company_a: Any) -> None:
    content = with_part(
        rows(HEAD, ["甲", "乙", "=10*8", None]),
        lambda xml: xml.replace(b"<v></v>", b"<v>80</v>").replace(b"<v />", b"<v>80</v>"),
    )
    made = importing.plan(read(content), "needs", owner=owner)
    assert (made.problems, made.rows[0][2]["budget_maximum"]) == ([], 800_000)


@pytest.mark.django_db
def test_what_is_broken_in_a_column_nobody_asked_for_is_no_matter(owner: Person, company_a: Any) -> None:
    assert problems(read(rows(["标题", "合计"], ["甲", "=SUM(A1:A9)"])), owner) == []


def with_part(content: bytes, change: Callable[[bytes], bytes], part: str = "sheet1.xml") -> bytes:
    """The workbook with one part of its archive changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            body = old.read(name)
            new.writestr(name, change(body) if name.endswith(part) else body)
    return out.getvalue()


def test_a_spreadsheet_that_unpacks_to_more_than_a_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbooks, "LARGEST_UNPACKED", 200_000)
    text = b'<row r="9"><c r="A9" t="inlineStr"><is><t>' + b"A" * 400_000 + b"</t></is></c></row></sheetData>"
    content = with_part(rows(["标题"], ["甲"]), lambda xml: xml.replace(b"</sheetData>", text))
    assert len(content) < 20_000
    assert refused(content) == "电子表格解开后超过 300 MB。请拆成几个文件，或删去图片和空行。"


def test_an_archive_that_lies_about_its_size(monkeypatch: pytest.MonkeyPatch) -> None:
    content = bytearray(rows(["标题"], ["甲"]))
    for at in range(len(content) - 4):
        if content[at : at + 4] == b"PK\x01\x02":
            content[at + 24 : at + 28] = (7).to_bytes(4, "little")
    assert "电子表格打不开" in refused(bytes(content))


@pytest.mark.parametrize("cell", ["XFD1048576", "ZZ10000", "A1048576:F1048576"])
def test_one_cell_far_out_makes_no_giant(cell: str) -> None:
    def fill(book: Any) -> None:
        book.active.append(["标题", "描述"])
        for place in cell.split(":"):
            book.active[place] = "x"

    assert "太大了。请删去数据以外的内容（很远的单元格），或拆成几个文件。" in refused(workbook(fill))


def test_an_empty_cell_far_out_is_nothing() -> None:
    def fill(book: Any) -> None:
        book.active.append(["标题", "描述"])
        book.active.append(["甲", "乙"])
        book.active["XFD1048576"].font = openpyxl.styles.Font(bold=True)

    assert values(read(workbook(fill))) == [["甲", "乙"]]


@pytest.mark.parametrize("size", [10, 200, 1000, 3000])
def test_a_spreadsheet_cut_off_is_refused(size: int) -> None:
    content = rows(["标题", "描述"], *(["甲" * 20, str(number)] for number in range(50)))
    assert "电子表格打不开，可能已损坏或有密码" in refused(content[:size])


def test_a_spreadsheet_without_anything_in_it() -> None:
    assert refused(workbook(lambda book: None)) == "电子表格里没有内容。"


def test_an_archive_that_is_no_spreadsheet() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("readme.txt", "标题,描述")
    assert "电子表格打不开" in refused(out.getvalue(), "a.xlsx")


# ---- JSON -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"title": "甲"}\nnonsense\n', "第 2 行不是 JSON。每行应是一个对象。"),
        ('{"title": "甲"}\n\n[1]\n', "第 3 行不是 JSON 对象。"),
        ('{"title": "甲"\n', "第 1 行不是 JSON。每行应是一个对象。"),
        ('{"title": "甲", "title": "乙"}\n', "第 1 行的“title”写了两次。"),
        ('{"title":' + "[" * 50_000 + "]" * 50_000 + "}", "第 1 行不是 JSON。每行应是一个对象。"),
        ('{"title":' + "9" * 5000 + "}", "第 1 行不是 JSON。每行应是一个对象。"),
    ],
)
def test_a_bad_line_of_json_is_named(text: str, words: str) -> None:
    assert refused(text, "a.jsonl") == words


def test_a_list_of_objects_is_a_table() -> None:
    table = read('[{"title": "甲"}, {"title": "乙", "problem": "丙"}]', "a.json")
    assert (table.columns, lines(table)) == (["title", "problem"], [1, 2])


def test_a_csv_that_begins_with_a_bracket_is_a_csv() -> None:
    assert values(read("[标题],描述\n甲,乙\n")) == [["甲", "乙"]]


@pytest.mark.django_db
def test_values_of_json_are_taken_as_the_form_takes_them(owner: Person, company_a: Any) -> None:
    row = {
        "title": "甲",
        "problem": "乙",
        "targets": [{"name": "吸光率", "min": 98, "unit": "%"}, "厚度 ≤ 20 μm"],
        "fields": ["C2641", "C3983"],
        "budget_maximum": "80万元",
        "cooperation_modes": ["development", "技术转让"],
        "deadline": "2099-01-01T08:00:00+08:00",
        "region": None,
    }
    made = importing.plan(read(json.dumps(row)), "needs", owner=owner)
    assert [str(problem) for problem in made.problems] == ["第 1 行：截止时间太远了。请选择十年以内的时间。"]
    made = importing.plan(read(json.dumps(row | {"deadline": ""})), "needs", owner=owner)
    assert made.problems == []
    cleaned = made.rows[0][2]
    assert [target["name"] for target in cleaned["targets"]] == ["吸光率", "厚度"]
    assert (cleaned["fields"], cleaned["cooperation_modes"]) == (["C2641", "C3983"], ["development", "transfer"])


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("\ud800 甲", "含有无法保存的字符，请删去后重试。"),
        ("长" * 121, "最多 120 字，现在有 121 字。请删减，细节可以放在附件里。"),
        ("甲\x00乙", ""),
    ],
)
def test_text_that_cannot_be_kept_is_a_bad_row(value: str, words: str, owner: Person, company_a: Any) -> None:
    found = problems(read(json.dumps({"title": value, "problem": "乙"})), owner)
    assert len(found) == 1
    assert found[0].startswith("第 1 行 · title：")
    assert found[0].endswith(words)


@pytest.mark.django_db
def test_bad_rows_are_named_in_english(owner: Person, company_a: Any) -> None:
    with translation.override("en"):
        found = problems(read("title,problem,budget\nCoating,Too bright,thirty\n"), owner)
    assert len(found) == 1
    assert found[0].startswith("Line 2 · budget: ")
    assert not any("\u4e00" <= character <= "\u9fff" for character in found[0])


# ---- the command ------------------------------------------------------------------------------------------------


def nothing_written() -> bool:
    return not any(model.objects.exists() for model in (Need, Achievement, Entry, Version, ClockRun))


pytestmark = pytest.mark.django_db


def test_a_dry_run_checks_everything_and_writes_nothing(invoke: Any, owner: Person, company_a: Any) -> None:
    done = invoke("needs", "标题,描述\n甲,乙\n", "--dry-run", "--owner", owner.email)
    assert (done.exit_code, done.stdout) == (0, "1 行没有问题；只是检查（--dry-run），什么都没有写入。\n")
    assert nothing_written()


def test_one_bad_row_of_many_and_nothing_is_written(invoke: Any, owner: Person, company_a: Any) -> None:
    text = "标题,描述,地区\n" + "甲,乙,武汉\n" * 40 + "丙,丁,火星\n"
    done = invoke("needs", text, "--owner", owner.email)
    assert (done.exit_code, done.stdout) == (1, "1 处需要修改，什么都没有写入。\n")
    assert "第 42 行 · 地区：没有找到地区“火星”。请写省或市的名称，例如“湖北省武汉市”。" in done.stderr
    assert nothing_written()


def test_every_bad_row_is_counted_and_the_first_fifty_shown(invoke: Any, owner: Person, company_a: Any) -> None:
    done = invoke("needs", "标题,地区\n" + "丙,火星\n" * 60, "--owner", owner.email)
    assert done.stdout == "60 处需要修改，什么都没有写入。\n"
    assert "……还有 10 条" in done.stderr
    assert done.stderr.count("火星") == 50


def test_what_was_done_for_programs(invoke: Any, owner: Person, company_a: Any) -> None:
    done = invoke("needs", "标题,描述,备忘\n甲,乙,丙\n丁,戊,己\n", "--owner", owner.email, "--json")
    said = json.loads(done.stdout)
    ids = list(Need.objects.order_by("pk").values_list("pk", flat=True))
    assert (said["rows"], said["written"], [said["first_id"], said["last_id"]]) == (2, 2, ids)
    assert (said["columns"], said["unused"]) == ({"标题": "title", "描述": "problem"}, ["备忘"])
    assert said["problems"] == []


def test_problems_for_programs(invoke: Any, owner: Person, company_a: Any) -> None:
    done = invoke("needs", "标题,预算\n甲,三十\n", "--owner", owner.email, "--json")
    said = json.loads(done.stdout)
    assert (done.exit_code, said["written"], said["first_id"]) == (1, 0, None)
    assert said["problems"] == [
        {"line": 2, "column": "预算", "message": "看不懂这个金额。请写成“300 万元”或“50000 元”。"}
    ]


def test_the_sheet_that_was_read_is_named(invoke: Any, owner: Person, company_a: Any) -> None:
    done = invoke("needs", rows(["标题"], ["甲"], sheet="需求表"), "--owner", owner.email, name="a.xlsx")
    assert done.exit_code == 0
    assert "  工作表：需求表\n  标题 → 标题（title）\n" in done.stderr


@pytest.mark.parametrize(
    ("content", "options", "words"),
    [
        ("", (), "文件是空的"),
        (
            "标题\n甲\n",
            ("--owner", "nobody@example.test"),
            "没有账号 nobody@example.test。请用 --owner 指定已有的账号。",
        ),
        ("标题\n甲\n", (), "还没有平台运营人员。请用 --owner 邮箱 指定归属。"),
        ("标题\n甲\n", ("--owner", "lin@example.test", "--map", "标题"), "“标题”：请写成 列名=字段"),
        ("标题\n甲\n", ("--owner", "lin@example.test", "--node", "atlantis"), "没有节点“atlantis”"),
        ("标题\n甲\n", ("--owner", "lin@example.test", "--map", "甲=title"), "文件里没有这一列"),
        ("标题\n", ("--owner", "lin@example.test"), "没有可以导入的行，什么都没有写入。"),
    ],
)
def test_what_a_command_cannot_do_is_said(
    content: str, options: tuple[str, ...], words: str, invoke: Any, owner: Person, company_a: Any
) -> None:
    done = invoke("needs", content, *options)
    assert done.exit_code != 0
    assert words in done.output
    assert nothing_written()


def test_a_command_speaks_the_language_of_the_terminal(
    invoke: Any, owner: Person, company_a: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KEQIAO_LANGUAGE", "en")
    done = invoke("needs", "标题,地区,备忘\n甲,火星,乙\n", "--owner", owner.email)
    assert done.stdout == "To correct: 1. Nothing was written.\n"
    assert "Line 2 · 地区: " in done.stderr
    assert "Columns not used: 备忘" in done.stderr
    assert "Checking" in done.stderr


@pytest.mark.parametrize(
    ("head", "column"),
    [("标题,简介,就绪度", "就绪度依据（maturity_evidence）"), ("标题,简介,就绪度,成熟度依据", "成熟度依据")],
)
def test_a_missing_field_is_called_as_in_the_file_or_by_its_label(
    head: str, column: str, invoke: Any, owner: Person, company_a: Any
) -> None:
    done = invoke("achievements", f"{head}\n甲,乙,5\n", "--owner", owner.email)
    assert f"第 2 行 · {column}：写了就绪度就要写依据" in done.stderr
    assert nothing_written()


def test_an_operator_publishes_and_names_the_node(invoke: Any, operator: Person, yichang: Any) -> None:
    done = invoke("achievements", "标题,简介\n甲,乙\n", "--publish", "--node", "yichang")
    row = Achievement.objects.get()
    assert (done.exit_code, row.state, row.node_id, row.contact_id) == (0, "published", "yichang", operator.pk)


def test_an_import_waits_for_the_one_before_it(invoke: Any, operator: Person) -> None:
    """While one import checks and writes, nobody else has the lock; afterwards it is free again."""
    with importing.alone(), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = %s", [1 + 0x6B71_0000])
        assert cursor.fetchone() == (1,)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = %s", [1 + 0x6B71_0000])
        assert cursor.fetchone() == (0,)


KILLED = """
import os, signal, sys
from keqiao.config.session import set_up_django
set_up_django()
from pathlib import Path
from keqiao.exchange import importing
from keqiao.parties.models import Person
table = importing.read(Path(sys.argv[1]).read_bytes())
made = importing.plan(table, "needs", owner=Person.objects.get(email=sys.argv[2]), publish=True)
assert made.is_good, made.problems
with importing.alone():
    importing.write(made, progress=lambda done: os.kill(os.getpid(), signal.SIGKILL))
"""


@pytest.mark.django_db(transaction=True)
def test_an_import_killed_in_the_middle_leaves_nothing(tmp_path: Path, operator: Person, invoke: Any) -> None:
    path = tmp_path / "needs.csv"
    path.write_text("标题,描述\n" + "".join(f"需求 {number},描述\n" for number in range(1200)), "utf-8")
    own = urlsplit(os.environ["DATABASE_URL"])
    address = own._replace(path="/" + connection.settings_dict["NAME"]).geturl()
    environment = os.environ | {"DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "keqiao.config.settings"}
    done = subprocess.run([sys.executable, "-c", KILLED, str(path), operator.email], env=environment, check=False)
    assert done.returncode == -signal.SIGKILL
    assert nothing_written()
    again = invoke("needs", path.read_bytes(), "--owner", operator.email, "--publish")
    assert (again.exit_code, Need.objects.count(), Entry.objects.count()) == (0, 1200, 1200)


def test_organisations_registered_meanwhile_leave_nothing_half_done(
    operator: Person, wuhan: Any, invoke: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody registers a code between the check and the writing: the database refuses, all or nothing."""
    plan = importing.plan

    def slow(*arguments: Any, **named: Any) -> importing.Plan:
        made = plan(*arguments, **named)
        Organisation.objects.create(name="抢先登记有限公司", credit_code=credit_code(905), node=wuhan)
        return made

    monkeypatch.setattr(importing, "plan", slow)
    text = f"name,code\n试验一号有限公司,{credit_code(904)}\n试验二号有限公司,{credit_code(905)}\n"
    done = invoke("parties", text, "--owner", operator.email)
    assert done.exit_code == 1
    assert "检查之后有人登记了相同的内容，所以什么都没有写入。" in done.output
    assert list(Organisation.objects.values_list("name", flat=True)) == ["抢先登记有限公司"]
