"""What the news of a project says: the reason of a decision with the decision, days as people read them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.test import Client

from keqiao.notices.models import Mail, Notice
from keqiao.parties.models import Person
from keqiao.projects.models import Project
from tests.stages import days_from_now, today

pytestmark = pytest.mark.django_db

WORDS = "付款条件请写明验收后三十日内。"
Seal = Callable[[], int]


def post(person: Person, path: str, **data: Any) -> None:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    assert client.post(path, data).status_code == 302


def signing(project: Project, steps: Any) -> str:
    return f"/contracts/{steps.proposed(project).pk}/redraft/"


def delivered(project: Project, steps: Any) -> int:
    steps.running(project)
    milestone = project.milestone_rows.get()
    steps.on(milestone, "deliver", steps.provider, delivery_note="样品与工艺文件")
    return int(milestone.pk)


def under_way(project: Project, steps: Any) -> str:
    steps.running(project)
    steps.sample(project)
    return f"/projects/{project.pk}/return_sample/"


def accepting(project: Project, steps: Any) -> str:
    steps.running(project)
    steps.measured(project, "98.68")
    steps.on(project, "request_acceptance", steps.provider, request="达标。")
    return f"/projects/{project.pk}/decline_acceptance/"


def earned(project: Project, steps: Any) -> str:
    steps.contracted(project)
    steps.on(project, "record_income", steps.provider, received_on=today(), amount="9万")
    return f"/incomes/{project.income_rows.get().pk}/dispute/"


DECISIONS: dict[str, tuple[Callable[[Project, Any], str], dict[str, str]]] = {
    "contract sent back": (signing, {"reason": WORDS}),
    "milestone sent back": (lambda p, s: f"/milestones/{delivered(p, s)}/return/", {"reason": WORDS}),
    "milestone given up": (lambda p, s: f"/milestones/{delivered(p, s)}/cancel/", {"reason": WORDS}),
    "sample of no use": (under_way, {"reason": WORDS}),
    "acceptance declined": (accepting, {"reason": WORDS}),
    "income disputed": (earned, {"dispute": WORDS}),
    "project stopped": (lambda p, s: f"/projects/{p.pk}/stop/", {"reason": WORDS, "code": "money"}),
}


@pytest.mark.parametrize("decision", DECISIONS)
def test_mail_gives_the_reason_of_a_decision(project: Project, steps: Any, sealed: Seal, decision: str) -> None:
    prepare, words = DECISIONS[decision]
    path = prepare(project, steps)
    sealed()
    Mail.objects.all().delete()
    post(steps.asker, path, **words)
    sealed()
    told = set(Mail.objects.filter(text__contains=f"说明：{WORDS}").values_list("person", flat=True))
    assert told == {steps.provider.pk, steps.manager.pk}
    assert WORDS in Notice.objects.filter(person=steps.provider).latest("pk").reason


def test_milestones_that_end_with_their_project_make_no_mail_of_their_own(
    project: Project, steps: Any, sealed: Seal
) -> None:
    steps.running(project)
    steps.milestone(project, title="第二步")
    sealed()
    Notice.objects.all().delete()
    post(steps.provider, f"/projects/{project.pk}/stop/", code="people", reason=WORDS)
    sealed()
    assert set(project.milestone_rows.values_list("state", flat=True)) == {"cancelled"}
    told = Notice.objects.filter(
        person__in=[steps.asker, steps.provider, steps.manager], resource__in=["projects", "milestones"]
    )
    assert set(told.values_list("person", "resource", "verb")) == {
        (steps.asker.pk, "projects", "stop"),
        (steps.manager.pk, "projects", "stop"),
    }


def test_cancelled_milestone_reminds_nobody(project: Project, steps: Any) -> None:
    steps.contracted(project)
    milestone = steps.milestone(project)
    assert milestone.remind_at is not None
    post(steps.asker, f"/milestones/{milestone.pk}/cancel/", reason=WORDS)
    milestone.refresh_from_db()
    assert (milestone.state, milestone.remind_at, milestone.reason) == ("cancelled", None, WORDS)


@pytest.mark.parametrize(("language", "day"), [("zh-hans", "2026 年 11 月 27 日"), ("en", "27 November 2026")])
def test_mail_names_the_day_of_an_income_in_the_readers_words(
    project: Project, steps: Any, sealed: Seal, language: str, day: str
) -> None:
    Person.objects.filter(pk=steps.asker.pk).update(language=language)
    with time_machine.travel("2026-11-27T10:00:00+08:00", tick=False):
        steps.contracted(project)
        post(steps.provider, f"/projects/{project.pk}/record_income/", received_on=today(), amount="9万")
        income = project.income_rows.get()
        steps.on(income, "withdraw", steps.provider)
        sealed()
        subject = Mail.objects.filter(person=steps.asker).latest("pk").subject
    assert day in subject
    assert "2026-11-27" not in subject


def test_contract_names_days_of_instalments_in_words(project: Project, steps: Any) -> None:
    terms = f"{days_from_now(10)} 180000 签订后\n2026-06-01 300000.00 验收后"
    contract = steps.proposed(project, payment_mode="instalments", instalments=terms)
    client = Client()
    client.force_login(steps.provider, backend="django.contrib.auth.backends.ModelBackend")
    shown = client.get(f"/contracts/{contract.pk}/").text
    assert "2026 年 6 月 1 日 · 300,000.00 元 · 验收后" in shown
    assert "2026-06-01" not in shown
