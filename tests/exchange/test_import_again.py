"""`keqiao import` of rows that are there already: named one by one, passed over, counted; imported only when asked."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import Result
from django.db import connection
from django.test.utils import CaptureQueriesContext

from keqiao.exchange import importing
from keqiao.exchange.models import Achievement, Need
from keqiao.exchange.workflow import NEED
from keqiao.kernel.models import Entry
from keqiao.kernel.visibility import Level
from keqiao.kernel.workflow import run
from keqiao.parties.models import Organisation, Person

pytestmark = pytest.mark.django_db

Invoke = Callable[..., Result]
TABLE = "编号,标题,描述\nA-1,消光涂层,吸光率偏低\nA-2,热障涂层,易剥落\n"


def plan(text: str, owner: Person, kind: str = "needs", **wishes: Any) -> importing.Plan:
    return importing.plan(importing.read(text.encode()), kind, owner=owner, **wishes)


def brought_in(text: str, owner: Person, kind: str = "needs", **wishes: Any) -> list[int]:
    return importing.write(plan(text, owner, kind, **wishes), file="first.csv")


def written() -> tuple[int, int, int]:
    return Need.objects.count(), Achievement.objects.count(), Entry.objects.count()


@pytest.mark.parametrize(("kind", "word"), [("needs", "需求"), ("achievements", "成果")])
@pytest.mark.parametrize("options", [(), ("--publish",)])
def test_the_same_file_twice_makes_nothing_twice(
    kind: str, word: str, options: tuple[str, ...], invoke: Invoke, operator: Person
) -> None:
    assert invoke(kind, TABLE, *options).exit_code == 0
    before = written()
    first, second = sorted((Need if kind == "needs" else Achievement).objects.values_list("pk", flat=True))
    again = invoke(kind, TABLE, *options, name="renamed.csv")
    assert (again.exit_code, written()) == (0, before)
    assert again.stdout == "2 行已经有了，跳过（加 --again 会再导入一遍）；什么都没有写入。\n"
    assert f"第 2 行：已经有{word} #{first}“消光涂层”，跳过。\n第 3 行：已经有{word} #{second}" in again.stderr


def test_a_list_that_has_grown_brings_what_is_new(invoke: Invoke, operator: Person) -> None:
    invoke("needs", TABLE)
    grown = TABLE + "A-3,隔热涂层,太厚\n"
    dry = invoke("needs", grown, "--dry-run")
    words = "2 行已经有了，跳过（加 --again 会再导入一遍）；1 行没有问题；"
    assert (dry.exit_code, dry.stdout) == (0, f"{words}只是检查（--dry-run），什么都没有写入。\n")
    assert dry.stderr.count("跳过。") == 2
    done = json.loads(invoke("needs", grown, "--json").stdout)
    assert (done["rows"], done["written"], [row["line"] for row in done["known"]]) == (1, 1, [2, 3])
    assert [row["id"] for row in done["known"]] == list(Need.objects.order_by("pk").values_list("pk", flat=True)[:2])
    assert sorted(Need.objects.values_list("title", flat=True)) == ["消光涂层", "热障涂层", "隔热涂层"]


def test_who_asks_for_it_again_gets_it_again(invoke: Invoke, operator: Person) -> None:
    invoke("needs", TABLE)
    again = invoke("needs", TABLE, "--again")
    assert (again.exit_code, again.stdout.split("，")[0]) == (0, "2 行没有问题；写入 2 行")
    assert written() == (4, 0, 4)


def test_a_row_twice_in_one_file_is_one(invoke: Invoke, operator: Person) -> None:
    done = invoke("needs", "标题,描述\n甲,乙\n丙,丁\n 甲 ,乙\n")
    assert "第 4 行：与第 2 行相同，跳过。" in done.stderr
    assert list(Need.objects.order_by("pk").values_list("title", flat=True)) == ["甲", "丙"]


@pytest.mark.parametrize(
    "row",
    ["消光涂层,另一段描述,", "另一个标题,吸光率偏低,", "消光涂层,吸光率偏低,{}", "消光涂层,,"],
    ids=["other text", "other title", "another organisation's", "no text"],
)
def test_what_says_something_else_is_new(row: str, operator: Person, company_a: Organisation) -> None:
    brought_in("标题,描述,单位\n消光涂层,吸光率偏低,\n", operator)
    made = plan(f"标题,描述,单位\n{row.format(company_a.name)}\n", operator)
    assert (made.problems, made.known, len(made.rows)) == ([], [], 1)


def test_english_rows_and_bare_titles_are_known_again(operator: Person) -> None:
    table = "title,text\nBlack coating,Too bright.\n消光涂层,\n"
    brought_in(table, operator, publish=True)
    assert [row.line for row in plan(table, operator).known] == [2, 3]
    assert [row.line for row in plan(table, operator, publish=True).known] == [2, 3]


def test_the_same_number_with_other_words_is_a_bad_row(invoke: Invoke, operator: Person) -> None:
    invoke("needs", TABLE)
    before = written()
    pk = Need.objects.get(title="热障涂层").pk
    done = invoke("needs", TABLE.replace("易剥落", "高温下易剥落"))
    words = f"第 3 行：编号 A-2 已经导入为需求 #{pk}“热障涂层”，内容不同。"
    assert words + "请在它的页面上修改；如果是另一条，用 --again 导入。" in done.stderr
    assert (done.exit_code, done.stdout, written()) == (1, "1 处需要修改，什么都没有写入。\n", before)


def test_a_column_that_only_counts_names_nothing(operator: Person) -> None:
    brought_in("序号,标题\n1,甲\n2,乙\n", operator)
    made = plan("序号,标题\n1,丙\n2,乙\n", operator)
    assert (made.problems, [row.line for row in made.known]) == ([], [3])


def test_discarded_drafts_do_not_count(operator: Person) -> None:
    for pk in brought_in(TABLE, operator):
        run(NEED, pk, "discard", actor=operator)
    made = plan(TABLE, operator)
    assert (made.problems, made.known, len(made.rows)) == ([], [], 2)


def test_a_withdrawn_need_does_not_come_back_by_an_old_list(operator: Person) -> None:
    pk = brought_in(TABLE, operator, publish=True)[0]
    run(NEED, pk, "withdraw", actor=operator, data={"reason": "已经另行解决"})
    assert [row.line for row in plan(TABLE, operator, publish=True).known] == [2, 3]


def test_what_one_may_not_see_is_not_told(
    owner: Person, company_a: Organisation, colleague: Person, other_operator: Person
) -> None:
    """Drafts are their owners' alone: the same list of somebody else neither names them nor takes their numbers."""
    table = f"编号,标题,描述,单位\nA-1,消光涂层,吸光率偏低,{company_a.name}\nA-2,热障涂层,易剥落,{company_a.name}\n"
    brought_in(table, owner)
    assert [row.line for row in plan(table, colleague).known] == [2, 3]
    made = plan(table.replace("易剥落", "高温下易剥落"), other_operator)
    assert (made.problems, made.known, len(made.rows)) == ([], [], 2)


def test_a_hidden_text_is_compared_with_nothing(owner: Person, company_a: Organisation, other_operator: Person) -> None:
    """A need whose text is for few: who may not read it does not learn that a list says the same."""
    table = f"标题,描述,单位\n消光涂层,吸光率偏低,{company_a.name}\n"
    pk = brought_in(table, owner)[0]
    Need.objects.filter(pk=pk).update(state="open", levels={"problem": int(Level.NDA)})
    assert [row.pk for row in plan(table, owner).known] == [pk]
    assert plan(table, other_operator).known == []
    assert plan(table.replace("吸光率偏低", ""), other_operator).known == []


@pytest.mark.parametrize(("rows", "batches"), [(1, 1), (3, 1), (1200, 2)])
def test_one_query_for_a_thousand_rows(rows: int, batches: int, operator: Person) -> None:
    table = "编号,标题,描述\n" + "".join(f"B-{n},需求 {n},描述 {n}\n" for n in range(rows))
    brought_in(table, operator)
    with CaptureQueriesContext(connection) as asked:
        assert len(plan(table, operator).known) == rows
    assert len(asked) == 2 + batches
