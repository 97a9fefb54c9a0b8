"""The index after a crash, a deletion, or a while without a sealer: what the journal says is what is found."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from keqiao.exchange.models import Achievement
from keqiao.kernel import projections
from keqiao.kernel.models import Cursor
from keqiao.kernel.workflow import run
from keqiao.matching import index, projection
from keqiao.parties.workflow import ORGANISATION, PERSON
from tests.matching.conftest import Make, record


def found(client: Client, words: str = "消光涂层") -> list[int]:
    return [item["id"] for item in client.get("/api/v1/search", {"q": words}).json()["items"]]


@pytest.mark.parametrize("count", [1, 3])
def test_what_happened_while_nobody_sealed_is_caught_up(
    count: int, client: Client, make_achievement: Make, sealed: Any
) -> None:
    rows = [make_achievement(title=f"消光涂层 {number}") for number in range(count)]
    for row in rows:
        record(row, "publish", before="triage")
    assert found(client) == []
    sealed()
    assert set(found(client)) == {row.pk for row in rows}
    assert Cursor.objects.get(name="index").position == count


def test_a_crash_before_the_cursor_moved_does_it_again_without_harm(
    client: Client, make_achievement: Make, sealed: Any
) -> None:
    row = make_achievement()
    record(row, "publish", before="triage")
    sealed()
    documents = index.HOLDER.get().count()
    Cursor.objects.filter(name="index").update(position=0)
    projections.catch_up_all()
    assert (found(client), index.HOLDER.get().count()) == ([row.pk], documents)


def test_the_last_of_several_changes_counts(client: Client, make_achievement: Make, sealed: Any) -> None:
    """Entries are read late: the row as it is now is what is written, not as it was then."""
    row = make_achievement(title="第一版消光涂层")
    record(row, "publish", before="triage")
    row.title = "第二版石墨烯薄膜"
    row.summary = "导热。"
    record(row, "edit", before="published")
    sealed()
    assert found(client, "石墨烯薄膜") == [row.pk]
    assert found(client, "第一版消光涂层") == []


@pytest.mark.parametrize("state", ["withdrawn", "taken_down", "draft"])
def test_what_left_while_nobody_sealed_was_never_found(
    state: str, client: Client, make_achievement: Make, sealed: Any
) -> None:
    row = make_achievement()
    record(row, "publish", before="triage")
    row.state = state
    record(row, "leave", before="published")
    sealed()
    assert found(client) == []
    assert index.HOLDER.get().count() == 0


def test_documents_of_a_row_that_is_no_more_go(client: Client, make_achievement: Make, sealed: Any) -> None:
    row = make_achievement()
    record(row, "publish", before="triage")
    sealed()
    pk = row.pk
    Achievement.objects.filter(pk=pk).delete()
    projection.refresh({"achievement": {pk}})
    assert (found(client), index.HOLDER.get().count()) == ([], 0)


def test_a_restored_record_is_found_again(client: Client, make_achievement: Make, sealed: Any) -> None:
    row = make_achievement()
    before = "triage"
    for state in ("published", "taken_down", "published"):
        row.state = state
        record(row, "move", before=before)
        before = state
        sealed()
        assert bool(found(client)) == (state == "published")


def test_entries_of_other_rooms_move_the_cursor_and_nothing_else(owner: Any, company_a: Any, sealed: Any) -> None:
    run(ORGANISATION, company_a.pk, "save", actor=owner, data={"introduction": "镀膜"})
    sealed()
    assert index.HOLDER.get().count() == 0
    assert Cursor.objects.get(name="index").position == 1


def test_people_come_and_go_with_their_consent(client: Client, professor: Any, sealed: Any) -> None:
    base = {"name": "沈教授", "language": "zh-hans", "introduction": "研究红外消光涂层二十年。"}
    for listed, seen in ((True, [professor.pk]), (False, []), (True, [professor.pk])):
        data = base | ({"is_listed": "on"} if listed else {})
        run(PERSON, professor.pk, "save", actor=professor, data=data)
        sealed()
        assert found(client) == seen
    run(PERSON, professor.pk, "save", actor=professor, data=base | {"is_listed": "on", "level_introduction": "3"})
    sealed()
    assert found(client, "红外消光涂层") == []
