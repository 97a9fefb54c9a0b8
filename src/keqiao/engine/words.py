"""Which words of a query a document has, for many documents at once.

A Chinese word counts as there when each of its pairs of neighbouring characters is (`消光涂层` when `消光`, `光涂` and
`涂层` are), an English one or an expression when each of its tokens is: the terms that are counted anyway tell it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from keqiao.engine.statistics import Statistics
from keqiao.engine.terms import Terms, count_terms

_FIRST_PAIR = np.uint32(1 << 16)


class Words:
    """Groups of words, each group worth as much as its most telling word; one word there and the group is there.

    A query's own words are groups of one; the senses of a translated phrase are one group. Words without a pair or a
    token (a single character) are left out, and groups that have none left.
    """

    def __init__(self, groups: Sequence[Sequence[str]], statistics: Statistics) -> None:
        words = [word for group in groups for word in group]
        owners = np.repeat(np.arange(len(groups)), [len(group) for group in groups])
        terms = count_terms(words, range(len(words)), [1.0] * len(words), len(words))
        lengths = _lengths(terms, statistics)
        telling = terms.ids >= _FIRST_PAIR
        rows = np.repeat(np.arange(len(words)), np.diff(terms.starts))[telling]
        kept = np.unique(rows)
        self._ids = terms.ids[telling]
        self._starts = np.searchsorted(rows, kept)
        self._groups = np.flatnonzero(np.diff(owners[kept], prepend=-1))
        self._worth = np.maximum.reduceat(lengths[kept], self._groups) if len(kept) else np.zeros(0)
        self._wanted, self._place = np.unique(self._ids, return_inverse=True)

    def share(self, documents: Terms) -> npt.NDArray[np.float64]:
        """For each document the share of the words that it has, by worth: 0..1 (0 where there is no word)."""
        if not len(self._worth):
            return np.zeros(len(documents))
        has_words = np.logical_and.reduceat(self._present(documents)[:, self._place], self._starts, axis=1)
        has_groups = np.logical_or.reduceat(has_words, self._groups, axis=1)
        return np.asarray(np.minimum(has_groups @ self._worth / self._worth.sum(), 1.0), dtype=np.float64)

    def _present(self, documents: Terms) -> npt.NDArray[np.bool_]:
        """Which document has which of the terms wanted."""
        place = np.minimum(np.searchsorted(self._wanted, documents.ids), len(self._wanted) - 1)
        here = self._wanted[place] == documents.ids
        rows = np.repeat(np.arange(len(documents)), np.diff(documents.starts))
        present = np.zeros((len(documents), len(self._wanted)), dtype=np.bool_)
        present[rows[here], place[here]] = True
        return present


def worths(runs: Sequence[str], statistics: Statistics) -> dict[str, float]:
    """How telling each word or phrase (canonical) is: the length of its TF-IDF vector, alone or with others."""
    terms = count_terms(runs, range(len(runs)), [1.0] * len(runs), len(runs))
    return dict(zip(runs, np.round(_lengths(terms, statistics), 9).tolist(), strict=True))


def _lengths(terms: Terms, statistics: Statistics) -> npt.NDArray[np.float64]:
    squares = np.concatenate([[0.0], np.cumsum(statistics.idf(terms.ids).astype(np.float64) ** 2)])
    return np.asarray(np.sqrt(squares[terms.starts[1:]] - squares[terms.starts[:-1]]), dtype=np.float64)
