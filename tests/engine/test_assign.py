"""Tasks to takers as a min-cost flow: exact answers of small cases, and what must hold in any."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keqiao.engine.assign import NOBODY, Capacity, assign, total_cost

OUT = math.inf


def capacity(loads: list[int], limits: list[int], balance: float = 0.2) -> Capacity:
    return Capacity(np.array(loads, dtype=np.int64), np.array(limits, dtype=np.int64), balance)


@pytest.mark.parametrize(
    ("costs", "loads", "limits", "takers", "cost"),
    [
        # the first would take the better manager, but the second can only go to that one
        ([[0.1, 0.2], [0.1, 0.9]], [0, 0], [1, 1], [1, 0], 0.3),
        # of three that all fit the first best, one goes elsewhere as soon as a place there costs less
        ([[0.0, 0.05]] * 3, [0, 0], [2, 2], [0, 0, 1], 0.0 + 0.1 + 0.05),
        # who has much in hand already is dearer than who is a little further away
        ([[0.0, 0.1]], [9, 0], [10, 10], [1], 0.1),
        # a full one takes nothing, an excluded pair is never made, the rest stays
        ([[0.0, OUT], [0.0, 0.5]], [3, 0], [3, 1], [NOBODY, 1], 2.5),
        ([[OUT, OUT]], [0, 0], [5, 5], [NOBODY], 2.0),
        # one place for two: the one who has no other way gets it
        ([[0.0, 0.8], [0.1, OUT]], [0, 0], [1, 1], [1, 0], 0.9),
        # more in hand than the limit is no free place
        ([[0.0]], [7], [5], [NOBODY], 2.0),
    ],
)
def test_small_cases_have_these_answers(
    costs: list[list[float]], loads: list[int], limits: list[int], takers: list[int], cost: float
) -> None:
    given_out = assign(costs, capacity(loads, limits))
    assert sorted(given_out.tolist()) == sorted(takers)
    assert total_cost(costs, given_out, capacity(loads, limits)) == pytest.approx(cost)
    if len({tuple(row) for row in costs}) == len(costs):
        assert given_out.tolist() == takers


def test_load_is_spread_as_evenly_as_it_was_not() -> None:
    takers = assign([[0.5, 0.5, 0.5]] * 9, capacity([4, 1, 0], [10, 10, 10]))
    assert sorted(np.bincount(takers, minlength=3) + np.array([4, 1, 0])) == [4, 5, 5]


def test_nobody_is_given_what_costs_more_than_to_leave_it() -> None:
    assert assign([[0.9]], capacity([0], [1]), unassigned=0.5).tolist() == [NOBODY]
    assert assign([[0.4]], capacity([0], [1]), unassigned=0.5).tolist() == [0]


@pytest.mark.parametrize("shape", [(0, 3), (3, 0), (0, 0)])
def test_without_tasks_or_takers_there_is_nothing_to_give(shape: tuple[int, int]) -> None:
    takers = assign(np.zeros(shape), capacity([0] * shape[1], [5] * shape[1]))
    assert takers.tolist() == [NOBODY] * shape[0]


@pytest.mark.parametrize(
    ("costs", "loads", "message"),
    [
        ([0.1, 0.2], [0, 0], "a row for each task"),
        ([[0.1, 0.2]], [0], "a row for each task"),
        ([[math.nan]], [0], "a cost is a number"),
        ([[-math.inf]], [0], "a cost is a number"),
    ],
)
def test_costs_that_do_not_fit_are_refused(costs: list[float], loads: list[int], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        assign(costs, capacity(loads, [1] * len(loads)))


def one_by_one(costs: np.ndarray, given: Capacity) -> np.ndarray:
    """What an operator does who takes need after need and gives each the best manager of that moment."""
    loads, takers = given.loads.copy(), []
    for row in costs:
        now = np.where(loads < given.limits, row + given.balance * loads / np.maximum(given.limits, 1), OUT)
        best = int(np.argmin(now)) if np.isfinite(now).any() else NOBODY
        takers.append(best)
        if best != NOBODY:
            loads[best] += 1
    return np.array(takers)


@st.composite
def markets(draw: st.DrawFn) -> tuple[np.ndarray, Capacity]:
    tasks, takers = draw(st.integers(1, 14)), draw(st.integers(1, 6))
    cost = st.one_of(st.sampled_from([0.0, 0.2, 0.3, 0.5, 0.8, OUT]), st.floats(0, 0.8))
    rows = st.lists(st.lists(cost, min_size=takers, max_size=takers), min_size=tasks, max_size=tasks)
    numbers = st.lists(st.integers(0, 5), min_size=takers, max_size=takers)
    return np.array(draw(rows)), capacity(draw(numbers), draw(numbers))


@settings(max_examples=120, deadline=None)
@given(markets())
def test_nobody_gets_more_than_fits_and_none_is_dearer_than_one_by_one(market: tuple[np.ndarray, Capacity]) -> None:
    costs, given_capacity = market
    takers = assign(costs, given_capacity)
    made = takers != NOBODY
    counts = np.bincount(takers[made], minlength=costs.shape[1])
    free = np.maximum(given_capacity.limits - given_capacity.loads, 0)
    assert (counts <= free).all()
    assert np.isfinite(costs[np.flatnonzero(made), takers[made]]).all()
    greedy = one_by_one(costs, given_capacity)
    assert total_cost(costs, takers, given_capacity) <= total_cost(costs, greedy, given_capacity) + 1e-6
    assert assign(costs, given_capacity).tolist() == takers.tolist()
    assert {task for task, row in enumerate(costs) if not np.isfinite(row[free > 0]).any()} <= set(
        np.flatnonzero(~made).tolist()
    )


def test_arcs_that_were_left_out_first_are_found_where_they_save_something() -> None:
    """Thirty tasks want the same eight takers, who are full after one each; the others lie beyond the first arcs."""
    costs = np.full((30, 40), 0.6)
    costs[:, :8] = np.linspace(0.0, 0.07, 8)
    costs[5, 39] = 0.1
    takers = assign(costs, capacity([0] * 40, [1] * 40))
    assert sorted(takers.tolist()[:5] + takers.tolist()[6:])[:8] == list(range(8))
    assert takers[5] == 39
    assert len(set(takers.tolist())) == 30
    assert total_cost(costs, takers, capacity([0] * 40, [1] * 40)) == pytest.approx(0.28 + 0.1 + 21 * 0.6)
