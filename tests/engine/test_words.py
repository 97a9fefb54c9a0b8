"""Which words of a query a document has."""

from __future__ import annotations

import numpy as np
import pytest

from keqiao.engine.document import Document
from keqiao.engine.statistics import Statistics
from keqiao.engine.weighting import count_documents
from keqiao.engine.words import Words, worths


def shares(groups: list[list[str]], *texts: str) -> list[float]:
    documents = count_documents([Document(id=str(i), text=text) for i, text in enumerate(texts)])
    return [round(float(share), 6) for share in Words(groups, Statistics()).share(documents)]


@pytest.mark.parametrize(
    ("words", "text", "share"),
    [
        ([["消光涂层"]], "一种消光涂层", 1.0),
        ([["消光涂层"]], "消光的涂层", 0.0),  # the pair across the gap is missing
        ([["coating"]], "black coatings", 1.0),  # plurals are one word
        ([["coat"]], "black coatings", 0.0),  # a token, not a part of one
        ([["black coating"]], "a coating that is black", 1.0),
        ([["消光", "coating"]], "coating", 1.0),  # senses of one phrase: any of them
        ([["光"]], "光", 0.0),  # a single character is no word
        ([[]], "光", 0.0),
        ([], "光", 0.0),
        ([["消光"]], "", 0.0),
    ],
)
def test_a_document_has_a_word_or_not(words: list[list[str]], text: str, share: float) -> None:
    assert shares(words, text) == [share]


def test_words_count_by_their_worth() -> None:
    worth = worths(["消光", "消光涂层"], Statistics())

    [half] = shares([["消光"], ["消光涂层"]], "消光")

    assert half == round(worth["消光"] / (worth["消光"] + worth["消光涂层"]), 6)
    assert 0 < half < 0.5


def test_a_group_without_words_takes_nothing_from_the_others() -> None:
    assert shares([["光"], ["消光"], []], "消光") == [1.0]


def test_many_documents_at_once_are_as_one_by_one() -> None:
    texts = ["消光涂层", "", "black coating", "吸光率 98%", "🙂"]
    groups = [["消光"], ["吸光率", "coating"], ["涂层"]]

    assert shares(groups, *texts) == [shares(groups, text)[0] for text in texts]


def test_rare_words_are_worth_more() -> None:
    statistics = Statistics()
    statistics.add(count_documents([Document(id=str(i), text="涂层") for i in range(9)]))
    worth = worths(["涂层", "消光"], statistics)

    assert worth["消光"] > worth["涂层"]
    assert np.isclose(worths(["涂层"], statistics)["涂层"], worth["涂层"])
