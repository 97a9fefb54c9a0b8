"""The board of proposals: which column for whom, in which role, in what order, and how many."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from keqiao.kernel.visibility import Level
from keqiao.kernel.workflow import run
from keqiao.matching.board import SHOWN, board, track
from keqiao.matching.models import Proposal
from keqiao.matching.workflow import PROPOSALS
from keqiao.parties.models import Person
from tests.matching.conftest import Make
from tests.personas import Personas

SEALED = {"organisation": int(Level.NDA), "contact": int(Level.NDA)}


@pytest.fixture
def put(make_need: Make, make_achievement: Make, owner: Person, professor: Person, manager: Person) -> Make:
    """A proposal in any state, by the manager, between company A and the university."""
    need = make_need(manager=manager)
    company, university = (person.memberships.get().organisation for person in (owner, professor))

    def make(state: str = "proposed", **values: Any) -> Proposal:
        achievement = values.pop("achievement", None) or make_achievement()
        base: dict[str, Any] = {
            "need": need, "achievement": achievement, "asker": owner, "asker_organisation": company,
            "provider": professor, "provider_organisation": university, "manager": manager, "proposed_by": manager,
            "node": need.node, "state": state,
        }  # fmt: skip
        return Proposal.objects.create(**base | values)

    return make


COLUMN: dict[str, dict[str, str]] = {
    "proposed": {"owner": "mine", "professor": "mine", "colleague": "theirs", "manager": "theirs", "auditor": "theirs"},
    "accepted_by_need": {"owner": "theirs", "professor": "mine", "manager": "theirs"},
    "accepted_by_offer": {"owner": "mine", "professor": "theirs", "manager": "theirs"},
    "agreed": {"owner": "agreed", "professor": "agreed", "operator": "agreed"},
    "nda_signed": {"owner": "agreed", "professor": "agreed"},
    "in_project": {"owner": "going", "professor": "going", "colleague": "going"},
    "declined": {"owner": "ended", "professor": "ended", "manager": "ended"},
    "withdrawn": {"owner": "ended", "professor": "ended"},
}
WHERE = [(state, name, column) for state, columns in COLUMN.items() for name, column in columns.items()]


@pytest.mark.parametrize(("state", "name", "column"), WHERE)
def test_a_proposal_stands_where_it_waits_for_this_person(
    state: str, name: str, column: str, put: Make, personas: Personas
) -> None:
    put(state)
    found = {one.name: one.total for one in board(personas[name]) if one.total}
    assert found == {column: 1}


@pytest.mark.parametrize("name", ["competitor", "other_operator", "stranger"])
def test_others_have_an_empty_board(name: str, put: Make, personas: Personas) -> None:
    put()
    assert [column.total for column in board(personas[name])] == [0] * 5


ROLE = {
    "owner": {"": 1, "asker": 1, "provider": 0, "manager": 0},
    "professor": {"": 1, "asker": 0, "provider": 1, "manager": 0},
    "manager": {"": 1, "asker": 0, "provider": 0, "manager": 1},
    "operator": {"": 1, "asker": 0, "provider": 0, "manager": 0},
    "auditor": {"": 1, "asker": 0, "provider": 0, "manager": 0},
}


@pytest.mark.parametrize("name", ROLE)
def test_each_role_has_its_own_board(name: str, put: Make, personas: Personas) -> None:
    put()
    found = {role: sum(column.total for column in board(personas[name], role)) for role in ROLE[name]}
    assert found == ROLE[name]
    assert sum(column.total for column in board(personas[name], "nonsense")) == 1


def test_the_newest_stands_first_and_the_old_ones_are_counted(
    put: Make, make_achievement: Make, owner: Person, client: Client
) -> None:
    achievement = make_achievement()
    rows = [put("declined", achievement=achievement) for _n in range(SHOWN["ended"] + 3)]
    for age, row in enumerate(rows):
        Proposal.objects.filter(pk=row.pk).update(updated_at=timezone.now() - timedelta(days=age))
    ended = board(owner)[-1]
    assert [card.row.pk for card in ended.cards] == [row.pk for row in rows[: SHOWN["ended"]]]
    assert (ended.total, ended.more) == (SHOWN["ended"] + 3, 3)
    client.force_login(owner)
    assert "另有 3 项较早的" in client.get("/proposals/").content.decode()


def test_an_empty_board_says_what_will_be_there(client: Client, owner: Person) -> None:
    client.force_login(owner)
    page = client.get("/proposals/").content.decode()
    assert "还没有对接" in page
    assert '<a class="link" href="/needs/?mine=1">看我的需求</a>' in page
    assert "column-head" not in page


def test_an_empty_column_says_what_will_be_there(client: Client, owner: Person, put: Make) -> None:
    put("declined")
    client.force_login(owner)
    page = client.get("/proposals/").content.decode()
    assert page.count("column-empty") == 4
    assert "暂时没有。" in page


def test_a_card_says_why_it_ended(client: Client, put: Make, personas: Personas) -> None:
    put("declined", decline_reason="cost", decline_text="超出预算两倍。")
    for name in ("owner", "professor", "manager"):
        client.force_login(personas[name])  # type: ignore[arg-type]
        [card] = board(personas[name])[-1].cards
        assert card.row.decline_label == Proposal(decline_reason="cost").decline_label != ""
        assert card.row.decline_label in client.get("/proposals/").content.decode()
        assert "超出预算两倍。" in client.get(f"/proposals/{card.row.pk}/").content.decode()


@pytest.mark.parametrize("name", ["owner", "professor"])
def test_a_blind_card_names_neither_side_until_it_may(name: str, put: Make, personas: Personas) -> None:
    row = put(is_sealed=True)
    other = {"owner": "provider", "professor": "asker"}[name]
    [card] = board(personas[name])[0].cards
    assert not getattr(card.row, other)
    assert not getattr(card.row, f"{other}_organisation")
    Proposal.objects.filter(pk=row.pk).update(
        state="nda_signed", agreed_at=timezone.now(), nda_signed_at=timezone.now()
    )
    [card] = board(personas[name])[2].cards
    assert getattr(card.row, other).pk == getattr(row, f"{other}_id")


STEPS: list[tuple[str, dict[str, bool], list[tuple[str, str]]]] = [
    ("proposed", {}, [("发起", "done"), ("需求方同意", "now"), ("供给方同意", "todo"), ("进入合作", "todo")]),
    ("accepted_by_offer", {"provider_accepted_at": True},
     [("发起", "done"), ("需求方同意", "now"), ("供给方同意", "done"), ("进入合作", "todo")]),
    ("agreed", {"asker_accepted_at": True, "provider_accepted_at": True},
     [("发起", "done"), ("需求方同意", "done"), ("供给方同意", "done"), ("进入合作", "now")]),
    ("declined", {"asker_accepted_at": True}, [("发起", "done"), ("需求方同意", "done"), ("已谢绝", "done")]),
]  # fmt: skip


@pytest.mark.parametrize(("state", "dates", "steps"), STEPS, ids=[state for state, _d, _s in STEPS])
def test_the_steps_say_how_far_it_is(
    state: str, dates: dict[str, bool], steps: list[tuple[str, str]], put: Make
) -> None:
    row = put(state, **dict.fromkeys(dates, timezone.now()))
    found = [(str(step.label), step.stage) for step in track(row)]
    assert found == steps


def test_the_promise_that_runs_stands_on_the_card(make_need: Make, make_achievement: Make, owner: Person) -> None:
    pair = {"need": make_need().pk, "achievement": make_achievement().pk}
    run(PROPOSALS, None, "create", actor=owner, data=pair)
    cards = [card for column in board(owner) for card in column.cards]
    assert [(card.clock.name, card.is_late, card.role) for card in cards if card.clock] == [
        ("proposal_answer", False, "asker")
    ]
    with_late = [card for column in board(owner) for card in column.cards]
    assert with_late[0].clock is not None
    with_late[0].clock.due_at = timezone.now() - timedelta(minutes=1)
    assert with_late[0].is_late
