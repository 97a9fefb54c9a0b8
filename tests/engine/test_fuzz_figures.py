"""Figures of texts that nobody would write, and what holds for all: places, order, finite ends, one form, steps."""

from __future__ import annotations

import json
import math
import sys
from types import FrameType
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from keqiao.engine.specs import Figure, figures
from keqiao.engine.specs.units import conversion, in_base_units, read_unit

PIECES = [
    "吸光率", "导热系数", "重量", "PUE", "yield", "≥", "≤", "<", ">", "不薄于", "at least", "不高于", "约",
    "由", "提高到", "在", "5", "0.5", "1,200", "1.2×10^5", "1e-3", "1e999999", "10的负九次方", "九成五",
    "一百万分之三", "三万六千", "翻两番", "一半", "two", "half a", "a third", "1 in 1,000", "1:1", "余", "万",
    "亿", "%", "‰", "℃", "MPa", "W/(m·K)", "g/10min", "mm/百万吨", "元/吨", "次", "台", "级", "节", "每天",
    "每", "±", "~", "-", "+", "至", "和", "且", "分别", "以上", "左右", "以内", "（", "）", "，", "。", "的",
    "满量程的", "波段", "下", " ", "\n", "<b>", "<!--", "２", "％", "²", "10⁻³", "DC", "$", "¥", "2026年",
    "GB/T 1", "HRC", "邵氏A", "Q235",
]  # fmt: skip
UNIT_PIECES = ["W", "m", "K", "/", "·", "(", ")", "^2", "10", "百万", "吨", "h", " ", "-1", "每"]
TEXT = st.one_of(st.lists(st.sampled_from(PIECES), max_size=16).map("".join), st.text(max_size=60))
many = settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
UNITS = [
    "mm",
    "kg",
    "MPa",
    "degC",
    "kW",
    "%",
    "permille",
    "W/(m*K)",
    "g/min",
    "CNY/t",
    "kWh/m**3",
    "fold",
    "L/(m**2*h)",
]


@many
@given(TEXT)
@example("厚度" + "9" * 400 + "mm")
@example("投资" + "一亿" * 200 + "元")
@example("5 g/0min")
def test_figures_of_any_text_stand_in_it_in_order_and_can_be_sent_as_json(text: str) -> None:
    found = figures(text)
    assert [figure.span for figure in found] == sorted(figure.span for figure in found)
    for figure in found:
        start, end = figure.span
        assert 0 <= start < end <= len(text)
        ends = [value for value in (figure.min, figure.max) if value is not None]
        assert ends
        assert ends == sorted(ends)
        assert all(math.isfinite(value) for value in ends)
        assert len(figure.unit) < 100
        assert Figure.from_json(json.loads(json.dumps(figure.as_json(), allow_nan=False))) == figure


@many
@given(TEXT)
def test_full_width_figures_are_the_same_figures(text: str) -> None:
    wide = text.translate(
        {code: code + 0xFEE0 for code in [*range(0x30, 0x3A), ord("%"), ord("("), ord(")"), ord("+")]}
    )
    assert figures(wide) == figures(text)


@many
@given(st.integers(1, 10**6), st.sampled_from(UNITS), st.sampled_from(["≥", "不薄于", "at least ", "", "约"]))
def test_what_is_written_is_read(number: int, unit: str, sign: str) -> None:
    [figure] = figures(f"指标{sign}{number / 100:g} {unit}")
    assert figure.min == pytest.approx(number / 100, rel=1e-5)
    assert figure.unit == unit


@many
@given(st.floats(-1e6, 1e6), st.sampled_from(UNITS), st.sampled_from(UNITS))
def test_conversion_there_and_back_changes_nothing(value: float, one: str, other: str) -> None:
    there, back = conversion(one, other), conversion(other, one)
    assert (there is None) == (back is None)
    if there is not None and back is not None:
        assert back[0] * (there[0] * value + there[1]) + back[1] == pytest.approx(value, rel=1e-9, abs=1e-6)


@many
@given(
    st.lists(
        st.sampled_from(UNIT_PIECES),
        max_size=30,
    )
)
def test_any_unit_that_is_read_is_one_that_can_be_computed_with(pieces: list[str]) -> None:
    unit = read_unit("".join(pieces), 0)
    if unit is not None:
        assert 0 < unit.end <= len("".join(pieces))
        assert math.isfinite(unit.factor)
        assert unit.factor > 0
        assert in_base_units(unit.name) is not None


PATHOLOGICAL = {
    "brackets": "(", "closed brackets": "(98%)", "comparisons": "≥", "smaller": "<", "greater": ">",
    "comments": "<!--", "scripts": "<script>", "tags": "<b>", "nines": "９", "numerals": "九",
    "places": "百千", "large": "一亿", "multipliers": "亿", "units": "5 W/", "unit chain": "W·", "each": "每",
    "tolerances": "±5", "ranges": "5~", "goals": "由5%提高到", "sums": "5+", "fractions": "一分之",
    "commas": "1,", "groups": ",000", "minus": "-", "chains": "5≤", "wholes": "满量程的", "ratios": "1 in ",
    "sizes": "1:", "and": "≥5mm且", "words": "two ", "listed": "分别5和", "conditions": "5h达",
    "powers": "10^", "raised": "⁻³", "currency": "¥", "entities": "&lt;", "dots": "1.",
}  # fmt: skip


class Steps:
    """How many functions are called while something is done: what takes time, without a clock."""

    def __init__(self) -> None:
        self.taken = 0

    def __call__(self, _frame: FrameType, event: str, _argument: Any) -> None:
        self.taken += event in {"call", "c_call"}

    @classmethod
    def of(cls, text: str) -> int:
        steps, before = cls(), sys.getprofile()
        sys.setprofile(steps)
        try:
            figures(text)
        finally:
            sys.setprofile(before)
        return steps.taken


@pytest.mark.parametrize("name", list(PATHOLOGICAL))
def test_steps_grow_with_the_length_and_not_with_its_square(name: str) -> None:
    piece = PATHOLOGICAL[name]
    text = piece * (1500 // len(piece))
    Steps.of(text)  # what is read once and kept
    short, long = Steps.of(f"{text}5%"), Steps.of(f"{text * 4}5%")
    assert long <= 4.4 * short + 200


@pytest.mark.parametrize("name", list(PATHOLOGICAL))
def test_a_hundred_thousand_characters_of_one_kind_are_read(name: str) -> None:
    found = figures(f"吸光率≥98%。{PATHOLOGICAL[name] * (100_000 // len(PATHOLOGICAL[name]) // 5)}。厚度5mm")
    assert (found[0].name, found[0].min) == ("吸光率", 98.0)
    assert all(math.isfinite(value) for figure in found for value in (figure.min, figure.max) if value is not None)
