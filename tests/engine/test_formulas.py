"""The formula language: what it computes, what it refuses and where, and that nothing else can happen."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keqiao.engine.formulas import LONGEST, Amount, FormulaError, parse

VALUES = {
    "负荷": Amount(500, "kW"),
    "现状.PUE": Amount(1.5),
    "PUE": Amount(1.04),
    "成果.PUE": Amount(1.04),
    "price": Amount(0.6, "CNY/kWh"),
    "power consumption": Amount(2, "kW"),
    "zero": Amount(0),
}


@pytest.mark.parametrize(
    ("formula", "value", "unit"),
    [
        ("负荷[kW] * (现状.PUE - PUE) * 8760 h", 2014.8, "MWh"),
        ("负荷*(现状.PUE-成果.PUE)*8760h*0.6元/kWh", 1_208_880, "CNY"),
        ("负荷[W] × 1 年 ÷ 365.25 × price", 7200, "CNY"),
        ("（负荷 ＋ １００ kW）× 2 h", 1200, "kWh"),
        ("1 + 2 * 3 - 4 / 2", 5, ""),
        ("-2^2", -4, ""),
        ("2^3^2", 512, ""),
        ("2 ** -1", 0.5, ""),
        ("--3", 3, ""),
        ("1.5e3 - 5e2", 1000, ""),
        ("98 %", 0.98, ""),
        ("0.98", 98, "%"),
        ("300 万元 + 50 万元", 3_500_000, "CNY"),
        ("5 h-3 h", 2, "h"),
        ("3 g/10min", 0.3, "g/min"),
        ("3 g/10 min * 10 min", 3, "g"),
        ("6 t/100 km * 50 km", 3, "t"),
        ("3 kWh / 2", 1.5, "kWh"),
        ("10 m^2 * 3 m", 30, "m**3"),
        ("1.5 t/(m^2*year) * 2 m2 * 1 year", 3, "t"),
        ("(2 m)^-2", 0.25, "1/m**2"),
        ("sqrt(4 m^2)", 2, "m"),
        ("sqrt(9 m^2/s^2)", 3, "m/s"),
        ("min(3 m, 40 cm, 1 km)", 0.4, "m"),
        ("max(3 m, 40 cm)", 3, "m"),
        ("abs(3 kW - 5 kW)", 2, "kW"),
        ("80 ℃ - 50 ℃", 30, "K"),
        ('"power consumption" * 2 h', 4, "kWh"),
    ],
)
def test_value_of_a_formula(formula: str, value: float, unit: str) -> None:
    assert parse(formula).evaluate(VALUES, unit) == pytest.approx(value)


@pytest.mark.parametrize(
    ("formula", "unit", "code", "place"),
    [
        ("", "", "empty", 0),
        ("  ", "", "empty", 0),
        ("1" * (LONGEST + 1), "", "long", LONGEST),
        ("(" * 40 + "1" + ")" * 40, "", "deep", 30),
        ("1 + $", "", "character", 4),
        ("负荷; 1", "", "character", 2),
        ("PUE.real", "", "unexpected", 0),
        ("现状.PUE.real", "", "character", 6),
        ("__import__('os')", "", "character", 11),
        ("eval(1)", "", "function", 0),
        ("1 + PUE(2)", "", "function", 4),
        ("lambda: 1", "", "character", 6),
        ("1 +", "", "unexpected", 3),
        ("* 2", "", "unexpected", 0),
        ("1 2", "", "unexpected", 2),
        ("1, 2", "", "unexpected", 1),
        ("2 * (1 + 2", "", "unclosed", 4),
        ("1)", "", "unexpected", 1),
        ("abs(1, 2)", "", "arguments", 0),
        ("min()", "", "unexpected", 4),
        ("1e999", "", "number", 0),
        ("负荷[zz]", "", "unit", 0),
        ("1 dBm * 2", "W", "unit", 0),
        ("2 m + 3 s", "m", "dimensions", 4),
        ("负荷 * 2", "kWh", "dimensions", 0),
        ("负荷[kg]", "kg", "dimensions", 0),
        ("min(1 m, 2 s)", "m", "dimensions", 0),
        ("(2 m)^PUE", "m", "exponent", 5),
        ("(2 m)^10", "m", "exponent", 5),
        ("2^(3 m)", "", "exponent", 1),
        ("nothing + 1", "", "missing", 0),
        ("1 / zero", "", "arithmetic", 2),
        ("sqrt(0 - 1)", "", "arithmetic", 0),
        ("(0 - 1)^0.5", "", "arithmetic", 7),
        ("9^9^9^9", "", "arithmetic", 3),
    ],
)
def test_what_is_wrong_is_said_with_its_place(formula: str, unit: str, code: str, place: int) -> None:
    with pytest.raises(FormulaError) as raised:
        parse(formula).evaluate(VALUES, unit)
    assert (raised.value.code, raised.value.place) == (code, place)
    assert str(raised.value).startswith(f"character {place + 1}: ")


def test_names_are_told_once_with_source_and_unit() -> None:
    names = parse("负荷[kW] * (现状.PUE - PUE) + 负荷[kW] * own.x").names
    assert [(n.key, n.source, n.name, n.unit) for n in names] == [
        ("负荷", "", "负荷", "kW"), ("现状.PUE", "present", "PUE", None), ("PUE", "", "PUE", None),
        ("own.x", "own", "x", None),
    ]  # fmt: skip


def test_units_are_checked_before_any_value_is_known() -> None:
    formula = parse("负荷[kW] * (现状.PUE - PUE) * 8760 h")
    formula.check({"PUE": ""}, "MWh")
    with pytest.raises(FormulaError) as raised:
        formula.check({"PUE": "m"}, "MWh")
    assert (raised.value.code, raised.value.place, raised.value.text) == ("dimensions", 17, "1, m")
    with pytest.raises(FormulaError, match="these units do not fit: kWh, CNY"):
        formula.check({}, "CNY")


FORMULA = st.one_of(
    st.text(max_size=60),
    st.text(alphabet='负荷PUE现状.目标[kWm]0123456789.eE+-*/^(), %万元年h×÷（）"', max_size=60),
    st.lists(
        st.sampled_from(
            [
                "1",
                "2.5 kW",
                "负荷",
                "PUE",
                "zero",
                "+",
                "-",
                "*",
                "/",
                "^",
                "(",
                ")",
                "min(",
                "sqrt(",
                ",",
                "3 h",
                "[m]",
            ]
        ),
        max_size=25,
    ).map(" ".join),
)


def outcome(text: str, unit: str = "") -> tuple[str, float]:
    """The value, or what is wrong and where; any other exception is a failure of the test."""
    try:
        return "value", parse(text).evaluate(VALUES, unit)
    except FormulaError as error:
        return error.code, error.place


@settings(deadline=None, max_examples=400)
@given(FORMULA, st.sampled_from(["", "kW", "m", "CNY", "degC", "no such unit"]))
def test_any_text_is_computed_or_refused_the_same_way_twice(text: str, unit: str) -> None:
    first = outcome(text, unit)
    assert first == outcome(text, unit)
    assert first[0] == "value" or 0 <= first[1] <= max(len(text), LONGEST)


@settings(deadline=None, max_examples=100)
@given(st.integers(1, 300), st.sampled_from(["1+", "(", "-", "2^", "min(1,", "1*("]))
def test_long_and_deep_formulas_end(times: int, piece: str) -> None:
    text = piece * times + "1" + ")" * (piece.count("(") * times)
    assert outcome(text)[0] in {"value", "long", "deep", "arithmetic"}
