from __future__ import annotations

import multiprocessing
import os
import random
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from keqiao.engine import (
    Document,
    EdgeIndex,
    Filter,
    IndexDamaged,
    IndexLocked,
    IndexOutdated,
    IndexUnavailable,
)
from tests.engine.conftest import WHOLE, asked, coatings, ids


def test_document_comes_back_as_it_was_put_in(index: EdgeIndex) -> None:
    index.upsert([WHOLE, Document(id="empty")])
    assert index.retrieve(["empty", "a/1", "nobody"]) == [Document(id="empty"), WHOLE]


def test_most_alike_comes_first(index: EdgeIndex) -> None:
    index.upsert(coatings())
    assert ids(index, "超黑消光涂层")[0] == "black"
    assert ids(index, "固态电池") == ["battery"]


def test_insert_is_found_at_once_and_replaced_by_id(index: EdgeIndex) -> None:
    index.upsert([Document(id="a", title="消光涂层"), Document(id="a", title="固态电池")])
    assert (index.count(), ids(index, "消光涂层"), ids(index, "固态电池")) == (1, [], ["a"])
    index.upsert([Document(id="a", title="液冷机柜")])
    assert (index.count(), ids(index, "固态电池"), ids(index, "液冷")) == (1, [], ["a"])
    assert index.statistics.documents == 1


def test_delete_takes_out_what_is_there(index: EdgeIndex) -> None:
    index.upsert(coatings())
    index.delete(["black", "nobody"])
    index.delete([])
    assert (index.count(), index.statistics.documents) == (4, 4)
    assert "black" not in ids(index, "超黑消光涂层")


def test_statistics_follow_the_content_whatever_the_way(tmp_path: Path) -> None:
    with EdgeIndex(tmp_path / "one") as one, EdgeIndex(tmp_path / "other") as other:
        one.upsert(coatings())
        for document in [*reversed(coatings()), Document(id="gone", title="消光电池"), Document(id="grey", title="旧")]:
            other.upsert([document])
        other.delete(["gone"])
        other.upsert(coatings())
        query = "红外探测器消光涂层，吸光率98%"
        assert one.search(asked(one, query), 10) == other.search(asked(other, query), 10)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (Filter(), {"black", "grey", "paint", "need"}),
        (Filter(kinds=["need"]), {"need"}),
        (Filter(audiences=["public"], kinds=["achievement"]), {"black", "grey", "paint"}),
        (Filter(fields=["C26"]), {"black", "grey", "need"}),
        (Filter(fields=["C264"]), {"black", "need"}),
        (Filter(fields=["C2641"]), set()),
        (Filter(regions=["42"]), {"black", "grey"}),
        (Filter(regions=["4201", "31"]), {"black", "paint"}),
        (Filter(ids=["grey", "battery"]), {"grey"}),
        (Filter(ids=[]), set()),
        (Filter(without=["grey", "need"]), {"black", "paint"}),
        (Filter(nodes=["nowhere"]), set()),
    ],
)
def test_filter(index: EdgeIndex, wanted: Filter, found: set[str]) -> None:
    index.upsert(coatings())
    assert set(ids(index, "涂层涂料", wanted=wanted)) == found


def test_filter_by_node_language_and_time(index: EdgeIndex) -> None:
    index.upsert(
        [
            Document(id="old", title="消光涂层", node="wuhan", language="zh", created=100),
            Document(id="new", title="消光涂层", node="yichang", language="en", created=200),
        ]
    )
    assert ids(index, "消光", wanted=Filter(since=150)) == ["new"]
    assert ids(index, "消光", wanted=Filter(nodes=["wuhan"])) == ["old"]
    assert ids(index, "消光", wanted=Filter(languages=["en", "fr"])) == ["new"]
    assert [index.count(f) for f in (None, Filter(since=100), Filter(nodes=["x"]))] == [2, 2, 0]


def test_ties_are_ordered_by_id(index: EdgeIndex) -> None:
    index.upsert([Document(id=name, title="消光涂层") for name in ("c", "a", "b")])
    assert ids(index, "消光涂层") == ["a", "b", "c"]


@pytest.mark.parametrize("text", ["", "😀", "的", "<p></p>"])
def test_search_without_a_term_finds_nothing(index: EdgeIndex, text: str) -> None:
    index.upsert(coatings())
    assert ids(index, text) == []
    assert index.search(asked(index, "涂层"), 0) == []


def test_empty_index_is_searched_and_counted(index: EdgeIndex) -> None:
    assert (ids(index, "涂层"), index.count(), list(index.documents())) == ([], 0, [])


def test_half_of_a_surrogate_pair_does_no_harm(index: EdgeIndex) -> None:
    index.upsert([Document(id="bad", title="消光\ud83d涂层", text="\0")])
    assert ids(index, "消光") == ["bad"]


def test_documents_walk_over_everything(index: EdgeIndex) -> None:
    index.upsert([Document(id=str(i), title=f"第{i}号涂层") for i in range(2500)])
    assert {document.id for document in index.documents()} == {str(i) for i in range(2500)}


def test_index_is_there_when_opened_again(tmp_path: Path) -> None:
    with EdgeIndex(tmp_path / "i") as first:
        first.upsert(coatings())
        before = first.search(asked(first, "红外消光涂层"), 10)
    with EdgeIndex(tmp_path / "i") as again:
        assert (again.count(), again.statistics.documents) == (5, 5)
        assert again.search(asked(again, "红外消光涂层"), 10) == before


def test_closing_twice_is_harmless(tmp_path: Path) -> None:
    index = EdgeIndex(tmp_path / "i")
    index.close()
    index.close()


def _write_and_die(path: Path) -> None:
    index = EdgeIndex(path)
    index.upsert(coatings()[:2])
    index.flush()
    index.upsert(coatings()[2:])
    os.kill(os.getpid(), signal.SIGKILL)


def test_killed_writer_loses_nothing_and_terms_are_counted_again(tmp_path: Path) -> None:
    writer = multiprocessing.get_context("spawn").Process(target=_write_and_die, args=(tmp_path / "i",))
    writer.start()
    writer.join(60)
    assert writer.exitcode == -signal.SIGKILL
    with EdgeIndex(tmp_path / "i") as after, EdgeIndex(tmp_path / "fresh") as fresh:
        fresh.upsert(coatings())
        assert (after.count(), after.statistics.documents) == (5, 5)
        assert after.search(asked(after, "红外消光涂层"), 10) == fresh.search(asked(fresh, "红外消光涂层"), 10)


def test_second_opener_is_told_that_it_is_locked(index: EdgeIndex) -> None:
    with pytest.raises(IndexLocked, match="open in another process"):
        EdgeIndex(index.path)


def test_damaged_index_says_so_and_can_be_discarded(tmp_path: Path) -> None:
    path = tmp_path / "i"
    with EdgeIndex(path) as index:
        index.upsert(coatings())
    (path / "shard" / "edge_config.json").write_text("garbage")
    with pytest.raises(IndexDamaged, match="remove it and build the index again"):
        EdgeIndex(path)
    EdgeIndex.discard(path)
    with EdgeIndex(path) as empty:
        assert empty.count() == 0


def test_index_of_another_version_says_so(tmp_path: Path) -> None:
    with EdgeIndex(tmp_path / "i"):
        pass
    (tmp_path / "i" / "keqiao-index").write_text("keqiao index 0\n")
    with pytest.raises(IndexOutdated, match="another version") as caught:
        EdgeIndex(tmp_path / "i")
    assert isinstance(caught.value, IndexUnavailable)


def test_lost_statistics_are_counted_again(tmp_path: Path) -> None:
    with EdgeIndex(tmp_path / "i") as index:
        index.upsert(coatings())
    (tmp_path / "i" / "statistics.npz").write_bytes(b"")
    with EdgeIndex(tmp_path / "i") as again:
        assert again.statistics.documents == 5


def test_long_documents_keep_their_most_telling_terms(index: EdgeIndex) -> None:
    letters = [chr(0x4E00 + i) for i in range(2000)]
    random.Random(7).shuffle(letters)
    index.upsert([Document(id="long", text="".join(letters) + "消光涂层" * 20), Document(id="short", title="电池")])
    assert ids(index, "消光涂层") == ["long"]


def test_searching_goes_on_while_another_thread_writes(index: EdgeIndex) -> None:
    index.upsert(coatings())
    batches = [[Document(id=f"{n}-{i}", title=f"消光涂层{i}号") for i in range(20)] for n in range(10)]
    with ThreadPoolExecutor(4) as pool:
        writing = [pool.submit(index.upsert, batch) for batch in batches]
        searching = [pool.submit(ids, index, "固态电池") for _ in range(30)]
        found = [search.result() for search in searching]
        assert [write.result() for write in writing] == [None] * 10
    assert found == [["battery"]] * 30
    assert index.count() == index.statistics.documents == 205
