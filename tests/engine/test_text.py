from __future__ import annotations

import pytest

from keqiao.engine.text import canonical, fold, folded, language, stem, tokens, without_fillers, without_markup, words


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("", ""),
        ("ＡＢＣ１２３", "abc123"),
        ("節能與環保", "节能与环保"),
        ("㎡ ℃ ①", "m2 °c 1"),
        ("Café Ünal", "cafe unal"),
        ("a\tb\nc\u200bd", "a b c d"),
        ("ﬁber", "fiber"),
        ("𝐀𝟏", "a1"),
        ("がｶﾞ", "がカ\u3099"),
        ("😀", "😀"),
    ],
)
def test_fold(written: str, read: str) -> None:
    assert fold(written) == read


def test_fold_is_stable_when_repeated() -> None:
    once = fold("ＰＵＥ≤1.15的數據中心㎡")
    assert fold(once) == once


def test_folded_knows_where_characters_came_from() -> None:
    read = folded("面積㎡大")
    assert read.text == "面积m2大"
    assert [read.span(i, i + 1) for i in range(5)] == [(0, 1), (1, 2), (2, 3), (2, 3), (3, 4)]
    assert read.span(0, 5) == (0, 4)


def test_folded_text_of_same_length_keeps_places() -> None:
    read = folded("ＡＢ體")
    assert (read.text, list(read.origin)) == ("ab体", [0, 1, 2, 3])


def test_folded_empty() -> None:
    assert folded("").text == ""


@pytest.mark.parametrize(
    ("written", "left"),
    [
        ("<p>吸光率</p>", "   吸光率    "),
        ("a<br/>b", "a     b"),
        ("x < 5 and y > 3", "x < 5 and y > 3"),
        ("温度<80℃", "温度<80℃"),
        ("A&amp;B&nbsp;C", "A     B      C"),
        ("<script>var 吸光率 = 1;</script>好", " " * 29 + "好"),
        ("R&D 研发", "R&D 研发"),
    ],
)
def test_without_markup_keeps_places(written: str, left: str) -> None:
    assert without_markup(written) == left
    assert len(left) == len(written)


def test_without_fillers_keeps_length() -> None:
    assert without_fillers("消光涂层的研发及其产业化") == "消光涂层        "


def test_canonical_is_fold_and_filler_free() -> None:
    assert canonical(["<b>ＰＵＥ</b>優化的研究"])[0].split() == ["pue", "优化"]


def test_canonical_of_nothing() -> None:
    assert canonical([]) == []
    assert canonical(["", "\0"]) == ["", " "]


def test_canonical_does_not_depend_on_neighbours() -> None:
    texts = ["面積㎡", "ＡＢ", "", "x\ny", "\ud800坏"]
    assert canonical(texts) == [canonical([text])[0] for text in texts]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("12345", ""),
        ("😀🎉", ""),
        ("消光涂层", "zh"),
        ("an extinction coating", "en"),
        ("基于 TensorFlow 的图像识别算法", "zh"),
        ("A study of 超黑 coatings for infrared detectors", "en"),
        ("x", "en"),
        ("光", "zh"),
    ],
)
def test_language(text: str, expected: str) -> None:
    assert language(text) == expected


@pytest.mark.parametrize(
    ("word", "stemmed"),
    [
        ("coatings", "coating"),
        ("batteries", "battery"),
        ("gas", "gas"),
        ("glass", "glass"),
        ("analysis", "analysis"),
        ("bus", "bus"),
        ("co2s", "co2s"),
    ],
)
def test_stem(word: str, stemmed: str) -> None:
    assert stem(word) == stemmed


def test_tokens_leave_function_words_out() -> None:
    assert tokens("the tft-lcd and co2 of batteries 3.5") == ["tft-lcd", "co2", "battery", "3.5"]


def test_words_are_chinese_words_and_tokens() -> None:
    assert words("红外 探测器 pue") == ["红外", "探测器", "pue"]
