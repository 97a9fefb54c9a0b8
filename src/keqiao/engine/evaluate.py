"""How good a ranking is: nDCG@10, MAP, MRR, recall and Spearman against graded judgements.

* nDCG@10: gain `2**grade - 1`, discount `log2(rank + 1)` (Burges et al. 2005); queries without a grade above 0 are
  left out.
* MAP, MRR, recall@10, recall@100: relevant is a grade of 2 or more, or of 1 or more where no document of the whole
  set has a higher grade; queries without a relevant document are left out. MAP is over the documents ranked.
* Spearman: rank correlation of score and grade over the judged documents of a query (equal values share their
  mean rank; a judged document that was not ranked scores 0); queries where either is constant are left out.

Each is the mean over the queries that count for it, None when there are none. Equal scores are ordered by
document id.
"""
# ruff: noqa: A002 - `filter` is the word of the domain, and of Qdrant

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from statistics import fmean

import numpy as np
import numpy.typing as npt

from keqiao.engine.asking import Query
from keqiao.engine.beir import Folder, Judgements, Run
from keqiao.engine.document import Filter
from keqiao.engine.index import Index
from keqiao.engine.meaning import Meaning
from keqiao.engine.rank import Engine, RankingModel

Grades = Mapping[str, int]
Measures = dict[str, float | int | None]


def rank_folder(
    index: Index,
    folder: Folder,
    *,
    judged_only: bool,
    depth: int = 100,
    model: RankingModel | None = None,
    meaning: Meaning | None = None,
) -> Run:
    """Rank the documents of an index for every judged query, with a learnt model or an encoder or without.

    With `judged_only` each query ranks exactly the documents judged for it: those that share nothing with it
    come last, with score 0, by id.
    """
    engine = Engine(index, model=model, meaning=meaning)
    run: Run = {}
    for query_id, grades in folder.judgements.items():
        query = folder.queries.get(query_id, Query())
        run[query_id] = _rank_judged(engine, query, grades) if judged_only else rank_one(engine, query, depth)
    return run


def rank_one(engine: Engine, query: Query, depth: int, filter: Filter | None = None) -> list[tuple[str, float]]:
    """Ids and scores of the best `depth` documents."""
    return [(c.id, c.score) for c in engine.search(query, limit=depth, filter=filter, explain=False)]


def _rank_judged(engine: Engine, query: Query, grades: Grades) -> list[tuple[str, float]]:
    ranked = rank_one(engine, query, len(grades), Filter(ids=tuple(grades)))
    found = {document for document, _ in ranked}
    return ranked + [(document, 0.0) for document in sorted(grades) if document not in found]


def measure(run: Run, judgements: Judgements) -> Measures:
    """All measures of a run; `queries` is how many were judged. A query without an entry in the run found nothing."""
    each = measure_each(run, judgements)
    means: Measures = {name: fmean(values.values()) if values else None for name, values in each.items()}
    return means | {"queries": len(judgements)}


def measure_each(run: Run, judgements: Judgements) -> dict[str, dict[str, float]]:
    """For every measure its value of each query that counts for it."""
    relevant = _relevance(judgements)
    ordered = {query: _ordered(run.get(query, [])) for query in judgements}

    def each(one: Callable[[Sequence[str], Grades], float | None]) -> dict[str, float]:
        values = {query: one(ordered[query], grades) for query, grades in judgements.items()}
        return {query: value for query, value in values.items() if value is not None}

    correlations = {query: spearman(dict(run.get(query, [])), grades) for query, grades in judgements.items()}
    return {
        "nDCG@10": each(ndcg),
        "MAP": each(lambda ranked, grades: average_precision(ranked, grades, relevant)),
        "MRR": each(lambda ranked, grades: reciprocal_rank(ranked, grades, relevant)),
        "recall@10": each(lambda ranked, grades: recall(ranked, grades, relevant, 10)),
        "recall@100": each(lambda ranked, grades: recall(ranked, grades, relevant, 100)),
        "Spearman": {query: value for query, value in correlations.items() if value is not None},
    }


def _relevance(judgements: Judgements) -> int:
    """The least grade that counts as relevant: 2, or 1 where grades are only 0 and 1."""
    return min(2, max((grade for grades in judgements.values() for grade in grades.values()), default=1)) or 1


def _ordered(ranked: Sequence[tuple[str, float]]) -> list[str]:
    return [document for document, _ in sorted(ranked, key=lambda pair: (-pair[1], pair[0]))]


def ndcg(ranked: Sequence[str], grades: Grades, depth: int = 10) -> float | None:
    """Normalised discounted cumulative gain, None when no grade is above 0."""
    ideal = _gain(sorted(grades.values(), reverse=True)[:depth])
    return _gain([grades.get(document, 0) for document in ranked[:depth]]) / ideal if ideal else None


def _gain(grades: Sequence[int]) -> float:
    return sum((2.0 ** max(grade, 0) - 1) / math.log2(place + 2) for place, grade in enumerate(grades))


def average_precision(ranked: Sequence[str], grades: Grades, relevant: int = 2) -> float | None:
    """Mean over the relevant documents of the precision at their rank (0 for those not ranked)."""
    wanted = {document for document, grade in grades.items() if grade >= relevant}
    hits, total = 0, 0.0
    for place, document in enumerate(ranked, 1):
        if document in wanted:
            hits += 1
            total += hits / place
    return total / len(wanted) if wanted else None


def reciprocal_rank(ranked: Sequence[str], grades: Grades, relevant: int = 2) -> float | None:
    """One over the rank of the first relevant document, 0 when none is ranked."""
    if not any(grade >= relevant for grade in grades.values()):
        return None
    places = (place for place, document in enumerate(ranked, 1) if grades.get(document, 0) >= relevant)
    return 1 / next(places, math.inf)


def recall(ranked: Sequence[str], grades: Grades, relevant: int = 2, depth: int = 100) -> float | None:
    """Share of the relevant documents among the first `depth`."""
    wanted = {document for document, grade in grades.items() if grade >= relevant}
    return len(wanted.intersection(ranked[:depth])) / len(wanted) if wanted else None


def spearman(scores: Mapping[str, float], grades: Grades) -> float | None:
    """Rank correlation of scores and grades over the judged documents, None where either is constant."""
    documents = sorted(grades)
    x = _mean_ranks([scores.get(document, 0.0) for document in documents])
    y = _mean_ranks([float(grades[document]) for document in documents])
    x, y = x - x.mean() if len(x) else x, y - y.mean() if len(y) else y
    norm = math.sqrt(float(x @ x) * float(y @ y))
    return float(x @ y) / norm if norm else None


def _mean_ranks(values: Sequence[float]) -> npt.NDArray[np.float64]:
    _, place, counts = np.unique(np.array(values, dtype=np.float64), return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    means = last - (counts - 1) / 2.0
    return np.asarray(means[place], dtype=np.float64)
