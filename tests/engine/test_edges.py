"""Texts and folders at the edge of what can be: nothing, one character, very much, markup, damage, and order."""

from __future__ import annotations

import random
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from keqiao.engine import Document, EdgeIndex, Engine, Figure, Filter, IndexDamaged, Query, figures
from keqiao.engine.explain import Explained, phrases
from keqiao.engine.rank import MISSED, SHARES
from keqiao.engine.specs import compare
from keqiao.engine.text import canonical, fold, folded, language, tokens, without_fillers, without_markup
from tests.engine.conftest import COATING, coatings, document

ODD = {
    "empty": "",
    "spaces": " \t\n\u3000",
    "one character": "光",
    "one letter": "x",
    "digits": "20260101",
    "emoji": "😀🎉👩‍🔬",
    "punctuation": "，。、；：“”（）",
    "fillers": "的研究与应用",
    "markup": "<p><br/></p><!-- 消光涂层 -->",
    "script": "<script>消光涂层</script>",
    "control": "\x00\x01\x7f",
    "half a pair": "\ud83d",
    "right to left": "\u202e涂层消光\u202c",
    "rare han": "𠮷𠮷𠮷",
    "other writing": "Ελληνικά русский العربية",
    "long": "消光涂层，吸光率≥98%。" * 9000,
}


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> EdgeIndex:
    """An index that holds every odd text, beside the usual documents."""
    index = EdgeIndex(tmp_path_factory.mktemp("edges") / "index")
    index.upsert(coatings())
    index.upsert([Document(id=f"odd {name}", kind="odd", text=text) for name, text in ODD.items()])
    return index


# ---- what is put in comes out -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [name for name in ODD if name not in ("control", "half a pair")])
def test_any_text_comes_back_as_it_was_put_in(name: str, everything: EdgeIndex) -> None:
    [found] = everything.retrieve([f"odd {name}"])
    assert found.text == ODD[name]


@pytest.mark.parametrize("name", list(ODD))
def test_any_text_may_be_asked(name: str, everything: EdgeIndex) -> None:
    found = Engine(everything).search(Query(title=ODD[name], text=ODD[name]), limit=5)
    assert all(0.0 < candidate.score <= 1.0 for candidate in found)
    assert [candidate.score for candidate in found] == sorted((candidate.score for candidate in found), reverse=True)


@pytest.mark.parametrize("name", ["empty", "spaces", "emoji", "punctuation", "fillers", "markup", "script", "control"])
def test_a_text_that_says_nothing_finds_nothing_and_is_not_found(name: str, everything: EdgeIndex) -> None:
    assert Engine(everything).search(Query(text=ODD[name])) == []
    found = {candidate.id for candidate in Engine(everything).search(Query(text="消光涂层 光 coating"), limit=100)}
    assert f"odd {name}" not in found


def test_one_character_finds_the_one_character(everything: EdgeIndex) -> None:
    first = Engine(everything).search(Query(text="光"))[0]
    assert (first.id, first.part("text")) == ("odd one character", 0.53)
    assert first.evidence.phrases == ()  # one character tells nothing


def test_a_hundred_thousand_characters_are_found_by_what_they_begin_with(everything: EdgeIndex) -> None:
    assert len(ODD["long"]) > 100_000
    found = Engine(everything).search(Query(text="消光涂层，吸光率≥98%。"), filter=Filter(kinds=["odd"]))
    assert found[0].id == "odd long"
    assert "消光涂层" in [phrase.text for phrase in found[0].evidence.phrases]


def test_hidden_direction_marks_hide_nothing(everything: EdgeIndex) -> None:
    found = Engine(everything).search(Query(text="涂层消光"), filter=Filter(ids=["odd right to left"]))
    assert [candidate.id for candidate in found] == ["odd right to left"]


# ---- filters ----------------------------------------------------------------------------------------------------

NOTHING = [
    Filter(kinds=["nothing"]),
    Filter(audiences=["nobody"]),
    Filter(fields=["Z99"]),
    Filter(regions=["99"]),
    Filter(nodes=["nowhere"]),
    Filter(languages=["fr"]),
    Filter(since=2_000_000_000),
    Filter(ids=["not there"]),
    Filter(ids=[]),
    Filter(kinds=["need"], ids=["black"]),
    Filter(kinds=["achievement"], without=["black", "grey", "paint", "battery"]),
]


@pytest.mark.parametrize("nothing", NOTHING)
def test_a_filter_that_nothing_passes_finds_counts_and_holds_nothing(nothing: Filter, everything: EdgeIndex) -> None:
    assert Engine(everything).search(Query(text="消光涂层"), filter=nothing) == []
    assert everything.count(nothing) == 0
    assert everything.holds(nothing) is False


def test_an_empty_filter_is_no_filter(everything: EdgeIndex) -> None:
    assert everything.count(Filter()) == everything.count() == len(coatings()) + len(ODD)
    assert everything.holds(Filter()) is True


def test_kinds_of_the_call_count_before_those_of_the_filter(everything: EdgeIndex) -> None:
    found = Engine(everything).search(Query(text="消光涂层"), kinds=["need"], filter=Filter(kinds=["achievement"]))
    assert [candidate.id for candidate in found] == ["need"]


# ---- taking out and building again ------------------------------------------------------------------------------


def test_what_was_taken_out_leaves_no_trace(tmp_path: Path) -> None:
    with EdgeIndex(tmp_path / "one") as one, EdgeIndex(tmp_path / "other") as other:
        one.upsert(coatings())
        one.upsert([document("more", "液冷机柜消光", "液冷 PUE 1.04 " * 50)])
        one.delete(["more"])
        other.upsert(coatings())
        query = Query(text="红外消光涂层 液冷")
        assert Engine(one).search(query, limit=20) == Engine(other).search(query, limit=20)


def test_taking_everything_out_leaves_an_empty_index(index: EdgeIndex) -> None:
    index.upsert(coatings())
    index.delete([one.id for one in coatings()])
    assert (index.count(), index.statistics.documents, list(index.documents())) == (0, 0, [])
    index.upsert(coatings()[:1])
    assert [candidate.id for candidate in Engine(index).search(Query(text="超黑消光涂层"))] == ["black"]


def test_putting_in_nothing_changes_nothing(index: EdgeIndex) -> None:
    index.upsert(coatings())
    before = Engine(index).search(Query(text="消光涂层"))
    index.upsert([])
    index.delete([])
    assert Engine(index).search(Query(text="消光涂层")) == before


def test_index_built_again_from_its_own_documents_answers_the_same(tmp_path: Path) -> None:
    with EdgeIndex(tmp_path / "old") as old:
        old.upsert(coatings())
        kept = list(old.documents())
        before = Engine(old).search(Query(text="红外消光涂层"), limit=10)
    EdgeIndex.discard(tmp_path / "old")
    random.Random(3).shuffle(kept)
    with EdgeIndex(tmp_path / "old") as again:
        again.upsert(kept)
        assert Engine(again).search(Query(text="红外消光涂层"), limit=10) == before


@pytest.mark.parametrize("identity", ["a b", "成果/12", "😀", "x" * 500, "'; drop table", "\\", "ACHIEVEMENT:1:zh"])
def test_any_text_may_be_an_id(identity: str, index: EdgeIndex) -> None:
    index.upsert([document(identity, "消光涂层"), document("other", "固态电池")])
    assert [one.id for one in index.retrieve([identity])] == [identity]
    assert index.count(Filter(ids=[identity])) == 1
    index.delete([identity])
    assert [one.id for one in index.documents()] == ["other"]


# ---- damage -----------------------------------------------------------------------------------------------------


def test_a_folder_without_its_shard_says_that_it_is_damaged(tmp_path: Path) -> None:
    with EdgeIndex(tmp_path / "i") as index:
        index.upsert(coatings())
    shutil.rmtree(tmp_path / "i" / "shard")
    with pytest.raises(IndexDamaged, match="remove it and build the index again"):
        EdgeIndex(tmp_path / "i")


def test_a_folder_without_its_label_was_left_half_made_and_begins_anew(tmp_path: Path) -> None:
    with EdgeIndex(tmp_path / "i") as index:
        index.upsert(coatings())
    (tmp_path / "i" / "keqiao-index").unlink()
    with EdgeIndex(tmp_path / "i") as again:
        assert (again.count(), again.statistics.documents) == (0, 0)
        again.upsert(coatings())
        assert again.count() == 5


@pytest.mark.parametrize("content", [b"", b"garbage", b"PK\x03\x04 cut off"])
def test_damaged_term_counts_are_counted_again(content: bytes, tmp_path: Path) -> None:
    with EdgeIndex(tmp_path / "i") as index:
        index.upsert(coatings())
        before = Engine(index).search(Query(text="红外消光涂层"))
    (tmp_path / "i" / "statistics.npz").write_bytes(content)
    with EdgeIndex(tmp_path / "i") as again:
        assert Engine(again).search(Query(text="红外消光涂层")) == before


def test_term_counts_of_another_size_are_not_believed(tmp_path: Path) -> None:
    with EdgeIndex(tmp_path / "small") as small, EdgeIndex(tmp_path / "i") as index:
        small.upsert(coatings()[:2])
        index.upsert(coatings())
    shutil.copy(tmp_path / "small" / "statistics.npz", tmp_path / "i" / "statistics.npz")
    with EdgeIndex(tmp_path / "i") as again:
        assert again.statistics.documents == 5


# ---- evidence ---------------------------------------------------------------------------------------------------

NEED = Query(
    title="红外探测器消光涂层",
    text="现有涂层吸光率大部分在95%以下，希望吸光率≥98%，固化温度≤120℃，可批量生产。",
    fields=("C264",),
    region="420100",
    targets=(*figures("吸光率≥98%"), *figures("固化温度≤120℃")),
)


def test_parts_of_every_candidate_add_up_and_stay_within_their_shares(engine: Engine) -> None:
    found = engine.search(NEED, limit=10)
    assert len(found) >= 4
    for candidate in found:
        assert candidate.score == pytest.approx(sum(part.value for part in candidate.parts), abs=1e-6)
        for part in candidate.parts:
            least = -MISSED if part.name == "figures" else 0.0
            assert least <= part.value <= SHARES[part.name] + 1e-9, part


def test_figures_part_follows_from_the_checks(engine: Engine) -> None:
    for candidate in engine.search(NEED, limit=10):
        verdicts = [check.verdict for check in candidate.evidence.checks]
        rest = sum(part.value for part in candidate.parts if part.name != "figures")
        met, missed = verdicts.count("met") / 2, verdicts.count("missed") / 2
        assert candidate.part("figures") == pytest.approx(SHARES["figures"] * met - MISSED * missed * rest, abs=2e-6)


def test_every_check_names_its_target_and_is_what_compare_says(engine: Engine) -> None:
    for candidate in engine.search(NEED, limit=10):
        assert [check.target for check in candidate.evidence.checks] == list(NEED.targets)
        assert list(candidate.evidence.checks) == [compare(one, candidate.document.figures) for one in NEED.targets]


def test_every_phrase_stands_where_it_is_said_to_stand(engine: Engine) -> None:
    sides = {"title": NEED.title, "text": NEED.text}
    seen = 0
    for candidate in engine.search(NEED, limit=10):
        own = {"title": candidate.document.title, "text": candidate.document.text}
        for phrase in candidate.evidence.phrases:
            for place in phrase.in_query:
                assert fold(sides[place.part][place.start : place.end]) == fold(phrase.text)
            for place in phrase.in_document:
                assert fold(own[place.part][place.start : place.end]) == fold(phrase.text)
            assert phrase.in_query
            assert phrase.in_document
            seen += 1
    assert seen >= 5


def test_no_phrase_is_part_of_another_at_the_same_place(engine: Engine) -> None:
    for candidate in engine.search(NEED, limit=10):
        places = [place for phrase in candidate.evidence.phrases for place in phrase.in_query]
        for one in places:
            inside = [p for p in places if p != one and p.part == one.part and p.start < one.end and one.start < p.end]
            assert inside == []


def test_the_nearer_field_and_region_count_more(engine: Engine) -> None:
    def score(fields: tuple[str, ...], region: str) -> float:
        asked = replace(NEED, fields=fields, region=region, targets=())
        return next(candidate.score for candidate in engine.search(asked, limit=10) if candidate.id == "black")

    fields = [score((code,), "") for code in ("C264", "C26", "C2641", "C265", "I65")]
    assert fields == sorted(fields, reverse=True)
    assert fields[0] - fields[-1] == pytest.approx(SHARES["field"], abs=2e-6)
    regions = [score((), code) for code in ("420100", "4201", "420500", "310000")]
    assert regions == sorted(regions, reverse=True)
    assert regions[0] - regions[-1] == pytest.approx(SHARES["region"], abs=2e-6)


def test_a_target_with_another_unit_is_converted_before_it_is_checked(engine: Engine) -> None:
    engine.index.upsert([document("thin", "薄消光涂层", "膜厚 0.04 mm")])
    asked = replace(NEED, targets=(Figure("膜厚", None, 50.0, "um"),))
    thin = next(candidate for candidate in engine.search(asked, limit=10) if candidate.id == "thin")
    [check] = thin.evidence.checks
    assert (check.verdict, check.gap) == ("met", 0.0)


@pytest.mark.parametrize("limit", [0, 1, 3])
def test_phrases_are_as_many_as_were_asked_for(limit: int) -> None:
    text = "消光涂层、固态电池、液冷机柜、碳化硅模块"
    found = phrases(Explained("", text), Explained("", text[::1]), lambda runs: dict.fromkeys(runs, 1.0), limit)
    assert len(found) == limit


# ---- alike ------------------------------------------------------------------------------------------------------


def test_a_document_is_not_alike_to_itself_but_to_its_copy(engine: Engine) -> None:
    black = coatings()[0]
    assert [found.id for found, _alike in engine.similar(black)] == []
    engine.index.upsert([replace(black, id="copy")])
    assert [(found.id, alike) for found, alike in engine.similar(black)] == [("copy", 1.0)]
    assert engine.similar(black, limit=0) == []
    assert engine.similar(black, filter=Filter(without=["copy"])) == []


def test_alike_are_those_above_the_threshold_best_first(engine: Engine) -> None:
    engine.index.upsert([document("near", "超黑消光涂层", COATING[:25]), document("far", "消光")])
    found = engine.similar(coatings()[0], threshold=0.05)
    assert found[0][0].id == "near"
    values = [alike for _one, alike in found]
    assert values == sorted(values, reverse=True)
    assert min(values) >= 0.05
    assert len(engine.similar(coatings()[0], threshold=0.05, limit=2)) == 2


# ---- text -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("ＰＵＥ≤１．１５", "pue≤1.15"), ("３０℃～４０℃", "30°c~40°c"), ("㎏／㎥", "kg/m3"), ("½", "1⁄2"),
        ("導熱係數", "导热系数"), ("臺灣", "台湾"), ("ⅣＡ", "iva"), ("①②", "12"), ("Ångström", "angstrom"),
        ("naïve CAFÉ", "naive cafe"), ("ﬀ", "ff"), ("２０２６年", "2026年"), ("Ｑｄｒａｎｔ", "qdrant"),
        ("\u200b\ufeff", "  "), ("Ａ\u3000Ｂ", "a b"),
    ],
)  # fmt: skip
def test_fold_makes_one_form_of_many(written: str, read: str) -> None:
    assert fold(written) == read


@pytest.mark.parametrize("text", [ODD[name] for name in ODD if name != "long"])
def test_places_of_a_folded_text_lie_within_the_text(text: str) -> None:
    read = folded(text)
    assert len(read.origin) == len(read.text) + 1
    assert list(read.origin) == sorted(read.origin)
    assert all(0 <= place <= len(text) for place in read.origin)


@pytest.mark.parametrize("text", [ODD[name] for name in ODD if name != "long"])
def test_blanking_out_keeps_every_place(text: str) -> None:
    assert len(without_markup(text)) == len(text)
    assert len(without_fillers(fold(text))) == len(fold(text))


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("", ""), ("123 %", ""), ("😀", ""), ("涂层 coating", "zh"), ("The coating 涂层 of the cold shield", "en"),
        ("a", "en"), ("光", "zh"), ("ＰＵＥ", ""), ("русский", ""),
    ],
)  # fmt: skip
def test_language_of_short_and_mixed_texts(text: str, spoken: str) -> None:
    assert language(text) == spoken


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("tft-lcd", ["tft-lcd"]), ("co2 3.5", ["co2", "3.5"]), ("a of the", []),
        ("coatings for optics", ["coating", "optic"]),
        ("batteries", ["battery"]), ("-40", ["40"]), ("x-ray.", ["x-ray"]), ("", []), ("消光", []),
    ],
)  # fmt: skip
def test_tokens_of_a_canonical_text(text: str, found: list[str]) -> None:
    assert tokens(text) == found


def test_canonical_of_many_is_the_canonical_of_each() -> None:
    texts = [text for name, text in ODD.items() if name != "long"]
    assert canonical(texts) == [canonical([text])[0] for text in texts]
