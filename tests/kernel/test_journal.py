"""The journal: append-only, chained, verified, projected."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

import pytest
from django.db import DatabaseError, connection, transaction

from keqiao.exchange.models import Need
from keqiao.kernel import journal, projections
from keqiao.kernel.models import Cursor, Entry, Seal
from keqiao.kernel.verification import verify
from keqiao.kernel.workflow import Workflow, run
from keqiao.parties.models import Person

Sealed = Callable[[], int]


@pytest.mark.parametrize("table_name", ["kernel_entry", "kernel_seal", "kernel_version"])
@pytest.mark.parametrize("change", ["UPDATE {0} SET {1} = {1}", "DELETE FROM {0}", "TRUNCATE {0} CASCADE"])
def test_the_database_refuses_to_rewrite(
    three_entries: list[Entry],
    sealed: Sealed,
    table: Workflow[Need],
    need: Need,
    owner: Person,
    table_name: str,
    change: str,
) -> None:
    run(table, need.pk, "submit", actor=owner)
    sealed()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    column = {"kernel_entry": "verb", "kernel_seal": "hash", "kernel_version": "sha256"}[table_name]
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change.format(table_name, column))


def test_seals_chain_in_order(three_entries: list[Entry], sealed: Sealed) -> None:
    assert sealed() == 3
    seals = list(Seal.objects.order_by("position"))
    assert [seal.position for seal in seals] == [1, 2, 3]
    assert [seal.entry for seal in seals] == three_entries
    assert seals[0].previous_hash == journal.GENESIS
    assert seals[2].previous_hash == seals[1].hash
    assert sealed() == 0


def test_export_gives_every_entry_with_its_seal(three_entries: list[Entry], sealed: Sealed) -> None:
    sealed()
    lines = list(journal.export())
    assert [line["seq"] for line in lines] == [entry.pk for entry in three_entries]
    assert [line["position"] for line in lines] == [1, 2, 3]
    assert lines[1]["previous_hash"] == lines[0]["hash"]


@pytest.mark.django_db(transaction=True)
def test_an_open_transaction_holds_the_chain_until_it_ends(table: Workflow[Need], need: Need, owner: Person) -> None:
    """What commits later can never come before what is sealed."""
    written, go_on = threading.Event(), threading.Event()

    def slow() -> None:
        actor = Person.objects.get(pk=owner.pk)
        with transaction.atomic():
            run(table, None, "create", actor=actor, data={"title": "慢"})
            written.set()
            go_on.wait(10)
        connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    assert written.wait(10)
    quick = run(table, need.pk, "save", actor=owner, data={"title": "快", "problem": "p"})
    assert journal.seal_all() == 0
    go_on.set()
    thread.join()
    assert journal.seal_all() == 2
    order = list(Seal.objects.order_by("position").values_list("entry_id", flat=True))
    assert order == [Entry.objects.exclude(pk=quick.pk).get().pk, quick.pk]
    assert verify().valid


@pytest.mark.django_db(transaction=True)
def test_writers_at_once_make_one_valid_chain(table: Workflow[Need], owner: Person, wuhan: object) -> None:
    def write(number: int) -> None:
        actor = Person.objects.get(pk=owner.pk)
        for turn in range(5):
            run(table, None, "create", actor=actor, data={"title": f"{number}-{turn}"})
            journal.seal()
        connection.close()

    threads = [threading.Thread(target=write, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    journal.seal_all()
    found = verify()
    assert (found.valid, found.sealed, found.unsealed, found.head.position) == (True, 20, 0, 20)


@pytest.fixture
def seen() -> list[int]:
    return []


@pytest.fixture
def collector(seen: list[int]) -> object:
    def apply(entries: Sequence[Entry]) -> None:
        seen.extend(entry.pk for entry in entries)

    yield projections.register(projections.Projection("collector", apply, seen.clear))
    del projections.REGISTRY["collector"]


def test_a_projection_reads_each_entry_once_and_can_be_rebuilt(
    three_entries: list[Entry], sealed: Sealed, collector: object, seen: list[int]
) -> None:
    expected = [entry.pk for entry in three_entries]
    sealed()
    assert seen == expected
    projections.catch_up_all()
    assert seen == expected
    assert Cursor.objects.get(name="collector").position == 3
    assert projections.rebuild("collector") == 3
    assert seen == expected


def test_a_projection_that_fails_keeps_its_place(three_entries: list[Entry], sealed: Sealed) -> None:
    def apply(entries: Sequence[Entry]) -> None:
        raise RuntimeError("no")

    projections.register(projections.Projection("failing", apply, lambda: None))
    try:
        with pytest.raises(RuntimeError):
            sealed()
    finally:
        del projections.REGISTRY["failing"]
    assert not Cursor.objects.filter(name="failing", position__gt=0).exists()


def test_a_projection_that_fails_does_not_stop_the_next(
    three_entries: list[Entry], sealed: Sealed, seen: list[int]
) -> None:
    def fail(entries: Sequence[Entry]) -> None:
        raise RuntimeError("no")

    projections.register(projections.Projection("failing", fail, lambda: None))
    projections.register(
        projections.Projection("after", lambda entries: seen.extend(entry.pk for entry in entries), seen.clear)
    )
    try:
        with pytest.raises(RuntimeError):
            sealed()
    finally:
        del projections.REGISTRY["failing"], projections.REGISTRY["after"]
    assert seen == [entry.pk for entry in three_entries]
