"""Filling with a second process: the same index as without it, whatever becomes of that process."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from pathlib import Path

import pytest

from keqiao.engine import Document, EdgeIndex, filling
from keqiao.engine.filling import fill
from tests.engine.test_index import asked

MATERIALS = ("消光涂层", "增透膜", "隔热垫", "阻燃布", "导热脂")


def many(count: int) -> Iterator[Document]:
    """Documents of which the last ten have the ids of the first."""
    for number in range(count):
        material = MATERIALS[number % len(MATERIALS)]
        text = f"第{number}号{material}，吸光率 {number % 100} %，用于红外探测器壳体"
        yield Document(id=f"d{number % (count - 10)}", kind="achievement", title=material, text=text, created=number)


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filling, "BATCH", 50)


def content(index: EdgeIndex) -> tuple[object, ...]:
    """All that answers come from."""
    documents = sorted(index.documents(), key=lambda one: one.id)
    change = index.statistics.since(type(index.statistics)())
    hits = [index.search(asked(index, f"{material} 红外"), 500) for material in MATERIALS]
    return documents, change.documents, change.as_text(), hits


def test_the_index_is_the_same_as_without(tmp_path: Path) -> None:
    with EdgeIndex(tmp_path / "a") as filled, EdgeIndex(tmp_path / "b") as written:
        assert fill(filled, many(430)) == 430
        written.upsert(list(many(430)))
        assert filled.count() == 420
        assert content(filled) == content(written)
        assert next(one for one in filled.documents() if one.id == "d3").created == 423  # the later of two


def test_nothing_to_fill_with_leaves_an_empty_index(tmp_path: Path) -> None:
    with EdgeIndex(tmp_path / "i") as index:
        assert fill(index, iter(())) == 0
        assert index.count() == 0


def test_a_killed_helper_loses_nothing(tmp_path: Path) -> None:
    def until_killed() -> Iterator[Document]:
        for number, one in enumerate(many(430)):
            if number == 210:
                for child in multiprocessing.active_children():
                    child.kill()
            yield one

    with EdgeIndex(tmp_path / "a") as filled, EdgeIndex(tmp_path / "b") as written:
        assert fill(filled, until_killed()) == 430
        written.upsert(list(many(430)))
        assert content(filled) == content(written)


def test_trouble_with_the_documents_is_told_and_the_helper_ends(tmp_path: Path) -> None:
    def broken() -> Iterator[Document]:
        yield from many(120)
        raise ValueError("line 121 is no document")

    with EdgeIndex(tmp_path / "i") as index, pytest.raises(ValueError, match="line 121 is no document"):
        fill(index, broken())
    assert multiprocessing.active_children() == []
