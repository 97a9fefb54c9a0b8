"""The term counts of an index that several processes share, so that all of them rank alike.

They are kept in a small collection beside the documents: a *base* (everything counted up to some moment) and *notes*,
one for each write since. Their sum is what every process ranks by; it looks for new notes before every search (one
request, two milliseconds), so a write that was acknowledged anywhere counts everywhere.

A note is written twice. Before the documents change it is *open* and says which documents will change and what they
counted until now; afterwards it says the whole change. Of a writer that died in between an open note remains, and
whoever writes these documents next first closes it, with what the documents are now: a crash leaves the counts right.
When there are many notes one writer folds them into a new base; of two who try at once the server lets one.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from qdrant_client import QdrantClient, models

from keqiao.engine.nodes import Nodes
from keqiao.engine.statistics import Change, Statistics
from keqiao.engine.terms import Terms
from keqiao.engine.troubles import IndexUnavailable

BASE = 0
FOLDED_AT = 64
"""Notes that may stand beside the base; each reader reads each once, and all of them when it opens the index."""
_FOLD_LATER = 10.0
ABANDONED = 600.0
"""Seconds after which the writer of an open note counts as dead, whatever it was writing."""
_PAGE = 1000
_TRIES = 100
"""Times that the counts are read again because they were folded meanwhile, before somebody is told."""

Note = int
Recount = Callable[[Sequence[str]], Terms]
"""The terms of the documents of these ids as they are now."""


class SharedStatistics:
    """The counts in one collection. `recount` reads documents again, for notes whose writers died."""

    def __init__(self, nodes: Nodes, collection: str, recount: Recount) -> None:
        self._nodes, self._collection, self._recount = nodes, collection, recount
        self._lock = threading.RLock()
        self._forget()

    def _forget(self) -> None:
        self._token = ""
        self._seen: set[Note] = set()
        self._sum = Statistics()
        self._open: dict[Note, dict[str, Any]] = {}

    def now(self) -> Statistics:
        """What all acknowledged writes add up to; not to be changed."""
        with self._lock:
            for _try in range(_TRIES):
                if self._read():
                    return self._sum
            raise IndexUnavailable(f"the term counts in {self._collection} change faster than they can be read")

    def _read(self) -> bool:
        """Add what is new. False when notes were folded meanwhile: then it has to be looked again."""
        listed = self._listed()
        base = listed.pop(BASE, None)
        if base is None or base["token"] != self._token:
            self._forget()
            if base is not None:
                self._take_base()
        folded = self._folded
        self._open = {note: says for note, says in listed.items() if "ids" in says}
        fresh = [note for note in listed if note not in self._seen | folded and note not in self._open]
        changes = self._fetched(fresh)
        if len(changes) < len(fresh):
            self._forget()
            return False
        if changes:
            total = self._sum.copy()
            for change in changes:
                total.apply(change)
            self._sum = total
            self._seen.update(fresh)
        return True

    _folded: frozenset[Note] = frozenset()

    def _listed(self) -> dict[Note, dict[str, Any]]:
        """All points of the collection, without what is long in them."""
        found: dict[Note, dict[str, Any]] = {}
        offset: Any = None
        while True:
            points, offset = self._page(offset)
            found |= {int(point.id): point.payload or {} for point in points}
            if offset is None:
                return found

    def _page(self, offset: Any) -> tuple[list[models.Record], Any]:
        short = ["token", "ids", "at"]
        return self._nodes.call(
            lambda node: node.scroll(self._collection, limit=_PAGE, offset=offset, with_payload=short)
        )

    def _take_base(self) -> None:
        [point] = self._nodes.call(lambda node: node.retrieve(self._collection, [BASE], with_payload=True))
        says = point.payload or {}
        self._token, self._folded = says["token"], frozenset(says["folded"])
        self._sum = Statistics()
        self._sum.apply(_change_in(says))

    def _fetched(self, notes: Sequence[Note]) -> list[Change]:
        if not notes:
            return []
        points = self._nodes.call(lambda node: node.retrieve(self._collection, list(notes), with_payload=True))
        return [_change_in(point.payload or {}) for point in points]

    # --- writing ---

    def begin(self, ids: Sequence[str], before: Statistics, without: Statistics) -> Note:
        """Announce that these documents change; `without` is `before` less what they count now."""
        note = secrets.randbits(62) + 1
        self._put(note, {"ids": list(ids), "at": time.time()} | _says(without.since(before)))
        return note

    def finish(self, note: Note, change: Change) -> None:
        """Say what the write came to: from here on everybody counts it."""
        self._put(note, _says(change))

    def settled(self, ids: Iterable[str]) -> Statistics:
        """The counts of now, after closing the notes that dead writers left open on these documents."""
        with self._lock:
            counts, wanted, oldest = self.now(), set(ids), time.time() - ABANDONED
            left = [n for n, says in self._open.items() if wanted.intersection(says["ids"]) or says["at"] < oldest]
            for note in left:
                self._close(note, self._open[note]["ids"])
            return self.now() if left else counts

    def _close(self, note: Note, ids: Sequence[str]) -> None:
        total = Statistics()
        for change in self._fetched([note]):  # none, when somebody else has closed and folded it
            total.apply(change)
            total.add(self._recount(ids))
            self.finish(note, total.since(Statistics()))

    def _put(self, identity: int, says: dict[str, Any]) -> None:
        point = models.PointStruct(id=identity, vector={}, payload=says)
        self._nodes.call(lambda node: node.upsert(self._collection, [point]))

    def start(self) -> None:
        """An empty base, for a new collection; one that is there already stays."""
        says = {"token": secrets.token_hex(8), "folded": []} | _says(Statistics().since(Statistics()))
        point = models.PointStruct(id=BASE, vector={}, payload=says)
        never = models.Filter(must=[models.FieldCondition(key="token", match=models.MatchValue(value="none"))])
        self._nodes.call(lambda node: node.upsert(self._collection, [point], update_filter=never))

    def fold_if_many(self) -> None:
        """Make one base of the base and the notes, when there are many of them; another time, if it cannot be now."""
        with self._lock:
            if len(self._seen) >= FOLDED_AT and time.monotonic() >= self._fold_after:
                self._fold_after = 0.0 if self._fold() else time.monotonic() + _FOLD_LATER

    _fold_after = 0.0

    def _fold(self) -> bool:
        token, done = secrets.token_hex(8), sorted(self._seen)
        says = {"token": token, "folded": done} | _says(self._sum.since(Statistics()))
        if not self._replace_base(says) or self._listed()[BASE]["token"] != token:
            return False
        gone = models.PointIdsList(points=[*sorted(self._folded), *done])
        return self._nodes.attempt(lambda node: node.delete(self._collection, gone))

    def _replace_base(self, says: dict[str, Any]) -> bool:
        """Write the base, if it is still the one that was read.

        One node, always the same, orders such writes: it alone says who of two was first. While it is away nobody is.
        """
        point = models.PointStruct(id=BASE, vector={}, payload=says)
        unchanged = models.FieldCondition(key="token", match=models.MatchValue(value=self._token))

        def ask(node: QdrantClient) -> None:
            only_if = models.Filter(must=[unchanged])
            node.upsert(self._collection, [point], ordering=models.WriteOrdering.STRONG, update_filter=only_if)

        return self._nodes.attempt(ask)


def _says(change: Change) -> dict[str, Any]:
    return {"documents": change.documents, "counts": change.as_text()}


def _change_in(says: dict[str, Any]) -> Change:
    return Change.from_text(says["documents"], says["counts"])
