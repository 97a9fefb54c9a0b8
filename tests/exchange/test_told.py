"""Who is told of a step of a need, an achievement or an answer, on the site and by mail, and with which words."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from keqiao.exchange.models import Achievement, Need, Solution
from keqiao.exchange.workflow import ACHIEVEMENT, NEED, SOLUTION
from keqiao.kernel import clocks
from keqiao.kernel.access import SYSTEM, NotAllowed, NotVisible
from keqiao.kernel.workflow import Workflow, run
from keqiao.notices import reminders
from keqiao.notices.models import Mail, Notice
from keqiao.parties.models import Membership, Organisation, Person
from tests.exchange.conftest import NEED_CARD
from tests.factories import MembershipFactory, PersonFactory
from tests.personas import Personas, fresh

pytestmark = pytest.mark.django_db

TABLES: dict[str, Workflow[Any]] = {"need": NEED, "achievement": ACHIEVEMENT, "solution": SOLUTION}
SAID = "原因写在这里。"
CODED = {"code": "not_genuine", "reason": SAID}
DECLINE = {"code": "cost", "reason": SAID}
SHARE = {"nodes": ["yichang"], "consent": "on"}


@pytest.fixture
def rows(open_need: Need, published_achievement: Achievement, solution: Solution, manager: Person) -> dict[str, Any]:
    """A need with its manager, an answer to it, and an achievement."""
    Need.objects.filter(pk=open_need.pk).update(manager=manager)
    return {"need": open_need, "achievement": published_achievement, "solution": solution}


def do(table: str, row: Any, verb: str, actor: Any, data: Any = None) -> None:
    run(TABLES[table], row.pk, verb, actor=actor, data=data)


def told(table: str, verb: str, personas: Personas) -> set[str]:
    """Who has a notice of it; each has exactly one, and one mail."""
    names = {person.pk: name for name, person in personas.items()}
    notices = Notice.objects.filter(verb=verb, resource=TABLES[table].name)
    people = sorted(notices.values_list("person", flat=True))
    mails = Mail.objects.filter(entry__verb=verb, entry__object_type=table)
    assert sorted(mails.values_list("person", flat=True)) == people
    return {names[pk] for pk in people}


STEPS: list[tuple[str, str, str, dict[str, Any], set[str]]] = [
    ("need", "assign_manager", "operator", {"manager": "manager"}, {"manager", "owner"}),
    ("need", "share", "owner", SHARE, {"other_operator"}),
    ("need", "ask_to_share", "operator", {"nodes": ["yichang"], "reason": SAID}, {"owner"}),
    ("need", "start_project", "system", {}, {"owner"}),
    ("need", "expire", "system", {}, {"owner", "manager"}),
    ("need", "withdraw", "owner", {"reason": SAID}, {"operator", "manager"}),
    ("need", "take_down", "operator", CODED, {"owner", "manager"}),
    ("achievement", "share", "professor", SHARE, {"other_operator"}),
    ("achievement", "ask_to_share", "centre_operator", {"nodes": ["yichang"], "reason": SAID}, {"professor"}),
    ("achievement", "withdraw", "professor", {"reason": SAID}, {"operator"}),
    ("achievement", "take_down", "operator", CODED, {"professor"}),
    ("solution", "shortlist", "owner", {}, {"professor"}),
    ("solution", "shortlist", "manager", {}, {"professor"}),
    ("solution", "ask", "owner", {"question": "年产多少？"}, {"professor"}),
    ("solution", "accept", "owner", {}, {"professor", "manager"}),
    ("solution", "decline", "owner", DECLINE, {"professor", "manager"}),
    ("solution", "withdraw", "professor", {"reason": SAID}, {"owner", "manager"}),
]


@pytest.mark.parametrize(
    ("table", "verb", "by", "data", "who"), STEPS, ids=[f"{table}-{verb}-{by}" for table, verb, by, _d, _w in STEPS]
)
def test_each_step_tells_those_it_concerns_and_nobody_else(
    table: str, verb: str, by: str, data: dict[str, Any], who: set[str],
    rows: dict[str, Any], personas: Personas, sealed: Any,
) -> None:  # fmt: skip
    sealed()
    Notice.objects.all().delete()
    data = {name: personas[value].pk if name == "manager" else value for name, value in data.items()}
    do(table, rows[table], verb, SYSTEM if by == "system" else personas[by], data)
    sealed()
    assert told(table, verb, personas) == who
    for notice in Notice.objects.filter(verb=verb):
        assert notice.reason == data.get("reason", "")
        assert notice.url == rows[table].get_absolute_url()


def test_a_reply_tells_who_asked_and_the_manager(rows: dict[str, Any], personas: Personas, sealed: Any) -> None:
    do("solution", rows["solution"], "ask", personas["manager"], {"question": "年产多少？"})
    do("solution", rows["solution"], "reply", personas["professor"], {"reply": "一万片。"})
    sealed()
    assert told("solution", "reply", personas) == {"owner", "manager"}


@pytest.mark.parametrize(
    ("verb", "data", "who"),
    [("publish", {}, {"owner"}), ("request_information", {"question": "年用量？"}, {"owner"}),
     ("return", {"reason": SAID}, {"owner"}), ("reject", {"code": "incomplete", "reason": SAID}, {"owner"})],
)  # fmt: skip
def test_triage_tells_the_owner(
    verb: str, data: dict[str, str], who: set[str], triage_need: Need, personas: Personas, sealed: Any
) -> None:
    reasons = [code for code, _label in NEED.verb("reject").form.base_fields["code"].choices]  # type: ignore[union-attr, attr-defined]
    do("need", triage_need, verb, personas["operator"], data | ({"code": reasons[0]} if "code" in data else {}))
    sealed()
    assert told("need", verb, personas) == who


def test_an_edit_tells_those_who_answered_and_the_manager(
    rows: dict[str, Any], personas: Personas, sealed: Any
) -> None:
    do("need", rows["need"], "edit", personas["owner"], NEED_CARD | {"background": "改了背景。"})
    sealed()
    assert told("need", "edit", personas) == {"manager", "professor"}


def test_who_answered_and_left_is_told_no_more(
    rows: dict[str, Any], personas: Personas, professor: Person, university: Organisation, sealed: Any
) -> None:
    """The answer stays with the university: whoever administers it reads of the edit, the question and the end."""
    dean = PersonFactory(name="院长")
    MembershipFactory(person=dean, organisation=university, role="admin")
    Membership.objects.filter(person=professor).update(state="left")
    sealed()
    Notice.objects.all().delete()
    steps: list[tuple[str, str, dict[str, Any]]] = [
        ("need", "edit", NEED_CARD | {"background": "改了背景。"}),
        ("solution", "ask", {"question": "年产多少？"}),
        ("need", "withdraw", {"reason": SAID}),
    ]
    for table, verb, data in steps:
        do(table, rows[table], verb, personas["owner"], data)
        sealed()
    for verb in ("edit", "ask", "close"):
        people = set(Notice.objects.filter(verb=verb).values_list("person", flat=True))
        assert (dean.pk in people, professor.pk in people) == (True, False), verb


def test_consent_taken_back_ends_being_told(rows: dict[str, Any], personas: Personas, sealed: Any) -> None:
    need = rows["need"]
    do("need", need, "share", personas["owner"], SHARE)
    do("need", need, "unshare", personas["owner"])
    sealed()
    Notice.objects.all().delete()
    do("need", need, "withdraw", personas["owner"], {"reason": SAID})
    sealed()
    assert "other_operator" not in told("need", "withdraw", personas)


# ---- promises that run out ----------------------------------------------------------------------------------------

PROMISES = [
    ("need", "first_answer", {"operator", "manager"}),
    ("solution", "solution_answer", {"owner", "manager"}),
]


@pytest.mark.parametrize(("table", "name", "who"), PROMISES)
def test_those_who_can_keep_a_promise_are_reminded_of_it(
    table: str, name: str, who: set[str], rows: dict[str, Any], personas: Personas
) -> None:
    row = rows[table]
    if table == "need":  # without an answer yet
        row = Need.objects.get(pk=run(NEED, None, "bring_in", actor=personas["operator"], data=CARD).object_id)
        Need.objects.filter(pk=row.pk).update(manager=personas["manager"])
    clock = clocks.running(row).get()
    assert clock.name == name
    reminders.remind(clock.pk, clock.due_at - timedelta(minutes=10))
    people = {person.pk: known for known, person in personas.items()}
    assert {people[pk] for pk in Notice.objects.filter(clock=name).values_list("person", flat=True)} == who


CARD = {"title": "求涂层", "problem": "外购涂层吸光率偏低，达不到量产要求，希望找到新的涂层。"}


def test_nobody_is_reminded_while_the_other_side_is_asked(rows: dict[str, Any], personas: Personas) -> None:
    do("solution", rows["solution"], "ask", personas["owner"], {"question": "年产多少？"})
    clock = clocks.running(rows["solution"]).get()
    assert reminders.remind(clock.pk, clock.due_at) is False
    do("solution", rows["solution"], "reply", personas["professor"], {"reply": "一万片。"})
    clock.refresh_from_db()
    assert reminders.remind(clock.pk, clock.due_at) is True


@pytest.mark.parametrize("name", ["colleague", "competitor", "professor", "other_operator", "auditor", "operator"])
def test_an_answer_is_handled_by_the_asker_and_nobody_is_told_otherwise(
    name: str, rows: dict[str, Any], personas: Personas, sealed: Any
) -> None:
    sealed()
    before = Notice.objects.count()
    for verb in ("ask", "shortlist", "accept", "decline"):
        with pytest.raises((NotAllowed, NotVisible)):
            do("solution", rows["solution"], verb, fresh(personas[name]), DECLINE | {"question": "？"})  # type: ignore[arg-type]
    sealed()
    assert (Solution.objects.get().state, Notice.objects.count()) == ("submitted", before)
