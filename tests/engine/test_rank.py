from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from keqiao.engine import Candidate, Document, EdgeIndex, Engine, Filter, Query, figures
from tests.engine.conftest import COATING, coatings, document

NEED = Query(
    title="红外探测器消光涂层",
    text="现有涂层吸光率大部分在95%以下，工艺复杂，希望吸光率≥98%，可批量生产。",
    fields=("C264",),
    region="420100",
    targets=tuple(figures("吸光率≥98%")),
)


def total(candidate: Candidate) -> float:
    return round(sum(part.value for part in candidate.parts), 6)


def test_fitting_achievement_comes_first_with_its_evidence(engine: Engine) -> None:
    first, second = engine.search(NEED, kinds=["achievement"], audience=["public"], limit=2)
    assert (first.id, second.id) == ("black", "grey")
    [check] = first.evidence.checks
    assert (check.verdict, check.offered and check.offered.min, check.gap) == ("met", 98.68, 0.0)
    assert first.evidence.field is not None
    assert (first.evidence.field.kind, first.document.title) == ("same", "超黑消光涂层")
    assert "可批量生产" in [phrase.text for phrase in first.evidence.phrases]


def test_parts_add_up_to_the_score(engine: Engine) -> None:
    found = engine.search(NEED, limit=10)
    assert len(found) >= 3
    assert [candidate.score for candidate in found] == [total(candidate) for candidate in found]
    assert all(0.0 <= candidate.score <= 1.0 for candidate in found)


def test_met_target_lifts_and_missed_one_sinks_and_says_so(engine: Engine) -> None:
    plain = {c.id: c for c in engine.search(replace(NEED, targets=()), limit=10)}
    asked = {c.id: c for c in engine.search(NEED, limit=10)}
    assert asked["black"].score == round(plain["black"].score + 0.12, 6)
    assert asked["grey"].score == pytest.approx(plain["grey"].score / 2, abs=2e-6)
    assert asked["grey"].evidence.checks[0].verdict == "missed"
    assert asked["grey"].evidence.checks[0].gap == 4.0
    assert asked["grey"].part("figures") < 0


def test_unknown_target_neither_lifts_nor_sinks(engine: Engine) -> None:
    target = tuple(figures("密度不高于2g/cm3"))
    with_target = engine.search(replace(NEED, targets=target), limit=10)
    assert [c.evidence.checks[0].verdict for c in with_target] == ["unknown"] * len(with_target)
    assert [c.score for c in with_target] == [c.score for c in engine.search(replace(NEED, targets=()), limit=10)]


def test_reverse_matching_is_the_same_call(engine: Engine) -> None:
    [need] = engine.search(Query.of(coatings()[0]), kinds=["need"])
    assert need.id == "need"


def test_kinds_audience_and_filter_hold_together(engine: Engine) -> None:
    query = Query(text="涂层 涂料 电池")
    found = engine.search(query, kinds=["achievement"], audience=["public"], filter=Filter(regions=["42"]))
    assert {candidate.id for candidate in found} == {"black", "grey"}
    assert engine.search(query, audience=["registered"])[0].id == "battery"
    assert engine.search(query, filter=Filter(fields=["Z"])) == []


@pytest.mark.parametrize("text", ["", "😀🎉", "的", "、。", "<p></p>", "\ud800"])
def test_query_without_a_term_finds_nothing(engine: Engine, text: str) -> None:
    assert engine.search(Query(title=text, text=text)) == []


def test_one_character_and_digits_are_searched_like_any_text(engine: Engine) -> None:
    assert "black" in {c.id for c in engine.search(Query(text="黑"))}
    assert engine.search(Query(text="20260101")) == []


def test_a_hundred_thousand_characters_are_searched_by_their_beginning(engine: Engine) -> None:
    long = ("消光涂层吸光率" * 20_000)[:100_000]
    assert engine.search(Query(text=long)) == engine.search(Query(text=long[:20_000]))
    assert engine.search(Query(text=long))[0].id in {"black", "grey", "need"}


def test_html_is_read_as_its_text(engine: Engine) -> None:
    plain = engine.search(Query(text="红外消光涂层"))
    marked = engine.search(Query(text="<div><b>红外消光涂层</b></div>"))
    assert [(c.id, c.score) for c in marked] == [(c.id, c.score) for c in plain]


def test_corpus_of_one_document(tmp_path: Path) -> None:
    with EdgeIndex(tmp_path / "one") as index:
        index.upsert([document("only", "消光涂层", COATING)])
        [candidate] = Engine(index).search(Query(title="消光涂层", text=COATING))
        assert (candidate.id, candidate.part("words")) == ("only", 0.25)
        # Title and text are weighed otherwise in a query than in a document.
        assert candidate.part("text") == pytest.approx(0.52, abs=0.001)
        assert Engine(index).search(Query(text="固态电池")) == []


def test_empty_index_finds_nothing(index: EdgeIndex) -> None:
    assert Engine(index).search(NEED) == []
    assert Engine(index).similar(coatings()[0]) == []


def test_same_input_same_output(tmp_path: Path) -> None:
    with EdgeIndex(tmp_path / "a") as one, EdgeIndex(tmp_path / "b") as other:
        one.upsert(coatings())
        for entry in reversed(coatings()):
            other.upsert([entry])
        assert Engine(one).search(NEED, limit=10) == Engine(other).search(NEED, limit=10)


def test_limit_and_explain(engine: Engine) -> None:
    [candidate] = engine.search(NEED, limit=1, explain=False)
    assert candidate.evidence.phrases == ()
    assert candidate.score == engine.search(NEED, limit=1)[0].score


def test_equal_candidates_are_ordered_by_id(index: EdgeIndex) -> None:
    index.upsert([Document(id=name, title="消光涂层") for name in ("c", "a", "b")])
    assert [c.id for c in Engine(index).search(Query(text="消光"))] == ["a", "b", "c"]


def test_similar_shows_near_duplicates_only(engine: Engine) -> None:
    copy = Document(id="copy", title="超黑消光涂层", text=COATING.replace("碳纳米", "碳纳米管"))
    [(found, likeness)] = engine.similar(copy)
    assert found.id == "black"
    assert 0.9 < likeness < 1.0
    assert engine.similar(Document(id="x", title="液冷服务器机柜")) == []


def test_similar_leaves_the_document_itself_out(engine: Engine) -> None:
    assert engine.similar(coatings()[0]) == []
    [(twin, likeness)] = engine.similar(replace(coatings()[0], id="twin"))
    assert (twin.id, likeness) == ("black", 1.0)


def test_similar_respects_threshold_and_filter(engine: Engine) -> None:
    loose = engine.similar(replace(coatings()[0], id="twin"), threshold=0.1)
    assert loose[0][0].id == "black"
    assert len(loose) > 1
    assert engine.similar(replace(coatings()[0], id="twin"), filter=Filter(kinds=["need"])) == []
