"""What is kept in files and payloads: read back as it was written, found by its tags, refused when it is not whole."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from keqiao.engine import Document, Filter, SparseVector
from keqiao.engine.bilingual import Dictionary, DictionaryMissing, write
from keqiao.engine.payload import TAGS, document_of, payload_of, wanted_tags
from keqiao.engine.statistics import Statistics
from keqiao.engine.translate import translated
from keqiao.engine.weighting import LONGEST_COUNTED, cosines, count_documents, row_vector, stored_vectors
from tests.engine.conftest import WHOLE, coatings, document

# ---- payloads ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("one", [WHOLE, Document(id="bare"), *coatings()], ids=lambda one: one.id)
def test_a_document_is_read_back_from_its_payload(one: Document) -> None:
    assert document_of(payload_of(one)) == one


def test_empty_values_are_left_out() -> None:
    assert payload_of(Document(id="bare")) == {"id": "bare", "document": '{"id":"bare"}'}
    assert set(payload_of(WHOLE)) == {"id", "document", "created", TAGS}
    assert json.loads(payload_of(WHOLE)["document"]) == {
        "id": "a/1", "kind": "achievement", "audience": "public", "title": "超黑涂层", "text": "文本",
        "fields": ["C264", "1.2"], "region": "420100", "node": "wuhan", "language": "zh", "created": 1_700_000_000,
        "figures": [["吸光率", 98.0, None, "%", True, [3, 9]], ["", -40.0, 85.0, "degC", False, [0, 0]]],
    }  # fmt: skip


def test_codes_are_tagged_with_every_code_above_them() -> None:
    tags = payload_of(WHOLE)[TAGS]
    assert {tag for tag in tags if tag.startswith("field:C")} == {"field:C", "field:C2", "field:C26", "field:C264"}
    assert [tag for tag in tags if tag.startswith("region:")] == [f"region:{'420100'[:end]}" for end in range(1, 7)]
    assert {"kind:achievement", "audience:public", "node:wuhan", "language:zh"} <= set(tags)


def test_a_very_long_code_is_still_found_by_itself() -> None:
    tags = payload_of(Document(id="long", fields=("X" * 30,)))[TAGS]
    assert f"field:{'X' * 30}" in tags
    assert len(tags) == 13


@pytest.mark.parametrize(
    ("wanted", "tags"),
    [
        (Filter(), []),
        (Filter(kinds=["need", "achievement"]), [["kind:need", "kind:achievement"]]),
        (Filter(fields=["C26"], nodes=["wuhan"]), [["field:C26"], ["node:wuhan"]]),
        (Filter(since=5, ids=["a"], without=["b"]), []),
    ],
)
def test_tags_that_a_filter_asks_for(wanted: Filter, tags: list[list[str]]) -> None:
    assert wanted_tags(wanted) == tags


# ---- term counts ------------------------------------------------------------------------------------------------


def counted(*documents: Document) -> Statistics:
    statistics = Statistics()
    statistics.add(count_documents(documents))
    return statistics


def test_counting_in_and_out_again_leaves_nothing(tmp_path: Path) -> None:
    statistics = counted(*coatings())
    statistics.remove(count_documents(coatings()))
    ids = count_documents(coatings()).ids
    assert statistics.documents == 0
    assert np.array_equal(statistics.idf(ids), Statistics().idf(ids))


def test_a_term_is_worth_less_the_more_documents_have_it() -> None:
    statistics = counted(*[document(str(i), "涂层" + ("消光" if i < 2 else "")) for i in range(10)])
    rare, common, unknown = (
        float(statistics.idf(count_documents([Document(id="q", title=word)]).ids)[-1])
        for word in ("消光", "涂层", "电池")
    )
    assert 0 < common < rare < unknown


@pytest.mark.parametrize("keep", [1, 3, 50])
def test_stored_vectors_keep_the_most_telling_terms_in_order(keep: int) -> None:
    statistics = counted(*coatings())
    for vector in stored_vectors(count_documents(coatings()), statistics, keep):
        assert len(vector) <= keep
        assert list(vector.ids) == sorted(set(vector.ids.tolist()))
        assert float(np.sum(vector.weights**2)) <= 1.0 + 1e-5


def test_cosine_does_not_care_which_side_asks() -> None:
    statistics = counted(*coatings())
    for one in coatings():
        for other in coatings():
            here, there = count_documents([one]), count_documents([other])
            to = cosines(row_vector(here, 0, statistics), there, statistics)[0]
            back = cosines(row_vector(there, 0, statistics), here, statistics)[0]
            assert to == pytest.approx(back)
            assert -1e-9 <= to <= 1 + 1e-6


def test_what_comes_after_the_longest_counted_text_does_not_count() -> None:
    long = "消光涂层" * (LONGEST_COUNTED // 4)
    one, other = (count_documents([Document(id="x", text=text)]) for text in (long, long + "固态电池"))
    assert np.array_equal(one.ids, other.ids)
    assert np.array_equal(one.counts, other.counts)


@pytest.mark.parametrize(("size", "kept"), [(0, []), (1, [7]), (2, [3, 7]), (3, [1, 3, 7]), (9, [1, 3, 7])])
def test_strongest_terms(size: int, kept: list[int]) -> None:
    vector = SparseVector(np.array([1, 3, 7], np.uint32), np.array([0.1, 0.2, 0.9], np.float32))
    assert vector.strongest(size).ids.tolist() == kept


def test_a_query_of_nothing_is_an_empty_vector() -> None:
    assert len(row_vector(count_documents([Document(id="q")]), 0, Statistics())) == 0


# ---- the dictionary ---------------------------------------------------------------------------------------------

ENGLISH = {"extinction coating": ["消光涂层"], "coating": ["涂层", "涂料"], "cold": ["冷"], "shield": ["屏"]}
CHINESE = {"消光": ["extinction"], "涂层": ["coating"], "冷屏": ["cold shield"]}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    write(tmp_path / "d.bin", ENGLISH, CHINESE)
    return tmp_path / "d.bin"


def test_a_dictionary_cut_off_anywhere_is_refused(path: Path, tmp_path: Path) -> None:
    whole = path.read_bytes()
    cut = tmp_path / "cut.bin"
    for length in range(1, len(whole) - 8, 5):
        cut.write_bytes(whole[:length])
        with pytest.raises(DictionaryMissing, match="build"):
            Dictionary(cut)


def test_writing_twice_writes_the_same_bytes(path: Path, tmp_path: Path) -> None:
    write(tmp_path / "other.bin", dict(reversed(ENGLISH.items())), dict(reversed(CHINESE.items())))
    assert (tmp_path / "other.bin").read_bytes() == path.read_bytes()


@pytest.mark.parametrize(
    ("text", "spoken", "found"),
    [
        ("extinction coating", "en", [("extinction coating", ("消光涂层",))]),
        ("Extinction-coating", "en", [("Extinction-coating", ("消光涂层",))]),
        ("coatings, shields", "en", [("coatings", ("涂层", "涂料")), ("shields", ("屏",))]),
        ("extinction, coating", "en", [("coating", ("涂层", "涂料"))]),
        ("nothing known", "en", []),
        ("冷屏的消光涂层", "zh", [("冷屏", ("cold shield",)), ("消光", ("extinction",)), ("涂层", ("coating",))]),
        ("固态电池", "zh", []),
        ("", "zh", []),
        ("😀", "en", []),
    ],
)
def test_longest_known_phrases_are_taken(
    text: str, spoken: str, found: list[tuple[str, tuple[str, ...]]], path: Path
) -> None:
    said = translated(text, spoken, Dictionary(path))
    assert [(text[one.start : one.end], one.senses) for one in said] == found
