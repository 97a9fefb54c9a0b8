"""Achievements for many needs at once: what `keqiao batch` writes is what a single search finds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from django.contrib.auth.models import AnonymousUser

from keqiao.exchange.models import Need
from keqiao.kernel.visibility import OWNER
from keqiao.matching.batch_commands import batch
from keqiao.matching.documents import need_query
from keqiao.matching.queries import find
from tests.matching.conftest import Make


@pytest.fixture
def command(cli: Any) -> Any:
    def run(*arguments: object) -> Result:
        return CliRunner().invoke(batch, [str(argument) for argument in (*arguments, "--workers", 1)])

    return run


def written(out: Path) -> dict[str, list[tuple[str, float]]]:
    rows = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    return {row["query"]: [(one["id"], round(one["score"], 4)) for one in row["found"]] for row in rows}


def found(need: Need) -> list[tuple[str, float]]:
    hits = find(need_query(need.at(OWNER)), ("achievement",), AnonymousUser(), 50)
    return [(f"achievement:{hit.row.pk}", hit.score) for hit in hits]


def test_what_is_written_is_what_single_searches_find(
    command: Any, market: list[Any], make_need: Make, make_achievement: Make, indexed: Any, tmp_path: Path
) -> None:
    make_achievement()
    make_achievement(title="还没有发布的消光涂层", state="draft")
    needs = [
        make_need(),
        make_need(title="保密的需求", levels={"problem": 2}),
        make_need(title="储能", problem="液流电池双极板电导率低。", fields=["C38"], targets=[]),
    ]
    make_need(title="已解决", state="solved")
    indexed()
    done = command("--out", tmp_path / "out.jsonl")
    assert done.exit_code == 0, done.output
    answers = written(tmp_path / "out.jsonl")
    assert list(answers) == [f"need:{need.pk}" for need in needs]
    for need in needs:
        singles = dict(found(need))
        assert singles
        assert dict(answers[f"need:{need.pk}"][: len(singles)]) == singles
    assert answers[f"need:{needs[0].pk}"][0] == found(needs[0])[0]


@pytest.mark.parametrize(("needs", "titles"), [("open", ["甲"]), ("all", ["甲", "合作中", "已解决"])])
def test_which_needs(needs: str, titles: list[str], command: Any, make_need: Make, tmp_path: Path) -> None:
    made = {title: make_need(title=title, state=state) for title, state in STATES}
    assert command("--needs", needs, "--out", tmp_path / "out").exit_code == 0
    assert list(written(tmp_path / "out")) == [f"need:{made[title].pk}" for title in titles]


STATES = [("甲", "open"), ("草稿", "draft"), ("初审中", "triage"), ("合作中", "in_project"), ("已解决", "solved")]


def test_needs_by_number(command: Any, make_need: Make, tmp_path: Path) -> None:
    first, _second, third = (make_need() for _number in range(3))
    (tmp_path / "numbers").write_text(f"\ufeff{third.pk}\n\n {first.pk} \r\n", encoding="utf-8")
    assert command("--needs", tmp_path / "numbers", "--out", tmp_path / "out").exit_code == 0
    assert list(written(tmp_path / "out")) == [f"need:{first.pk}", f"need:{third.pk}"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("12a\n", "第 1 行不是需求编号：12a"),
        ("1\n-1\n", "第 2 行不是需求编号：-1"),
        ("\n", "里没有需求编号"),
        ("999999999\n", "没有编号为 999999999 的需求"),
        (None, "读不出 --needs 的文件"),
    ],
)
def test_a_list_that_names_no_needs_is_refused(
    content: str | None, words: str, command: Any, db: None, tmp_path: Path
) -> None:
    if content is not None:
        (tmp_path / "numbers").write_text(content)
    result = command("--needs", tmp_path / "numbers", "--out", tmp_path / "out")
    assert (result.exit_code, words in result.output) == (1, True), result.output
    assert not (tmp_path / "out").exists()
