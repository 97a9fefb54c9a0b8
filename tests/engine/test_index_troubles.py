"""An index in a folder when things go wrong: no room on the disk, files that cannot be read, two who want it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from keqiao.engine import Document, EdgeIndex, Engine, IndexDamaged, IndexFull, IndexLocked, Query
from keqiao.engine import index as module
from keqiao.engine.statistics import Statistics
from keqiao.engine.weighting import count_documents
from tests.engine.conftest import coatings

QUERY = Query(title="消光涂层")


class Usage(NamedTuple):
    total: int
    used: int
    free: int


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Let the disk have so many bytes free."""

    def has(free: int) -> None:
        monkeypatch.setattr(shutil, "disk_usage", lambda _folder: Usage(2**40, 2**40 - free, free))

    return has


def found(index: EdgeIndex) -> list[str]:
    return [candidate.id for candidate in Engine(index).search(QUERY, limit=10)]


def test_a_full_disk_stops_writing_before_anything_is_half_written(
    index: EdgeIndex, disk: Callable[[int], None]
) -> None:
    index.upsert(coatings())
    index.flush()
    before = found(index)
    disk(module.ROOM - 1)
    for write in (lambda: index.upsert([Document("new", title="消光涂层")]), lambda: index.delete(["black"])):
        with pytest.raises(IndexFull, match=r"needs 256 MB of free disk for writing and has 255: make room"):
            write()
    assert (found(index), index.count(), index.statistics.documents) == (before, 5, 5)  # searching goes on
    disk(module.ROOM)
    index.delete(["black"])
    assert index.count() == index.statistics.documents == 4


@pytest.mark.parametrize("exists", [True, False])
def test_an_index_on_a_full_disk_is_not_opened(exists: bool, tmp_path: Path, disk: Callable[[int], None]) -> None:
    path = tmp_path / "deep" / "index"
    if exists:
        with EdgeIndex(path) as index:
            index.upsert(coatings())
    disk(0)
    with pytest.raises(IndexFull, match="and has 0: make room"):
        EdgeIndex(path)
    assert path.exists() == exists
    disk(2**40)
    with EdgeIndex(path) as index:
        assert index.count() == (5 if exists else 0)


class Refusing:
    """The engine's shard on a disk that takes nothing more: other calls go through."""

    def __init__(self, shard: Any) -> None:
        self.shard = shard

    def update(self, _operation: Any) -> None:
        raise Exception("Service runtime error: Can't write WAL: No space left on device")  # noqa: TRY002 (as it does)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.shard, name)


def test_after_a_write_that_the_system_refused_the_terms_are_counted_again(tmp_path: Path) -> None:
    index = EdgeIndex(tmp_path / "i")
    index.upsert(coatings())
    shard = index._shard
    index._shard = Refusing(shard)
    with pytest.raises(IndexFull, match="cannot be written, the disk is full: make room"):
        index.upsert([Document("new", title="消光涂层"), Document("grey", title="灰色")])
    assert index.count() == 5
    index.flush()  # does not keep counts that may be wrong
    index._shard = shard
    index.delete(["black"])
    fresh = Statistics()
    fresh.add(count_documents(list(index.documents())))
    assert index.count() == index.statistics.documents == 4
    assert not len(index.statistics.since(fresh).buckets)
    index.close()


def part(path: Path, pattern: str) -> Path:
    [found] = (path / "shard").glob(pattern)
    return found


BROKEN = {
    "the settings": "edge_config.json",
    "the log": "wal/open-1",
    "a segment's own settings": "segments/*/segment.json",
    "the vectors": "segments/*/vector_storage-grams/store/page_0.dat",
    "the documents": "segments/*/payload_storage/page_0.dat",
    "where the documents are": "segments/*/payload_storage/tracker.dat",
    "an index over them": "segments/*/payload_index/config.json",
}


@pytest.mark.parametrize("how", ["overwritten", "cut off"])
@pytest.mark.parametrize("what", list(BROKEN))
def test_files_that_cannot_be_read_are_told_as_damage_and_can_be_discarded(what: str, how: str, tmp_path: Path) -> None:
    path = tmp_path / "i"
    with EdgeIndex(path) as index:
        index.upsert(coatings())
    with part(path, BROKEN[what]).open("r+b") as file:
        if how == "cut off":
            file.truncate(0)
        else:
            file.write(b"\xa5garbage" * 500)
    with pytest.raises(IndexDamaged, match="remove it and build the index again"):
        use(path)
    EdgeIndex.discard(path)
    with EdgeIndex(path) as index:
        index.upsert(coatings())
        assert found(index)[0] == "grey"


def use(path: Path) -> None:
    """Open, read, search, write, close: somewhere among these the damage is noticed."""
    index = EdgeIndex(path)
    try:
        assert len(list(index.documents())) == 5
        found(index)
        index.upsert([Document("new", title="消光涂层")])
        index.flush()
    finally:
        index.close()


def test_two_threads_of_one_process_cannot_open_it_twice_either(index: EdgeIndex) -> None:
    index.upsert(coatings())
    with pytest.raises(IndexLocked, match="belongs to one process at a time"):
        EdgeIndex(index.path)
    assert index.count() == 5
