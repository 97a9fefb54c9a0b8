"""The made-up world in the database: what was written in bulk is what the verbs would have written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoDbBlocker

from keqiao.demo.accounts import ACCOUNTS, BY_KEY, Account
from keqiao.demo.load import NotEmpty, load
from keqiao.demo.world import build
from keqiao.exchange.models import Achievement, Need, Solution
from keqiao.kernel import deadlines, journal, projections, verification
from keqiao.kernel.jobs import next_waiting
from keqiao.kernel.models import Cursor, Entry, Seal
from keqiao.kernel.workflow import REGISTRY, Workflow
from keqiao.matching import index, projection
from keqiao.matching.models import Proposal
from keqiao.notices.models import Mail, Notice
from keqiao.notices.reminders import remind_all
from keqiao.observatory import counters
from keqiao.parties.models import Node, Organisation, Person

FILLED = (
    "organisations", "memberships", "people", "needs", "achievements", "solutions", "proposals", "grades", "projects",
    "contracts", "milestones", "incomes",
)  # fmt: skip
"""Workflows of which the small world has rows."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A data folder with an index of its own."""
    folder = tmp_path_factory.mktemp("demo")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "DATA", folder)
        patch.setattr(settings, "INDEX_PATH", folder / "index")
        index.HOLDER.close()
        yield folder
        index.HOLDER.close()


@pytest.fixture(scope="module")
def loaded(folder: Path, django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Path]:
    """The small world, loaded once and rolled back after the last test."""
    with django_db_blocker.unblock(), transaction.atomic():
        load("small")
        yield folder
        transaction.set_rollback(True)


@pytest.fixture
def undone(loaded: Path) -> Iterator[None]:
    """What a test writes goes away with it."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def table(name: str) -> Workflow[Any]:
    return REGISTRY[name]


def entries_of(workflow: Workflow[Any]) -> Iterator[Entry]:
    yield from Entry.objects.filter(object_type=workflow.model._meta.model_name).order_by("seq")


# ---- the records ------------------------------------------------------------------------------------------------


def test_load_writes_every_record(loaded: Path) -> None:
    world = build("small")
    assert Node.objects.count() == len(world.nodes)
    assert Organisation.objects.count() == world.cast.organisations
    assert Need.objects.count() == world.counts.needs
    assert Achievement.objects.count() == world.counts.achievements
    assert Solution.objects.count() == world.counts.solutions
    assert Proposal.objects.count() == world.counts.matches


def test_load_fills_what_rows_are_found_by(loaded: Path) -> None:
    assert not Organisation.objects.filter(name_key="").exists()
    need = Need.objects.exclude(fields=[]).first()
    assert need is not None
    assert set(need.fields) <= set(need.field_path)


@pytest.mark.parametrize("account", ACCOUNTS, ids=lambda account: account.key)
def test_account_can_log_in(account: Account, undone: None) -> None:
    client = Client()
    answer = client.post(reverse("account_login"), {"login": account.email, "password": account.password})
    assert (answer.status_code, answer["Location"]) == (302, settings.LOGIN_REDIRECT_URL)
    assert client.session["_auth_user_id"] == str(Person.objects.get(email=account.email).pk)


def test_people_without_a_demo_account_cannot_log_in(loaded: Path) -> None:
    others = Person.objects.exclude(email__in=[account.email for account in ACCOUNTS])
    assert others.count() > 100
    assert not others.exclude(password__startswith="!").exists()


# ---- the journal ------------------------------------------------------------------------------------------------


def test_journal_is_sealed_and_valid(loaded: Path) -> None:
    found = verification.verify()
    assert (found.valid, found.unsealed, found.sealed) == (True, 0, Entry.objects.count())


def test_journal_is_in_the_order_of_time(loaded: Path) -> None:
    moments = list(Seal.objects.order_by("position").values_list("entry__at", flat=True))
    assert moments == sorted(moments)


@pytest.mark.parametrize("name", FILLED)
def test_state_of_every_row_is_the_one_its_last_entry_led_to(name: str, loaded: Path) -> None:
    last = {entry.object_id: entry.to_state for entry in entries_of(table(name))}
    states = dict(table(name).model._default_manager.values_list("pk", "state"))
    assert last
    assert states == dict.fromkeys(states, first_state(table(name))) | last


@pytest.mark.parametrize("name", FILLED)
def test_every_entry_begins_where_the_one_before_ended(name: str, loaded: Path) -> None:
    now: dict[int, str] = {}
    born = "" if any("" in verb.sources for verb in table(name).verbs) else first_state(table(name))
    """A part of a project is made by a verb of the project, in its first state."""
    for entry in entries_of(table(name)):
        assert entry.from_state == now.get(entry.object_id, born), (entry, entry.from_state)
        now[entry.object_id] = entry.to_state


def first_state(workflow: Workflow[Any]) -> str:
    return str(workflow.model._meta.get_field("state").default)  # type: ignore[union-attr]


@pytest.mark.parametrize("name", FILLED)
def test_every_move_stands_in_the_table(name: str, loaded: Path) -> None:
    allowed = {
        (verb.name, source, str(verb.target) if verb.target else source)
        for verb in table(name).verbs
        for source in map(str, verb.sources)
    }
    moves = Counter((entry.verb, entry.from_state, entry.to_state) for entry in entries_of(table(name)))
    assert set(moves) <= allowed


def test_confidential_values_stand_beside_the_journal(loaded: Path) -> None:
    person = Person.objects.get(email=BY_KEY["owner"].email)
    entry = journal.history(person).get()
    assert set(entry.changes["email"]) == {"digest"}
    assert entry.secrets.get(field="email").value == person.email


# ---- what follows the journal -----------------------------------------------------------------------------------


def test_counters_equal_the_tables(loaded: Path) -> None:
    assert counters.totals() == counters.recount()
    assert counters.totals()["needs"] > 0


def test_projections_are_at_the_end_of_the_journal(loaded: Path) -> None:
    end = Seal.objects.count()
    assert {name: Cursor.objects.get(name=name).position for name in projections.REGISTRY} == dict.fromkeys(
        projections.REGISTRY, end
    )


def test_index_holds_every_published_record(loaded: Path) -> None:
    wanted = {document.id for document in projection.everything()}
    assert {document.id for document in index.HOLDER.get().documents()} == wanted
    assert len(wanted) > 500


def test_nobody_is_told_of_history(undone: None) -> None:
    assert projections.catch_up_all() == 0
    assert deadlines.run_due() == 0
    assert remind_all() == 0
    assert (Notice.objects.count(), Mail.objects.count(), next_waiting()) == (0, 0, None)


# ---- once -------------------------------------------------------------------------------------------------------


def test_load_does_nothing_when_it_was_done(undone: None, loaded: Path) -> None:
    before = Entry.objects.count()
    load("small")
    assert ((loaded / "demo").read_text(), Entry.objects.count()) == ("small", before)


def test_load_finishes_what_was_cut_off_after_the_commit(undone: None, loaded: Path) -> None:
    before = (Entry.objects.count(), Need.objects.count())
    index.HOLDER.close()
    projection.index.mark().unlink()
    (loaded / "demo").unlink()
    load("small")
    assert (Entry.objects.count(), Need.objects.count()) == before
    assert (loaded / "demo").exists()
    assert projection.index.is_filled()


@pytest.mark.django_db
def test_load_among_real_records_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "DATA", tmp_path)
    Node.objects.create(code="real", name="真实节点")
    with pytest.raises(NotEmpty, match="--data"):
        load("small")
    assert (Node.objects.count(), Organisation.objects.count(), Entry.objects.count()) == (1, 0, 0)
    assert not (tmp_path / "demo").exists()
