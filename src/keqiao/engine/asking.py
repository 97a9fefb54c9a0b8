"""A query made ready: its terms, its words, and both of them in the other language."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

import numpy as np
import numpy.typing as npt

from keqiao.engine.bilingual import Dictionary
from keqiao.engine.document import Document, SparseVector
from keqiao.engine.encoders import ModelTrouble, Vectors
from keqiao.engine.explain import Explained, Phrase, phrases, translations
from keqiao.engine.specs import Figure
from keqiao.engine.statistics import Statistics
from keqiao.engine.terms import Terms, count_terms
from keqiao.engine.text import canonical, words
from keqiao.engine.translate import Translated, translated, weighted
from keqiao.engine.weighting import (
    LONGEST_COUNTED,
    TITLE_WEIGHT,
    cosines,
    fetching_vector,
    row_vector,
    wanted_vector,
)
from keqiao.engine.words import Words, worths

# What a likeness by translation counts against one in the same language: senses are not chosen, only collected.
TRANSLATED = 0.85


@dataclass(frozen=True, slots=True)
class Query:
    """What is looked for; `fields` and `region` are prefix codes.

    `targets` are the figures it must reach: missing one sinks a document. `wishes` are those that it had better
    reach: they lift only.
    """

    title: str = ""
    text: str = ""
    fields: tuple[str, ...] = ()
    region: str = ""
    targets: tuple[Figure, ...] = ()
    language: str = ""
    wishes: tuple[Figure, ...] = ()

    @classmethod
    def of(cls, document: Document) -> Query:
        """The document itself as a query: its figures become targets (leave them out with `replace`)."""
        return cls(document.title, document.text, document.fields, document.region, document.figures, document.language)


class Asked:
    """A query against documents in its own language and, with a dictionary, in the other.

    Made ready once (`Engine.ask`), it can be looked for among several kinds.
    """

    def __init__(
        self, query: Query, statistics: Statistics, language: str = "", dictionary: Dictionary | None = None
    ) -> None:
        self.query = query
        self.statistics = statistics
        title, text = query.title[:LONGEST_COUNTED], query.text[:LONGEST_COUNTED]
        clean_title, clean_text = clean = canonical([title, text])
        self.wanted = wanted_vector(clean_title, clean_text, statistics)
        self._words = Words(
            [[word] for word in dict.fromkeys(word for part in clean for word in words(part))], statistics
        )
        self._worths: dict[str, float] = {}
        self._foreign: dict[str, list[Translated]] = {}
        if dictionary is not None:
            self._foreign = {
                "title": translated(title, language, dictionary),
                "text": translated(text, language, dictionary),
            }
        self._foreign_wanted = row_vector(_foreign_terms(self._foreign), 0, statistics)
        self._foreign_words = Words(_senses(self._foreign), statistics)
        self._meant: Vectors | None = None
        self.trouble = ""
        """Why meaning did not count, where an encoder should have answered."""

    @property
    def has_terms(self) -> bool:
        """Whether there is anything to look for."""
        return bool(len(self.wanted) or len(self._foreign_wanted))

    def meant(self, encode: Callable[[Query], Vectors]) -> Vectors:
        """The vector of the query, asked for once (ModelTrouble, and again each time after it)."""
        if self.trouble:
            raise ModelTrouble(self.trouble)
        try:
            self._meant = encode(self.query) if self._meant is None else self._meant
        except ModelTrouble as trouble:
            self.trouble = str(trouble)
            raise
        return self._meant

    def vector(self) -> SparseVector:
        """What to fetch by: own terms and translated ones, each a unit vector."""
        own = fetching_vector(self.wanted, self.statistics)
        foreign = fetching_vector(self._foreign_wanted, self.statistics)
        if not len(foreign):
            return own
        ids, place = np.unique(np.concatenate([own.ids, foreign.ids]), return_inverse=True)
        weights = np.bincount(place, np.concatenate([own.weights, foreign.weights]))
        return SparseVector(ids, weights.astype(np.float32))

    def likeness(self, counted: Terms) -> list[tuple[float, float]]:
        """For each document the cosine (own plus translated, at most 1) and the share of the query's words it has.

        `counted` are the terms of the documents (`weighting.count_documents`).
        """
        share = np.maximum(self._words.share(counted), self._foreign_words.share(counted))
        return list(zip(self._cosines(counted).tolist(), share.tolist(), strict=True))

    def _cosines(self, counted: Terms) -> npt.NDArray[np.float64]:
        own = cosines(self.wanted, counted, self.statistics)
        if not len(self._foreign_wanted):
            return np.minimum(own, 1.0)
        foreign = cosines(self._foreign_wanted, counted, self.statistics)
        return np.minimum(own + TRANSLATED * foreign, 1.0)

    def explain(self, document: Document) -> tuple[Phrase, ...]:
        """What both sides share, most telling first; then phrases whose translation the document has."""
        if not len(self.wanted):
            return ()
        offered = Explained(document.title, document.text)
        shared = phrases(self._explained, offered, self._worth)
        return tuple(shared + translations(self._foreign, offered, [phrase.text for phrase in shared]))

    def _worth(self, runs: Sequence[str]) -> Mapping[str, float]:
        """How telling these are: documents found share much the same phrases, so each is weighed once."""
        unknown = [run for run in runs if run not in self._worths]
        if unknown:
            self._worths |= worths(unknown, self.statistics)
        return self._worths

    @cached_property
    def _explained(self) -> Explained:
        return Explained(self.query.title, self.query.text)


def _senses(foreign: dict[str, list[Translated]]) -> list[list[str]]:
    """The senses of every translated phrase, canonical, the same set once."""
    sets = dict.fromkeys(phrase.senses for part in foreign.values() for phrase in part)
    clean = iter(canonical([sense for senses in sets for sense in senses]))
    return [list(islice(clean, len(senses))) for senses in sets]


def _foreign_terms(foreign: dict[str, list[Translated]]) -> Terms:
    texts: list[str] = []
    weights: list[float] = []
    for part, found in foreign.items():
        senses, shares = weighted(found)
        texts += senses
        weights += [share * (TITLE_WEIGHT if part == "title" else 1.0) for share in shares]
    return count_terms(texts, [0] * len(texts), weights, 1)
