"""Figures as pages write them: in the language of the reader, units included."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import translation

from keqiao.engine.specs import Figure
from keqiao.matching.figures import in_words, interval
from keqiao.matching.showing import figure_line, figure_text, margin_text, reread, unit_text

LASTING = Figure("寿命", 2000, None, "hour")


@pytest.mark.parametrize(
    ("unit", "chinese", "english"),
    [("year", "年", "years"), ("hour", "小时", "h"), ("CNY/t", "元/t", "CNY/t"), ("g/cm**3", "g/cm³", "g/cm³"),
     ("kg/year", "kg/年", "kg/year"), ("month", "个月", "months"), ("degC", "℃", "℃"), ("mg*L**-1", "mg·L⁻¹", "mg·L⁻¹"),
     ("fold", "倍", "times"), ("count", "", "")],
)  # fmt: skip
def test_unit_in_both_languages(unit: str, chinese: str, english: str) -> None:
    assert unit_text(unit) == chinese
    with translation.override("en"):
        assert unit_text(unit) == english


@pytest.mark.parametrize(
    ("unit", "said", "chinese", "english"),
    [("year", {"margin": -2.0, "share": -0.2}, "−2 年 (−20 %)", "−2 years (−20 %)"),
     ("", {"margin": 0.11, "share": 0.11 / 1.15}, "+0.11 (+9.57 %)", "+0.11 (+9.57 %)"),
     ("%", {"margin": -3.0, "share": None}, "−3 个百分点", "−3 percentage points"),
     ("%", {"margin": 0.0, "share": 0.0}, "0 个百分点", "0 percentage points"),
     ("degC", {"margin": 40.0, "share": None}, "+40 ℃", "+40 ℃"),
     ("CNY", {"margin": -50_000.0, "share": None}, "−5 万元", "−CNY 50,000"),
     ("", {"margin": None, "share": None, "gap": None}, "", ""),
     ("year", {"gap": 2.0}, "−2 年", "−2 years"), ("year", {"gap": 0.0}, "", "")],
)  # fmt: skip
def test_margin_in_both_languages(unit: str, said: dict[str, Any], chinese: str, english: str) -> None:
    check = {"target": {"unit": unit}} | said
    assert margin_text(check) == chinese
    with translation.override("en"):
        assert margin_text(check) == english


@pytest.mark.parametrize(
    ("kept", "shown"),
    [("≥ 2000 小时", "≥ 2000 h"), ("≤ 300 万元", "≤ CNY 3 million"), ("≥ 98 %", "≥ 98 %"), ("约 5 年", "≈ 5 years"),
     ("-45~90 ℃", "−45–90 ℃"), ("", ""), ("好看", "好看")],
)  # fmt: skip
def test_kept_interval_is_read_back_for_an_english_page(kept: str, shown: str) -> None:
    with translation.override("en"):
        assert reread(kept) == shown


def test_records_keep_their_words_whatever_the_page_speaks() -> None:
    with translation.override("en"):
        assert (in_words(LASTING), interval(LASTING)) == ("寿命 ≥ 2000 小时", "≥ 2000 小时")
        assert (figure_line(LASTING), figure_text(LASTING)) == ("寿命 ≥ 2000 h", "≥ 2000 h")
