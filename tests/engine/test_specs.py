from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import pytest

from keqiao.engine.specs import Figure, figures
from keqiao.engine.specs.units import convert, read_unit

SENTENCES = [
    json.loads(line) for line in (Path(__file__).parent / "specs_sentences.jsonl").read_text("utf-8").splitlines()
]


def found(text: str) -> list[dict[str, Any]]:
    return [{key: value for key, value in f.as_json().items() if key != "span"} for f in figures(text)]


@pytest.mark.parametrize("sentence", SENTENCES, ids=lambda sentence: sentence["text"][:24])
def test_sentence(sentence: dict[str, Any]) -> None:
    assert found(sentence["text"]) == sentence["figures"]


@pytest.mark.parametrize("sentence", SENTENCES, ids=lambda sentence: sentence["text"][:24])
def test_span_holds_name_and_last_digit(sentence: dict[str, Any]) -> None:
    text = sentence["text"]
    for figure in figures(text):
        start, end = figure.span
        assert 0 <= start < end <= len(text)
        assert any(character.isnumeric() or character == "两" for character in text[start:end])


def test_spans_are_places_in_the_text_as_written() -> None:
    text = "面積㎡：<b>吸光率</b>≥９８％；密度１.２g/cm³"
    assert [text[f.span[0] : f.span[1]] for f in figures(text)] == ["吸光率</b>≥９８％", "密度１.２g/cm³"]


def test_figures_do_not_overlap_and_stand_in_order() -> None:
    spans = [figure.span for figure in figures("抗拉强度≥500MPa，屈服强度≥300MPa，延伸率15%~20%，重2kg")]
    assert len(spans) == 4
    assert all(left[1] <= right[0] for left, right in itertools.pairwise(spans))


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "没有数字",
        "😀🎉",
        "一",
        "12345",
        "1.2.3.4",
        "、、、",
        "<p></p>",
        "2026",
        "%",
        "≥",
        "~",
        "±",
        "10^",
        "百",
        "万元",
        "\x00\ud800",
    ],
)
def test_texts_without_a_figure(text: str) -> None:
    assert figures(text) == []


def test_long_text_is_read_whole() -> None:
    text = "吸光率≥98%。" * 10_000
    assert len(figures(text)) == 10_000


def test_json_has_the_six_keys_and_whole_numbers_without_a_point() -> None:
    assert figures("预算300万元")[0].as_json() == {
        "name": "预算",
        "min": 3000000,
        "max": 3000000,
        "unit": "CNY",
        "approx": False,
        "span": [0, 7],
    }


def test_figure_comes_back_from_json_and_row() -> None:
    figure = Figure("密度", 1.2, None, "g/cm**3", approx=True, span=(2, 9))
    assert Figure.from_json(json.loads(json.dumps(figure.as_json()))) == figure
    assert Figure.from_json(json.loads(json.dumps(figure.as_row()))) == figure


@pytest.mark.parametrize(
    ("written", "unit"),
    [
        ("MPa", "MPa"), ("兆帕", "MPa"), ("mpa", "MPa"), ("W/(m·K)", "W/(m*K)"), ("W/m·K", "W/(m*K)"),
        ("W/mK", "W/(m*K)"), ("W·m^-1·K^-1", "W/(m*K)"), ("g/cm^3", "g/cm**3"), ("g/cm3", "g/cm**3"),
        ("千克/立方米", "kg/m**3"), ("mg/L", "mg/L"), ("毫克/升", "mg/L"), ("m3/h", "m**3/h"),
        ("立方米/小时", "m**3/h"), ("元/吨", "CNY/t"), ("元/kWh", "CNY/kWh"), ("t/d", "t/day"),
        ("吨/天", "t/day"), ("次/分钟", "count/min"), ("μm", "um"), ("微米", "um"), ("°C", "degC"),
        ("摄氏度", "degC"), ("K", "K"), ("kWh", "kWh"), ("千瓦时", "kWh"), ("mAh/g", "mA*h/g"),
        ("Wh/kg", "Wh/kg"), ("Pa·s", "Pa*s"), ("N·m", "N*m"), ("Ω·cm", "ohm*cm"), ("lm/W", "lm/W"),
        ("个月", "month"), ("年", "year"), ("小时", "h"), ("r/min", "rpm"), ("万", None), ("xyz", None),
        ("", None), ("年级", None), ("天然", None), ("方案", None), ("成立", None), ("Gbps", "Gbit/s"),
        ("mm/s", "mm/s"), ("J/(kg·K)", "J/(kg*K)"), ("mg/m**2", "mg/m**2"), ("Ω·cm2", "ohm*cm**2"), ("/K", "1/K"),
        ("mg/Nm3", "mg/m**3"), ("GJ/tCO2", "GJ/t"), ("次/分", "count/min"), ("°Brix", "Brix"), ("Shore A", "ShoreA"),
        ("/7", None), ("/IP", None),
    ],
)  # fmt: skip
def test_unit_is_read_as_pint_reads_it(written: str, unit: str | None) -> None:
    read = read_unit(written, 0)
    assert (read.name if read else None) == unit


@pytest.mark.parametrize(
    ("value", "source", "target", "expected"),
    [
        (1.0, "MPa", "kPa", 1000.0),
        (25.0, "degC", "K", 298.15),
        (10.0, "degC/min", "K/min", 10.0),
        (98.0, "%", "", 0.98),
        (1.0, "mu", "m**2", 2000 / 3),
        (1.0, "W/(m*K)", "W/(m*degC)", 1.0),
        (1.0, "kWh", "MJ", 3.6),
        (5.0, "t/day", "kg/h", 5000 / 24),
        (1.0, "MPa", "kg", None),
        (1.0, "CNY", "USD", None),
        (1.0, "no such unit", "m", None),
        (3.0, "HRC", "HRC", 3.0),
        (3.0, "HRC", "HV", None),
        (1.0, "torr", "Pa", 133.322368),
        (2.0, "ppb", "ppm", 0.002),
        (60.0, "U/mL", "umol/(L*s)", 1000.0),
        (1.0, "mcd", "cd", 0.001),
    ],
)
def test_conversion(value: float, source: str, target: str, expected: float | None) -> None:
    assert convert(value, source, target) == (None if expected is None else pytest.approx(expected))


def test_every_unit_that_is_written_is_read_back_as_it_is() -> None:
    from keqiao.engine.specs.lexicon import unit_spellings

    files = ("specs_sentences.jsonl", "figures_measured.jsonl", "figures_blind.jsonl", "figures_blind_again.jsonl")
    lines = [line for name in files for line in (Path(__file__).parent / name).read_text("utf-8").splitlines()]
    units = {figure["unit"] for line in lines for figure in json.loads(line)["figures"]} - {""}
    units |= set(unit_spellings().values()) | {"mg/m**2", "W/(m**2*K)", "1/(s*m**2)", "ohm*cm**2"}
    read = {unit: read_unit(unit, 0) for unit in units}
    assert {unit: found and (found.name, found.end) for unit, found in read.items()} == {u: (u, len(u)) for u in units}


def test_every_unit_that_is_written_can_be_read_by_pint() -> None:
    from keqiao.engine.specs.lexicon import unit_spellings
    from keqiao.engine.specs.units import _registry

    unread = [unit for unit in set(unit_spellings().values()) if not _registry().Unit(unit)]
    assert unread == []


def test_pint_has_nothing_to_say_against_our_units(caplog: pytest.LogCaptureFixture) -> None:
    from keqiao.engine.specs.lexicon import unit_spellings
    from keqiao.engine.specs.units import _registry

    _registry.cache_clear()
    for unit in sorted(set(unit_spellings().values())):
        _registry().Quantity(1, unit).to_base_units()
    assert caplog.messages == []
