"""Two people at the same moment: one of them wins, the other is told, nothing is done twice, nobody waits for ever."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from keqiao.kernel.access import Refusal
from keqiao.kernel.models import Entry
from keqiao.kernel.workflow import run
from keqiao.projects.models import Income, Project
from keqiao.projects.workflow import INCOME, PROJECT
from tests.stages import today

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*attempts: Callable[[], Any]) -> list[str]:
    """Run the attempts in threads of their own, started together. Says for each: ok, or the refusal's name."""
    outcomes: list[str] = []
    gate = threading.Barrier(len(attempts))

    def attempt(work: Callable[[], Any]) -> None:
        try:
            gate.wait(10)
            work()
            outcomes.append("ok")
        except Refusal as refusal:
            outcomes.append(type(refusal).__name__)
        finally:
            connection.close()

    threads = [threading.Thread(target=attempt, args=(work,)) for work in attempts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not any(thread.is_alive() for thread in threads)
    return sorted(outcomes)


def test_one_project_from_one_proposal(proposal: Any, steps: Any):
    data = {"proposal": proposal.pk}
    outcomes = at_once(
        lambda: run(PROJECT, None, "create", actor=steps.manager, data=data),
        lambda: run(PROJECT, None, "create", actor=steps.asker, data=data),
    )
    assert outcomes == ["Invalid", "ok"]
    assert (Project.objects.count(), Entry.objects.filter(verb="start_project").count()) == (1, 1)


def test_same_key_at_once_is_one_request(proposal: Any, steps: Any):
    def create() -> None:
        run(PROJECT, None, "create", actor=steps.manager, data={"proposal": proposal.pk}, key="once")

    assert at_once(create, create) == ["ok", "ok"]
    assert Project.objects.count() == 1


def test_both_sides_sign_at_once(project: Project, steps: Any):
    contract = steps.proposed(project)
    outcomes = at_once(lambda: steps.sign(contract, steps.asker), lambda: steps.sign(contract, steps.provider))
    contract.refresh_from_db()
    project.refresh_from_db()
    assert outcomes == ["ok", "ok"]
    assert (contract.state, project.state) == ("signed", "contracted")
    assert Entry.objects.filter(verb="take_effect").count() == 1


def test_signature_and_redraft_at_once_never_leave_an_old_signature(project: Project, steps: Any):
    contract = steps.proposed(project)
    at_once(
        lambda: steps.sign(contract, steps.asker),
        lambda: steps.on(contract, "redraft", steps.provider, reason="改金额"),
    )
    contract.refresh_from_db()
    assert (contract.state, contract.digest, contract.asker_signed_at) == ("draft", "", None)


def test_income_is_confirmed_or_withdrawn_but_not_both(project: Project, steps: Any):
    steps.contracted(project)
    steps.on(project, "record_income", steps.provider, received_on=today(), amount="100")
    income = Income.objects.get()
    outcomes = at_once(
        lambda: run(INCOME, income.pk, "confirm", actor=steps.asker),
        lambda: run(INCOME, income.pk, "withdraw", actor=steps.provider),
    )
    assert outcomes == ["NotNow", "ok"]
    income.refresh_from_db()
    verbs = list(Entry.objects.filter(object_type="income").values_list("to_state", flat=True))
    assert verbs == [income.state]


def test_stop_and_delivery_at_once_do_not_deadlock(project: Project, steps: Any):
    """The project's verb moves its milestones, the milestone's verb looks at its project: both lock that first."""
    steps.running(project)
    milestone = project.milestone_rows.get()
    outcomes = at_once(
        lambda: steps.on(project, "stop", steps.asker, code="other", reason="停"),
        lambda: steps.on(milestone, "deliver", steps.provider, delivery_note="样品"),
    )
    milestone.refresh_from_db()
    project.refresh_from_db()
    assert Counter(outcomes)["ok"] in {1, 2}
    assert (project.state, milestone.state) == ("stopped", "cancelled")


def test_two_samples_at_once_are_one_round(project: Project, steps: Any):
    steps.running(project)
    assert at_once(lambda: steps.sample(project), lambda: steps.sample(project)) == ["NotNow", "ok"]
    assert list(project.round_rows.values_list("number", flat=True)) == [1]


def test_double_click_at_once_is_one_sample_for_both_answers(project: Project, steps: Any):
    """The second request waits for the row, finds it in the next state, and still is the same request."""
    steps.running(project)

    def click() -> None:
        data = {"sent_on": today(), "sample": "一"}
        run(PROJECT, project.pk, "send_sample", actor=steps.provider, data=data, key="k")

    assert at_once(click, click) == ["ok", "ok"]
    assert project.round_rows.count() == 1
