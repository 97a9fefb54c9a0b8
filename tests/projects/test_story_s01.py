"""Story S1, steps 5 and 6, through the pages: from an agreed match to a measured, accepted, paid, rated result."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from keqiao.exchange.models import Need
from keqiao.kernel.freeze import versions_of
from keqiao.kernel.models import Entry
from keqiao.projects.models import Project
from tests.stages import LUMP_SUM, days_from_now, pdf, today

pytestmark = pytest.mark.django_db


class Browser:
    """A person at the pages: reads them, presses their buttons, never anything else."""

    def __init__(self, person: Any) -> None:
        self.client = Client()
        self.client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")

    def read(self, path: str) -> str:
        answer = self.client.get(path)
        assert answer.status_code == 200, (path, answer.status_code)
        assert "<c-" not in answer.text
        return answer.text

    def press(self, path: str, **data: Any) -> Any:
        """Open the form if there is one, fill it in with what it shows, and send it; it must go through."""
        shown = self.client.get(path)
        if shown.status_code == 200:
            data = hidden_values(shown.text) | data
        answer = self.client.post(path, data)
        assert answer.status_code == 302, answer.text[:3000]
        return answer

    def refused(self, path: str, **data: Any) -> str:
        answer = self.client.post(path, data)
        assert answer.status_code in {403, 404, 409, 422}, answer.status_code
        return answer.text


def hidden_values(page: str) -> dict[str, str]:
    """The hidden inputs of the form on a page (the key against double sending, the hash of a contract)."""
    found = {}
    for tag in re.findall(r"<input[^>]*type=\"hidden\"[^>]*>", page):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and value and name[1] not in {"csrfmiddlewaretoken", "next", "language"}:
            found[name[1]] = value[1]
    return found


def test_match_becomes_a_measured_accepted_result(
    proposal: Any, owner: Any, professor: Any, manager: Any, operator: Any, need: Need
):
    asker, provider, broker, office = (Browser(person) for person in (owner, professor, manager, operator))

    opened = broker.press("/projects/new/", proposal=proposal.pk)
    path = opened.headers["Location"]
    project = Project.objects.get()
    assert path == f"/projects/{project.pk}/"
    assert "轮到您（技术经理人）" in broker.read(path)

    broker.press(f"{path}draft_contract/", **LUMP_SUM)
    contract = project.contract_rows.get()
    broker.press(f"/contracts/{contract.pk}/propose/")
    assert "480,000.00 元" in asker.read(f"/contracts/{contract.pk}/")
    asker.press(f"/contracts/{contract.pk}/sign/", agree="on")
    assert "轮到您（供给方）" in provider.read(path)
    provider.press(f"/contracts/{contract.pk}/sign/", agree="on")

    broker.press(f"{path}plan_milestone/", title="样品达标", due_on=days_from_now(60), payment="480000")
    broker.press(f"{path}start/")
    for number, value in enumerate(("93.1", "97.2", "９８.６８ %"), start=1):
        assert f"第 {number} 轮" in provider.read(path)
        provider.press(f"{path}send_sample/", sent_on=today(), sample=f"第 {number} 批")
        asker.press(
            f"{path}measure/", received_on=today(), measured_on=today(), value_1=value, report=pdf(f"第{number}轮.pdf")
        )
    page = asker.read(path)
    assert [item["values"][0]["verdict"] for item in project.rounds] == ["missed", "missed", "met"]
    assert [item["values"][0]["low"] for item in project.rounds] == [93.1, 97.2, 98.68]
    assert ("差 4.9" in page, "差 0.8" in page, "98.68 %" in page) == (True, True, True)

    milestone = project.milestone_rows.get()
    provider.press(f"/milestones/{milestone.pk}/deliver/", delivery_note="样品、工艺文件", evidence=pdf("工艺.pdf"))
    asker.press(f"/milestones/{milestone.pk}/accept/")
    provider.press(f"{path}request_acceptance/", request="三轮后达标。")
    asker.press(f"{path}accept/", verdict="passed", evidence="第三轮测试报告", file=pdf("验收.pdf"))
    project.refresh_from_db()
    need.refresh_from_db()
    assert (project.state, need.state) == ("accepted", "solved")
    *measured, frozen = versions_of(project)
    assert [len(version.content["rounds"]) for version in measured] == [1, 2, 3]
    assert frozen.content["rounds"][2]["values"][0]["low"] == 98.68
    assert frozen.sha256 in asker.read(path)

    provider.press(
        f"{path}record_income/", received_on=today(), amount="48 万元", note="合同款", evidence=pdf("凭证.pdf")
    )
    income = project.income_rows.get()
    provider.refused(f"/incomes/{income.pk}/confirm/")
    asker.press(f"/incomes/{income.pk}/confirm/")
    office.press(
        f"/contracts/{contract.pk}/register/",
        registration_number="TEST-2026-000018",
        registration_authority="试验市技术市场办公室",
        registered_on=today(),
        technical_amount="480000",
    )
    provider.press(f"{path}record_reward/", recipient="课题组", amount="240000", paid_on=today(), basis="本校办法")
    asker.press(f"{path}rate/", score="5", comment="配合好，数据实。")
    provider.press(f"{path}rate/", score="4", comment="")
    office.press(f"{path}close/")

    project.refresh_from_db()
    assert (project.state, project.asker_score, project.provider_score) == ("closed", 5, 4)
    assert project.money == {
        "contract": Decimal("480000.00"),
        "confirmed": Decimal("480000.00"),
        "waiting": Decimal("0.00"),
        "disputed": Decimal("0.00"),
        "rewards": Decimal("240000.00"),
    }
    page = asker.read(path)
    for words in ("TEST-2026-000018", "480,000.00 元", "课题组", "当前没有待办", "第1轮.pdf"):
        assert words in page
    verbs = Entry.objects.filter(object_type="project", object_id=project.pk).order_by("seq")
    assert " ".join(verbs.values_list("verb", flat=True)) == (
        "create draft_contract take_effect plan_milestone start "
        "send_sample measure send_sample measure send_sample measure "
        "request_acceptance accept record_income record_reward rate rate close"
    )


def test_third_round_is_needed_before_acceptance_passes(project: Project, steps: Any, owner: Any, professor: Any):
    """97.2 % is not 98 %: the page refuses “passed”, keeps what was typed, and says what to do."""
    steps.running(project)
    steps.measured(project, "97.2")
    milestone = project.milestone_rows.get()
    steps.on(milestone, "deliver", professor, delivery_note="样品")
    steps.on(milestone, "accept", owner)
    steps.on(project, "request_acceptance", professor, request="差一点")
    asker = Browser(owner)
    page = asker.refused(f"/projects/{project.pk}/accept/", verdict="passed", evidence="第二轮报告")
    assert ("没有达到：吸光率" in page, "第二轮报告" in page) == (True, True)
    project.refresh_from_db()
    assert project.state == "accepting"
    asker.press(
        f"/projects/{project.pk}/accept/", verdict="concession", evidence="97.2 % 已够第一代产品使用，双方同意。"
    )
    project.refresh_from_db()
    assert (project.state, project.acceptance["verdict"]) == ("accepted", "concession")


def test_open_milestone_holds_up_acceptance(project: Project, stages: Any, owner: Any):
    stages["accepting"](project)
    page = Browser(owner).refused(f"/projects/{project.pk}/accept/", verdict="passed", evidence="x")
    assert "还有里程碑没有通过：样品达标" in page
    project.refresh_from_db()
    assert (project.state, project.acceptance["verdict"]) == ("accepting", "")


def test_double_click_makes_one_round(project: Project, steps: Any, professor: Any):
    steps.running(project)
    provider = Browser(professor)
    path = f"/projects/{project.pk}/send_sample/"
    data = {"sent_on": today(), "sample": "第一批", "key": "same-key"}
    assert [provider.client.post(path, data).status_code for _click in range(2)] == [302, 302]
    assert project.round_rows.count() == 1
    assert "当前状态是“送样测试中”" in provider.refused(path, **(data | {"key": "another"}))


def test_double_click_opens_one_project(proposal: Any, manager: Any):
    broker = Browser(manager)
    data = {"proposal": proposal.pk, "key": "open-once"}
    answers = [broker.client.post("/projects/new/", data).headers.get("Location") for _click in range(2)]
    assert answers == [f"/projects/{Project.objects.get().pk}/"] * 2


def test_stopping_reopens_the_need_and_cancels_what_is_open(project: Project, steps: Any, need: Need, owner: Any):
    steps.proposed(project)
    milestone = steps.milestone(project)
    Browser(owner).press(f"/projects/{project.pk}/stop/", code="terms", reason="价格谈不拢")
    for row in (project, need, milestone):
        row.refresh_from_db()
    assert (project.state, need.state, milestone.state) == ("stopped", "open", "cancelled")
    assert (project.stop_reason, project.stop_text) == ("terms", "价格谈不拢")
    assert project.contract is None
    page = Browser(owner).read(f"/projects/{project.pk}/")
    assert ("商务条件谈不拢" in page, "价格谈不拢" in page) == (True, True)


def test_reopened_need_can_start_another_project(project: Project, steps: Any, need: Need, achievement: Any):
    from tests.stages import propose

    steps.on(project, "stop", steps.asker, code="terms", reason="谈不拢")
    need.refresh_from_db()
    achievement.pk = None
    achievement.save()
    second = steps.opened(propose(need, achievement, steps.manager))
    need.refresh_from_db()
    assert (second.state, need.state) == ("preparing", "in_project")
