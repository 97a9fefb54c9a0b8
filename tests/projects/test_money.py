"""Money of a project: exact to the cent, confirmed by the other side. How amounts are read: `tests/kernel`."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from keqiao.kernel.access import Invalid, NotAllowed, NotNow
from keqiao.kernel.models import Entry
from keqiao.projects.models import Income, Project, Reward
from keqiao.projects.templatetags.yuan import yuan
from tests.stages import pdf, today


def test_money_is_shown_to_the_cent():
    assert (yuan(Decimal(480000)), yuan(None), yuan("0.5")) == ("480,000.00 元", "", "0.50 元")


@pytest.fixture
def earning(project: Project, steps: Any) -> Project:
    steps.contracted(project)
    return project


def record(steps: Any, project: Project, amount: str, actor: Any = None) -> Income:
    entry = steps.on(project, "record_income", actor or steps.provider, received_on=today(), amount=amount)
    return Income.objects.get(pk=entry.changes["extra"]["income"])


@pytest.mark.django_db
def test_only_confirmed_income_counts(earning: Project, steps: Any):
    first, second, third, fourth = (record(steps, earning, text) for text in ("0.10", "0.20", "100000.01", "5"))
    steps.on(first, "confirm", steps.asker)
    steps.on(second, "confirm", steps.asker)
    steps.on(third, "dispute", steps.asker, dispute="应为 100000.00")
    steps.on(fourth, "withdraw", steps.provider)
    assert (earning.money["confirmed"], earning.money["waiting"], earning.money["disputed"]) == (
        Decimal("0.30"),
        Decimal("0.00"),
        Decimal("100000.01"),
    )


@pytest.mark.django_db
def test_asker_may_record_and_then_the_provider_confirms(earning: Project, steps: Any):
    income = record(steps, earning, "100", steps.asker)
    with pytest.raises(NotAllowed):
        steps.on(income, "confirm", steps.asker)
    steps.on(income, "confirm", steps.provider)
    income.refresh_from_db()
    assert (income.state, income.side, income.confirmed_by) == ("confirmed", "asker", steps.provider)


@pytest.mark.django_db
def test_confirmed_income_is_final(earning: Project, steps: Any):
    income = record(steps, earning, "100")
    steps.on(income, "confirm", steps.asker)
    for verb, actor in (("confirm", steps.asker), ("dispute", steps.asker), ("withdraw", steps.provider)):
        with pytest.raises(NotNow):
            steps.on(income, verb, actor, dispute="x")
    income.refresh_from_db()
    assert income.state == "confirmed"


@pytest.mark.django_db
def test_disputed_income_can_be_confirmed_after_all(earning: Project, steps: Any):
    income = record(steps, earning, "100")
    steps.on(income, "dispute", steps.asker, dispute="没有收到发票")
    steps.on(income, "confirm", steps.asker)
    income.refresh_from_db()
    assert (income.state, income.dispute) == ("confirmed", "没有收到发票")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("data", "files", "field", "words"),
    [
        ({"amount": "0"}, {}, "amount", "须大于 0"),
        ({"amount": "-100"}, {}, "amount", "金额不能是负数"),
        ({"amount": "100.005"}, {}, "amount", "精确到分"),
        ({"amount": ""}, {}, "amount", "必填"),
        ({"received_on": "2999-12-31"}, {}, "received_on", "不能晚于今天"),
        ({"received_on": "昨天"}, {}, "received_on", "请填写日期"),
        ({}, {"evidence": pdf(content=b"")}, "evidence", "0 字节"),
    ],
)
def test_wrong_income_is_named_and_nothing_is_written(
    earning: Project, steps: Any, data: Any, files: Any, field: str, words: str
):
    entries = Entry.objects.count()
    with pytest.raises(Invalid) as raised:
        steps.on(earning, "record_income", steps.provider, files, **({"received_on": today(), "amount": "100"} | data))
    assert list(raised.value.errors) == [field]
    assert words in raised.value.errors[field][0]
    assert (Income.objects.count(), Entry.objects.count()) == (0, entries)


@pytest.mark.django_db
def test_income_does_not_stand_in_the_open_journal(earning: Project, steps: Any):
    record(steps, earning, "123456.78")
    assert "123456" not in "".join(str(entry.changes) for entry in Entry.objects.all())


@pytest.mark.django_db
def test_reward_is_recorded_as_paid(project: Project, steps: Any):
    steps.accepted(project)
    steps.on(project, "record_reward", steps.provider, recipient="课题组", amount="24 万", paid_on=today(), basis="")
    reward = Reward.objects.get()
    assert (reward.amount, project.money["rewards"]) == (Decimal("240000.00"), Decimal("240000.00"))


@pytest.mark.django_db
def test_project_closes_only_with_ratings_and_settled_income(project: Project, steps: Any):
    steps.accepted(project)
    income = record(steps, project, "100")
    with pytest.raises(Invalid) as raised:
        steps.on(project, "close", steps.manager)
    assert set(raised.value.errors) == {"score", "incomes"}
    steps.on(income, "confirm", steps.asker)
    steps.on(project, "rate", steps.asker, score=5)
    steps.on(project, "rate", steps.provider, score=1, comment="付款慢")
    steps.on(project, "close", steps.manager)
    project.refresh_from_db()
    assert (project.state, project.provider_comment) == ("closed", "付款慢")
    record(steps, project, "7.5")
    assert project.money["waiting"] == Decimal("7.50")


@pytest.mark.django_db
def test_one_rating_a_side(project: Project, steps: Any):
    steps.accepted(project)
    steps.on(project, "rate", steps.asker, score=5)
    with pytest.raises(NotAllowed):
        steps.on(project, "rate", steps.asker, score=1)
    with pytest.raises(Invalid):
        steps.on(project, "rate", steps.provider, score=6)
    project.refresh_from_db()
    assert (project.asker_score, project.provider_score) == (5, None)


def test_income_and_reward_are_called_by_day_and_amount() -> None:
    """What the history, notices and the pages of their verbs say of them."""
    income = Income(received_on=date(2025, 7, 12), amount=Decimal("294000.00"))
    reward = Reward(paid_on=date(2025, 8, 1), amount=Decimal(9800))
    assert (str(income), str(reward)) == ("2025 年 7 月 12 日 29.4 万元", "2025 年 8 月 1 日 9,800 元")
