"""Two people at the same moment: one of them wins, the other is told, nothing is done twice, nobody waits for ever."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction

from keqiao.exchange.models import Need
from keqiao.kernel.models import Entry
from keqiao.kernel.workflow import run
from keqiao.projects.models import Income, Project
from keqiao.projects.workflow import INCOME, PROJECT
from tests.projects.test_who import world
from tests.stages import pdf, today
from tests.together import at_once

pytestmark = pytest.mark.django_db(transaction=True)


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


def killed(work: Callable[[], Any], pid: list[int]) -> str:
    """Run the work in a thread; says what became of it. Its connection's number is left in `pid`."""
    outcomes: list[str] = []

    def attempt() -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                pid.append(cursor.fetchone()[0])
            work()
            outcomes.append("ok")
        except OperationalError:
            outcomes.append("killed")
        finally:
            connection.close()

    thread = threading.Thread(target=attempt)
    with transaction.atomic():
        # The need is locked here: the verb has written the project and waits in the middle of its transaction.
        Need.objects.select_for_update().get()
        thread.start()
        until_waiting(pid)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [pid[0]])
        thread.join(30)
    return outcomes[0]


def until_waiting(pid: list[int]) -> None:
    """Until the other connection waits for a lock."""
    for _look in range(10_000):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted AND pid = any(%s)", [pid])
            if cursor.fetchone()[0]:
                return
    raise AssertionError("nobody waits")


def test_verb_killed_in_the_middle_leaves_nothing_and_can_be_run_again(project: Project, stages: Any, steps: Any):
    """Acceptance has written its verdict and its file and is about to solve the need when its connection dies."""
    stages["accepting"](project)
    milestone = project.milestone_rows.get()
    steps.on(milestone, "deliver", steps.provider, delivery_note="样品")
    steps.on(milestone, "accept", steps.asker)
    before = world()

    def accept() -> None:
        steps.on(project, "accept", steps.asker, {"file": pdf()}, verdict="passed", evidence="报告")

    assert killed(accept, []) == "killed"
    assert world() == before
    accept()
    project.refresh_from_db()
    assert (project.state, Need.objects.get().state) == ("accepted", "solved")


def prepared(project: Project, steps: Any, state: str) -> Project:
    if state == "preparing":
        return project
    steps.running(project)
    steps.measured(project, "98.68")
    milestone = project.milestone_rows.get()
    steps.on(milestone, "deliver", steps.provider, delivery_note="样品")
    if state == "delivered":
        return project
    steps.on(milestone, "accept", steps.asker)
    steps.on(project, "request_acceptance", steps.provider, request="达标")
    if state == "accepting":
        return project
    steps.on(project, "accept", steps.asker, verdict="passed", evidence="报告")
    if state == "rated":
        steps.on(project, "rate", steps.asker, score=5)
        steps.on(project, "rate", steps.provider, score=5)
    return project


AGREE, RATE = {"agree": True}, {"score": 4}

PAIRS = [
    ("preparing", ("agree", "asker", AGREE), ("agree", "provider", AGREE), ["ok", "ok"]),
    ("preparing", ("agree", "asker", AGREE), ("agree", "asker", AGREE), ["NotAllowed", "ok"]),
    ("accepting", ("accept", "asker", {"verdict": "passed", "evidence": "报告"}),
     ("decline_acceptance", "asker", {"reason": "缺数据"}), ["NotNow", "ok"]),
    ("accepting", ("accept", "asker", {"verdict": "passed", "evidence": "报告"}),
     ("stop", "provider", {"code": "other", "reason": "停"}), ["NotNow", "ok"]),
    ("accepted", ("rate", "asker", RATE), ("rate", "provider", RATE), ["ok", "ok"]),
    ("accepted", ("rate", "provider", RATE), ("rate", "provider", RATE), ["NotAllowed", "ok"]),
    ("accepted", ("agree_case", "asker", AGREE), ("agree_case", "provider", AGREE), ["ok", "ok"]),
    ("rated", ("close", "manager", {}), ("close", "manager", {}), ["NotNow", "ok"]),
]  # fmt: skip


@pytest.mark.parametrize(("state", "one", "another", "expected"), PAIRS, ids=lambda value: str(value)[:40])
def test_two_people_at_the_same_step(
    project: Project, steps: Any, state: str, one: Any, another: Any, expected: list[str]
):
    """What both may do happens twice; what happens once happens once, and the journal tells it once."""
    prepared(project, steps, state)
    entries = Entry.objects.filter(object_type="project").count()
    outcomes = at_once(
        *(
            lambda verb=verb, who=who, data=data: steps.on(project, verb, getattr(steps, who), **data)
            for verb, who, data in (one, another)
        )
    )
    assert outcomes == expected
    assert Entry.objects.filter(object_type="project").count() == entries + expected.count("ok")


def test_milestone_is_accepted_or_returned_but_not_both(project: Project, steps: Any):
    milestone = prepared(project, steps, "delivered").milestone_rows.get()
    outcomes = at_once(
        lambda: steps.on(milestone, "accept", steps.asker),
        lambda: steps.on(milestone, "return", steps.asker, reason="缺报告"),
    )
    assert outcomes == ["NotNow", "ok"]
    milestone.refresh_from_db()
    last = Entry.objects.filter(object_type="milestone").latest("seq")
    assert (last.to_state, milestone.state in {"accepted", "planned"}) == (milestone.state, True)


def test_two_drafts_at_once_are_one_contract(project: Project, steps: Any):
    outcomes = at_once(lambda: steps.drafted(project), lambda: steps.drafted(project))
    assert (outcomes, project.contract_rows.count()) == (["Invalid", "ok"], 1)
