from __future__ import annotations

import pytest

from keqiao.engine.explain import Explained, Phrase, Place, Relation, phrases, relation


def by_length(runs: list[str]) -> dict[str, float]:
    return {run: float(len(run)) for run in runs}


def shared(query: tuple[str, str], document: tuple[str, str], limit: int = 12) -> list[Phrase]:
    return phrases(Explained(*query), Explained(*document), by_length, limit)


def test_longest_run_is_found_with_places_on_both_sides() -> None:
    [phrase] = shared(("", "需要红外消光涂层"), ("超黑消光涂层", "另一种消光涂层"))
    assert phrase == Phrase("消光涂层", (Place("text", 4, 8),), (Place("title", 2, 6), Place("text", 3, 7)))


def test_every_place_of_a_phrase_in_the_query_is_named() -> None:
    [phrase] = shared(("电池", "电池，电池"), ("固态电池", ""))
    assert phrase.in_query == (Place("title", 0, 2), Place("text", 0, 2), Place("text", 3, 5))


def test_places_are_those_of_the_text_as_written() -> None:
    query, document = ("", "面積㎡以內的ＰＵＥ優化"), ("", "<b>PUE优化</b>")
    [phrase] = shared(query, document)
    [there], [here] = phrase.in_query, phrase.in_document
    assert (query[1][there.start : there.end], document[1][here.start : here.end]) == ("ＰＵＥ優化", "PUE优化")


def test_a_single_character_or_number_tells_nothing() -> None:
    assert shared(("光 98 a", ""), ("光 98 a", "")) == []


def test_a_single_latin_word_tells_something() -> None:
    [phrase] = shared(("", "the coatings of it"), ("", "A black coating for the optics"))
    assert (phrase.text, phrase.in_query) == ("coating", (Place("text", 4, 12),))


def test_function_words_and_fillers_end_a_run() -> None:
    found = shared(("", "光学涂层的研究与应用"), ("", "光学涂层的研究与应用"))
    assert [phrase.text for phrase in found] == ["光学涂层"]


def test_latin_run_is_shown_as_the_document_writes_it() -> None:
    [phrase] = shared(("", "need thermal conductivity"), ("", "Thermal Conductivity"))
    assert phrase.text == "Thermal Conductivity"


def test_later_start_is_taken_when_it_gives_more() -> None:
    found = [phrase.text for phrase in shared(("", "外探测器件"), ("外探 探测器件", ""))]
    assert found == ["探测器件"]


def test_phrases_are_ordered_and_limited() -> None:
    found = shared(("", "消光涂层、固态电池组、液冷"), ("", "液冷，消光涂层，固态电池组"), limit=2)
    assert [phrase.text for phrase in found] == ["固态电池组", "消光涂层"]


@pytest.mark.parametrize("text", ["", "😀", "。，、", "的"])
def test_nothing_is_shared_with_nothing(text: str) -> None:
    assert shared((text, text), ("消光涂层", text)) == []


def test_very_long_texts_are_explained_by_their_beginning() -> None:
    long = "消光涂层" + "x " * 50_000 + "固态电池"
    assert [phrase.text for phrase in shared(("", long), ("", "消光涂层固态电池"))] == ["消光涂层"]


@pytest.mark.parametrize(
    ("query", "document", "expected"),
    [
        (["C264"], ["C264"], Relation("C264", "C264", "same")),
        (["C26"], ["C264"], Relation("C26", "C264", "within")),
        (["C264"], ["C26"], Relation("C264", "C26", "around")),
        (["C264"], ["C266"], Relation("C264", "C266", "beside")),
        (["C264"], ["I65"], Relation("C264", "I65", "apart")),
        (["I65", "C264"], ["C26", "I65"], Relation("I65", "I65", "same")),
        ([], ["C264"], None),
        (["C264"], [], None),
        ([""], ["C264"], None),
    ],
)
def test_relation_of_codes(query: list[str], document: list[str], expected: Relation | None) -> None:
    assert relation(query, document) == expected


def test_closeness_falls_with_distance() -> None:
    kinds = ["same", "within", "around", "beside", "apart"]
    assert [Relation("", "", kind).closeness for kind in kinds] == [1.0, 0.8, 0.6, 0.4, 0.0]
