"""Whose turn it is at every stage; reminders of milestones; the list and its filters, in a fixed number of queries."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from keqiao.kernel.access import SYSTEM
from keqiao.kernel.models import Entry
from keqiao.kernel.workflow import run
from keqiao.projects.models import Milestone, Project
from keqiao.projects.queries import waiting_for
from keqiao.projects.workflow import MILESTONE
from tests.stages import propose, today

pytestmark = pytest.mark.django_db

TURNS = {
    "preparing": ("manager", "projects", "draft_contract"),
    "contracted": ("both", "projects", "plan_milestone"),
    "running": ("provider", "projects", "send_sample"),
    "testing": ("asker", "projects", "measure"),
    "accepting": ("provider", "milestones", "deliver"),
    "accepted": ("both", "projects", "rate"),
    "closed": ("", "", ""),
    "stopped": ("", "", ""),
}


def step_of(project: Project) -> tuple[str, str, str]:
    found = Project.objects.get(pk=project.pk).next_step
    return found["turn"], found["resource"], found["verb"]


@pytest.mark.parametrize("state", TURNS)
def test_next_step_of_each_state(project: Project, stages: Any, state: str):
    stages[state](project)
    assert step_of(project) == TURNS[state]
    assert Project.objects.get().next_step["text"].endswith("。")


def test_next_step_follows_the_contract(project: Project, steps: Any):
    contract = steps.drafted(project)
    assert step_of(project) == ("both", "contracts", "propose")
    steps.on(contract, "propose", steps.manager)
    assert step_of(project) == ("both", "contracts", "sign")
    contract.refresh_from_db()
    steps.sign(contract, steps.asker)
    assert step_of(project) == ("provider", "contracts", "sign")


def test_next_step_follows_rounds_and_milestones(project: Project, steps: Any):
    steps.running(project)
    steps.measured(project, "98.68")
    assert step_of(project) == ("provider", "milestones", "deliver")
    milestone = project.milestone_rows.get()
    steps.on(milestone, "deliver", steps.provider, delivery_note="样品")
    assert step_of(project) == ("asker", "milestones", "accept")
    steps.on(milestone, "return", steps.asker, reason="缺工艺文件")
    milestone.refresh_from_db()
    assert (milestone.state, milestone.reason, milestone.delivered_by) == ("planned", "缺工艺文件", None)
    steps.on(milestone, "deliver", steps.provider, delivery_note="样品与工艺文件")
    steps.on(milestone, "accept", steps.asker)
    assert step_of(project) == ("provider", "projects", "request_acceptance")


def test_next_step_after_acceptance(project: Project, steps: Any):
    """Registration is voluntary: it waits for nobody, and nobody waits for it."""
    steps.accepted(project)
    steps.on(project, "record_income", steps.provider, received_on=today(), amount="1")
    assert step_of(project) == ("asker", "incomes", "confirm")
    steps.on(project.income_rows.get(), "confirm", steps.asker)
    assert step_of(project) == ("both", "projects", "rate")
    steps.on(project, "rate", steps.asker, score=5)
    assert step_of(project) == ("provider", "projects", "rate")
    steps.on(project, "rate", steps.provider, score=5)
    assert step_of(project) == ("manager", "contracts", "register")
    steps.on(
        project.contract_rows.get(), "register", steps.manager, registration_number="TEST-2026-1",
        registration_authority="试验市技术市场", registered_on=today(), technical_amount="1",
    )  # fmt: skip
    assert step_of(project) == ("manager", "projects", "close")


def test_declined_acceptance_goes_on_with_its_reason(project: Project, stages: Any, steps: Any):
    stages["accepting"](project)
    steps.on(project, "decline_acceptance", steps.asker, reason="缺量产数据")
    project.refresh_from_db()
    assert (project.state, project.acceptance["declined_reason"]) == ("running", "缺量产数据")
    steps.on(project.milestone_rows.get(), "deliver", steps.provider, delivery_note="补齐")
    steps.on(project.milestone_rows.get(), "accept", steps.asker)
    steps.on(project, "request_acceptance", steps.provider, request="已补齐")
    steps.on(project, "accept", steps.asker, verdict="passed", evidence="量产数据")
    assert [row.verdict for row in project.acceptance_rows.all()] == ["", "passed"]


def test_waiting_for_names_the_right_person(project: Project, steps: Any, personas: Any):
    steps.running(project)
    waiting = {name for name, person in personas.items() if waiting_for(person) == [project.pk]}
    assert waiting == {"professor"}


# ---- reminders --------------------------------------------------------------------------------------------------


def test_milestone_is_reminded_before_and_after_its_day(project: Project, steps: Any):
    milestone = steps.milestone(project, due=30)
    before = timezone.localtime(milestone.remind_at)
    assert (before.date(), before.hour) == (timezone.localdate() + timedelta(days=27), 9)
    run(MILESTONE, milestone.pk, "remind", actor=SYSTEM)
    milestone.refresh_from_db()
    after = timezone.localtime(milestone.remind_at)
    assert (after.date(), after.hour) == (milestone.due_on + timedelta(days=1), 9)
    run(MILESTONE, milestone.pk, "remind", actor=SYSTEM)
    milestone.refresh_from_db()
    assert (milestone.state, milestone.remind_at) == ("planned", None)
    told = MILESTONE.audiences["all"](milestone, Entry.objects.latest("seq"))
    assert told == [steps.asker, steps.provider, steps.manager]


def test_delivered_milestone_is_not_reminded(project: Project, steps: Any):
    milestone = steps.milestone(project)
    steps.on(milestone, "deliver", steps.provider, delivery_note="样品")
    milestone.refresh_from_db()
    assert milestone.remind_at is None


def test_overdue_milestone_says_so(project: Project, steps: Any):
    milestone = steps.milestone(project, due=1)
    with time_machine.travel(timezone.now() + timedelta(days=3), tick=False):
        assert Milestone.objects.get(pk=milestone.pk).summary()["overdue"]
    assert not milestone.summary()["overdue"]


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"due_on": "2001-01-01"}, "due_on"),
        ({"due_on": "2026-02-30"}, "due_on"),
        ({"title": ""}, "title"),
        ({"title": "长" * 121}, "title"),
        ({"payment": "一点"}, "payment"),
    ],
)
def test_wrong_milestone_is_named(project: Project, steps: Any, data: Any, field: str):
    from keqiao.kernel.access import Invalid

    given = {"title": "样品", "due_on": (timezone.localdate() + timedelta(days=9)).isoformat()} | data
    with pytest.raises(Invalid) as raised:
        steps.on(project, "plan_milestone", steps.manager, **given)
    assert list(raised.value.errors) == [field]
    assert not Milestone.objects.exists()


# ---- list -------------------------------------------------------------------------------------------------------


def more(project: Project, steps: Any, count: int) -> None:
    """More running projects of the same two sides."""
    need, achievement, manager = project.need, project.achievement, steps.manager
    for number in range(count):
        need.pk = achievement.pk = None
        need.title, need.state = f"第{number}个难题", "open"
        need.save(force_insert=True)
        achievement.save(force_insert=True)
        steps.running(steps.opened(propose(need, achievement, manager)))


@pytest.fixture
def signed_in(steps: Any) -> Client:
    client = Client()
    client.force_login(steps.asker, backend="django.contrib.auth.backends.ModelBackend")
    return client


def queries(client: Client, path: str, django_assert_max_num_queries: Any) -> int:
    client.get(path)
    with django_assert_max_num_queries(60) as found:
        assert client.get(path).status_code == 200
    return len(found)


def test_list_asks_the_same_number_of_queries_for_one_and_three(
    project: Project, steps: Any, signed_in: Client, django_assert_max_num_queries: Any
):
    steps.running(project)
    counts = []
    for added in (0, 2):
        more(project, steps, added)
        counts.append(
            [
                queries(signed_in, path, django_assert_max_num_queries)
                for path in ("/projects/", "/projects/?turn=mine", "/api/v1/projects")
            ]
        )
    assert Project.objects.count() == 3
    assert counts[0] == counts[1]


def test_page_asks_the_same_number_of_queries_for_one_and_three_parts(
    project: Project, steps: Any, signed_in: Client, django_assert_max_num_queries: Any
):
    steps.running(project)
    steps.measured(project, "93.1")
    steps.on(project, "record_income", steps.provider, received_on=today(), amount="1")
    path = f"/projects/{project.pk}/"
    one = queries(signed_in, path, django_assert_max_num_queries)
    for number in range(2):
        steps.measured(project, "97.2")
        steps.milestone(project, f"第{number}步")
        steps.on(project, "record_income", steps.provider, received_on=today(), amount="2")
    assert queries(signed_in, path, django_assert_max_num_queries) == one


def test_list_filters(project: Project, steps: Any, signed_in: Client):
    steps.running(project)
    steps.sample(project)
    more(Project.objects.get(), steps, 1)
    title, other = "红外探测器用消光涂层", "第0个难题"

    def shown(query: str) -> tuple[bool, bool]:
        page = signed_in.get(f"/projects/?{query}").text
        return title in page, other in page

    assert shown("") == (True, True)
    assert shown("state=testing") == (True, False)
    assert shown("q=第0") == (False, True)
    assert shown("turn=mine") == (True, False)
    assert shown("node=wuhan") == (True, True)
    assert shown("node=yichang") == (False, False)
    assert shown("state=nonsense&page=999&q=%00") == (True, True)


def test_empty_list_says_how_to_begin(signed_in: Client):
    assert "由需求方或技术经理人立项" in signed_in.get("/projects/").text
    assert "去掉筛选条件" in signed_in.get("/projects/?state=closed").text
