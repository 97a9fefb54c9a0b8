"""Meaning beside words: in a folder and in a cluster, while it is being embedded, and where the encoder fails."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from keqiao.engine import Document, EdgeIndex, Engine, Filter, Index, IndexOutdated, Query
from keqiao.engine.cluster import ClusterIndex
from keqiao.engine.encoders import Encoder, ModelTrouble, Role, Vectors, open_encoder
from keqiao.engine.encoders.endpoint import Endpoint
from keqiao.engine.encoders.remote import RemoteEncoder
from keqiao.engine.meaning import BATCH, PAIRS, Meaning, Scale, embed, scale_of
from keqiao.engine.rank import MEANING, SHARES
from keqiao.engine_cli import engine_group
from tests.engine.conftest import coatings, document
from tests.fake_models import Body, FakeModels, Said, serving

NEED = Query(title="降噪耳机", text="周围太吵")
HEARING = document("hearing", "主动消声受话器", "抑制环境杂音，提升通话清晰度。")
MILK = document("milk", "婴幼儿配方乳粉", "添加乳铁蛋白。")


@dataclass
class Named:
    """An encoder under another name."""

    encoder: Encoder
    name: str

    @property
    def dimensions(self) -> int:
        return self.encoder.dimensions

    def encode(self, texts: list[str], role: Role = "document") -> Vectors:
        return self.encoder.encode(texts, role)


@pytest.fixture(scope="session")
def encoder(encoder_folder: Path) -> Encoder:
    found = open_encoder(str(encoder_folder))
    assert found is not None
    return found


@pytest.fixture
def meaning(encoder: Encoder) -> Meaning:
    return Meaning(encoder)


@pytest.fixture(params=["edge", pytest.param("cluster", marks=pytest.mark.xdist_group("cluster"))])
def roomy(request: pytest.FixtureRequest, tmp_path: Path, meaning: Meaning) -> Iterator[Index]:
    """An empty index of either kind, with room for the vectors of the encoder."""
    if request.param == "cluster":
        yield request.getfixturevalue("connect")(space=(meaning.space, 512))
        return
    with EdgeIndex(tmp_path / "roomy") as index:
        yield index


def engine(index: Index, meaning: Meaning | None) -> Engine:
    return Engine(index, dictionary=lambda: None, meaning=meaning)


def ids(index: Index, meaning: Meaning | None, query: Query = NEED, wanted: Filter | None = None) -> list[str]:
    return [found.id for found in engine(index, meaning).search(query, limit=10, filter=wanted)]


# --- both kinds of index ---


def test_what_shares_no_word_is_found_by_meaning(roomy: Index, meaning: Meaning) -> None:
    roomy.upsert([*coatings(), HEARING, MILK])
    assert (roomy.space, ids(roomy, meaning)) == ("", ids(roomy, None))
    assert "hearing" not in ids(roomy, meaning)
    assert embed(roomy, meaning) == 7
    assert (roomy.space, roomy.embedded(meaning.space)) == (meaning.space, 7)
    assert ids(roomy, meaning)[0] == "hearing"
    assert "hearing" not in ids(roomy, None)
    assert ids(roomy, meaning, wanted=Filter(without=["hearing"], kinds=["need"])) == ["need"]
    assert ids(roomy, meaning, wanted=Filter(audiences=["nobody"])) == []


def test_parts_add_up_and_words_give_way_to_meaning(roomy: Index, meaning: Meaning) -> None:
    roomy.upsert(coatings())
    query = Query(title="红外探测器消光涂层", text="吸光率98%", fields=("C264",), region="420100")
    plain = {found.id: found for found in engine(roomy, meaning).search(query)}
    embed(roomy, meaning)
    found = engine(roomy, meaning).search(query)
    assert found[0].id == "need"
    assert {one.id for one in found} == {"black", "grey", "paint", "battery", "need"}
    for one in found:
        assert one.score == round(sum(part.value for part in one.parts), 6)
        assert 0 <= one.part("meaning") <= round(MEANING * (SHARES["text"] + SHARES["words"]), 6)
        if one.id in plain:
            assert one.part("text") == pytest.approx((1 - MEANING) * plain[one.id].part("text"), abs=1e-6)
            assert one.part("words") == pytest.approx((1 - MEANING) * plain[one.id].part("words"), abs=1e-6)
            assert one.part("field") == plain[one.id].part("field")


def test_the_part_is_the_cosine_on_the_scale_of_the_encoder(roomy: Index, meaning: Meaning) -> None:
    roomy.upsert([HEARING, MILK])
    embed(roomy, meaning)
    cosines = meaning.of_documents([HEARING, MILK]) @ meaning.of_query(NEED)
    whole = MEANING * (SHARES["text"] + SHARES["words"])
    parts = {one.id: one.part("meaning") for one in engine(roomy, meaning).search(NEED)}
    for identity, cosine in zip(["hearing", "milk"], cosines, strict=True):
        assert parts[identity] == pytest.approx(whole * meaning.scale.place(float(cosine)), abs=1e-5)


def test_a_document_written_anew_counts_by_its_words_until_it_is_embedded(roomy: Index, meaning: Meaning) -> None:
    roomy.upsert(coatings())
    embed(roomy, meaning)
    query = Query(title="消光涂层")
    changed = replace(coatings()[1], text="消光涂层吸光率96%。")
    roomy.upsert([changed])
    assert roomy.embedded(meaning.space) == 4
    by_id = {one.id: one for one in engine(roomy, meaning).search(query)}
    plain = {one.id: one for one in engine(roomy, None).search(query)}
    assert by_id["grey"] == plain["grey"]
    assert by_id["black"].part("meaning") > 0
    assert [one.id for one in roomy.without_meaning(meaning.space, 10)] == ["grey"]
    assert embed(roomy, meaning) == 1
    assert {one.id for one in engine(roomy, meaning).search(query) if one.part("meaning")} >= {"grey", "black"}


def test_a_vector_of_what_a_document_was_is_not_kept(roomy: Index, meaning: Meaning) -> None:
    roomy.make_space(meaning.space, 512)
    roomy.upsert([HEARING, MILK])
    before = roomy.retrieve(["hearing", "milk"])
    vectors = meaning.of_documents(before)
    roomy.upsert([replace(HEARING, text="改成了别的。")])
    roomy.delete(["milk"])
    roomy.set_meanings(meaning.space, before, vectors)
    assert roomy.embedded(meaning.space) == 0


def test_embedding_goes_on_where_it_stopped(roomy: Index, meaning: Meaning) -> None:
    roomy.upsert([document(f"d{number}", f"第{number}种涂层") for number in range(BATCH + 6)])
    seen: list[int] = []
    assert embed(roomy, meaning, seen.append, most=10) == BATCH
    assert (roomy.space, roomy.embedded(meaning.space)) == ("", BATCH)
    assert embed(roomy, meaning, seen.append) == 6
    assert (roomy.space, seen) == (meaning.space, [BATCH, 6])
    assert embed(roomy, meaning, seen.append) == 0


def test_an_empty_index_is_embedded_at_once(roomy: Index, meaning: Meaning) -> None:
    assert embed(roomy, meaning) == 0
    assert roomy.space == meaning.space
    assert ids(roomy, meaning) == []


def test_a_query_without_a_term_finds_nothing(roomy: Index, meaning: Meaning) -> None:
    roomy.upsert([HEARING])
    embed(roomy, meaning)
    assert [ids(roomy, meaning, Query(text=text)) for text in ("", "🙂🙂", " ")] == [[], [], []]


# --- one encoder after another ---


def test_another_encoder_takes_over_when_it_has_seen_everything(index: EdgeIndex, encoder: Encoder) -> None:
    first, second = Meaning(encoder), Meaning(Named(encoder, "second"))
    index.upsert([*coatings(), HEARING])
    embed(index, first)
    index.make_space(second.space, 512)
    assert (index.space, ids(index, second)) == (first.space, ids(index, None))  # words alone meanwhile
    embed(index, second)
    assert (index.space, index.embedded(first.space), index.embedded(second.space)) == (second.space, 0, 6)
    assert ids(index, second)[0] == "hearing"
    assert ids(index, first) == ids(index, None)


def test_what_is_embedded_is_there_after_opening_again(tmp_path: Path, meaning: Meaning) -> None:
    with EdgeIndex(tmp_path / "index") as index:
        index.upsert([HEARING, MILK])
        embed(index, meaning)
    with EdgeIndex(tmp_path / "index") as index:
        assert (index.space, index.embedded(meaning.space)) == (meaning.space, 2)
        assert ids(index, meaning)[0] == "hearing"


@pytest.mark.parametrize("content", ["", "{", "[]", '{"made": 1}', '{"used": "x"}'])
def test_a_lost_note_of_spaces_means_that_words_find(tmp_path: Path, meaning: Meaning, content: str) -> None:
    with EdgeIndex(tmp_path / "index") as index:
        index.upsert([HEARING, MILK])
        embed(index, meaning)
    (tmp_path / "index" / "spaces.json").write_text(content)
    with EdgeIndex(tmp_path / "index") as index:
        assert (index.space, ids(index, meaning)) == ("", ids(index, None))
        embed(index, meaning)
        assert ids(index, meaning)[0] == "hearing"


def test_vectors_of_another_length_get_a_space_of_their_own(index: EdgeIndex) -> None:
    index.upsert([HEARING])
    index.make_space("meaning-x", 3)
    index.set_meanings("meaning-x", index.retrieve(["hearing"]), np.eye(1, 3, dtype=np.float32))
    index.use_space("meaning-x")
    index.make_space("meaning-x", 4)
    assert (index.space, index.embedded("meaning-x")) == ("", 0)
    index.set_meanings("meaning-x", index.retrieve(["hearing"]), np.eye(1, 4, dtype=np.float32))
    assert [hit.id for hit in index.near("meaning-x", np.eye(1, 4, dtype=np.float32)[0], 1)] == ["hearing"]


@pytest.mark.xdist_group("cluster")
def test_a_cluster_without_room_gets_a_successor_with_room(
    connect: Callable[..., ClusterIndex], meaning: Meaning
) -> None:
    old = connect("without-room")
    old.upsert([HEARING, MILK])
    with pytest.raises(IndexOutdated, match="keqiao index rebuild"):
        embed(old, meaning)
    new = connect("without-room", space=(meaning.space, 512))
    assert [one.id for one in new.retrieve(["hearing", "milk"])] == ["hearing", "milk"]
    successor = new.successor()
    successor.upsert([HEARING, MILK])
    embed(successor, meaning)
    assert (new.space, successor.space) == ("", meaning.space)
    new.adopt(successor)
    assert (new.space, old.space, ids(new, meaning)[0]) == (meaning.space, meaning.space, "hearing")


# --- where the encoder fails ---


@pytest.fixture
def fake(encoder: Encoder) -> Iterator[FakeModels]:
    """The small encoder, behind an address."""

    def embeddings(body: Body) -> object:
        rows = encoder.encode(body["input"]).tolist()
        return {"data": [{"index": place, "embedding": row} for place, row in enumerate(rows)]}

    with serving() as server:
        server.answers["/v1/embeddings"] = embeddings
        yield server


@pytest.fixture
def away(fake: FakeModels, index: EdgeIndex, monkeypatch: pytest.MonkeyPatch) -> Iterator[Meaning]:
    """An encoder behind an address by which the index has been embedded; a busy machine may take its time."""
    monkeypatch.setattr("keqiao.engine.encoders.remote.QUERY_SECONDS", 60.0)
    endpoint = Endpoint(f"{fake.url}#tiny", clock=lambda: 0.0)
    index.upsert([*coatings(), HEARING])
    meaning = Meaning(RemoteEncoder("", endpoint=endpoint))
    embed(index, meaning)
    yield meaning
    endpoint.close()


def test_an_encoder_behind_an_address_finds_what_one_in_a_folder_finds(
    index: EdgeIndex, away: Meaning, meaning: Meaning, tmp_path: Path
) -> None:
    with EdgeIndex(tmp_path / "other") as other:
        other.upsert([*coatings(), HEARING])
        embed(other, meaning)
        expected = engine(other, meaning).search(NEED)
    found = engine(index, away).search(NEED)
    assert [one.id for one in found] == [one.id for one in expected]
    assert [one.score for one in found] == pytest.approx([one.score for one in expected], abs=1e-4)


@pytest.mark.parametrize("said", [Said(500), Said(429), Said(content=b"<html>"), Said(content=b'{"data": []}')])
def test_without_an_answer_words_find_and_one_line_is_logged(
    index: EdgeIndex, away: Meaning, fake: FakeModels, said: Said, caplog: pytest.LogCaptureFixture
) -> None:
    fake.always = said
    asked = [engine(index, away).ask(NEED) for _time in range(3)]
    with caplog.at_level(logging.WARNING, "keqiao.engine"):
        found = [engine(index, away).search(one) for one in asked]
    assert found == [engine(index, None).search(NEED)] * 3
    assert all("tiny at http://127.0.0.1" in one.trouble for one in asked)
    assert [record.message.partition(":")[0] for record in caplog.records] == ["searching by words alone"]


def test_one_query_asks_once_however_often_it_is_searched(index: EdgeIndex, away: Meaning, fake: FakeModels) -> None:
    ready = engine(index, away)
    ready.search(NEED)  # the scale is asked for once
    before = len(fake.asked)
    asked = ready.ask(NEED)
    for kinds in (("achievement",), ("need",), ()):
        ready.search(asked, kinds=kinds)
    assert [body["input"] for _path, body in fake.asked[before:]] == [[NEED.title, NEED.text]]
    assert asked.trouble == ""


def test_a_model_with_other_vectors_than_the_index_does_no_harm(
    index: EdgeIndex, away: Meaning, fake: FakeModels
) -> None:
    def shorter(body: Body) -> object:
        chance = np.random.default_rng(1)
        rows = [chance.normal(size=8).tolist() for _text in body["input"]]
        return {"data": [{"index": place, "embedding": row} for place, row in enumerate(rows)]}

    fake.answers["/v1/embeddings"] = shorter
    endpoint = Endpoint(f"{fake.url}#tiny")
    begun_anew = Meaning(RemoteEncoder("", endpoint=endpoint))
    begun_anew._scale = Scale(0.0)
    asked = engine(index, begun_anew).ask(NEED)
    assert engine(index, begun_anew).search(asked) == engine(index, None).search(NEED)
    assert "vectors of 8 numbers, those of the index have 512" in asked.trouble
    assert index.count() == 6
    endpoint.close()


def test_embedding_stops_where_the_encoder_does_and_keeps_what_is_done(
    index: EdgeIndex, away: Meaning, fake: FakeModels
) -> None:
    index.upsert([document(f"d{number}", f"第{number}种涂层") for number in range(BATCH + 6)])
    fake.says(Said(), Said(401))
    with pytest.raises(ModelTrouble, match="status 401"):
        embed(index, away)
    assert len(index.without_meaning(away.space, 100)) == 6
    assert embed(index, away) == 6


# --- the scale ---


def test_the_scale_begins_at_unrelated_texts(encoder: Encoder) -> None:
    scale = scale_of(encoder)
    assert 0.6 < scale.unrelated < 0.7
    assert [scale.place(cosine) for cosine in (-1.0, scale.unrelated, 1.0)] == [0.0, 0.0, 1.0]
    assert scale.place((1 + scale.unrelated) / 2) == pytest.approx(0.5)
    assert len(PAIRS) == 16


def test_an_encoder_that_cannot_tell_texts_apart_is_refused() -> None:
    class Constant:
        name, dimensions = "constant", 4

        def encode(self, texts: list[str], role: Role = "document") -> Vectors:
            return np.tile(np.eye(1, 4, dtype=np.float32), (len(texts), 1))

    with pytest.raises(ModelTrouble, match="constant does not tell related texts from unrelated ones"):
        scale_of(Constant())


def test_a_title_counts_more_than_a_long_text(meaning: Meaning, encoder: Encoder) -> None:
    both, title, text = meaning.of_documents(
        [HEARING, Document(id="t", title=HEARING.title), Document(id="x", text=HEARING.text)]
    )
    mixed = 0.6 * encoder.encode([HEARING.title])[0] + 0.4 * encoder.encode([HEARING.text])[0]
    assert np.allclose(both, mixed / np.linalg.norm(mixed), atol=1e-5)
    assert both @ title > both @ text


# --- from the command line ---


def test_evaluating_with_an_encoder(tmp_path: Path, encoder_folder: Path) -> None:
    (tmp_path / "qrels").mkdir()
    lines = [{"_id": one.id, "title": one.title, "text": one.text} for one in (*coatings(), HEARING, MILK)]
    (tmp_path / "corpus.jsonl").write_text("\n".join(json.dumps(line) for line in lines))
    (tmp_path / "queries.jsonl").write_text(json.dumps({"_id": "q", "title": NEED.title, "text": NEED.text}))
    (tmp_path / "qrels" / "test.tsv").write_text("query\tdocument\tgrade\nq\thearing\t1\n")
    run = CliRunner().invoke(engine_group, ["evaluate", str(tmp_path), "--json", "--encoder", str(encoder_folder)])
    assert json.loads(run.stdout)["nDCG@10"] == 1.0
    plain = CliRunner().invoke(engine_group, ["evaluate", str(tmp_path), "--json"])
    assert json.loads(plain.stdout)["nDCG@10"] == 0.0
    refused = CliRunner().invoke(engine_group, ["evaluate", str(tmp_path), "--encoder", str(tmp_path / "nothing")])
    assert (refused.exit_code, "is no folder" in refused.output) == (1, True)
