"""Who takes what: tasks to takers of limited capacity at the least total cost, as a min-cost flow.

One unit flows from every task over a taker to the end. An arc from task to taker costs what the pair costs; the k-th
task of a taker costs more than the one before (a convex cost), so that load spreads; a task may stay without a taker
for a price. The matrix of such a network is totally unimodular: every vertex that the simplex method stops at is whole
(Hoffman and Kruskal 1956), so a linear program finds the flow. It is solved by HiGHS, which comes with scipy.

Few of the arcs are ever used. Those that are cheap are put in first, the others as soon as the prices of the solution
(its dual values) show that one of them would save something: column generation (Dantzig and Wolfe 1960), which ends at
the same optimum as all arcs at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import linprog
from scipy.sparse import csr_array

Numbers = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]

NOBODY = -1
UNASSIGNED = 2.0
"""What a task without a taker costs: as much as two pairs that fit not at all, so it is the last resort."""
_FIRST_ARCS = 8
_MORE_ARCS = 4
_SAVES = 1e-7


@dataclass(frozen=True, slots=True)
class Capacity:
    """What takers have in hand and may have at most (whole numbers), and what a full taker's next task would cost."""

    loads: Whole
    limits: Whole
    balance: float = 0.2

    def places(self) -> tuple[Whole, Numbers]:
        """Every free place: whose it is, and its cost, `balance * (tasks in hand by then) / limit`."""
        free = np.maximum(self.limits - self.loads, 0)
        owners = np.repeat(np.arange(len(free)), free)
        before = np.arange(len(owners)) - np.repeat(np.cumsum(free) - free, free)
        return owners, self.balance * (self.loads[owners] + before) / self.limits[owners]


def assign(costs: npt.ArrayLike, capacity: Capacity, *, unassigned: float = UNASSIGNED) -> Whole:
    """The taker of each task, `NOBODY` for those that stay without one, at the least total cost (see `total_cost`).

    `costs` has a row for each task and a column for each taker; infinite: this pair is excluded. Same input, same
    answer. Raises ValueError where the shapes do not fit or a cost is not a number.
    """
    matrix = _checked(costs, capacity)
    takers = np.full(len(matrix), NOBODY, dtype=np.int64)
    owners, prices = capacity.places()
    if not len(owners) or not len(matrix):
        return takers
    first = np.full(matrix.shape[1], np.inf)
    np.minimum.at(first, owners, prices)
    tasks, chosen = _cheapest(matrix + first, _FIRST_ARCS)
    while True:
        flow, task_prices, taker_prices = _solved(matrix, tasks, chosen, owners, prices, unassigned)
        reduced = matrix - task_prices[:, None] - taker_prices[None, :]
        reduced[tasks, chosen] = np.inf
        more_tasks, more_takers = _cheapest(np.where(reduced < -_SAVES, reduced, np.inf), _MORE_ARCS)
        if not len(more_tasks):
            break
        tasks, chosen = np.concatenate([tasks, more_tasks]), np.concatenate([chosen, more_takers])
    taken = flow > 0.5
    takers[tasks[taken]] = chosen[taken]
    return takers


def total_cost(costs: npt.ArrayLike, takers: Whole, capacity: Capacity, *, unassigned: float = UNASSIGNED) -> float:
    """What an assignment costs: its pairs, the places that they take, and the tasks without a taker."""
    matrix = _checked(costs, capacity)
    given = np.flatnonzero(takers != NOBODY)
    pairs = matrix[given, takers[given]].sum()
    counts = np.bincount(takers[given], minlength=matrix.shape[1])
    owners, prices = capacity.places()
    before = np.arange(len(owners)) - np.searchsorted(owners, owners)
    return float(pairs + prices[before < counts[owners]].sum() + unassigned * (len(takers) - len(given)))


def _checked(costs: npt.ArrayLike, capacity: Capacity) -> Numbers:
    matrix = np.asarray(costs, dtype=np.float64)
    if matrix.ndim != 2 or not matrix.shape[1] == len(capacity.loads) == len(capacity.limits):
        raise ValueError("costs need a row for each task and a column for each taker, loads and limits one for each")
    if np.isnan(matrix).any() or (matrix == -np.inf).any():
        raise ValueError("a cost is a number, or infinite where a pair is excluded")
    return matrix


def _cheapest(matrix: Numbers, count: int) -> tuple[Whole, Whole]:
    """Row and column of the `count` least finite values of every row, ties to the lower column."""
    order = np.argsort(matrix, axis=1, kind="stable")[:, :count]
    rows = np.repeat(np.arange(len(matrix)), order.shape[1])
    columns = order.ravel()
    kept = np.isfinite(matrix[rows, columns])
    return rows[kept], columns[kept]


def _solved(
    matrix: Numbers, tasks: Whole, takers: Whole, owners: Whole, prices: Numbers, unassigned: float
) -> tuple[Numbers, Numbers, Numbers]:
    """The flow over each arc, and what one more task and one more place of a taker are worth."""
    rows, columns = matrix.shape
    arcs, places = len(tasks), len(owners)
    at = np.arange(arcs + places + rows)
    signs = np.concatenate([np.ones(2 * arcs + rows), -np.ones(places)])
    equations = np.concatenate([tasks, rows + takers, np.arange(rows), rows + owners])
    variables = np.concatenate([at[:arcs], at[:arcs], at[arcs + places :], at[arcs : arcs + places]])
    network: Any = csr_array((signs, (equations, variables)), shape=(rows + columns, len(at)))
    found = linprog(
        np.concatenate([matrix[tasks, takers], prices, np.full(rows, unassigned)]),
        A_eq=network,
        b_eq=np.concatenate([np.ones(rows), np.zeros(columns)]),
        bounds=(0, 1),
        method="highs-ds",
    )
    if not found.success or found.x is None:
        raise RuntimeError(f"the assignment could not be solved: {found.message}")
    worth = np.asarray(found.eqlin.marginals, dtype=np.float64)
    return np.asarray(found.x[:arcs], dtype=np.float64), worth[:rows], worth[rows:]
