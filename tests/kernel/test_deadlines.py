"""Deadlines: what is past is done by the platform itself, and one row that cannot be done holds up no other."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from keqiao.exchange.models import Need
from keqiao.exchange.workflow import NEED
from keqiao.kernel import deadlines
from keqiao.kernel.access import is_system
from keqiao.kernel.models import ClockRun, Entry
from keqiao.kernel.workflow import REGISTRY, Verb, Workflow, run
from keqiao.parties.models import Person
from tests.stages import open_need

BAD = "写不下去的"
REFUSED = "还不能到期的"


def fails_for_bad(row: Need, data: dict[str, Any], actor: Any) -> None:
    if row.title == BAD:
        row.problem = "写了一半"
        row.save()
        raise ZeroDivisionError("this row has something that the code did not think of")


def refuses(row: Need) -> dict[str, list[str]]:
    return {"deadline": ["不行。"]} if row.title == REFUSED else {}


@pytest.fixture
def only(monkeypatch: pytest.MonkeyPatch) -> Workflow[Need]:
    """One table with one deadline, alone on the platform."""
    line = Verb(
        name="expire", label="到期", source="open", target="expired", who=is_system, at="deadline",
        guard=refuses, do=fails_for_bad,
    )  # fmt: skip
    table = Workflow(name="timed-needs", model=Need, states=NEED.states, verbs=(line,))
    del REGISTRY["timed-needs"]
    monkeypatch.setattr(deadlines, "REGISTRY", {"timed-needs": table})
    return table


def due(owner: Person, title: str, days: float, **fields: Any) -> Need:
    return open_need(owner, title=title, deadline=timezone.now() - timedelta(days=days), **fields)


def states() -> dict[str, str]:
    return dict(Need.objects.values_list("title", "state"))


def test_what_is_past_is_done_and_what_is_not_stays(only: Workflow[Need], owner: Person) -> None:
    due(owner, "昨天", 1)
    due(owner, "明天", -1)
    due(owner, "草稿", 1, state="draft")
    open_need(owner, title="没有期限", deadline=None)
    assert deadlines.run_due() == 1
    assert states() == {"昨天": "expired", "明天": "open", "草稿": "draft", "没有期限": "open"}
    entry = Entry.objects.get()
    assert (entry.verb, entry.actor, entry.from_state, entry.to_state) == ("expire", None, "open", "expired")
    assert deadlines.run_due() == 0
    assert Entry.objects.count() == 1


def test_one_bad_deadline_holds_up_no_other_and_leaves_nothing_half_done(
    only: Workflow[Need], owner: Person, caplog: pytest.LogCaptureFixture
) -> None:
    due(owner, "先到期", 3)
    due(owner, BAD, 2)
    due(owner, REFUSED, 2)
    due(owner, "后到期", 1)
    with caplog.at_level(logging.INFO, logger="keqiao.deadlines"):
        assert deadlines.run_due() == 2
    assert states() == {"先到期": "expired", BAD: "open", REFUSED: "open", "后到期": "expired"}
    assert "写了一半" not in Need.objects.get(title=BAD).problem
    assert Entry.objects.count() == 2
    levels = {record.levelname for record in caplog.records if record.name == "keqiao.deadlines"}
    assert levels == {"INFO", "ERROR"}


def test_rows_that_fail_each_time_do_not_use_up_the_turn(
    only: Workflow[Need], owner: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deadlines, "AT_ONCE", 2)
    for _number in range(3):
        due(owner, BAD, 9)
    due(owner, "今天", 1)
    assert deadlines.run_due() == 1
    assert states()["今天"] == "expired"


def test_the_minute_s_look_runs_the_deadlines_of_the_real_tables(owner: Person, operator: Person) -> None:
    need = due(owner, "真的表", 1, state="triage")
    run(NEED, need.pk, "publish", actor=operator)
    deadlines.watch_deadlines()
    assert Need.objects.get().state == "expired"
    assert ClockRun.objects.get(name="first_answer").stopped_at is not None


def test_every_deadline_of_the_tables_is_watched() -> None:
    timed = {(table.name, verb.name) for table in REGISTRY.values() for verb in table.verbs if verb.at}
    assert ("needs", "expire") in timed
    assert ("tokens", "expire") in timed
