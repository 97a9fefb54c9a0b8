"""The chart's axis: values, limits and the band are always seen, on lines that are read at a glance."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keqiao.projects import measure
from keqiao.projects.charts import bounds, charts_of, even

NUMBERS = st.floats(min_value=-1e6, max_value=1e6, allow_nan=False).map(lambda value: round(value, 3))


@pytest.mark.parametrize(
    ("target", "values", "axis"),
    [
        ({"min": 98, "max": None}, [93.1, 97.2, 98.68], (90, 100, 2)),
        ({"min": 92.2, "max": None}, [89.9, 91.4, 91.5], (89, 93, 1)),
        ({"min": None, "max": 120}, [100, 80, 80], (60, 140, 20)),
        ({"min": None, "max": 24}, [36, 24, 20], (15, 40, 5)),
        ({"min": -40, "max": 85}, [20], (-100, 150, 50)),
        ({"min": 5, "max": None}, [5], (4.7, 5.3, 0.1)),
        ({"min": 0, "max": None}, [0], (-1, 1, 0.5)),
        ({"min": 0.001, "max": None}, [0.0004, 0.0009], (0.0002, 0.0012, 0.0002)),
    ],
)
def test_axis_of_usual_targets(target: dict[str, Any], values: list[float], axis: tuple[float, float, float]) -> None:
    assert bounds(target, values) == axis


@given(st.lists(NUMBERS, min_size=1, max_size=8), st.none() | NUMBERS, st.none() | NUMBERS)
def test_every_value_and_limit_lies_within_the_axis(
    values: list[float], least: float | None, most: float | None
) -> None:
    low, high, step = bounds({"min": least, "max": most}, values)
    for number in (*values, *(limit for limit in (least, most) if limit is not None)):
        assert low - step / 1e6 <= number <= high + step / 1e6
    assert low < high
    assert 2 <= round((high - low) / step) <= 12


@given(st.floats(min_value=1e-9, max_value=1e9))
def test_step_is_one_two_or_five_times_a_power_of_ten(room: float) -> None:
    step = even(room)
    power = 10.0 ** math.floor(math.log10(step) + 1e-9)
    assert round(step / power, 6) in {1, 2, 5, 10}
    assert room * 0.99 <= step <= room * 5


@pytest.mark.parametrize(
    ("target", "band"),
    [
        ({"name": "吸光率", "min": 98, "max": None, "unit": "%"}, (98, "high")),
        ({"name": "工序时间", "min": None, "max": 24, "unit": "h"}, ("low", 24)),
        ({"name": "膜厚", "min": 10, "max": 12, "unit": "um"}, (10, 12)),
    ],
)
def test_band_reaches_from_limit_to_limit_or_to_the_end_of_the_axis(
    target: dict[str, Any], band: tuple[Any, Any]
) -> None:
    value = {"number": 1, "measured_on": "2026-01-01", "values": [measure.judge(target, (11.0, 11.0))]}
    options = charts_of([target], [value])[0]["options"]
    ends = {"low": options["yAxis"]["min"], "high": options["yAxis"]["max"]}
    drawn = options["series"][0]["markArea"]["data"]
    assert drawn == [[{"yAxis": ends.get(band[0], band[0])}, {"yAxis": ends.get(band[1], band[1])}]]


def test_round_that_could_not_be_tested_has_no_point() -> None:
    target = {"name": "吸光率", "min": 98, "max": None, "unit": "%"}
    broken = {"number": 1, "measured_on": None, "values": []}
    tested = {"number": 2, "measured_on": "2026-01-02", "values": [measure.judge(target, (98.7, 98.7))]}
    options = charts_of([target], [broken, tested])[0]["options"]
    assert options["xAxis"]["data"] == ["第 2 轮"]
    assert [point["value"] for point in options["series"][0]["data"]] == [98.7]
