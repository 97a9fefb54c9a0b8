from __future__ import annotations

import logging
from pathlib import Path

import pytest
from click.testing import CliRunner

from keqiao.engine import Document, EdgeIndex, Engine, Query, bilingual
from keqiao.engine.bilingual import Dictionary, DictionaryMissing, built, write
from keqiao.engine.dictionary import chinese_senses, commands, read_ecdict
from keqiao.engine.translate import Translated, translated, weighted

ENGLISH = {
    "thermal conductivity": ["热导率", "导热系数"],
    "thermal": ["热的"],
    "conductivity": ["传导性", "电导率"],
    "liquid cooling": ["液冷"],
    "data center": ["数据中心"],
    "coating": ["涂层", "涂料"],
    "of": ["的"],
}
CHINESE = {"导热系数": ["thermal conductivity", "heat conductivity"], "涂层": ["coating"], "液冷": ["liquid cooling"]}


@pytest.fixture
def dictionary(tmp_path: Path) -> Dictionary:
    write(tmp_path / "made" / "dictionary.bin", ENGLISH, CHINESE)
    return Dictionary(tmp_path / "made" / "dictionary.bin")


def test_both_directions_are_found(dictionary: Dictionary) -> None:
    assert dictionary.chinese("thermal conductivity") == ("热导率", "导热系数")
    assert dictionary.english("涂层") == ("coating",)
    assert [dictionary.chinese(word) for word in ("", "涂层", "zzz", "\ud800")] == [(), (), (), ()]


def test_every_headword_of_a_large_dictionary_is_found(tmp_path: Path) -> None:
    entries = {f"word {i}": [f"词{i}", "义"] for i in range(3000)}
    write(tmp_path / "d.bin", entries, {})
    large = Dictionary(tmp_path / "d.bin")
    assert all(large.chinese(word) == tuple(senses) for word, senses in entries.items())
    assert large.english("词1") == ()


@pytest.mark.parametrize("content", [b"", b"short", b"x" * 100, None])
def test_missing_or_foreign_file_is_refused(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "d.bin"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(DictionaryMissing, match=r"python -m keqiao\.engine\.dictionary build"):
        Dictionary(path)


def test_missing_dictionary_is_said_once(tmp_path: Path, monkeypatch, caplog) -> None:
    monkeypatch.setattr(bilingual, "BUILT", tmp_path / "none.bin")
    built.cache_clear()
    with caplog.at_level(logging.WARNING):
        assert (built(), built()) == (None, None)
    built.cache_clear()
    assert len(caplog.records) == 1
    assert "matching between Chinese and English is off" in caplog.text


def test_longest_phrase_is_taken(dictionary: Dictionary) -> None:
    text = "The Thermal  conductivity of coatings"
    assert [(text[t.start : t.end], t.senses) for t in translated(text, "en", dictionary)] == [
        ("Thermal  conductivity", ("热导率", "导热系数")),
        ("coatings", ("涂层", "涂料")),
    ]


def test_phrase_does_not_reach_over_punctuation(dictionary: Dictionary) -> None:
    assert [t.senses for t in translated("thermal, conductivity", "en", dictionary)] == [
        ("热的",),
        ("传导性", "电导率"),
    ]


def test_hyphen_is_a_space(dictionary: Dictionary) -> None:
    assert [t.senses for t in translated("liquid-cooling", "en", dictionary)] == [("液冷",)]


def test_chinese_words_are_joined_to_the_longest_known(dictionary: Dictionary) -> None:
    found = translated("涂层的导热系数，塗層", "zh", dictionary)
    assert found == [
        Translated(0, 2, ("coating",)),
        Translated(3, 7, ("thermal conductivity", "heat conductivity")),
        Translated(8, 10, ("coating",)),
    ]


@pytest.mark.parametrize("text", ["", "😀", "123", "zzz of the", "的"])
def test_nothing_known_nothing_translated(dictionary: Dictionary, text: str) -> None:
    assert translated(text, "en", dictionary) == translated(text, "zh", dictionary) == []


def test_senses_share_the_weight_of_their_phrase(dictionary: Dictionary) -> None:
    senses, weights = weighted(translated("thermal conductivity coating", "en", dictionary))
    assert (senses, weights) == (["热导率", "导热系数", "涂层", "涂料"], [0.5, 0.5, 0.5, 0.5])


OFFERS = [
    Document(id="en", title="Liquid cooling of a data center", text="High thermal conductivity.", language="en"),
    Document(id="zh", title="数据中心液冷技术", text="导热系数高。", language="zh"),
    Document(id="other", title="固态电池", language="zh"),
]


def test_english_query_finds_chinese_document_with_evidence(index: EdgeIndex, dictionary: Dictionary) -> None:
    index.upsert([OFFERS[1], OFFERS[2]])
    query = Query(title="liquid cooling for a data center", text="thermal conductivity")
    [candidate] = Engine(index, lambda: dictionary).search(query)
    assert candidate.id == "zh"
    assert {phrase.text for phrase in candidate.evidence.phrases} == {"液冷", "数据中心", "导热系数"}
    place = next(p.in_query[0] for p in candidate.evidence.phrases if p.text == "液冷")
    assert query.title[place.start : place.end] == "liquid cooling"
    assert round(sum(part.value for part in candidate.parts), 6) == candidate.score


def test_chinese_query_finds_english_document(index: EdgeIndex, dictionary: Dictionary) -> None:
    index.upsert(OFFERS)
    found = Engine(index, lambda: dictionary).search(Query(title="液冷", text="要求导热系数高"))
    assert [candidate.id for candidate in found] == ["zh", "en"]
    assert {phrase.text for phrase in found[1].evidence.phrases} == {"Liquid cooling", "thermal conductivity"}


def test_without_a_dictionary_each_language_finds_itself(index: EdgeIndex) -> None:
    index.upsert(OFFERS)
    assert [c.id for c in Engine(index, lambda: None).search(Query(title="液冷"))] == ["zh"]
    assert [c.id for c in Engine(index, lambda: None).search(Query(title="liquid cooling"))] == ["en"]


def test_dictionary_is_not_asked_for_while_all_speak_one_language(index: EdgeIndex) -> None:
    index.upsert(OFFERS[1:])

    def never() -> Dictionary | None:
        raise AssertionError

    assert [c.id for c in Engine(index, never).search(Query(title="液冷"))] == ["zh"]


@pytest.mark.parametrize(
    ("translation", "senses"),
    [
        (r"n. 涂层, 上衣衣料\n[计] 涂复, 涂层, 镀层, 敷层", ["涂层", "上衣衣料", "涂复", "镀层", "敷层"]),
        (r"[化] 热导率; 导热系数", ["热导率", "导热系数"]),
        (r"n. 锂\n[化] 锂Li", ["锂"]),
        (r"a. 可吸收的\nadv. 快地", ["可吸收", "快地"]),
        (r"[网络] 胡德；兜帽", []),
        ("vt. & vi. 吸收（液体）, 使…全神贯注", ["吸收", "使全神贯注"]),
        ("n. 一, 二, 三, 四, 五, 六, 七", ["一", "二", "三", "四", "五", "六"]),
        ("abbr. CPU", []),
        ("", []),
    ],
)
def test_senses_of_an_entry(translation: str, senses: list[str]) -> None:
    assert chinese_senses(translation) == senses


CSV = """word,phonetic,definition,translation,pos,collins,oxford,tag,bnc,frq,exchange,detail,audio
coating,,,n. 涂层,,,,,7891,8389,s:coatings/1:i,,
overlay,,,n. 涂层,,,,,0,9000,,,
thermal conductivity,,,[化] 热导率,,,,,0,0,,,
one two three four five,,,n. 太长,,,,,0,0,,,
42nd,,,n. 第四十二,,,,,0,0,,,
Brandname,,,[网络] 牌子,,,,,0,0,,,
"""


def test_ecdict_is_read_in_both_directions(tmp_path: Path) -> None:
    (tmp_path / "ecdict.csv").write_text(CSV, encoding="utf-8")
    english, chinese = read_ecdict(tmp_path / "ecdict.csv")
    assert english == {
        "coating": ["涂层"], "coatings": ["涂层"], "overlay": ["涂层"], "thermal conductivity": ["热导率"],
    }  # fmt: skip
    assert chinese == {"涂层": ["coating", "overlay"], "热导率": ["thermal conductivity"]}


def test_build_command_writes_a_file_that_can_be_asked(tmp_path: Path) -> None:
    (tmp_path / "ecdict.csv").write_text(CSV, encoding="utf-8")
    out = tmp_path / "build" / "ecdict.bin"
    arguments = ["build", "--source", str(tmp_path / "ecdict.csv"), "--out", str(out)]
    result = CliRunner().invoke(commands, arguments)
    assert result.output == f"4 English and 2 Chinese headwords, 0 MB: {out}\n"
    assert Dictionary(out).chinese("coatings") == ("涂层",)


def test_build_command_names_the_missing_source(tmp_path: Path) -> None:
    result = CliRunner().invoke(commands, ["build", "--source", str(tmp_path / "none.csv")])
    assert (result.exit_code, "npm install brings it" in result.output) == (1, True)
