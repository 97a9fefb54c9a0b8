"""The sealer: one at a time, in the order of commits, whatever writers do meanwhile; and the bell that it rings."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from django.db import connection, transaction

from keqiao.exchange.models import Need
from keqiao.kernel import journal
from keqiao.kernel.bell import Bell, parameters, wait
from keqiao.kernel.models import Entry, Seal, Secret
from keqiao.kernel.verification import verify
from keqiao.kernel.workflow import Workflow, run
from keqiao.parties.models import Person
from tests.kernel.conftest import Sealed
from tests.together import in_a_loop

PATIENCE = 20


def write(table: Workflow[Need], owner: Person, title: str = "新") -> Entry:
    return run(table, None, "create", actor=Person.objects.get(pk=owner.pk), data={"title": title})


@pytest.fixture
def elsewhere(transactional_db: None) -> Any:
    """A connection of another process."""
    other = psycopg.connect(**parameters(), autocommit=True)
    yield other
    other.close()


def test_a_sealer_leaves_the_work_to_the_one_that_is_at_it(
    table: Workflow[Need], owner: Person, wuhan: object, elsewhere: Any
) -> None:
    write(table, owner)
    elsewhere.execute("SELECT pg_advisory_lock(%s)", [journal.SEALER_LOCK])
    assert journal.seal_all() == 0
    elsewhere.execute("SELECT pg_advisory_unlock(%s)", [journal.SEALER_LOCK])
    assert journal.seal_all() == 1


def test_batches_go_on_where_the_last_one_ended(table: Workflow[Need], owner: Person, wuhan: object, db: None) -> None:
    for number in range(5):
        write(table, owner, str(number))
    assert [journal.seal(2, include_running=True) for _round in range(4)] == [2, 2, 1, 0]
    assert list(Seal.objects.order_by("position").values_list("position", flat=True)) == [1, 2, 3, 4, 5]
    assert verify().valid


@pytest.mark.django_db(transaction=True)
def test_sealers_and_writers_at_once_make_one_chain_without_gap_or_fork(
    table: Workflow[Need], owner: Person, wuhan: object
) -> None:
    """Long and short transactions, some taken back, while three sealers work in small batches."""
    start = threading.Barrier(6)
    done = threading.Event()

    def writer(number: int) -> None:
        start.wait()
        for turn in range(6):
            with transaction.atomic():
                write(table, owner, f"{number}-{turn}")
                if turn % 3 == 1:
                    write(table, owner, f"{number}-{turn}-b")
                transaction.set_rollback(turn % 3 == 2)

    def sealer(_number: int) -> None:
        start.wait()
        while not done.is_set():
            journal.seal(3)

    def in_thread(work: Callable[[int], None], number: int) -> threading.Thread:
        def call() -> None:
            work(number)
            connection.close()

        thread = threading.Thread(target=call)
        thread.start()
        return thread

    sealers = [in_thread(sealer, number) for number in range(3)]
    writers = [in_thread(writer, number) for number in range(3)]
    for thread in writers:
        thread.join()
    done.set()
    for thread in sealers:
        thread.join()
    journal.seal_all()
    found = verify()
    assert (found.valid, found.sealed, found.unsealed) == (True, 18, 0)
    by_commit = list(Seal.objects.order_by("position").values_list("entry__transaction", "entry__seq"))
    assert by_commit == sorted(by_commit)


def test_the_newest_are_looked_at_first_and_the_old_not_forgotten(
    table: Workflow[Need], owner: Person, wuhan: object, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "WINDOW", 2)
    entries = [write(table, owner, str(number)) for number in range(4)]
    assert list(journal.unsealed(include_running=True, recent=True)) == entries[2:]
    assert list(journal.unsealed(include_running=True)) == entries


def test_what_was_restored_from_another_server_is_final(three_entries: list[Entry], forge: Callable[..., None]) -> None:
    """Its transactions have numbers that this server has not given yet."""
    assert list(journal.unsealed()) == []  # written by the test's own transaction, which still runs
    forge("UPDATE kernel_entry SET transaction = %s WHERE seq = %s", 2**60, three_entries[1].pk)
    assert list(journal.unsealed()) == [three_entries[1]]


def test_many_entries_at_once_are_like_those_written_one_by_one(need: Need, owner: Person, sealed: Sealed) -> None:
    need.levels = {"problem": 2}
    before = journal.snapshot(need)
    drafts = []
    for number in range(5):
        need.title, need.problem = f"第{number}版", f"配方{number}"
        drafts.append(journal.draft(row=need, verb="save", actor=owner, before=before))
        before = journal.snapshot(need)
    assert journal.append_many(iter(drafts), batch_size=2) == 5
    assert sealed() == 5
    entries = list(journal.history(need))
    assert [entry.changes["title"][1] for entry in entries] == [f"第{number}版" for number in range(5)]
    assert all(list(entry.changes["problem"]) == ["digest"] for entry in entries)
    assert list(Secret.objects.order_by("entry").values_list("value", flat=True)) == [f"配方{n}" for n in range(5)]
    assert verify().valid


@pytest.mark.parametrize(
    ("value", "stored"),
    [(1e16, 10**16), (-0.0, 0.0), (1.5, 1.5), ({"a": [1e22]}, {"a": [10**22]}), ((1, 2.0), [1, 2.0]), ("1e16", "1e16")],
)
@pytest.mark.django_db
def test_digests_are_of_what_the_database_gives_back(value: Any, stored: Any) -> None:
    assert repr(journal.as_stored(value)) == repr(stored)
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::jsonb::text", [journal.canonical(value)])
        back = journal.json.loads(cursor.fetchone()[0])
    assert journal.canonical(journal.as_stored(back)) == journal.canonical(stored)


def test_canonical_text_is_one_for_one_value() -> None:
    assert journal.canonical({"b": 1, "a": "涂层"}) == '{"a":"涂层","b":1}'
    assert journal.canonical({"a": "涂层", "b": 1}) == journal.canonical({"b": 1, "a": "涂层"})


# ---- the bell ---------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("channel", "seals"), [(journal.CHANNEL, False), (journal.SEALED_CHANNEL, True)])
def test_the_bell_rings_when_what_was_written_is_there(
    table: Workflow[Need], owner: Person, wuhan: object, channel: str, seals: bool
) -> None:
    """Only then: a listener who looks at once finds it."""
    bell = Bell(channel)

    def work() -> None:
        with transaction.atomic():
            write(table, owner)
        if seals:
            journal.seal_all()
        connection.close()

    async def story() -> bool:
        rung = bell.subscribe()
        assert await wait(rung, PATIENCE)  # the first ring says that it listens
        await asyncio.to_thread(work)
        answer = await wait(rung, PATIENCE)
        bell.leave(rung)
        return answer

    assert in_a_loop(story())
    assert Entry.objects.count() == 1
    assert Seal.objects.count() == int(seals)


@pytest.mark.django_db(transaction=True)
def test_the_bell_listens_again_when_the_connection_was_lost(table: Workflow[Need], owner: Person) -> None:
    bell = Bell(journal.CHANNEL)

    def cut() -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query = %s", [f"LISTEN {bell.channel}"]
            )
            assert cursor.fetchall() == [(True,)]
        connection.close()

    def ring() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify(%s, '')", [bell.channel])
        connection.close()

    async def story() -> None:
        rung = bell.subscribe()
        assert await wait(rung, PATIENCE)
        await asyncio.to_thread(cut)
        assert await wait(rung, PATIENCE)  # who waits is told to look for themselves
        assert await wait(rung, PATIENCE)  # it listens again
        await asyncio.to_thread(ring)
        assert await wait(rung, PATIENCE)
        bell.leave(rung)

    in_a_loop(story())


def test_waiting_ends_without_a_ring_and_the_event_is_ready_for_the_next() -> None:
    async def story() -> list[bool]:
        event = asyncio.Event()
        answers = [await wait(event, 0.001)]
        event.set()
        answers.append(await wait(event, 1))
        answers.append(event.is_set())
        return answers

    assert in_a_loop(story()) == [False, True, False]


def test_listeners_reach_the_database_that_the_platform_uses() -> None:
    known = parameters()
    assert known["dbname"] == connection.settings_dict["NAME"]
    assert set(known) <= {"dbname", "user", "password", "host", "port", "sslmode"}
