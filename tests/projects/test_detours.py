"""The ways that go wrong: each has a next step, says what happened, and loses nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from keqiao.kernel import clocks, deadlines
from keqiao.kernel.models import Entry, File
from keqiao.projects.models import Project, SampleRound
from keqiao.projects.queries import waiting_for
from tests.projects.test_who import world
from tests.stages import pdf, today

pytestmark = pytest.mark.django_db


def logged_in(person: Any) -> Client:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def page(project: Project, person: Any) -> str:
    answer = logged_in(person).get(f"/projects/{project.pk}/")
    assert answer.status_code == 200
    return " ".join(answer.text.split())


# ---- a contract is refused --------------------------------------------------------------------------------------


def test_refused_contract_says_why_and_goes_round_again(project: Project, steps: Any) -> None:
    contract = steps.proposed(project)
    path = f"/contracts/{contract.pk}/"
    assert logged_in(steps.provider).post(f"{path}redraft/", {"reason": " "}).status_code == 422
    assert logged_in(steps.provider).post(f"{path}redraft/", {"reason": "验收期太短"}).status_code == 302
    assert "验收期太短" in logged_in(steps.asker).get(path).text
    assert "合同被退回修改（验收期太短）。改好后再次提交双方签署。" in page(project, steps.asker)
    steps.on(contract, "propose", steps.manager)
    assert "验收期太短" not in logged_in(steps.asker).get(path).text


# ---- samples ----------------------------------------------------------------------------------------------------


def test_failed_round_asks_for_the_next(project: Project, steps: Any) -> None:
    steps.running(project)
    steps.measured(project, "93.1")
    shown = page(project, steps.provider)
    for words in ("寄送第 2 轮样品", "93.1 %", "差 4.9", "轮到您（供给方）"):
        assert words in shown


def test_sample_that_cannot_be_tested_ends_its_round_with_the_reason(project: Project, steps: Any) -> None:
    steps.running(project)
    steps.sample(project)
    path = f"/projects/{project.pk}/return_sample/"
    assert logged_in(steps.asker).post(path, {"reason": ""}).status_code == 422
    assert SampleRound.objects.get().unusable == ""
    assert logged_in(steps.asker).post(path, {"reason": "运输中碎裂"}).status_code == 302
    project.refresh_from_db()
    assert (project.state, [run.name for run in clocks.running(project)]) == ("running", [])
    shown = page(project, steps.provider)
    for words in ("无法测试", "运输中碎裂", "寄送第 2 轮样品"):
        assert words in shown
    steps.measured(project, "98.68")
    assert [(row.number, row.unusable, row.all_met) for row in project.round_rows.all()] == [
        (1, "运输中碎裂", False),
        (2, "", True),
    ]


def test_sample_under_way_alone_is_returned(project: Project, steps: Any) -> None:
    steps.running(project)
    steps.measured(project, "93.1")
    before = world()
    assert logged_in(steps.asker).post(f"/projects/{project.pk}/return_sample/", {"reason": "x"}).status_code == 409
    assert world() == before


# ---- milestones -------------------------------------------------------------------------------------------------


def test_returned_milestone_is_reminded_again(project: Project, steps: Any) -> None:
    milestone = steps.milestone(project, due=30)
    planned = milestone.remind_at
    steps.on(milestone, "deliver", steps.provider, delivery_note="样品")
    steps.on(milestone, "return", steps.asker, reason="缺报告")
    milestone.refresh_from_db()
    assert milestone.remind_at == planned


def test_milestone_due_tomorrow_is_not_reminded_at_once(project: Project, steps: Any) -> None:
    milestone = steps.milestone(project, due=1)
    assert timezone.localtime(milestone.remind_at).date() == milestone.due_on + timedelta(days=1)


def test_late_milestone_is_told_shown_and_can_still_be_delivered(project: Project, steps: Any) -> None:
    steps.running(project)
    milestone = project.milestone_rows.get()
    with time_machine.travel(timezone.now() + timedelta(days=40), tick=False):
        deadlines.run_due()
        assert "已逾期" in page(project, steps.provider)
        answer = logged_in(steps.provider).post(f"/milestones/{milestone.pk}/deliver/", {"delivery_note": "迟交的样品"})
        assert answer.status_code == 302
        assert "已逾期" not in page(project, steps.provider)
    assert Entry.objects.filter(object_type="milestone", verb="remind").exists()


# ---- acceptance -------------------------------------------------------------------------------------------------


def test_acceptance_waits_for_open_milestones_and_says_whose_turn_it_is(
    project: Project, steps: Any, stages: Any
) -> None:
    stages["accepting"](project)
    assert "里程碑“样品达标”还没有交付" in page(project, steps.provider)
    assert (waiting_for(steps.provider), waiting_for(steps.asker)) == ([project.pk], [])
    milestone = project.milestone_rows.get()
    steps.on(milestone, "deliver", steps.provider, delivery_note="样品")
    assert waiting_for(steps.asker) == [project.pk]
    steps.on(milestone, "accept", steps.asker)
    assert "核对测试结果，作出验收结论" in page(project, steps.asker)


def test_every_refused_request_stays_readable(project: Project, steps: Any, stages: Any) -> None:
    stages["accepting"](project)
    for reason in ("缺量产数据", "缺工艺文件"):
        steps.on(project, "decline_acceptance", steps.asker, reason=reason)
        steps.on(project, "request_acceptance", steps.provider, request=f"已补：{reason}")
    shown = page(project, steps.asker)
    for words in ("此前 2 次申请被退回", "缺量产数据", "缺工艺文件", "已补：缺工艺文件"):
        assert words in shown
    found = logged_in(steps.asker).get(f"/api/v1/projects/{project.pk}").json()["fields"]
    assert [item["declined_reason"] for item in found["acceptances"]] == ["缺量产数据", "缺工艺文件", ""]
    assert found["acceptance"]["request"] == "已补：缺工艺文件"


# ---- money ------------------------------------------------------------------------------------------------------


def test_disputed_income_is_the_turn_of_who_recorded_it(project: Project, steps: Any) -> None:
    steps.accepted(project)
    steps.on(project, "record_income", steps.provider, received_on=today(), amount="9万")
    income = project.income_rows.get()
    answer = logged_in(steps.asker).post(f"/incomes/{income.pk}/dispute/", {"dispute": "实付 8.5 万元"})
    assert answer.status_code == 302
    shown = page(project, steps.provider)
    for words in ("对方对一笔到账有异议", "实付 8.5 万元", "轮到您（供给方）", "撤回登记"):
        assert words in shown
    assert (waiting_for(steps.provider), waiting_for(steps.asker)) == ([project.pk], [])
    steps.on(income, "withdraw", steps.provider)
    assert "对方对一笔到账有异议" not in page(project, steps.provider)


def test_money_of_a_stopped_project_is_still_settled(project: Project, steps: Any) -> None:
    """What was owed under the signed contract is paid after the project has ended, too."""
    steps.running(project)
    steps.on(project, "stop", steps.asker, code="market", reason="产品线停产")
    path = f"/projects/{project.pk}/record_income/"
    assert logged_in(steps.provider).post(path, {"received_on": today(), "amount": "2万"}).status_code == 302
    assert waiting_for(steps.asker) == [project.pk]
    assert "核对并确认到账" in page(project, steps.asker)
    steps.on(project.income_rows.get(), "confirm", steps.asker)
    assert (waiting_for(steps.asker), "项目已中止，需求已重新开放对接" in page(project, steps.asker)) == ([], True)


def test_project_stopped_before_the_contract_takes_no_money(project: Project, steps: Any) -> None:
    steps.proposed(project)
    steps.on(project, "stop", steps.asker, code="terms", reason="谈不拢")
    before = world()
    answer = logged_in(steps.provider).post(
        f"/projects/{project.pk}/record_income/", {"received_on": today(), "amount": "1"}
    )
    assert (answer.status_code, "合同没有生效" in answer.text) == (422, True)
    assert world() == before


# ---- close ------------------------------------------------------------------------------------------------------


def test_side_that_never_rates_does_not_keep_the_project_open(project: Project, steps: Any) -> None:
    steps.accepted(project)
    steps.on(project, "rate", steps.asker, score=4)
    before = world()
    refused = logged_in(steps.manager).post(f"/projects/{project.pk}/close/")
    assert (refused.status_code, "验收满 30 天后可以不再等" in refused.text) == (422, True)
    assert world() == before
    with time_machine.travel(timezone.now() + timedelta(days=31), tick=False):
        assert logged_in(steps.manager).post(f"/projects/{project.pk}/close/").status_code == 302
    project.refresh_from_db()
    assert (project.state, project.provider_score) == ("closed", None)


# ---- documents --------------------------------------------------------------------------------------------------


def test_document_uploaded_again_replaces_the_earlier_one_and_keeps_it(project: Project, steps: Any) -> None:
    for content in (b"%PDF-1.7\n1", b"%PDF-1.7\n2", b"%PDF-1.7\n3"):
        steps.on(project, "upload", steps.asker, {"file": pdf("图纸.pdf", content)}, reach="parties")
    steps.on(project, "upload", steps.asker, {"file": pdf("纪要.pdf")}, reach="staff")
    shown = page(project, steps.provider)
    first, second, third, minutes = File.objects.order_by("pk")
    assert shown.count("2 个旧版本") == 1
    places = [shown.index(f'href="/files/{file.pk}/"') for file in (third, second, first, minutes)]
    assert places == sorted(places)
    assert "旧版本" not in page(project, steps.manager).split("纪要.pdf")[1]


def test_reports_of_the_same_name_are_two_documents(project: Project, steps: Any) -> None:
    steps.running(project)
    for value in ("93.1", "97.2"):
        steps.sample(project)
        steps.on(project, "measure", steps.asker, {"report": pdf("报告.pdf")}, received_on=today(),
                 measured_on=today(), value_1=value)  # fmt: skip
    shown = page(project, steps.asker)
    assert ("第 1 轮测试报告" in shown, "第 2 轮测试报告" in shown, "旧版本" in shown) == (True, True, False)


def test_staff_sees_no_version_that_is_for_the_parties_alone(project: Project, steps: Any, operator: Any) -> None:
    steps.on(project, "upload", steps.asker, {"file": pdf("图纸.pdf")}, reach="staff")
    steps.on(project, "upload", steps.asker, {"file": pdf("图纸.pdf")}, reach="parties")
    assert "1 个旧版本" in page(project, steps.asker)
    shown = page(project, operator)
    assert ("图纸.pdf" in shown, "旧版本" in shown) == (True, False)
