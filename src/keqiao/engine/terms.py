"""Counted terms: characters 1–2 and Latin tokens of many texts at once.

Terms are 32-bit numbers:

* a Han character `c` is its code point, two neighbours `c d` are `c << 16 | d`: nothing collides and a
  number can be read back;
* a Latin word, number or mixed token (`pue`, `co2`, `tft-lcd`) is a CRC-32 spread over
  `0xA0000000 … 0xFFFFFFFF`, where no pair of Han characters of the basic plane lies.

Han characters outside the basic block (rare names) are not counted.
"""

from __future__ import annotations

import functools
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt

from keqiao.engine.text import tokens

Ids = npt.NDArray[np.uint32]
Weights = npt.NDArray[np.float32]

_WORD_BASE, _WORD_SIZE = 0xA0000000, 0x60000000


@functools.lru_cache(maxsize=200_000)
def word_id(word: str) -> int:
    """The number of a Latin word or mixed token (already folded)."""
    return _WORD_BASE + zlib.crc32(word.encode()) % _WORD_SIZE


@dataclass(frozen=True, slots=True)
class Terms:
    """Counted terms of many texts, as a compressed sparse matrix.

    Row `i` is `ids[starts[i]:starts[i + 1]]` (ascending, no id twice) with `counts` beside it.
    """

    starts: npt.NDArray[np.int64]
    ids: Ids
    counts: Weights

    def __len__(self) -> int:
        return len(self.starts) - 1

    def row(self, i: int) -> tuple[Ids, Weights]:
        """Ids and counts of text `i`."""
        part = slice(int(self.starts[i]), int(self.starts[i + 1]))
        return self.ids[part], self.counts[part]


def count_terms(texts: Sequence[str], owners: Sequence[int], weights: Sequence[float], rows: int) -> Terms:
    """Count the terms of canonical texts (`text.canonical`) into `rows` rows.

    Text `i` goes to row `owners[i]`, each of its terms counting `weights[i]`; texts of one row add up. Rows
    that own no text are empty.
    """
    keys, values = _gram_keys(texts, owners, weights)
    token_keys, token_values = _token_keys(texts, owners, weights)
    return _merge(np.concatenate([keys, token_keys]), np.concatenate([values, token_values]), rows)


def _gram_keys(texts: Sequence[str], owners: Sequence[int], weights: Sequence[float]) -> tuple[Any, Any]:
    """Row and term of every Han character and pair in one pass over all texts, as `row << 32 | term`."""
    lengths = np.array([len(text) + 1 for text in texts], dtype=np.int64)
    codes = np.frombuffer("\n".join([*texts, ""]).encode("utf-32-le", "replace"), dtype=np.uint32)
    rows = np.repeat(np.array(owners, dtype=np.uint64), lengths) << np.uint64(32)
    amounts = np.repeat(np.array(weights, dtype=np.float32), lengths)
    han = (codes >= 0x3400) & (codes <= 0x9FFF)
    pair = np.flatnonzero(han[:-1] & han[1:])
    single = np.flatnonzero(han)
    wide = codes.astype(np.uint64)
    keys = np.concatenate([rows[single] | wide[single], rows[pair] | wide[pair] << np.uint64(16) | wide[pair + 1]])
    return keys, np.concatenate([amounts[single], amounts[pair]])


def _token_keys(texts: Sequence[str], owners: Sequence[int], weights: Sequence[float]) -> tuple[Any, Any]:
    found = [tokens(text) for text in texts]
    lengths = [len(words) for words in found]
    ids = np.fromiter(map(word_id, chain.from_iterable(found)), np.uint64, sum(lengths))
    rows = np.repeat(np.array(owners, dtype=np.uint64), lengths) << np.uint64(32)
    return rows | ids, np.repeat(np.array(weights, dtype=np.float32), lengths)


def _merge(keys: Any, values: Any, rows: int) -> Terms:
    order = np.argsort(keys, kind="stable")
    keys, values = keys[order], values[order]
    first = np.flatnonzero(np.diff(keys, prepend=keys[:1] + np.uint64(1)) != 0) if len(keys) else np.zeros(0, np.int64)
    counts = np.add.reduceat(values, first).astype(np.float32) if len(keys) else np.zeros(0, np.float32)
    keys = keys[first]
    starts = np.searchsorted(keys, np.arange(rows + 1, dtype=np.uint64) << np.uint64(32))
    return Terms(starts.astype(np.int64), (keys & np.uint64(0xFFFFFFFF)).astype(np.uint32), counts)
