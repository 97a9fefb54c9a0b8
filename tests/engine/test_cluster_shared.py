"""Several processes on one cluster: the same counts, the same ranking; rebuilding beside what is searched."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from keqiao.engine import Document, Engine, IndexUnavailable, Query
from keqiao.engine.cluster import ClusterIndex
from keqiao.engine.index import FORMAT
from keqiao.engine.nodes import Nodes
from keqiao.engine.shared import FOLDED_AT
from keqiao.engine.statistics import Change, Statistics
from keqiao.engine.weighting import count_documents
from tests.engine.conftest import coatings
from tests.three_nodes import KEY, Cluster

pytestmark = pytest.mark.xdist_group("cluster")

Connect = Callable[..., ClusterIndex]
QUERY = Query(title="红外探测器消光涂层", text="吸光率≥98%，成本低。", fields=("C264",))


def documents(count: int, start: int = 0) -> list[Document]:
    return [
        Document(str(n), "need", "public", f"第{n}号消光涂层", f"固态电池{n}号。") for n in range(start, start + count)
    ]


def counted(*given: Document) -> Statistics:
    statistics = Statistics()
    statistics.add(count_documents(given))
    return statistics


def counts_what_it_holds(index: ClusterIndex) -> bool:
    """Whether the shared counts are those of the documents that are there."""
    change = index.statistics.since(counted(*index.documents()))
    return (change.documents, len(change.buckets)) == (0, 0)


def ranking(index: ClusterIndex) -> list[tuple[str, float]]:
    return [(candidate.id, candidate.score) for candidate in Engine(index).search(QUERY, limit=10)]


def points(index: ClusterIndex) -> int:
    """How many points the counts have."""
    name = f"{index.target}-counts"
    return index._nodes.call(lambda node: node.count(name)).count


def collections(index: ClusterIndex, name: str) -> set[str]:
    """Every collection of the cluster that belongs to this index."""
    found = index._nodes.call(lambda node: node.get_collections()).collections
    return {one.name for one in found if one.name.startswith(f"{name}-")}


OTHER_PROCESS = """
import json, sys
from keqiao.engine import Engine, Query
from keqiao.engine.cluster import ClusterIndex
from keqiao.engine.index import FORMAT
from keqiao.engine.nodes import Nodes
from tests.engine.test_cluster_shared import QUERY, documents, ranking
name, key, *urls = sys.argv[1:]
with ClusterIndex(Nodes(urls, key), name) as index:
    before = ranking(index)
    index.upsert(documents(7, 100))
    index.delete(["paint"])
    print(json.dumps([before, ranking(index)]))
"""


def test_two_processes_rank_identically(connect: Connect, three_nodes: Cluster) -> None:
    index = connect("two")
    index.upsert(coatings())
    mine = ranking(index)
    urls = [node.url for node in reversed(three_nodes.nodes)]
    program = [sys.executable, "-c", OTHER_PROCESS, "two", KEY, *urls]
    answer = json.loads(subprocess.run(program, check=True, capture_output=True, text=True).stdout)
    theirs_before, theirs = [[tuple(pair) for pair in found] for found in answer]
    assert theirs_before == mine
    assert ranking(index) == theirs != mine  # the other's write counts here, too, without opening the index again
    assert counts_what_it_holds(index)


def test_writers_at_once_lose_no_count(connect: Connect) -> None:
    name = "at-once"
    connect(name)
    indexes = [connect(name) for _ in range(4)]
    with ThreadPoolExecutor(8) as pool:
        jobs = [pool.submit(indexes[n % 4].upsert, documents(5, 5 * n)) for n in range(24)]
        assert [job.result() for job in jobs] == [None] * 24
    for index in indexes:
        assert (index.count(), index.statistics.documents) == (120, 120)
    assert counts_what_it_holds(indexes[0])


def test_many_small_writes_are_folded_and_nobody_notices(connect: Connect) -> None:
    writer, reader = connect("folded"), connect("folded")
    most = 0
    for document in documents(FOLDED_AT + 3):
        writer.upsert([document])
        most = max(most, points(writer))
        if document.id in {"5", str(FOLDED_AT)}:
            assert reader.statistics.documents == int(document.id) + 1
    assert most <= FOLDED_AT + 1
    assert points(writer) < 5
    assert reader.statistics.documents == connect("folded").statistics.documents == FOLDED_AT + 3
    assert counts_what_it_holds(reader)
    reader.upsert(documents(2))
    assert counts_what_it_holds(writer)


def test_notes_that_were_folded_but_not_removed_do_not_count_twice(connect: Connect) -> None:
    """Whoever folds may be killed between writing the new base and removing what went into it."""
    writer = connect("half-folded")
    attempt, attempts = writer._nodes.attempt, []

    def only_the_first(ask: Any) -> bool:
        attempts.append(ask)
        return len(attempts) == 1 and attempt(ask)

    writer._nodes.attempt = only_the_first  # type: ignore[method-assign]
    for document in documents(FOLDED_AT + 3):
        writer.upsert([document])
    assert len(attempts) == 2
    assert points(writer) > FOLDED_AT
    for index in (writer, connect("half-folded")):
        assert index.statistics.documents == FOLDED_AT + 3
        assert counts_what_it_holds(index)


@pytest.mark.parametrize("moment", ["before the documents", "after the documents"])
def test_a_writer_that_dies_in_the_middle_leaves_the_counts_right(moment: str, connect: Connect) -> None:
    """Its batch is written again by whoever reads the journal next; other documents are not held up."""

    class Dying(SystemExit):
        pass

    def die(*_arguments: Any) -> None:
        raise Dying

    name = f"dies-{moment[:5]}"
    dead = connect(name)
    dead.upsert(coatings())
    if moment.startswith("before"):
        dead._nodes, spared = Silent(), dead._nodes
        dead._counts._nodes = spared
    else:
        dead._counts.finish = die
    changed = [Document("grey", "achievement", "public", "灰色涂料"), Document("new", "need", "public", "新的消光涂层")]
    with pytest.raises((Dying, IndexUnavailable)):
        dead.upsert(changed)

    alive = connect(name)
    alive.upsert([Document("other", title="疏水增透膜")])
    assert alive.statistics.documents == 6  # the open note does not count yet
    alive.upsert(changed)
    assert alive.statistics.documents == alive.count() == 7
    assert counts_what_it_holds(alive)


def test_a_writer_that_dies_while_deleting_leaves_the_counts_right(connect: Connect) -> None:
    dead = connect("dies-deleting")
    dead.upsert(coatings())
    dead._counts.finish = lambda *_arguments: sys.exit(9)  # type: ignore[method-assign]
    with pytest.raises(SystemExit):
        dead.delete(["grey", "nobody"])
    alive = connect("dies-deleting")
    assert (alive.count(), alive.statistics.documents) == (4, 5)
    notes = points(alive)
    alive.delete(["nowhere"])
    assert points(alive) == notes  # what is not there costs no note
    alive.delete(["grey"])
    assert (alive.count(), alive.statistics.documents) == (4, 4)
    assert counts_what_it_holds(alive)


class Silent(Nodes):
    """Reads nothing, writes nothing: as if the line were cut after the note."""

    def __init__(self) -> None:
        super().__init__(["http://127.0.0.1:9"], patience=0)


def test_searches_find_the_old_documents_until_the_new_ones_are_complete(connect: Connect) -> None:
    index, other = connect("rebuilt", shards=1), connect("rebuilt", shards=3)
    index.upsert(coatings())
    old, before = index.target, ranking(index)
    assert not index.is_filled
    fresh = other.successor()
    fresh.upsert([*coatings(), *documents(20)])
    assert (ranking(index), index.count(), fresh.count()) == (before, 5, 25)

    found, done = [], threading.Event()

    def search() -> None:
        while not done.is_set():
            found.append(len(Engine(index).search(Query(title="消光涂层"), limit=100)))

    with ThreadPoolExecutor(2) as pool:
        searching = [pool.submit(search) for _ in range(2)]
        other.adopt(fresh)
        done.set()
        assert [job.result() for job in searching] == [None, None]
    assert found
    assert set(found) <= {4, 24}  # the old ones or the new ones: never none, never some
    assert (index.count(), index.statistics.documents, index.is_filled) == (25, 25, True)
    assert index.target != old
    assert collections(index, "rebuilt") == {index.target, f"{index.target}-counts"}
    made = index._nodes.call(lambda node: node.get_collection(str(index.target))).config.params
    assert (made.shard_number, made.replication_factor) == (3, 2)


def test_a_successor_that_is_given_up_leaves_nothing(connect: Connect) -> None:
    index = connect("given-up")
    index.upsert(coatings())
    fresh = index.successor()
    fresh.upsert(documents(3))
    index.drop(fresh)
    assert collections(index, "given-up") == {index.target, f"{index.target}-counts"}
    assert (index.count(), index.is_filled) == (5, False)


def test_what_a_killed_rebuilding_left_is_removed_by_the_next_after_a_day(
    connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = connect("left")
    with monkeypatch.context() as yesterday:
        yesterday.setattr("keqiao.engine.cluster.time.time", lambda: 1_700_000_000.0)
        left = index.successor()
    kept = index.successor()
    index.successor()
    names = collections(index, "left")
    assert not names & {left._collection, f"{left._collection}-counts"}
    assert kept._collection in names


def test_a_collection_that_was_deleted_is_made_again_and_is_not_filled(connect: Connect) -> None:
    index = connect("deleted")
    index.adopt(index.successor())
    assert index.is_filled
    index._remove(str(index.target))
    assert not index.is_filled
    index.upsert(coatings())
    assert (index.count(), index.statistics.documents) == (5, 5)


def test_two_who_begin_at_once_share_one_collection(three_nodes: Cluster) -> None:
    with ThreadPoolExecutor(3) as pool:
        indexes = list(pool.map(lambda _n: ClusterIndex(three_nodes.reach(), "begin"), range(3)))
    indexes[0].upsert(coatings())
    assert [(index.count(), index.statistics.documents) for index in indexes] == [(5, 5)] * 3
    assert collections(indexes[0], "begin") == {f"begin-{FORMAT}-first", f"begin-{FORMAT}-first-counts"}
    for index in indexes:
        index.close()


def test_a_wrong_key_is_told(three_nodes: Cluster) -> None:
    nodes = Nodes([three_nodes.nodes[0].url], "wrong")
    with pytest.raises(IndexUnavailable, match=r"refuses the key \(QDRANT_API_KEY\)"):
        ClusterIndex(nodes)
    nodes.close()


def test_a_cluster_that_is_away_is_told_with_its_address() -> None:
    nodes = Nodes(["http://127.0.0.1:9/", "http://127.0.0.1:10"], patience=0)
    with pytest.raises(IndexUnavailable, match=r"127\.0\.0\.1:9, http://127\.0\.0\.1:10 does not answer .*QDRANT_URL"):
        ClusterIndex(nodes)
    nodes.close()
    with pytest.raises(ValueError, match="at least one node"):
        Nodes([])


def test_a_change_survives_being_written_down() -> None:
    change = counted(*coatings()).since(counted(coatings()[0], Document("x", text="液冷机柜")))
    again = Change.from_text(change.documents, change.as_text())
    assert (again.documents, again.buckets.tolist(), again.counts.tolist()) == (
        3,
        change.buckets.tolist(),
        change.counts.tolist(),
    )
    nothing = Statistics().since(Statistics())
    assert Change.from_text(0, nothing.as_text()).buckets.tolist() == []
