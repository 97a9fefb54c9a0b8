"""The index follows the journal: what is published is in it, what is not any more is gone, twice is once."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from keqiao.engine.document import Document
from keqiao.kernel import projections
from keqiao.kernel.models import Cursor, Entry
from keqiao.kernel.visibility import Level
from keqiao.matching import index, projection
from keqiao.matching.documents import PLATFORM, PUBLIC
from tests.matching.conftest import Make, record

SECRET = {"problem": int(Level.NDA), "current_state": int(Level.NDA)}


def held() -> dict[str, Document]:
    return {document.id: document for document in index.HOLDER.get().documents()}


def test_published_records_come_in_and_withdrawn_ones_go(make_need: Make, make_achievement: Make, sealed) -> None:
    need, achievement = make_need(state="draft"), make_achievement(state="draft")
    record(need, "create")
    record(achievement, "create")
    sealed()
    assert held() == {}
    need.state, achievement.state = "open", "published"
    record(need, "publish", before="triage")
    record(achievement, "publish", before="triage")
    sealed()
    assert set(held()) == {f"need:{need.pk}", f"achievement:{achievement.pk}"}
    need.state, achievement.state = "withdrawn", "withdrawn"
    record(need, "withdraw", before="open")
    record(achievement, "withdraw", before="published")
    sealed()
    assert held() == {}


def test_edited_record_is_written_anew(make_achievement: Make, sealed) -> None:
    achievement = make_achievement()
    record(achievement, "publish", before="triage")
    sealed()
    achievement.title = "石墨烯导热膜"
    record(achievement, "save", before="published")
    sealed()
    assert held()[f"achievement:{achievement.pk}"].title == "石墨烯导热膜"


def test_solved_need_changes_kind(make_need: Make, sealed) -> None:
    need = make_need()
    record(need, "publish", before="triage")
    sealed()
    assert held()[f"need:{need.pk}"].kind == "need"
    need.state = "solved"
    record(need, "solve", before="in_project")
    sealed()
    assert held()[f"need:{need.pk}"].kind == "solved_need"


def test_hidden_text_is_only_in_the_platform_document(make_need: Make, sealed) -> None:
    need = make_need(problem="铯蒸气泄漏导致涂层失效，需要耐铯腐蚀的方案。", levels=SECRET)
    record(need, "publish", before="triage")
    sealed()
    documents = held()
    public, platform = documents[f"need:{need.pk}"], documents[f"need:{need.pk}:platform"]
    assert (public.audience, platform.audience) == (PUBLIC, PLATFORM)
    assert "铯" not in public.title + public.text
    assert "铯蒸气" in platform.text


def test_platform_document_goes_when_nothing_is_hidden_any_more(make_need: Make, sealed) -> None:
    need = make_need(levels=SECRET)
    record(need, "publish", before="triage")
    sealed()
    need.levels = {}
    record(need, "save", before="open")
    sealed()
    assert set(held()) == {f"need:{need.pk}"}


def test_background_for_registered_people_is_not_public(make_need: Make, sealed) -> None:
    need = make_need(background="公司自有镀铼产线三条。")
    record(need, "publish", before="triage")
    sealed()
    assert "镀铼" not in held()[f"need:{need.pk}"].text


def test_listed_person_is_found_and_unlisted_is_not(professor, owner, sealed) -> None:
    professor.introduction = "研究红外消光涂层二十年。"
    professor.save()
    projection.refresh({"person": {professor.pk, owner.pk}})
    assert set(held()) == {f"person:{professor.pk}"}
    professor.is_listed = False
    professor.save()
    projection.refresh({"person": {professor.pk}})
    assert held() == {}


def test_applying_entries_twice_changes_nothing(make_need: Make, make_achievement: Make, sealed) -> None:
    record(make_need(levels=SECRET), "publish", before="triage")
    record(make_achievement(), "publish", before="triage")
    sealed()
    once = held()
    projection.apply(list(Entry.objects.order_by("seq")))
    assert held() == once
    assert index.HOLDER.get().statistics.documents == len(once) == 3


def test_rebuild_equals_what_grew(make_need: Make, make_achievement: Make, market, professor, sealed) -> None:
    professor.introduction = "研究红外消光涂层二十年。"
    professor.save()
    record(make_need(levels=SECRET), "publish", before="triage")
    gone = make_achievement(state="withdrawn")
    for row in [*market, make_achievement(), gone]:
        record(row, "publish", before="triage")
    record(gone, "withdraw", before="published")
    sealed()
    projection.refresh({"person": {professor.pk}})
    grown = held()
    assert len(grown) == 12
    assert projection.fill() == 12
    assert held() == grown
    assert Cursor.objects.get(name="index").position == Entry.objects.count()
    projections.rebuild("index")
    projection.refresh({"person": {professor.pk}})
    assert held() == grown


def test_an_index_that_was_lost_is_filled_from_the_tables(make_achievement: Make, market, sealed) -> None:
    index.mark().unlink()
    record(make_achievement(), "publish", before="triage")
    sealed()
    assert len(held()) == len(market) + 1
    assert index.is_filled()


def test_an_index_folder_deleted_under_a_running_platform_is_made_again(
    make_achievement: Make, market, indexed, client, settings
) -> None:
    """Nothing happens afterwards that would be in the journal: looking at it is enough."""
    achievement = make_achievement()
    indexed()
    before = held()
    shutil.rmtree(settings.INDEX_PATH)
    projections.catch_up_all()
    assert held() == before
    assert index.is_filled()
    found = client.get("/api/v1/search", {"q": "消光涂层"}).json()
    assert [item["id"] for item in found["items"]] == [achievement.pk]


@pytest.mark.parametrize("broken", ["keqiao-index", "shard"])
def test_an_index_damaged_between_two_starts_is_made_again(
    broken: str, make_achievement: Make, market, indexed, client, settings
) -> None:
    achievement = make_achievement()
    indexed()
    before = held()
    index.HOLDER.close()
    for path in [Path(settings.INDEX_PATH) / broken, *(Path(settings.INDEX_PATH) / broken).rglob("*")]:
        if path.is_file():
            path.write_bytes(b"\0broken")
    assert client.get("/api/v1/search", {"q": "消光涂层"}).json()["items"] == []
    projections.catch_up_all()
    assert held() == before
    assert client.get("/api/v1/search", {"q": "消光涂层"}).json()["items"][0]["id"] == achievement.pk


def test_an_unreadable_index_is_thrown_away(settings, tmp_path) -> None:
    path = tmp_path / "index"
    first = index.opened(path)
    first.upsert([Document(id="achievement:1", title="涂层")])
    first.close()
    (path / "keqiao-index").write_text("another version")
    again = index.opened(path)
    assert again.count() == 0
    again.close()


def test_an_index_of_another_process_is_busy_not_broken(tmp_path) -> None:
    path = tmp_path / "index"
    first = index.opened(path)
    with pytest.raises(index.IndexBusy) as refusal:
        index.opened(path)
    assert refusal.value.status == 503
    first.close()
