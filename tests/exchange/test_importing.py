"""`keqiao import`: every kind of file, every bad row named, all rows or none, entries as the verbs would write them."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keqiao.exchange import importing
from keqiao.exchange.models import Achievement, Need
from keqiao.exchange.workflow import ACHIEVEMENT
from keqiao.kernel import clocks, journal
from keqiao.kernel.freeze import versions_of
from keqiao.kernel.models import Entry
from keqiao.kernel.workflow import run
from keqiao.parties.models import Organisation, Person
from tests.factories import credit_code

pytestmark = pytest.mark.django_db

CSV = "需求名称,需求描述,技术指标,预算（万元）,所属领域,地区\n消光涂层,外购涂层吸光率偏低,吸光率≥98%,80,涂料制造,武汉\n"


def workbook(fill: Callable[[Any], None]) -> bytes:
    book = openpyxl.Workbook()
    fill(book.active)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def plan(content: bytes | str, owner: Person, kind: str = "needs", **wishes: Any) -> importing.Plan:
    raw = content.encode() if isinstance(content, str) else content
    return importing.plan(importing.read(raw), kind, owner=owner, **wishes)


def problems(made: importing.Plan) -> list[str]:
    return [str(problem) for problem in made.problems]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_csv_in_every_encoding(encoding: str, owner: Person, company_a: Organisation) -> None:
    made = plan(CSV.encode(encoding), owner)
    assert problems(made) == []
    importing.write(made, file="needs.csv")
    need = Need.objects.get()
    assert (need.title, need.budget_maximum, need.fields, need.region) == ("消光涂层", 800_000, ["C2641"], "4201")
    assert need.targets[0]["min"] == 98
    assert (need.state, need.contact_id, need.node_id) == ("draft", owner.pk, "wuhan")


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_csv_with_every_mark(mark: str, owner: Person, company_a: Organisation) -> None:
    made = plan(CSV.replace(",", mark), owner)
    assert (problems(made), len(made.rows)) == ([], 1)


def test_a_spreadsheet_with_a_title_row_and_merged_cells(owner: Person, company_a: Organisation) -> None:
    def fill(sheet: Any) -> None:
        sheet.append(["2026 年技术需求汇总表"])
        sheet.merge_cells("A1:C1")
        sheet.append(["需求名称", "需求描述", "地区"])
        sheet.append(["消光涂层", "吸光率偏低", "武汉市"])
        sheet.append(["热障涂层", "易剥落", None])
        sheet.merge_cells("C3:C4")

    made = plan(workbook(fill), owner)
    assert problems(made) == []
    assert [(line, values["title"], values["region"]) for line, _id, values in made.rows] == [
        (3, "消光涂层", "4201"),
        (4, "热障涂层", "4201"),
    ]


def test_json_lines_as_benchmarks_have_them(operator: Person) -> None:
    lines = [
        {"_id": "a1", "title": "消光涂层", "text": "超黑涂层。"},
        {"_id": "a2", "title": "Coating", "text": "Black coating."},
    ]
    made = plan("\n".join(json.dumps(line) for line in lines), operator, "achievements", publish=True)
    assert problems(made) == []
    ids = importing.write(made, file="corpus.jsonl")
    rows = [Achievement.objects.get(pk=pk) for pk in ids]
    assert [(r.title, r.title_en, r.source_language, r.state) for r in rows] == [
        ("消光涂层", "", "zh", "published"),
        ("", "Coating", "en", "published"),
    ]


def test_an_imported_row_has_the_entry_of_its_verb(operator: Person, wuhan: Any) -> None:
    card = {"title": "消光涂层", "summary": "超黑涂层。", "fields": ["C2641"]}
    by_verb = journal.Entry.objects.get(pk=run(ACHIEVEMENT, None, "bring_in", actor=operator, data=card).pk)
    made = plan("title,summary,fields\n消光涂层,超黑涂层。,C2641\n", operator, "achievements", publish=True, again=True)
    row = Achievement.objects.get(pk=importing.write(made, file="a.csv")[0])
    entry = journal.history(row).get()
    for name in ("verb", "room", "object_type", "from_state", "to_state", "node", "actor_id", "audience"):
        assert getattr(entry, name) == getattr(by_verb, name), name
    passing = {"id", "extra", "frozen", "published_at", "created_at", "updated_at"}
    assert {k: v for k, v in entry.changes.items() if k not in passing} == {
        k: v for k, v in by_verb.changes.items() if k not in passing
    }
    assert entry.changes["extra"] == {"imported": {"file": "a.csv", "line": 2, "id": ""}}
    assert entry.changes["frozen"] == versions_of(row).get().sha256


def test_published_needs_start_their_clock(operator: Person, wuhan: Any) -> None:
    made = plan(CSV, operator, publish=True)
    importing.write(made)
    assert [run.name for run in clocks.running(Need.objects.get())] == ["first_answer"]


def test_every_bad_row_is_named_and_nothing_is_written(owner: Person, company_a: Organisation) -> None:
    rows = "title,problem,targets,budget,deadline,region\n好,描述,,,,\n坏,描述,很好看,三十,2020-01-01,火星\n,描述,,,,\n"
    made = plan(rows, owner)
    assert [(p.line, p.column) for p in made.problems] == [(3, "targets"), (3, "budget"), (3, "region"), (4, "")]
    assert problems(made)[1] == "第 3 行 · budget：看不懂这个金额。请写成“300 万元”或“50000 元”。"
    with pytest.raises(ValueError, match="problems"):
        importing.write(made)
    assert (Need.objects.count(), Entry.objects.count()) == (0, 0)


def test_a_past_deadline_is_a_bad_row(owner: Person, company_a: Organisation) -> None:
    made = plan("title,deadline\n涂层,2020-01-01\n", owner)
    assert problems(made) == ["第 2 行：截止时间已经过去。请选择将来的时间。"]


def test_the_same_number_twice_is_a_bad_row(owner: Person, company_a: Organisation) -> None:
    made = plan("编号,标题\n7,甲\n7,乙\n", owner)
    assert problems(made) == ["第 3 行：编号 7 与第 2 行重复。"]


def test_columns_can_be_named_by_hand(owner: Person, company_a: Organisation) -> None:
    assert "没有找到“标题”一列" in problems(plan("难点,说明\n涂层,偏低\n", owner))[0]
    made = plan("难点,说明\n涂层,偏低\n", owner, own={"难点": "title", "说明": "problem"})
    assert (problems(made), made.rows[0][2]["problem"]) == ([], "偏低")
    assert "没有“nonsense”这个字段" in problems(plan("难点\nx\n", owner, own={"难点": "nonsense"}))[0]


def test_only_operators_publish(owner: Person, company_a: Organisation) -> None:
    made = plan(CSV, owner, publish=True)
    assert problems(made) == ["第 0 行：直接发布需要平台运营人员的账号，lin@example.test 不是。"]


def test_rows_are_imported_for_ones_own_organisation_only(
    owner: Person, operator: Person, company_a: Organisation, company_b: Organisation
) -> None:
    table = f"标题,单位\n涂层,{company_b.name}\n"
    assert "不能以它的名义导入" in problems(plan(table, owner))[0]
    assert problems(plan(table, operator)) == []
    assert "没有登记单位“不存在的公司”" in problems(plan("标题,单位\n涂层,不存在的公司\n", operator))[0]


def test_organisations_with_codes_and_kinds(operator: Person, wuhan: Any) -> None:
    table = f"单位名称,统一社会信用代码\n试验一号有限公司,{credit_code(901)}\n试验二号大学,\n"
    made = plan(table, operator, "parties", publish=True)
    assert problems(made) == []
    importing.write(made)
    rows = list(Organisation.objects.order_by("pk").values_list("name", "kind", "state"))
    assert rows == [("试验一号有限公司", "company", "verified"), ("试验二号大学", "university", "verified")]
    row = Organisation.objects.get(name="试验一号有限公司")
    assert [(e.verb, e.from_state, e.to_state) for e in journal.history(row)] == [
        ("create", "", "unverified"),
        ("verify", "unverified", "verified"),
    ]


def test_wrong_and_taken_codes_are_bad_rows(operator: Person, company_a: Organisation) -> None:
    table = f"name,code\n甲,12345\n乙,{company_a.credit_code}\n{company_a.name},\n"
    made = plan(table, operator, "parties")
    assert [problem.line for problem in made.problems] == [2, 3, 4]


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"", "a.csv", "文件是空的"),
        (b"  \n", "a.csv", "文件是空的"),
        (b"not a sheet", "a.xlsx", "可能被改过扩展名"),
        (b"PK\x03\x04broken", "a.xlsx", "电子表格打不开"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "a.csv", "不是文本表格"),
        (b'{"title": 1}\nnonsense', "a.jsonl", "第 2 行不是 JSON"),
    ],
)
def test_files_that_are_no_table(content: bytes, name: str, words: str) -> None:
    with pytest.raises(importing.Unreadable, match=words):
        importing.read(content, name)


@given(st.binary(max_size=300))
@settings(deadline=None, max_examples=150)
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    try:
        table = importing.read(content, "x.csv")
    except importing.Unreadable:
        return
    assert all(isinstance(line, int) for line, _values in table.rows)
