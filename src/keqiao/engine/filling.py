"""Filling an index with very many documents: another process counts their terms while this one writes.

Counting takes a good third of the time, and Qdrant Edge writes in one process only. The index is the same
as after `upsert` of the same documents, a batch at a time.

    with EdgeIndex("my-index") as index:
        fill(index, read_corpus(folder))
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from multiprocessing import get_context

from keqiao.engine.document import Document
from keqiao.engine.index import EdgeIndex
from keqiao.engine.terms import Terms
from keqiao.engine.weighting import count_documents, count_texts

BATCH, AHEAD = 1000, 3
"""Documents that are counted at once, and how many such batches are counted before they are written."""

Waiting = tuple[list[Document], Future[Terms] | None]


def fill(index: EdgeIndex, documents: Iterable[Document]) -> int:
    """Insert or replace all of them, a batch at a time, without ever holding them all. Returns how many they were.

    A script that calls this needs the usual guard, `if __name__ == "__main__":`, because it is loaded once more. Should
    the other process be killed, this one counts by itself.
    """
    count = 0
    for batch, terms in _counted(iter(documents)):
        index.upsert_counted(batch, terms)
        count += len(batch)
    return count


def _counted(documents: Iterator[Document]) -> Iterator[tuple[list[Document], Terms]]:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as helper:
        waiting: deque[Waiting] = deque()
        while batch := list({document.id: document for document in islice(documents, BATCH)}.values()):
            waiting.append((batch, _begun(helper, batch)))
            if len(waiting) > AHEAD:
                yield _done(*waiting.popleft())
        while waiting:
            yield _done(*waiting.popleft())


def _begun(helper: ProcessPoolExecutor, batch: list[Document]) -> Future[Terms] | None:
    try:
        return helper.submit(count_texts, [one.title for one in batch], [one.text for one in batch])
    except BrokenProcessPool:
        return None


def _done(batch: list[Document], counting: Future[Terms] | None) -> tuple[list[Document], Terms]:
    try:
        return batch, counting.result() if counting else count_documents(batch)
    except BrokenProcessPool:
        return batch, count_documents(batch)
