"""The small things of the kernel: rules and refusals, diagrams, frozen texts, answers on their way."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.utils import translation

from keqiao.exchange.models import Need
from keqiao.kernel import diagrams, freeze
from keqiao.kernel.access import (
    SYSTEM,
    YES,
    Invalid,
    NotAllowed,
    NotNow,
    NotVisible,
    Refusal,
    is_signed_in,
    is_system,
    rule,
)
from keqiao.kernel.middleware import AnswerMiddleware
from keqiao.kernel.workflow import REGISTRY, Workflow, run
from keqiao.parties.models import Person
from tests.kernel.conftest import Command
from tests.together import in_a_loop

# ---- rules ------------------------------------------------------------------------------------------------------


@rule("只有偶数可以。")
def is_even(row: Any, actor: Any) -> bool:
    return bool(row % 2 == 0)


@rule("只有大数可以。")
def is_large(row: Any, actor: Any) -> bool:
    return bool(row > 10)


@pytest.mark.parametrize(
    ("number", "either", "both"), [(1, False, False), (2, True, False), (11, True, False), (12, True, True)]
)
def test_rules_combine(number: int, either: bool, both: bool) -> None:
    assert bool((is_even | is_large)(number, None)) is either
    assert bool((is_even & is_large)(number, None)) is both


def test_a_rule_says_its_name_and_why_not() -> None:
    assert (is_even | is_large).name == "is_even_or_is_large"
    assert (is_even & is_large).name == "is_even_and_is_large"
    verdict = is_even(1, None)
    assert (verdict.allowed, str(verdict.reason)) == (False, "只有偶数可以。")
    assert is_even(2, None) == YES


def test_the_system_is_no_account(owner: Person, stranger: Any) -> None:
    """It may what only it may, and nothing that asks for somebody who signed in."""
    asked = [(who, bool(is_system(None, who)), bool(is_signed_in(None, who))) for who in (SYSTEM, owner, stranger)]
    assert [answers for _who, *answers in asked] == [[True, False], [False, True], [False, False]]
    assert SYSTEM.pk is None


@pytest.mark.parametrize(
    ("refusal", "status"), [(NotVisible, 404), (NotAllowed, 403), (NotNow, 409), (Invalid, 422), (Refusal, 400)]
)
def test_refusals_have_a_status_and_a_title_in_both_languages(refusal: type[Refusal], status: int) -> None:
    assert refusal.status == status
    assert str(refusal("x").detail) == "x"
    with translation.override("en"):
        assert str(refusal.title).isascii()
    assert not str(refusal.title).isascii()


# ---- diagrams ---------------------------------------------------------------------------------------------------


def test_a_diagram_has_the_states_and_one_arrow_for_each_way(table: Workflow[Need]) -> None:
    lines = [line.strip() for line in diagrams.diagram(table).splitlines()]
    assert lines[0] == "stateDiagram-v2"
    assert lines[1 : 1 + len(table.states)] == [f"{value}: {label}" for value, label in table.states.choices]
    assert lines[1 + len(table.states) :] == [
        "[*] --> draft: 新建",
        "draft --> draft: 保存 / 出错",
        "draft --> triage: 提交",
        "triage --> open: 发布",
        "open --> expired: 到期",
    ]


def test_the_table_of_verbs_says_who_and_which_clocks(table: Workflow[Need]) -> None:
    lines = diagrams.table(table).splitlines()
    assert "| `create` | 新建 | – | draft | is_signed_in |  |  |" in lines
    assert "| `submit` | 提交 | draft | triage | is_owner | ▶ test_clock |  |" in lines
    assert "| `publish` | 发布 | triage | open | is_operator_of_node | ■ test_clock |  |" in lines
    assert "| `save` | 保存 | draft | = | is_owner |  |  |" in lines


def test_the_page_has_every_workflow_in_chinese_whatever_the_reader_s_language() -> None:
    with translation.override("en"):
        page = diagrams.page()
    for name, workflow in REGISTRY.items():
        assert f"## {name} · " in page
        assert all(f"`{verb.name}`" in page for verb in workflow.verbs)
    assert "通过并发布" in page


def test_the_command_writes_the_page_and_says_when_it_is_old(command: Command, tmp_path: Path) -> None:
    file = tmp_path / "docs" / "workflows.md"
    missing = command("docs", str(file), "--check")
    assert (missing.exit_code, file.exists()) == (1, False)
    assert "is not up to date: run `./run keqiao docs`" in missing.output
    assert command("docs", str(file)).exit_code == 0
    assert command("docs", str(file), "--check").exit_code == 0
    file.write_text(file.read_text() + "\nmore")
    assert command("docs", str(file), "--check").exit_code == 1
    assert file.read_text().endswith("more")


# ---- frozen texts -----------------------------------------------------------------------------------------------


def test_a_frozen_text_is_what_was_decided_on_even_when_the_row_changes(
    table: Workflow[Need], need: Need, owner: Person
) -> None:
    entry = run(table, need.pk, "submit", actor=owner)
    Need.objects.filter(pk=need.pk).update(title="后来改的", state="draft")
    again = run(table, need.pk, "submit", actor=owner)
    first, second = freeze.versions_of(need)
    assert (first.entry, first.content["title"], first.content["state"]) == (entry, "消光涂层", "triage")
    assert (second.entry, second.content["title"]) == (again, "后来改的")
    assert first.sha256 != second.sha256
    assert entry.changes["frozen"] == first.sha256 == freeze.sha256_of(first.content)


def test_the_hash_of_a_text_does_not_depend_on_the_order_of_its_parts() -> None:
    assert freeze.sha256_of({"a": 1, "b": [1.0, "涂层"]}) == freeze.sha256_of({"b": [1.0, "涂层"], "a": 1})
    assert freeze.sha256_of({"a": [1, 2]}) != freeze.sha256_of({"a": [2, 1]})


def test_a_row_with_a_content_of_its_own_freezes_that(need: Need, monkeypatch: pytest.MonkeyPatch) -> None:
    assert freeze.content_of(need)["title"] == "消光涂层"
    monkeypatch.setattr(Need, "content", lambda _row: {"only": ("this", 1)}, raising=False)
    assert freeze.content_of(need) == {"only": ["this", 1]}


# ---- answers ----------------------------------------------------------------------------------------------------


class Marked(AnswerMiddleware):
    def change(self, request: HttpRequest, response: Any) -> Any:
        response["X-Path"] = request.path
        return response


def test_an_answer_is_changed_in_a_thread_and_in_the_event_loop() -> None:
    request = RequestFactory().get("/needs/")

    async def page(request: HttpRequest) -> HttpResponse:
        return HttpResponse("later")

    now: Any = Marked(lambda _request: HttpResponse("now"))(request)
    later: Any = in_a_loop(Marked(page)(request))  # type: ignore[arg-type]
    assert [(answer.content, answer["X-Path"]) for answer in (now, later)] == [
        (b"now", "/needs/"),
        (b"later", "/needs/"),
    ]
