"""Needs, achievements and solutions at every stage, made by their own verbs between the personas."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from django.contrib.auth.models import AnonymousUser
from django.test import Client

from keqiao.exchange.commands import import_
from keqiao.exchange.models import Achievement, Need, Solution
from keqiao.exchange.workflow import ACHIEVEMENT, NEED, SOLUTION
from keqiao.kernel.workflow import run
from keqiao.parties.models import Person

NEED_CARD: dict[str, Any] = {
    "kind": "technology",
    "title": "红外探测器用消光涂层",
    "problem": "外购消光涂层吸光率多在 95% 以下，工艺流程复杂、成本高，达不到量产要求，希望找到新的涂层和工艺。",
    "current_state": "外购涂层吸光率多在 95 % 以下",
    "targets": ["吸光率 ≥ 98 %", "耐温 -40~85 ℃（期望）"],
    "fields": ["C3983"],
    "region": "4201",
    "budget_maximum": "80 万元",
    "background": "年产红外探测器 2 万只。",
    "cooperation_modes": ["development"],
}
ACHIEVEMENT_CARD: dict[str, Any] = {
    "title": "超黑消光涂层低温喷涂工艺",
    "summary": "以碳纳米管为吸光骨架，低温一步喷涂成膜，在三家单位的探测器上完成验证，可以批量。",
    "advantages": "比阳极氧化少三道工序。",
    "specifications": ["吸光率 98.68 %"],
    "fields": ["C3985"],
    "intellectual_property": "patent_granted",
    "intellectual_property_note": "ZL 0000 0 0000000.0",
    "maturity": "6",
    "maturity_evidence": "第三方检测报告 2026-018",
    "maturity_assessor": "试验检测中心",
    "maturity_date": "2026-05-01",
    "price_idea": "许可费 80 万元起",
    "details": "分散剂配方与烘烤曲线。",
    "team": ["professor@example.test 负责人"],
}
ANSWER: dict[str, Any] = {
    "approach": "碳纳米管阵列转移到基底上形成微结构吸光层，工艺一步完成，可以批量生产并按样品交付。",
    "specifications": ["吸光率 98.68 %"],
    "evidence": "第三方检测报告，可寄样 10 片。",
    "price_idea": "许可费 80 万元",
}

Make = Callable[..., Any]


@pytest.fixture
def draft_need(owner: Person, company_a: Any) -> Need:
    entry = run(NEED, None, "create", actor=owner, data=NEED_CARD)
    return Need.objects.get(pk=entry.object_id)


@pytest.fixture
def triage_need(draft_need: Need, owner: Person) -> Need:
    run(NEED, draft_need.pk, "submit", actor=owner)
    return Need.objects.get(pk=draft_need.pk)


@pytest.fixture
def open_need(triage_need: Need, operator: Person) -> Need:
    run(NEED, triage_need.pk, "publish", actor=operator)
    return Need.objects.get(pk=triage_need.pk)


@pytest.fixture
def draft_achievement(professor: Person, university: Any) -> Achievement:
    entry = run(ACHIEVEMENT, None, "create", actor=professor, data=ACHIEVEMENT_CARD)
    return Achievement.objects.get(pk=entry.object_id)


@pytest.fixture
def published_achievement(draft_achievement: Achievement, professor: Person, operator: Person) -> Achievement:
    run(ACHIEVEMENT, draft_achievement.pk, "submit", actor=professor)
    run(ACHIEVEMENT, draft_achievement.pk, "publish", actor=operator)
    return Achievement.objects.get(pk=draft_achievement.pk)


@pytest.fixture
def draft_solution(open_need: Need, professor: Person, university: Any) -> Solution:
    entry = run(SOLUTION, None, "create", actor=professor, data=ANSWER | {"need": open_need.pk})
    return Solution.objects.get(pk=entry.object_id)


@pytest.fixture
def solution(draft_solution: Solution, professor: Person) -> Solution:
    run(SOLUTION, draft_solution.pk, "submit", actor=professor)
    return Solution.objects.get(pk=draft_solution.pk)


@pytest.fixture
def browse() -> Callable[[Person | AnonymousUser], Client]:
    """A browser in which this person is logged in (or nobody)."""

    def as_person(person: Person | AnonymousUser) -> Client:
        client = Client()
        if person.pk:
            client.force_login(person)  # type: ignore[arg-type]
        return client

    return as_person


@pytest.fixture
def invoke(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Run `keqiao import` on some content, inside the test's own transaction."""

    @contextlib.contextmanager
    def nothing(report: object = None) -> Iterator[None]:
        yield

    monkeypatch.setattr("keqiao.config.session.database", nothing)
    monkeypatch.setattr("django.db.connections.close_all", lambda: None)

    def run(kind: str, content: bytes | str, *options: str, name: str = "table.csv") -> Result:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return CliRunner().invoke(import_, [kind, str(path), *options])

    return run
