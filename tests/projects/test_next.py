"""Each page of a project says what comes next, who has it, and what went wrong before; and offers nothing else."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from keqiao.kernel import clocks
from keqiao.kernel.workflow import REGISTRY, run
from keqiao.parties.enums import MembershipRole
from keqiao.parties.models import Person
from keqiao.projects.models import Project
from tests.factories import MembershipFactory, PersonFactory
from tests.projects.test_who import world
from tests.stages import ABSORPTION, today

pytestmark = pytest.mark.django_db


def read(person: Person, path: str) -> str:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    answer = client.get(path)
    assert answer.status_code == 200
    return " ".join(answer.text.split())


def next_of(page: str) -> str:
    """The card of the next step, without its mark-up."""
    found = re.search(r'aria-labelledby="next-step">(.*?)</section>', page)
    assert found is not None
    return " ".join(re.sub(r"<[^>]+>", " ", found[1]).split())


def buttons(page: str, project: Project) -> set[str]:
    return set(re.findall(rf"/projects/{project.pk}/(\w+)/\"", page)) - {"frozen"}


# ---- consulting -------------------------------------------------------------------------------------------------


def test_consulting_is_accepted_on_its_report_without_samples(project: Project, steps: Any) -> None:
    contract = steps.contracted(project, type="consulting")
    assert (contract.targets, project.targets, list(clocks.running(project))) == ([], [], [])
    assert "没有可测量的指标" in read(steps.provider, contract.get_absolute_url())
    milestone = steps.milestone(project, title="咨询报告")
    steps.on(project, "start", steps.asker)
    assert "完成并交付里程碑“咨询报告”" in next_of(read(steps.provider, f"/projects/{project.pk}/"))
    steps.on(milestone, "deliver", steps.provider, delivery_note="报告终稿")
    steps.on(milestone, "accept", steps.asker)
    assert "里程碑都已完成，申请验收。" in next_of(read(steps.provider, f"/projects/{project.pk}/"))
    steps.on(project, "request_acceptance", steps.provider, request="报告已交付。")
    assert "核对交付的内容，作出验收结论。" in next_of(read(steps.asker, f"/projects/{project.pk}/"))
    steps.on(project, "accept", steps.asker, verdict="passed", evidence="专家评审意见")
    project.refresh_from_db()
    assert project.state == "accepted"


@pytest.mark.parametrize("kind", ["development_entrusted", "development_cooperative", "transfer", "licence", "service"])
def test_other_contracts_are_measured_against_the_needs_targets(project: Project, steps: Any, kind: str) -> None:
    assert steps.contracted(project, type=kind).targets == [ABSORPTION]
    assert [run.name for run in clocks.running(project)] == ["first_sample"]
    assert project.targets == [ABSORPTION]


# ---- the next step ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reader", "words"),
    [("provider", "轮到您（供给方）"), ("asker", "轮到供给方"), ("manager", "轮到供给方")],
)
def test_next_step_says_you_to_whom_it_waits_for(project: Project, steps: Any, reader: str, words: str) -> None:
    contract = steps.proposed(project)
    steps.sign(contract, steps.asker)
    for path in (f"/projects/{project.pk}/", f"/contracts/{contract.pk}/"):
        shown = next_of(read(getattr(steps, reader), path))
        assert f"下一步 · {words}" in shown
        assert "核对合同文本并签署。" in shown


def test_signed_contract_leads_back_to_what_the_project_waits_for(project: Project, steps: Any) -> None:
    steps.running(project)
    shown = read(steps.provider, f"/contracts/{project.contract_rows.get().pk}/")
    assert "寄送第 1 轮样品。 到项目页面" in next_of(shown)


def test_next_step_says_what_was_wrong_with_the_last_try(project: Project, steps: Any) -> None:
    path, milestone = f"/projects/{project.pk}/", steps.running(project).milestone_rows.get()
    steps.sample(project)
    steps.on(project, "return_sample", steps.asker, reason="包装破损。")
    assert "第 1 轮样品无法测试（包装破损）。寄送第 2 轮样品。" in next_of(read(steps.provider, path))
    steps.measured(project, "93.1")
    assert "第 2 轮还有指标没有达到（吸光率）。寄送第 3 轮样品。" in next_of(read(steps.provider, path))
    steps.measured(project, "98.1")
    steps.on(milestone, "deliver", steps.provider, delivery_note="报告")
    steps.on(milestone, "return", steps.asker, reason="缺第三页")
    assert "里程碑“样品达标”被退回（缺第三页）。补齐后再次交付。" in next_of(read(steps.provider, path))
    steps.on(milestone, "deliver", steps.provider, delivery_note="报告全")
    steps.on(milestone, "accept", steps.asker)
    assert "指标与里程碑都已完成，申请验收。" in next_of(read(steps.provider, path))
    steps.on(project, "request_acceptance", steps.provider, request="请验收")
    steps.on(project, "decline_acceptance", steps.asker, reason="缺老化试验记录")
    assert "验收申请被退回（缺老化试验记录）。完善后再次申请验收。" in next_of(read(steps.provider, path))


def test_late_milestone_stands_with_the_next_step_until_its_day_is_moved(project: Project, steps: Any) -> None:
    milestone = steps.running(project).milestone_rows.get()
    path, words = f"/projects/{project.pk}/", "里程碑“样品达标”应在"
    assert words not in next_of(read(steps.asker, path))
    with time_machine.travel(timezone.now() + timedelta(days=31), tick=False):
        for reader in (steps.asker, steps.provider, steps.manager):
            assert words in next_of(read(reader, path))
        day = (timezone.localdate() + timedelta(days=20)).isoformat()
        steps.on(milestone, "save", steps.provider, title=milestone.title, due_on=day)
        assert words not in next_of(read(steps.asker, path))


def test_next_step_names_who_has_it_and_after_they_left_who_speaks_for_them(
    project: Project, steps: Any, university: Any
) -> None:
    path, dean = steps.running(project).get_absolute_url(), PersonFactory(name="陈院长", email="dean@example.test")
    assert "下一步 · 轮到供给方 沈教授" in next_of(read(steps.asker, path))
    MembershipFactory(person=dean, organisation=university, role=MembershipRole.ADMIN)
    run(REGISTRY["memberships"], steps.provider.memberships.get().pk, "leave", actor=steps.provider)
    page = read(steps.asker, path)
    assert "下一步 · 轮到供给方 陈院长" in next_of(page)
    sides = page[page.index('id="people-title"') : page.index('id="history-title"')]
    assert ("陈院长" in sides, "沈教授" in sides) == (True, False)
    assert "下一步 · 轮到您（供给方）" in next_of(read(dean, path))


def test_member_without_a_part_reads_that_others_act(project: Project, steps: Any, colleague: Person) -> None:
    path, words = steps.running(project).get_absolute_url(), "您是需求方的成员，可以查看；由负责人或单位管理员操作"
    assert words in read(colleague, path)
    assert buttons(read(colleague, path), project) == set()
    for person in (steps.asker, steps.provider, steps.manager):
        assert words not in read(person, path)
    steps.on(project, "hand_over", steps.asker, person=colleague.pk)
    assert "您代表需求方" in read(colleague, path)


# ---- buttons ----------------------------------------------------------------------------------------------------


def test_contract_cannot_be_drafted_twice_nor_before_the_agreement(project: Project, steps: Any) -> None:
    path = f"/projects/{project.pk}/"
    Project.objects.update(is_confidential=True)
    assert "draft_contract" not in buttons(read(steps.provider, path), project)
    steps.on(project, "agree", steps.asker, agree=True)
    steps.on(project, "agree", steps.provider, agree=True)
    assert "draft_contract" in buttons(read(steps.provider, path), project)
    steps.drafted(project)
    assert "draft_contract" not in buttons(read(steps.provider, path), project)


@pytest.mark.parametrize(
    ("stage", "reader", "not_yet"),
    [
        ("contracted", "provider", "start"),
        ("accepting", "asker", "accept"),
        ("accepted", "manager", "close"),
        ("stopped", "provider", "record_income"),
    ],
)
def test_what_would_be_refused_has_no_button(
    project: Project, steps: Any, stages: Any, stage: str, reader: str, not_yet: str
) -> None:
    stages[stage](project)
    person, path = getattr(steps, reader), f"/projects/{project.pk}/"
    before = world()
    assert not_yet not in buttons(read(person, path), project)
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    data = {"verdict": "passed", "evidence": "报告", "received_on": today(), "amount": "9万"}
    assert client.post(f"{path}{not_yet}/", data).status_code == 422
    assert world() == before


def test_who_signs_after_a_colleague_is_led_back_to_the_contract(project: Project, steps: Any) -> None:
    boss = PersonFactory(name="总经理", email="boss@example.test")
    organisation = steps.asker.memberships.get().organisation
    MembershipFactory(person=boss, organisation=organisation, role=MembershipRole.ADMIN)
    contract = steps.proposed(project)
    steps.sign(contract, steps.asker)
    before, client = world(), Client()
    client.force_login(boss, backend="django.contrib.auth.backends.ModelBackend")
    answer = client.post(f"/contracts/{contract.pk}/sign/", {"agree": "on", "digest": contract.digest})
    assert (answer.status_code, world()) == (403, before)
    assert "本方已经签署" in answer.text
    assert f'href="/contracts/{contract.pk}/">回到这条记录</a>' in answer.text


def test_competitor_is_led_back_to_nothing(project: Project, steps: Any, competitor: Person) -> None:
    contract, client = steps.proposed(project), Client()
    client.force_login(competitor, backend="django.contrib.auth.backends.ModelBackend")
    answer = client.post(f"/contracts/{contract.pk}/sign/", {"agree": "on", "digest": contract.digest})
    assert (answer.status_code, "回到这条记录" in answer.text) == (404, False)


# ---- forms ------------------------------------------------------------------------------------------------------


def test_words_of_a_declaration_stand_before_its_box(project: Project, steps: Any, stages: Any) -> None:
    page = read(steps.asker, f"/projects/{project.pk}/agree/")
    assert 0 < page.index("我方对因本项目获知的对方技术信息") < page.index("我已阅读并代表本方同意")
    stages["accepted"](project)
    page = read(steps.asker, f"/projects/{project.pk}/agree_case/")
    assert 0 < page.index("同意平台公开本项目的名称") < page.index("我代表本方同意")


def test_rating_has_no_answer_of_its_own(project: Project, steps: Any, stages: Any) -> None:
    stages["accepted"](project)
    page = read(steps.asker, f"/projects/{project.pk}/rate/")
    assert '<option value="" selected>请选择</option>' in page
    before = world()
    client = Client()
    client.force_login(steps.asker, backend="django.contrib.auth.backends.ModelBackend")
    assert client.post(f"/projects/{project.pk}/rate/", {"score": "", "comment": "好"}).status_code == 422
    assert world() == before


def test_reason_for_stopping_is_chosen_by_nobody_else(project: Project, steps: Any) -> None:
    path = f"/projects/{project.pk}/stop/"
    page = read(steps.provider, path)
    assert '<option value="" selected>请选择</option>' in page
    assert page.index("原因类别") < page.index('name="reason"')
    before = world()
    client = Client()
    client.force_login(steps.provider, backend="django.contrib.auth.backends.ModelBackend")
    assert client.post(path, {"code": "", "reason": "人员变动"}).status_code == 422
    assert world() == before
