"""How many documents hold a term: where the inverse document frequency comes from.

Counts live in one array of 2**21 buckets (8 MB however large the index). Adding and removing a document are
exact opposites, so the counts, and with them every score, depend on which documents are in the index and
never on the order in which they came. Two terms that share a bucket share a count, which makes a rare term look
a little less rare: at a million documents and three million terms most counts are off by one or two.
"""

from __future__ import annotations

import base64
import copy
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from keqiao.engine.terms import Ids, Terms

_BITS = 21
_SPREAD = np.uint32(2654435761)  # Knuth's multiplicative hash


def _buckets(ids: Ids) -> npt.NDArray[np.int64]:
    return ((ids * _SPREAD) >> np.uint32(32 - _BITS)).astype(np.int64)


@dataclass(frozen=True, slots=True)
class Change:
    """What a write does to the counts: `documents` more (or fewer), and `counts` for each of `buckets` (ascending)."""

    documents: int
    buckets: npt.NDArray[np.int64]
    counts: npt.NDArray[np.int32]

    def as_text(self) -> str:
        """For a payload: the two arrays, compressed (a thousand documents of 200 characters: about 60 kB)."""
        steps = np.diff(self.buckets, prepend=0).astype("<u4").tobytes()
        return base64.b85encode(zlib.compress(steps + self.counts.astype("<i4").tobytes(), 1)).decode()

    @classmethod
    def from_text(cls, documents: int, text: str) -> Self:
        """Read what `as_text` wrote."""
        steps, counts = np.frombuffer(zlib.decompress(base64.b85decode(text)), "<u4").reshape(2, -1)
        return cls(documents, np.cumsum(steps, dtype=np.int64), counts.view("<i4").astype(np.int32))


class Statistics:
    """Document frequencies of the terms of an index."""

    def __init__(self) -> None:
        self.documents = 0
        self._frequencies = np.zeros(1 << _BITS, dtype=np.int32)

    def add(self, terms: Terms) -> None:
        """Count the documents of a batch in."""
        self._change(terms, 1)

    def remove(self, terms: Terms) -> None:
        """Take the documents of a batch out again."""
        self._change(terms, -1)

    def _change(self, terms: Terms, sign: int) -> None:
        self.documents += sign * len(terms)
        np.add.at(self._frequencies, _buckets(terms.ids), np.int32(sign))

    def copy(self) -> Self:
        """The same counts, to be changed apart."""
        return copy.deepcopy(self)

    def apply(self, change: Change) -> None:
        """Make a change that was written down."""
        self.documents += change.documents
        self._frequencies[change.buckets] += change.counts

    def since(self, before: Statistics) -> Change:
        """What has changed from `before` to now; from new `Statistics()`: everything."""
        difference = self._frequencies - before._frequencies
        changed = np.flatnonzero(difference)
        return Change(self.documents - before.documents, changed, difference[changed])

    def idf(self, ids: Ids) -> npt.NDArray[np.float32]:
        """Inverse document frequency `ln((N + 1) / (df + 0.5))`, above 0 for every term, known or not."""
        frequency = np.clip(self._frequencies[_buckets(ids)], 0, self.documents)
        return np.log((self.documents + 1) / (frequency + 0.5)).astype(np.float32)

    def save(self, path: Path) -> None:
        """Write the counts; a reader sees the old file or the new one, never half of it."""
        draft = path.with_suffix(".draft.npz")
        used = np.flatnonzero(self._frequencies)
        np.savez(draft, documents=np.int64(self.documents), used=used, frequencies=self._frequencies[used])
        draft.replace(path)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what `save` wrote (OSError when it is not there, ValueError when it is not whole)."""
        statistics = cls()
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
                statistics.documents = int(stored["documents"])
                statistics._frequencies[stored["used"]] = stored["frequencies"]
        except (EOFError, KeyError, BadZipFile) as error:
            raise ValueError(f"{path} is not whole") from error
        return statistics
