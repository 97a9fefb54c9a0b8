"""What a ranking can be learnt from: one row of numbers for each document, of the same parts as the score.

Each feature belongs to a part of the score that a person sees, and has a direction: 1, more of it never lowers the
grade; -1, never raises it; 0, either.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from keqiao.engine.asking import Asked
from keqiao.engine.document import Document
from keqiao.engine.explain import Relation
from keqiao.engine.rank import Scored, score_of
from keqiao.engine.specs import Check
from keqiao.engine.terms import Terms, count_terms
from keqiao.engine.text import canonical, words
from keqiao.engine.weighting import LONGEST_COUNTED, cosines, row_vector
from keqiao.engine.words import Words

Rows = npt.NDArray[np.float64]

LEARNED = "learned"
"""The part of a score that belongs to no other: what lengths change, and what all documents get."""


@dataclass(frozen=True, slots=True)
class Feature:
    """A number that is computed for a query and a document, NaN where there is nothing to compute it from."""

    name: str
    part: str
    direction: int


FEATURES = (
    Feature("score", "text", 1),
    Feature("cosine", "text", 1),
    Feature("title_cosine", "text", 1),
    Feature("text_cosine", "text", 1),
    Feature("words", "words", 1),
    Feature("title_words", "words", 1),
    Feature("covered", "words", 1),
    Feature("field", "field", 1),
    Feature("region", "region", 1),
    Feature("met", "figures", 1),
    Feature("missed", "figures", -1),
    Feature("length", LEARNED, 0),
    Feature("query_length", LEARNED, 0),
)


def rows_of(asked: Asked, scored: Sequence[Scored], counted: Terms) -> Rows:
    """The features of scored documents (`counted` are their terms), shape (documents, features) as in `FEATURES`."""
    documents = [one.document for one in scored]
    title, text = canonical([asked.query.title[:LONGEST_COUNTED], asked.query.text[:LONGEST_COUNTED]])
    own = count_terms([title, text], [0, 1], [1.0, 1.0], 2)
    columns = {
        "score": [score_by_words(asked, one) for one in scored],
        "cosine": np.sqrt([one.cosine for one in scored]),
        "title_cosine": np.sqrt(cosines(row_vector(own, 0, asked.statistics), counted, asked.statistics)),
        "text_cosine": np.sqrt(cosines(row_vector(own, 1, asked.statistics), counted, asked.statistics)),
        "words": [one.shared_words for one in scored],
        "title_words": Words([[word] for word in words(title)], asked.statistics).share(counted),
        "covered": covered(documents, own, asked),
        "field": [closeness(one.field) for one in scored],
        "region": [closeness(one.region) for one in scored],
        "met": [share(one.checks, "met") for one in scored],
        "missed": [share(one.checks, "missed") for one in scored],
        "length": np.log1p([len(document.title) + len(document.text) for document in documents]),
        "query_length": [math.log1p(len(title) + len(text))] * len(documents),
    }
    return np.array([columns[feature.name] for feature in FEATURES], dtype=np.float64).T.reshape(len(scored), -1)


def score_by_words(asked: Asked, one: Scored) -> float:
    """The untrained score without nearness of meaning, which grades are learnt without."""
    if not any(part.name == "meaning" for part in one.parts):
        return one.score
    return score_of(asked.query, one.document, one.cosine, one.shared_words).score


def covered(documents: Sequence[Document], own: Terms, asked: Asked) -> Rows:
    """Of the terms in each document's title the share, by rarity, that the query has (0 without a title)."""
    titles = canonical([document.title[:LONGEST_COUNTED] for document in documents])
    terms = count_terms(titles, range(len(titles)), [1.0] * len(titles), len(titles))
    row = np.repeat(np.arange(len(titles)), np.diff(terms.starts))
    worth = asked.statistics.idf(terms.ids).astype(np.float64)
    whole = np.bincount(row, worth, len(titles))
    here = np.bincount(row, worth * np.isin(terms.ids, own.ids), len(titles))
    return np.divide(here, whole, out=np.zeros(len(titles)), where=whole > 0)


def closeness(relation: Relation | None) -> float:
    """How near two codes are, 0..1."""
    return math.nan if relation is None else relation.closeness


def share(checks: Sequence[Check], verdict: str) -> float:
    """The share of targets and wishes with this verdict."""
    return sum(check.verdict == verdict for check in checks) / len(checks) if checks else math.nan
