"""A second look: the order changes where the model answers, and never where it does not; scores never do."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx
import pytest

from keqiao.engine import Candidate, Engine, Query
from keqiao.engine.encoders import ModelTrouble
from keqiao.engine.encoders.endpoint import Endpoint
from keqiao.engine.reranking import FIRST, FolderReranker, RemoteReranker, open_reranker, reranked
from tests.engine.conftest import document
from tests.fake_models import Body, FakeModels, Said, serving

QUERY = Query(title="消光涂层", text="红外探测器用")


def shortest_first(body: Body) -> object:
    """The shorter a document the better, worst first."""
    scores = {place: -float(len(text)) for place, text in enumerate(body["documents"])}
    worst_first = sorted(scores, key=lambda place: scores[place])
    return {"results": [{"index": place, "relevance_score": scores[place]} for place in worst_first]}


@pytest.fixture
def fake() -> Iterator[FakeModels]:
    with serving() as server:
        server.answers["/v1/rerank"] = shortest_first
        yield server


@pytest.fixture
def reranker(fake: FakeModels) -> Iterator[RemoteReranker]:
    endpoint = Endpoint(f"{fake.url}#second", clock=lambda: 0.0)
    yield RemoteReranker(endpoint)
    endpoint.close()


@pytest.fixture
def found(engine: Engine) -> list[Candidate]:
    """Thirty coatings, whose texts get longer, and what was there before."""
    more = [document(f"d{number:02}", "消光涂层", "红外探测器用" + "，耐候" * number) for number in range(30)]
    engine.index.upsert(more)
    candidates = engine.search(QUERY, limit=30)
    assert len(candidates) == 30
    return candidates


def test_the_first_twenty_are_put_in_the_order_of_the_model(
    reranker: RemoteReranker, fake: FakeModels, found: list[Candidate]
) -> None:
    again = reranked(reranker, QUERY, found)
    length = {one.id: len(f"{one.document.title}\n{one.document.text}") for one in found}
    assert [one.id for one in again[:FIRST]] == sorted((one.id for one in found[:FIRST]), key=lambda i: length[i])
    assert again[FIRST:] == found[FIRST:]
    assert {one.id: one for one in again} == {one.id: one for one in found}  # scores, parts and evidence as they were
    [body] = fake.bodies("/v1/rerank")
    assert (body["model"], body["query"], body["top_n"]) == ("second", "消光涂层\n红外探测器用", FIRST)
    assert body["documents"] == [f"{one.document.title}\n{one.document.text}" for one in found[:FIRST]]


def scores(*rows: object) -> bytes:
    return json.dumps({"results": rows}).encode()


@pytest.mark.parametrize(
    "said",
    [
        Said(500),
        Said(429),
        Said(403),
        Said(content=b"<html>"),
        Said(content=b"[]"),
        Said(content=scores()),
        Said(content=scores(*({"index": 0, "relevance_score": 1.0} for _place in range(FIRST)))),
        Said(content=scores(*({"index": place, "relevance_score": 1.0} for place in range(FIRST - 1)))),
        Said(content=scores(*({"index": place, "relevance_score": float("nan")} for place in range(FIRST)))),
        Said(content=scores(*({"index": place} for place in range(FIRST)))),
    ],
)
def test_a_model_that_fails_leaves_the_order(
    reranker: RemoteReranker,
    fake: FakeModels,
    found: list[Candidate],
    said: Said,
    caplog: pytest.LogCaptureFixture,
) -> None:
    fake.always = said
    with caplog.at_level(logging.WARNING, "keqiao.engine"):
        assert reranked(reranker, QUERY, found) == found
    assert [record.message.partition(":")[0] for record in caplog.records] == ["the order stays as it was"]


def test_a_model_that_hangs_is_not_waited_for(
    reranker: RemoteReranker, fake: FakeModels, found: list[Candidate], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("keqiao.engine.reranking.SECONDS", 0.1)
    fake.always = Said(hangs=True)
    assert reranked(reranker, QUERY, found) == found
    assert reranked(reranker, QUERY, found) == found
    assert len(fake.asked) == 1  # the second time it was left alone


def test_one_candidate_and_no_reranker_need_no_second_look(
    reranker: RemoteReranker, fake: FakeModels, found: list[Candidate]
) -> None:
    assert reranked(reranker, QUERY, found[:1]) == found[:1]
    assert reranked(reranker, QUERY, []) == []
    assert reranked(open_reranker(""), QUERY, found) == found
    assert fake.asked == []


# --- in a folder ---


def cross_encoder(folder: Path, encoder_folder: Path, width: int) -> Path:
    """A model that counts the tokens of a pair: one logit, two, or too many."""
    folder.mkdir()
    (folder / "tokenizer.json").symlink_to(encoder_folder / "tokenizer.json")
    columns = ", ".join("total" if column == width - 1 else "nothing" for column in range(width))
    text = f"""<ir_version: 10, opset_import: ["" : 20]>
    counter (int64[batch, length] attention_mask) => (float[batch, {width}] logits) {{
      mask = Cast <to: int = 1> (attention_mask)
      total = ReduceSum <keepdims: int = 1> (mask, last)
      nothing = Sub (total, total)
      logits = Concat <axis: int = 1> ({columns})
    }}"""
    model = onnx.parser.parse_model(text)
    model.graph.initializer.append(onnx.numpy_helper.from_array(np.array([1], np.int64), "last"))
    onnx.save(model, folder / "model.onnx")
    return folder


@pytest.mark.parametrize("width", [1, 2])
def test_a_cross_encoder_in_a_folder(width: int, tmp_path: Path, encoder_folder: Path, found: list[Candidate]) -> None:
    reranker = open_reranker(str(cross_encoder(tmp_path / "cross", encoder_folder, width)))
    assert reranker is not None
    assert reranker.scores("消光", ["涂层", "涂层涂层", ""]) == [7.0, 9.0, 5.0]  # three marks, and the characters
    again = reranked(reranker, QUERY, found)
    assert again[0].id == max(found[:FIRST], key=lambda one: len(one.document.text)).id


def test_a_folder_that_is_slow_leaves_the_order(
    tmp_path: Path, encoder_folder: Path, found: list[Candidate], monkeypatch: pytest.MonkeyPatch
) -> None:
    reranker = FolderReranker(cross_encoder(tmp_path / "cross", encoder_folder, 1))
    monkeypatch.setattr("keqiao.engine.reranking.SECONDS", -1.0)
    assert reranked(reranker, QUERY, found) == found


def test_what_is_no_reranker_is_refused(tmp_path: Path, encoder_folder: Path) -> None:
    with pytest.raises(ModelTrouble, match="is no reranker: name a folder"):
        open_reranker(str(tmp_path))
    with pytest.raises(ModelTrouble, match="instead of one score a pair"):
        FolderReranker(cross_encoder(tmp_path / "three", encoder_folder, 3)).scores("a", ["b"])
    with pytest.raises(ModelTrouble, match="instead of one score a pair"):
        FolderReranker(encoder_folder).scores("a", ["b"])
