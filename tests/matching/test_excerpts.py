"""Excerpts: the sentence that says why, in the language of the question, no number cut in two."""

from __future__ import annotations

import pytest

from keqiao.engine.explain import Place
from keqiao.matching.excerpts import excerpt, segments, whole_numbers

TEXT = "Extinction coating with high absorptance.\n涂层的吸光率达到 98.68 %，固化温度 80 ℃。附着力 5.5 MPa。"


def places(*words: str) -> list[Place]:
    return [Place("text", TEXT.index(word), TEXT.index(word) + len(word)) for word in words]


def marked(pieces: list[tuple[str, bool]]) -> list[str]:
    return [text for text, is_marked in pieces if is_marked]


def test_excerpt_is_in_the_language_of_the_question() -> None:
    both = places("Extinction coating", "absorptance", "涂层")
    assert marked(excerpt(TEXT, both, like="消光涂层")) == ["涂层"]
    assert marked(excerpt(TEXT, both, like="extinction coating")) == ["Extinction coating", "absorptance"]


def test_excerpt_in_the_other_language_is_better_than_none() -> None:
    assert marked(excerpt(TEXT, places("Extinction coating"), like="消光涂层")) == ["Extinction coating"]


def test_excerpt_of_nothing_shared_is_empty() -> None:
    assert excerpt(TEXT, [], like="消光涂层") == []
    assert excerpt(TEXT, [Place("title", 0, 2)], like="消光涂层") == []


@pytest.mark.parametrize(
    ("shared", "shown"),
    [
        ("吸光率达到 98", ["吸光率达到 98.68"]),
        ("吸光率达到 98.6", ["吸光率达到 98.68"]),
        ("附着力 5", ["附着力 5.5"]),
        ("固化温度", ["固化温度"]),
    ],
)
def test_a_number_is_marked_whole(shared: str, shown: list[str]) -> None:
    found = excerpt(TEXT, places(shared), like="吸光率")
    assert marked(found) == shown
    assert "".join(text for text, _marked in found) in TEXT


def test_the_end_of_a_sentence_is_no_decimal_point() -> None:
    assert segments("TRL 7. Then", whole_numbers("TRL 7. Then", [(0, 5)])) == [("TRL 7", True), (". Then", False)]
