from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from keqiao.engine import Document, EdgeIndex, Engine, Figure, Query, compare, figures, language
from keqiao.engine.explain import Explained, phrases
from keqiao.engine.specs.units import convert
from keqiao.engine.text import canonical, fold, folded, without_markup

CHINESE = st.text(alphabet="消光涂层的研究吸率电池与、。，0123456789%≥≤~-± 万亿元年℃mMPaΩ²（）<b>/", max_size=60)
WORDS = [
    "硬度", "邵氏A", "HRC", "由", "从", "提高到", "降至", "from", "to", "5", "1.2×10", "^-3", "10的负三次方", "e5",
    "三十五", "两万", "九成五", "百分之", "万分之五", "±", "~", "≤", "≥", "(", ")", "%", "kW", "/m³", "mg/m**2", "/K",
    "个半小时", "每天", "，", "。", "年产", "万", "目标", "位", "≤x≤", "优于", "2026年", "GB/T", "☃", "\u3000",
    " ", " Shore D", " or better",
]  # fmt: skip
PIECES = st.lists(st.sampled_from(WORDS), max_size=14).map("".join)
TEXT = st.one_of(st.text(max_size=80), CHINESE, PIECES)
NUMBERS = st.integers(min_value=1, max_value=10_000)
slow = settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])


@slow
@given(TEXT)
def test_any_text_is_read_without_failing(text: str) -> None:
    found = figures(text)
    assert found == figures(text)
    for figure in found:
        assert 0 <= figure.span[0] < figure.span[1] <= len(text)
        assert figure.min is not None or figure.max is not None
        assert figure.min is None or figure.max is None or figure.min <= figure.max
        assert Figure.from_json(figure.as_json()) == figure


@slow
@given(NUMBERS, st.sampled_from(["MPa", "kg", "mm", "%", "W/(m*K)", "h"]), st.sampled_from(["≥", "不低于", "大于"]))
def test_written_floor_is_read(number: int, unit: str, sign: str) -> None:
    [figure] = figures(f"强度{sign}{number}{unit}")
    assert (figure.name, figure.min, figure.max, figure.unit) == ("强度", number, None, unit)


@slow
@given(NUMBERS, NUMBERS)
def test_written_range_is_read(one: int, other: int) -> None:
    low, high = sorted((one, other))
    [figure] = figures(f"孔径{low}~{high}nm")
    assert (figure.min, figure.max, figure.unit) == (low, high, "nm")


@slow
@given(st.floats(0.001, 1e6), st.sampled_from([("MPa", "kPa"), ("m", "mm"), ("t/day", "kg/h"), ("degC", "K")]))
def test_conversion_there_and_back(value: float, units: tuple[str, str]) -> None:
    there = convert(value, *units)
    assert there is not None
    back = convert(there, units[1], units[0])
    assert back is not None
    assert abs(back - value) <= 1e-6 * max(1.0, value)


@slow
@given(st.floats(1, 1e6), st.floats(1, 1e6))
def test_floor_is_met_exactly_from_there_on(floor: float, offered: float) -> None:
    check = compare(Figure("寿命", floor, None, "h"), [Figure("寿命", offered, offered, "h")])
    assert check.verdict == ("met" if offered >= floor - 1e-9 * floor else "missed")
    assert check.gap is not None
    assert (check.gap > 0) == (check.verdict == "missed")


@slow
@given(TEXT)
def test_folding_keeps_places(text: str) -> None:
    read = folded(text)
    assert read.text == fold(without_markup(text))
    assert len(read.origin) == len(read.text) + 1
    assert all(0 <= a <= b <= len(text) for a, b in zip(read.origin, list(read.origin)[1:], strict=False))


@slow
@given(st.lists(TEXT, max_size=5))
def test_canonical_texts_do_not_mix(texts: list[str]) -> None:
    assert canonical(texts) == [canonical([text])[0] for text in texts]


@slow
@given(TEXT)
def test_language_is_one_of_three(text: str) -> None:
    assert language(text) in {"zh", "en", ""}


@slow
@given(TEXT, TEXT)
def test_phrases_stand_where_they_say(query: str, document: str) -> None:
    asked, offered = Explained("", query), Explained("", document)
    for phrase in phrases(asked, offered, lambda runs: dict.fromkeys(runs, 1.0)):
        [first, *_] = phrase.in_document
        assert document[first.start : first.end] == phrase.text
        assert all(query[place.start : place.end] for place in phrase.in_query)


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=6), st.tuples(TEXT, TEXT), st.randoms())
def test_ranking_depends_on_content_only(texts, asked, random) -> None:
    documents = [Document(id=str(i), title=a, text=b, figures=tuple(figures(b))) for i, (a, b) in enumerate(texts)]
    query = Query(title=asked[0], text=asked[1], targets=tuple(figures(asked[1])))
    with tempfile.TemporaryDirectory() as place, EdgeIndex(Path(place) / "index") as index:
        index.upsert(documents)
        found = Engine(index).search(query)
        random.shuffle(documents)
        for document in documents:
            index.delete([document.id])
            index.upsert([document])
        assert Engine(index).search(query) == found
    for candidate in found:
        assert 0.0 <= candidate.score <= 1.0
        assert round(sum(part.value for part in candidate.parts), 6) == candidate.score
