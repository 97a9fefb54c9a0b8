"""Projections: each entry once, in order, with its cursor; thrown away and rebuilt they are what they were."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from django.db import connection

from keqiao.exchange.models import Need
from keqiao.exchange.workflow import ACHIEVEMENT, NEED
from keqiao.kernel import journal, projections
from keqiao.kernel.models import Cursor, Entry
from keqiao.kernel.projections import Projection
from keqiao.kernel.workflow import Workflow, run
from keqiao.matching import index
from keqiao.matching.models import Proposal
from keqiao.notices.models import Mail, Notice
from keqiao.observatory.models import Counter
from keqiao.parties.models import Person
from tests.kernel.conftest import Command, Sealed
from tests.stages import Steps, open_need, propose, published_achievement

Register = Callable[[Callable[[Sequence[Entry]], None]], list[int]]


@pytest.fixture
def register() -> Iterator[Callable[..., None]]:
    """Projections of the test's own."""
    names = []

    def add(name: str, apply: Callable[[Sequence[Entry]], None], reset: Callable[[], None] = lambda: None) -> None:
        projections.register(Projection(name, apply, reset))
        names.append(name)

    yield add
    for name in names:
        del projections.REGISTRY[name]


def state_of(name: str) -> Any:
    """What a projection says now."""
    if name == "counters":
        return sorted(Counter.objects.exclude(value=0).values_list("metric", "node", "value"))
    if name == "notices":
        lines = Notice.objects.values_list("person", "url", "verb", "title", "reason", "read_at", "created_at")
        return sorted(map(str, lines)), sorted(map(str, Mail.objects.values_list("to", "subject")))
    if name == "matching":
        return sorted(Proposal.objects.values_list("pk", "state")), Entry.objects.count()
    return {document.id: document for document in index.HOLDER.get().documents()}


@pytest.fixture
def story(owner: Person, professor: Person, manager: Person, operator: Person, sealed: Sealed) -> None:
    """A day on the platform: records published, returned, withdrawn, taken down and put back with a new proposal, and
    a match carried to its result."""
    projections.REGISTRY["index"].reset()
    need, kept = open_need(owner, manager, state="triage"), open_need(owner, title="另一项需求", state="triage")
    achievement = published_achievement(professor, state="triage")
    run(NEED, need.pk, "return", actor=operator, data={"reason": "请补充指标"})
    run(NEED, need.pk, "submit", actor=owner)
    for table, row in ((NEED, need), (NEED, kept), (ACHIEVEMENT, achievement)):
        run(table, row.pk, "publish", actor=operator)
    sealed()
    kept.refresh_from_db()
    achievement.refresh_from_db()
    propose(kept, achievement, manager)
    run(NEED, kept.pk, "take_down", actor=operator, data={"code": "other", "reason": "核实中"})
    sealed()
    assert Proposal.objects.get().state == "declined"
    run(NEED, kept.pk, "restore", actor=operator)
    propose(kept, achievement, manager)
    steps = Steps(owner, professor, manager)
    need.refresh_from_db()
    steps.accepted(steps.opened(propose(need, achievement, manager)))
    Notice.objects.filter(person=owner, verb="return").update(read_at=journal.timezone.now())
    sealed()


@pytest.mark.parametrize("name", ["counters", "notices", "matching", "index"])
def test_a_projection_rebuilt_is_what_it_was(story: None, command: Command, name: str) -> None:
    running = state_of(name)
    assert running
    result = command("rebuild", name)
    assert (result.exit_code, result.output) == (0, f"{Entry.objects.count()} entries read\n")
    assert state_of(name) == running
    assert Cursor.objects.get(name=name).position == Entry.objects.count()


def test_every_projection_of_the_platform_is_rebuilt_here() -> None:
    assert set(projections.REGISTRY) == {"counters", "notices", "matching", "index"}


def test_what_cannot_be_rebuilt_is_refused_with_what_can(command: Command, db: None) -> None:
    assert command("rebuild").output.split() == ["counters", "index", "matching", "notices"]
    result = command("rebuild", "weather")
    assert result.exit_code == 2
    assert "unknown projection weather; known: counters, index, matching, notices" in result.output


def test_entries_come_in_batches_each_once_and_in_order(
    three_entries: list[Entry], sealed: Sealed, register: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(projections, "BATCH", 2)
    seen: list[list[int]] = []
    register("collector", lambda entries: seen.append([entry.pk for entry in entries]))
    sealed()
    first, second, third = (entry.pk for entry in three_entries)
    assert seen == [[first, second], [third]]
    assert projections.catch_up("collector") == 0


def test_a_batch_that_fails_halfway_leaves_nothing_and_is_read_again(
    three_entries: list[Entry], sealed: Sealed, register: Any
) -> None:
    broken = [True]

    def apply(entries: Sequence[Entry]) -> None:
        for entry in entries:
            Counter.objects.create(metric="test", node=str(entry.pk))
            if broken and entry == three_entries[1]:
                raise ZeroDivisionError

    register("failing", apply)
    with pytest.raises(ZeroDivisionError):
        sealed()
    assert Counter.objects.filter(metric="test").count() == 0
    broken.clear()
    assert projections.catch_up("failing") == 3
    assert Counter.objects.filter(metric="test").count() == 3


def test_history_that_nobody_is_to_be_told_about_is_skipped(
    three_entries: list[Entry], table: Workflow[Need], owner: Person, sealed: Sealed, register: Any
) -> None:
    journal.seal_all(include_running=True)
    seen: list[int] = []
    register("late", lambda entries: seen.extend(entry.pk for entry in entries))
    projections.skip("late")
    fresh = run(table, None, "create", actor=owner, data={"title": "新的"})
    sealed()
    assert seen == [fresh.pk]


@pytest.mark.django_db(transaction=True)
def test_a_rebuild_waits_for_the_batch_under_way(
    table: Workflow[Need], owner: Person, wuhan: object, register: Any
) -> None:
    """Forgetting in the middle of a batch would count its entries twice."""
    for number in range(3):
        run(table, None, "create", actor=owner, data={"title": str(number)})
    journal.seal_all()
    reached, go_on, order = threading.Event(), threading.Event(), []

    def apply(entries: Sequence[Entry]) -> None:
        for entry in entries:
            Counter.objects.create(metric="test", node=str(entry.pk))
        order.append("applied")
        if not reached.is_set():
            reached.set()
            go_on.wait(20)

    def reset() -> None:
        order.append("forgotten")
        Counter.objects.filter(metric="test").delete()

    register("slow", apply, reset)

    def in_thread(work: Callable[[str], int]) -> threading.Thread:
        def call() -> None:
            work("slow")
            connection.close()

        thread = threading.Thread(target=call)
        thread.start()
        return thread

    running = in_thread(projections.catch_up)
    assert reached.wait(20)
    rebuilding = in_thread(projections.rebuild)
    wait_for_a_lock()
    assert order == ["applied"]
    go_on.set()
    running.join()
    rebuilding.join()
    assert order == ["applied", "forgotten", "applied"]
    assert Counter.objects.filter(metric="test").count() == 3
    assert Cursor.objects.get(name="slow").position == 3


def wait_for_a_lock() -> None:
    """Until some connection waits for another's row."""
    while True:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return


@pytest.mark.django_db(transaction=True)
def test_two_who_follow_the_journal_share_the_work(
    table: Workflow[Need], owner: Person, wuhan: object, register: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(projections, "BATCH", 2)
    seen: list[int] = []
    register("shared", lambda entries: seen.extend(entry.pk for entry in entries))
    entries = [run(table, None, "create", actor=owner, data={"title": str(number)}).pk for number in range(9)]
    journal.seal_all()
    start = threading.Barrier(2)

    def follow() -> None:
        start.wait()
        projections.catch_up("shared")
        connection.close()

    threads = [threading.Thread(target=follow) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == entries
