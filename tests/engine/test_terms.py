from __future__ import annotations

import numpy as np
import pytest

from keqiao.engine.document import Document, SparseVector
from keqiao.engine.statistics import Statistics
from keqiao.engine.terms import count_terms, word_id
from keqiao.engine.weighting import (
    cosines,
    count_documents,
    fetching_vector,
    row_vector,
    stored_vectors,
    unit_tfidf,
    wanted_vector,
)

GUANG, TU = ord("光"), ord("涂")


def counted(*texts: str) -> dict[int, float]:
    terms = count_terms(list(texts), [0] * len(texts), [1.0] * len(texts), 1)
    return dict(zip(terms.ids.tolist(), terms.counts.tolist(), strict=True))


def test_characters_and_pairs_are_counted() -> None:
    assert counted("光涂光") == {GUANG: 2.0, TU: 1.0, GUANG << 16 | TU: 1.0, TU << 16 | GUANG: 1.0}


def test_pairs_do_not_reach_over_gaps_or_texts() -> None:
    assert counted("光 涂", "光") == {GUANG: 2.0, TU: 1.0}


def test_latin_words_are_counted_whole() -> None:
    assert counted("pue pue光") == {GUANG: 1.0, word_id("pue"): 2.0}


def test_word_numbers_lie_above_every_pair() -> None:
    assert all(0xA0000000 <= word_id(word) <= 0xFFFFFFFF for word in ("a", "pue", "4k", "x" * 1000))


def test_rows_without_text_are_empty() -> None:
    terms = count_terms(["光"], [1], [2.0], 3)
    assert terms.starts.tolist() == [0, 0, 1, 1]
    assert terms.row(1)[1].tolist() == [2.0]


def test_nothing_is_counted_in_nothing() -> None:
    terms = count_terms([], [], [], 0)
    assert (len(terms), len(terms.ids)) == (0, 0)


def test_title_counts_three_times() -> None:
    terms = count_documents([Document(id="a", title="光", text="光涂")])
    assert dict(zip(terms.ids.tolist(), terms.counts.tolist(), strict=True))[GUANG] == 4.0


def statistics_of(*titles: str) -> Statistics:
    statistics = Statistics()
    statistics.add(count_documents([Document(id=title, title=title) for title in titles]))
    return statistics


def test_rare_terms_weigh_more() -> None:
    statistics = statistics_of("光涂", "光电", "光纤")
    common, rare, unknown = statistics.idf(np.array([GUANG, TU, ord("锂")], np.uint32)).tolist()
    assert np.allclose([common, rare, unknown], np.log([4 / 3.5, 4 / 1.5, 4 / 0.5]))


def test_statistics_do_not_depend_on_order_or_detours(tmp_path) -> None:
    one, other = statistics_of("光涂", "电池", "光纤"), statistics_of("光纤", "机床", "光涂")
    other.remove(count_documents([Document(id="x", title="机床")]))
    other.add(count_documents([Document(id="x", title="电池")]))
    one.save(tmp_path / "one.npz")
    other.save(tmp_path / "other.npz")
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "other.npz").read_bytes()


def test_statistics_are_read_as_written(tmp_path) -> None:
    written = statistics_of("光涂", "电池")
    written.save(tmp_path / "s.npz")
    read = Statistics.load(tmp_path / "s.npz")
    ids = np.array([GUANG, TU, 5], np.uint32)
    assert (read.documents, read.idf(ids).tolist()) == (2, written.idf(ids).tolist())


def test_stored_vectors_are_pruned_to_the_rarest_terms() -> None:
    statistics = statistics_of("光涂", "光电", "光纤")
    terms = count_documents([Document(id="a", title="光涂")])
    [kept] = stored_vectors(terms, statistics, keep=2)
    assert kept.ids.tolist() == [TU, GUANG << 16 | TU]
    assert np.allclose(kept.weights, [3**-0.5] * 2)


def test_stored_vectors_do_not_depend_on_the_other_documents() -> None:
    terms = count_documents([Document(id="a", title="光涂", text="光学")])
    [one] = stored_vectors(terms, statistics_of("光涂"), keep=128)
    [other] = stored_vectors(terms, statistics_of("光涂", "光学", "电池", "光纤"), keep=128)
    assert one.weights.tolist() == other.weights.tolist()


def test_query_vector_has_unit_length() -> None:
    statistics = statistics_of("光涂", "电池")
    wanted = row_vector(count_documents([Document(id="q", title="光涂层")]), 0, statistics)
    for vector in (wanted, fetching_vector(wanted, statistics)):
        assert np.isclose(np.sum(vector.weights**2), 1.0)


def test_query_vector_of_nothing_is_empty() -> None:
    assert len(row_vector(count_documents([Document(id="q")]), 0, Statistics())) == 0


def test_cosine_is_one_with_itself_and_zero_with_others() -> None:
    statistics = statistics_of("光涂", "电池", "光纤")
    query = row_vector(count_documents([Document(id="q", title="光涂")]), 0, statistics)
    documents = count_documents([Document(id=t, title=t) for t in ("光涂", "电池", "光纤", "")])
    same, nothing, some, empty = cosines(query, documents, statistics).tolist()
    assert np.isclose(same, 1.0)
    assert (nothing, empty) == (0.0, 0.0)
    assert 0.0 < some < 1.0


def test_the_title_of_a_query_is_worth_as_much_however_long_the_text() -> None:
    statistics = statistics_of("光涂", "电池", "光纤")
    title = row_vector(count_documents([Document(id="q", title="光涂")]), 0, statistics)
    for text in ("电池", "电池电解液" * 500):
        wanted = wanted_vector("光涂", text, statistics)
        place = np.searchsorted(wanted.ids, title.ids)
        ratio = wanted.weights[place] / title.weights
        assert np.isclose(np.sum(wanted.weights**2), 1.0)
        assert np.allclose(ratio, 0.6 / np.hypot(0.6, 0.4))


@pytest.mark.parametrize(("title", "text"), [("光涂", ""), ("", "光涂"), ("光涂", "光涂")])
def test_a_query_of_one_part_is_that_part(title: str, text: str) -> None:
    statistics = statistics_of("光涂", "电池")
    alone = row_vector(count_documents([Document(id="q", text="光涂")]), 0, statistics)
    assert np.allclose(wanted_vector(title, text, statistics).weights, alone.weights)


def test_a_query_of_nothing_wants_nothing() -> None:
    wanted = wanted_vector("", "", Statistics())
    assert (len(wanted), len(fetching_vector(wanted, Statistics()))) == (0, 0)


def test_unit_tfidf_rows_have_unit_length() -> None:
    terms = count_documents([Document(id="a", title="光涂层"), Document(id="b"), Document(id="c", title="电")])
    weights = unit_tfidf(terms, statistics_of("光涂", "电池"))
    sums = [float(np.sum(weights[terms.starts[i] : terms.starts[i + 1]] ** 2)) for i in range(3)]
    assert np.allclose(sums, [1.0, 0.0, 1.0])


def test_strongest_terms_are_kept_in_order() -> None:
    vector = SparseVector(np.array([1, 2, 3, 4], np.uint32), np.array([0.1, 0.9, 0.5, 0.5], np.float32))
    assert vector.strongest(2).ids.tolist() == [2, 3]
    assert vector.strongest(9) is vector
