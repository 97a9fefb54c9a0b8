"""The platform on an index cluster: the same pages; what happens while it is away; several processes."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from keqiao.config import runtime
from keqiao.config.cluster import ClusterSettings
from keqiao.config.models import ModelSetting
from keqiao.engine import Query
from keqiao.engine.nodes import Nodes
from keqiao.exchange.models import Achievement
from keqiao.kernel import projections
from keqiao.kernel.jobs import run_waiting
from keqiao.kernel.models import Cursor
from keqiao.matching import embedding, index, projection
from tests.matching.conftest import Make, Run, record
from tests.matching.test_catching_up import found
from tests.small_encoder import encoder_folder
from tests.three_nodes import KEY, Cluster

pytestmark = pytest.mark.xdist_group("cluster")

AWAY = ClusterSettings(("http://127.0.0.1:9",), "", "away", 1, 1)


@pytest.fixture
def clustered(settings: Any, three_nodes: Cluster) -> Iterator[ClusterSettings]:
    """The platform's index is in the cluster, under a name of its own, and new."""
    urls = tuple(node.url for node in three_nodes.nodes)
    index.HOLDER.close()
    settings.INDEX_CLUSTER = ClusterSettings(urls, KEY, f"p{uuid.uuid4().hex[:12]}", 2, 2)
    yield settings.INDEX_CLUSTER
    index.HOLDER.close()


@pytest.fixture
def away(settings: Any) -> Iterator[None]:
    """The cluster does not answer, and nobody waits for it."""
    index.HOLDER.close()
    settings.INDEX_CLUSTER = AWAY
    index.HOLDER.nodes = Nodes(AWAY.urls, patience=0, away=index.IndexAway)
    yield
    index.HOLDER.close()


def held() -> dict[str, str]:
    return {document.id: document.title for document in index.HOLDER.get().documents()}


def test_a_new_cluster_is_filled_from_the_tables_and_follows_the_journal(
    clustered: ClusterSettings, client: Client, make_achievement: Make, market: Any, sealed: Callable[[], int]
) -> None:
    old = make_achievement()
    sealed()  # nothing is sealed, yet the index is filled
    assert found(client)[0] == old.pk
    assert len(held()) == len(market) + 1
    new = make_achievement(title="另一种消光涂层")
    record(new, "publish", before="triage")
    sealed()
    old.state = "withdrawn"
    record(old, "withdraw", before="published")
    sealed()
    assert (found(client)[0], old.pk in found(client)) == (new.pk, False)
    assert index.HOLDER.get().statistics.documents == len(held())


def test_the_cluster_finds_what_the_folder_finds(
    settings: Any, clustered: ClusterSettings, client: Client, make_need: Make, make_achievement: Make, market: Any
) -> None:
    make_achievement()
    need = make_need()
    answers = []
    for cluster in (clustered, None):
        index.HOLDER.close()
        settings.INDEX_CLUSTER = cluster
        projection.fill()
        searched = [client.get("/api/v1/search", {"q": q}).json()["items"] for q in ("消光涂层", "液冷 能耗", "萃取")]
        matched = client.post("/api/v1/match", {"text": need.problem}, content_type="application/json").json()
        answers.append((searched, matched["candidates"]))
    assert answers[0] == answers[1]
    assert all(answers[0][0])
    assert answers[0][1]


def test_what_one_process_writes_another_finds_at_once(
    clustered: ClusterSettings, client: Client, make_achievement: Make, market: Any, sealed: Callable[[], int]
) -> None:
    sealed()
    other = index.Holder()
    mine = index.HOLDER
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(index, "HOLDER", other)  # the projection and the pages look it up there
        row = make_achievement()
        record(row, "publish", before="triage")
        sealed()
        theirs = client.get("/api/v1/search", {"q": "消光涂层"}).json()["items"]
    assert index.HOLDER is mine
    ours = client.get("/api/v1/search", {"q": "消光涂层"}).json()["items"]
    assert ours == theirs
    assert ours[0]["id"] == row.pk
    assert mine.get().statistics.documents == len(market) + 1
    other.close()


def test_only_one_of_several_processes_fills_it(clustered: ClusterSettings, market: Any) -> None:
    with connection.copy().cursor() as other:
        other.execute("SELECT pg_advisory_lock(%s)", [projection.FILLING])
        projection.prepare()
        assert (index.is_filled(), index.HOLDER.get().count()) == (False, 0)
        other.connection.close()
    projection.prepare()
    assert index.is_filled()
    assert len(held()) == len(market)


def test_while_the_cluster_is_away_search_says_so_and_the_rest_works(
    away: None, client: Client, make_need: Make, make_achievement: Make
) -> None:
    need, achievement = make_need(), make_achievement()
    page = client.get("/search/", {"q": "消光涂层"})
    assert page.status_code == 503
    assert "搜索与匹配暂时不可用" in page.content.decode()
    assert "索引服务没有应答，请稍后再试" in page.content.decode()
    assert "127.0.0.1" not in page.content.decode()
    problem = client.get("/api/v1/search", {"q": "消光涂层"})
    assert (problem.status_code, problem.json()["title"]) == (503, "搜索与匹配暂时不可用")
    for address in ("/", need.get_absolute_url(), achievement.get_absolute_url(), "/needs/", "/healthz"):
        assert client.get(address).status_code == 200


def test_what_happened_while_the_cluster_was_away_is_caught_up(
    settings: Any, clustered: ClusterSettings, client: Client, make_achievement: Make, sealed: Callable[[], int]
) -> None:
    sealed()
    index.HOLDER.close()
    settings.INDEX_CLUSTER = AWAY
    index.HOLDER.nodes = Nodes(AWAY.urls, patience=0, away=index.IndexAway)
    row = make_achievement()
    record(row, "publish", before="triage")
    before = dict(Cursor.objects.values_list("name", "position"))
    with pytest.raises(index.IndexAway, match=r"http://127\.0\.0\.1:9 does not answer"):
        sealed()
    after = dict(Cursor.objects.values_list("name", "position"))
    assert after["index"] == before["index"]
    assert after["counters"] == before["counters"] + 1  # the others go on

    index.HOLDER.close()
    settings.INDEX_CLUSTER = clustered
    projections.catch_up_all()
    assert found(client) == [row.pk]


@pytest.mark.django_db(transaction=True)
def test_an_index_that_is_away_is_one_line_in_the_log(away: None, caplog: pytest.LogCaptureFixture) -> None:
    assert asyncio.run(runtime.one_round(recent=True)) == 2.0
    [line] = [line for line in caplog.records if line.name == "keqiao.runtime"]
    assert line.exc_info is None
    assert "the index cluster at http://127.0.0.1:9 does not answer" in line.getMessage()


def test_a_rebuilding_that_fails_leaves_the_index_as_it_was(
    clustered: ClusterSettings, client: Client, make_achievement: Make, sealed: Callable[[], int]
) -> None:
    row = make_achievement()
    record(row, "publish", before="triage")
    sealed()
    target, before = index.HOLDER.get(), held()

    def interrupted(count: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        projection.fill(interrupted)
    assert held() == before
    assert found(client) == [row.pk]
    collections = target._nodes.call(lambda node: node.get_collections()).collections  # type: ignore[attr-defined]
    assert len([one for one in collections if one.name.startswith(clustered.name)]) == 2


def test_rebuilding_reads_again_what_was_sealed_meanwhile(
    clustered: ClusterSettings, client: Client, make_achievement: Make, sealed: Callable[[], int]
) -> None:
    first = make_achievement()
    record(first, "publish", before="triage")
    sealed()
    late = make_achievement(title="后来的消光涂层")

    def meanwhile(count: int) -> None:
        record(late, "publish", before="triage")
        sealed()  # goes into the old documents
        assert set(found(client)) == {first.pk, late.pk}

    Achievement.objects.filter(pk=late.pk).update(state="draft")  # as if it were published while the tables are read
    projection.fill(meanwhile)
    assert found(client) == [first.pk]
    assert Cursor.objects.get(name="index").position == 1
    projections.catch_up_all()
    assert set(found(client)) == {first.pk, late.pk}


# --- commands ---


def test_status_and_rebuild_name_the_cluster(
    clustered: ClusterSettings, cli: Run, market: Any, db: None, three_nodes: Cluster
) -> None:
    first = cli("index", "status").output
    assert first == f"{clustered}：0 份文档；已读 0 条日志，共 0 条已封存。\n"
    other = index.Holder()
    other.get()  # another process has it open, which is no hindrance
    assert f"索引里有 {len(market)} 份文档。" in cli("index", "rebuild").output
    assert other.get().count() == len(market)
    other.close()


def test_commands_say_that_the_cluster_is_away(cli: Run, away: None, db: None, tmp_path: Path) -> None:
    for command in (["status"], ["rebuild"], ["snapshot", str(tmp_path / "s")]):
        index.HOLDER.close()
        index.HOLDER.nodes = Nodes(AWAY.urls, patience=0, away=index.IndexAway)
        result = cli("index", *command)
        assert result.exit_code == 1
        assert "the index cluster at http://127.0.0.1:9 does not answer" in result.output
        assert "Traceback" not in result.output
    assert not list(tmp_path.iterdir())


def test_a_snapshot_goes_from_a_cluster_to_a_folder_and_back(
    settings: Any,
    clustered: ClusterSettings,
    cli: Run,
    client: Client,
    make_achievement: Make,
    market: Any,
    sealed: Callable[[], int],
    tmp_path: Path,
) -> None:
    row = make_achievement()
    record(row, "publish", before="triage")
    sealed()
    before, file = held(), tmp_path / "index.gz"
    result = cli("index", "snapshot", str(file))
    assert f"{len(before)} 份文档写入 {file}" in result.output
    assert file.stat().st_mode & 0o777 == 0o600
    late = make_achievement(title="后来的消光涂层")
    record(late, "publish", before="triage")
    sealed()
    for cluster in (None, clustered):
        index.HOLDER.close()
        settings.INDEX_CLUSTER = cluster
        result = cli("index", "restore", str(file))
        assert f"恢复了 {len(before)} 份文档；第 1 条日志之后的变更随后自动补上。" in result.output
        assert held() == before
        assert index.is_filled()
        projections.catch_up_all()
        assert set(found(client)[:2]) == {row.pk, late.pk}


def test_a_cluster_that_gets_an_encoder_later_is_built_anew_with_room(
    settings: Any,
    clustered: ClusterSettings,
    cli: Run,
    make_achievement: Make,
    market: Any,
    tmp_path: Path,
) -> None:
    make_achievement()
    projection.fill()
    before = held()
    index.HOLDER.close()
    settings.ENCODER = ModelSetting(str(encoder_folder(tmp_path / "small")))
    embedding.embed_slice()  # the background cannot, and says what to do
    state = embedding.read_state()
    assert state is not None
    assert (state["embedded"], state["used"], "keqiao index rebuild" in state["trouble"]) == (0, False, True)
    assert run_waiting() == 0
    result = cli("index", "embed")
    assert (result.exit_code, "9 份文档中已处理 9 份；搜索与匹配已在使用。" in result.output) == (0, True)
    assert held() == before
    scores = index.engine().search(Query(title="消光涂层"), limit=3, explain=False)
    assert all(one.part("meaning") > 0 for one in scores)
