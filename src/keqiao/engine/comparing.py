"""Whether one ranking is better than another, or only luckier: a paired randomisation test over queries.

Under the hypothesis that both rankings are equally good, each query's difference is as likely with the other sign.
The p-value is the share of random signs whose mean difference is at least as far from 0 as the one observed
(Fisher 1935; for information retrieval Smucker, Allan and Carterette 2007). Signs are drawn from a fixed seed: the same
runs give the same p-value.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt

from keqiao.engine.beir import Judgements, Run
from keqiao.engine.evaluate import measure_each

DRAWS = 20_000
_SEED = 2007


@dataclass(frozen=True, slots=True)
class Compared:
    """Two rankings by one measure: means over the queries that count for both, and how sure the change is."""

    measure: str
    before: float
    after: float
    change: float
    p: float
    better: int
    worse: int
    queries: int

    def as_json(self) -> dict[str, float | int | str]:
        return asdict(self)


def compare_runs(before: Run, after: Run, judgements: Judgements) -> list[Compared]:
    """Both runs by every measure for which at least one query counts."""
    first, second = measure_each(before, judgements), measure_each(after, judgements)
    return [one for name in first if (one := compared(name, first[name], second[name])) is not None]


def compared(measure: str, before: dict[str, float], after: dict[str, float]) -> Compared | None:
    """One measure, over the queries that both have; None without such a query."""
    queries = sorted(before.keys() & after.keys())
    if not queries:
        return None
    one, other = np.array([before[query] for query in queries]), np.array([after[query] for query in queries])
    change = other - one
    return Compared(
        measure=measure,
        before=float(one.mean()),
        after=float(other.mean()),
        change=float(change.mean()),
        p=randomisation(change),
        better=int((change > 0).sum()),
        worse=int((change < 0).sum()),
        queries=len(queries),
    )


def randomisation(change: npt.NDArray[np.float64]) -> float:
    """Two-sided p-value of paired differences, shape (queries,): never 0, 1 where nothing differs."""
    differing = change[change != 0]
    if not len(differing):
        return 1.0
    generator = np.random.default_rng(_SEED)
    observed = abs(float(differing.sum())) - 1e-12
    extreme, left = 0, DRAWS
    while left:
        draws = min(left, 1_000)
        signs = generator.integers(0, 2, (draws, len(differing)), dtype=np.int8) * 2 - 1
        extreme += int((np.abs(signs @ differing) >= observed).sum())
        left -= draws
    return (extreme + 1) / (DRAWS + 1)
