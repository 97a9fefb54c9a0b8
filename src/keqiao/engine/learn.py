"""Learning a ranking from grades, and telling on needs it has not seen whether it is better than the untrained one.

What is learnt is what to add to the untrained score: a straight line says which grade a score comes to, and a small
booster (LightGBM; few leaves, strong shrinkage, more likeness never lowers a grade) learns what the line misses. With
little to learn from little is added.

All grades of a need are on one side of a split. The same grades give the same model, bit for bit.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from statistics import fmean
from typing import Any

import numpy as np
import numpy.typing as npt

from keqiao.engine.asking import Asked
from keqiao.engine.bilingual import built
from keqiao.engine.comparing import Compared, compared
from keqiao.engine.evaluate import measure_each
from keqiao.engine.features import FEATURES, Rows, rows_of
from keqiao.engine.grades import LOWEST, Pair
from keqiao.engine.learnt import Model, lightgbm
from keqiao.engine.rank import languages_of, scored_of
from keqiao.engine.statistics import Statistics
from keqiao.engine.weighting import count_documents

FEWEST_PAIRS, FEWEST_NEEDS = 100, 20
FOLDS = 5
SURE = 0.05
ROUNDS = 100
FEWEST_IN_LEAF = 20
SETTINGS: dict[str, Any] = {
    "objective": "regression",
    "learning_rate": 0.03,
    "num_leaves": 3,
    "lambda_l2": 5.0,
    "monotone_constraints": [feature.direction for feature in FEATURES],
    "monotone_constraints_method": "advanced",
    "deterministic": True,
    "force_row_wise": True,
    "num_threads": 1,
    "seed": 1,
    "verbosity": -1,
}

Numbers = npt.NDArray[np.float64]


class TooFew(Exception):
    """There is not enough to learn from; the message says what is there and what is needed."""


@dataclass(frozen=True, slots=True)
class Examples:
    """Pairs by need, with their features, shape (pairs, features), untrained scores and grades, shape (pairs,)."""

    pairs: Sequence[Pair]
    rows: Rows
    scores: Numbers
    grades: Numbers

    def part(self, chosen: npt.NDArray[np.bool_]) -> Examples:
        """Some of them."""
        pairs = [pair for pair, is_chosen in zip(self.pairs, chosen, strict=True) if is_chosen]
        return Examples(pairs, self.rows[chosen], self.scores[chosen], self.grades[chosen])


@dataclass(frozen=True, slots=True)
class Report:
    """How good the learnt ranking is on needs that it was not learnt from.

    `ranking` compares nDCG@10 before (untrained) and after; `error` the mean absolute error (MAE) of grades, a mean
    over needs, where the whole grade nearest to what is expected counts. `closeness` is 1/(1+MAE) over all pairs, of
    the learnt grades, of the grades that untrained scores come to, and of one grade for all. `wins`: it ranks better
    (p below `SURE`) and its grades are nearer than both others.
    """

    ranking: Compared
    error: Compared
    closeness: dict[str, float]

    @property
    def wins(self) -> bool:
        ranks = self.ranking.change > 0 and self.ranking.p < SURE
        others = (self.closeness["untrained"], self.closeness["constant"])
        return ranks and self.closeness["learnt"] > max(others)

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"wins": self.wins}


def learn(pairs: Sequence[Pair], statistics: Statistics | None = None) -> tuple[Model, Report]:
    """Learn from graded pairs, and report how good that is on needs not seen (TooFew, NoLearning).

    `statistics` tell how rare terms are, best those of the index in which the model will rank; without them the
    documents of the pairs do.
    """
    check_enough(pairs)
    examples = examples_of(pairs, statistics or statistics_of(pairs))
    report = cross_validated(examples)
    return fitted(examples, report.as_json()), report


def check_enough(pairs: Sequence[Pair]) -> None:
    """Raises TooFew with what is there."""
    needs = {pair.need for pair in pairs}
    if len(pairs) < FEWEST_PAIRS or len(needs) < FEWEST_NEEDS:
        raise TooFew(
            f"{len(pairs)} graded pairs of {len(needs)} needs are too few to learn from: "
            f"at least {FEWEST_PAIRS} pairs of {FEWEST_NEEDS} needs are needed"
        )
    if len({pair.grade for pair in pairs}) == 1:
        raise TooFew("all pairs have the same grade: there is nothing to learn from them")


def statistics_of(pairs: Sequence[Pair]) -> Statistics:
    """How many of the documents hold a term."""
    statistics = Statistics()
    statistics.add(count_documents(list({pair.document.id: pair.document for pair in pairs}.values())))
    return statistics


def examples_of(pairs: Sequence[Pair], statistics: Statistics) -> Examples:
    """Features and untrained scores of pairs."""
    ordered = sorted(pairs, key=lambda pair: (pair.need, pair.document.id))
    found = [_of_need(list(of_need), statistics) for _need, of_need in groupby(ordered, key=lambda pair: pair.need)]
    rows, scores = np.vstack([rows for rows, _scores in found]), np.concatenate([scores for _rows, scores in found])
    return Examples(ordered, rows, scores, np.array([pair.grade for pair in ordered]))


def _of_need(pairs: Sequence[Pair], statistics: Statistics) -> tuple[Rows, Numbers]:
    documents = [pair.document for pair in pairs]
    query = max(pairs, key=lambda pair: pair.at).query
    spoken, _other = languages_of(query)
    is_foreign = any(document.language not in ("", spoken) for document in documents)
    asked = Asked(query, statistics, spoken, built() if is_foreign else None)
    counted = count_documents(documents)
    scored = scored_of(asked, documents, counted)
    return rows_of(asked, scored, counted), np.array([one.score for one in scored])


def line_of(examples: Examples) -> tuple[float, float]:
    """The straight line from untrained score to grade by least squares: base and slope, which is above 0."""
    spread = examples.scores - examples.scores.mean()
    steepness = float(spread @ examples.grades / (spread @ spread)) if spread.any() else 0.0
    slope = max(steepness, 1.0)  # a grade a score at least: where scores told nothing of grades, the line would be flat
    return float(examples.grades.mean() - slope * examples.scores.mean()), slope


def fitted(examples: Examples, measures: dict[str, Any] | None = None) -> Model:
    """A model of these examples."""
    library = lightgbm()
    base, slope = line_of(examples)
    missed = examples.grades - (base + slope * examples.scores)
    settings = SETTINGS | {"min_data_in_leaf": max(FEWEST_IN_LEAF, len(examples.pairs) // 50)}
    booster = library.train(settings, library.Dataset(examples.rows, missed), ROUNDS)
    made_of = {
        "pairs": len(examples.pairs),
        "needs": len({pair.need for pair in examples.pairs}),
        "until": max(pair.at for pair in examples.pairs),
    }
    return Model(made_of, base, slope, booster.model_to_string(), measures or {})


def folds(pairs: Sequence[Pair]) -> Iterator[npt.NDArray[np.bool_]]:
    """Which pairs are held out, `FOLDS` times: needs are dealt out in the order of a hash of their names."""
    ordered = sorted({pair.need for pair in pairs}, key=lambda need: hashlib.blake2b(need.encode()).digest())
    for first in range(FOLDS):
        held = set(ordered[first::FOLDS])
        yield np.array([pair.need in held for pair in pairs])


def cross_validated(examples: Examples) -> Report:
    """Every need is judged by a model that was learnt from other needs."""
    learnt, untrained, constant = (np.zeros(len(examples.pairs)) for _kind in range(3))
    added = np.zeros(len(examples.pairs))
    for held in folds(examples.pairs):
        model, known = fitted(examples.part(~held)), examples.part(~held)
        added[held] = [sum(parts.values()) for parts in model.contributions(examples.rows[held])]
        untrained[held] = [round(model.grade(score)) for score in examples.scores[held]]
        learnt[held] = [round(model.grade(score)) for score in (examples.scores + added)[held]]
        constant[held] = np.median(known.grades)
    kinds = {"learnt": learnt, "untrained": untrained, "constant": constant}
    error = compared("MAE", _of_needs(examples, untrained), _of_needs(examples, learnt))
    ranking = compared("nDCG@10", _ndcg(examples, examples.scores), _ndcg(examples, examples.scores + added))
    if error is None or ranking is None:
        raise TooFew(f"no need has a grade above {LOWEST}: there is no order to learn")
    closeness = {name: 1 / (1 + float(np.abs(kind - examples.grades).mean())) for name, kind in kinds.items()}
    return Report(ranking, error, closeness)


def _of_needs(examples: Examples, grades: Numbers) -> dict[str, float]:
    missed = zip(examples.pairs, np.abs(grades - examples.grades).tolist(), strict=True)
    by_need = groupby(missed, key=lambda entry: entry[0].need)
    return {need: fmean(error for _pair, error in entries) for need, entries in by_need}


def _ndcg(examples: Examples, scores: Numbers) -> dict[str, float]:
    run: dict[str, list[tuple[str, float]]] = {}
    judged: dict[str, dict[str, int]] = {}
    for pair, score in zip(examples.pairs, scores.tolist(), strict=True):
        run.setdefault(pair.need, []).append((pair.document.id, round(score, 6)))
        judged.setdefault(pair.need, {})[pair.document.id] = pair.gain
    return measure_each(run, judged)["nDCG@10"]
