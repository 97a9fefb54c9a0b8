"""Encoders: in a folder, behind an address that answers well, badly or not at all, and none."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from keqiao.engine.encoders import ModelTrouble, open_encoder
from keqiao.engine.encoders.endpoint import REST, Endpoint
from keqiao.engine.encoders.remote import BATCH, LONGEST, RemoteEncoder
from tests.fake_models import KEY, FakeModels, Said, serving, vector


@pytest.fixture
def fake() -> Iterator[FakeModels]:
    with serving() as server:
        yield server


class Clock:
    """A clock that only pauses move."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.pauses: list[float] = []

    def __call__(self) -> float:
        return self.now

    def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def encoder(fake: FakeModels, clock: Clock) -> Iterator[RemoteEncoder]:
    """An encoder behind the address of the fake server."""
    endpoint = Endpoint(f"{fake.url}#tiny", KEY, pause=clock.pause, clock=clock)
    yield RemoteEncoder("", endpoint=endpoint)
    endpoint.close()


def test_no_encoder_is_the_default() -> None:
    assert open_encoder("") is None
    assert open_encoder("  ") is None


# --- in a folder ---


def test_a_folder_gives_unit_vectors_that_know_meaning(encoder_folder: Path) -> None:
    encoder = open_encoder(str(encoder_folder))
    assert encoder is not None
    found = encoder.encode(["钢材的疲劳寿命预测", "金属构件还能用多久", "婴儿奶粉配方"])
    assert (found.shape, found.dtype, encoder.dimensions) == ((3, 512), np.float32, 512)
    assert np.allclose(np.linalg.norm(found, axis=1), 1, atol=1e-6)
    assert found[0] @ found[1] > found[0] @ found[2]


def test_vectors_of_a_folder_do_not_depend_on_their_company(encoder_folder: Path) -> None:
    encoder = open_encoder(str(encoder_folder))
    assert encoder is not None
    texts = ["消光涂层", "超黑" * 300, "", "A coating", *(f"第{number}项" for number in range(20))]
    together = encoder.encode(texts)
    alone = np.concatenate([encoder.encode([text]) for text in texts])
    assert np.abs(together - alone).max() < 1e-5
    assert np.array_equal(encoder.encode(texts), together)
    assert encoder.encode([]).shape == (0, 512)


def test_a_folder_is_named_by_its_content(encoder_folder: Path, tmp_path: Path) -> None:
    encoder = open_encoder(str(encoder_folder))
    twin = tmp_path / encoder_folder.name
    twin.mkdir()
    for file in encoder_folder.iterdir():
        (twin / file.name).write_bytes(file.read_bytes())
    same = open_encoder(str(twin))
    tokenizer = json.loads((twin / "tokenizer.json").read_text())
    tokenizer["normalizer"]["lowercase"] = True
    (twin / "tokenizer.json").write_text(json.dumps(tokenizer))
    other = open_encoder(str(twin))
    assert encoder is not None
    assert same is not None
    assert other is not None
    assert encoder.name == same.name
    assert other.name != same.name


def test_what_is_said_before_queries_is_read_from_the_folder(encoder_folder: Path, tmp_path: Path) -> None:
    prompted = tmp_path / "prompted"
    prompted.mkdir()
    for file in encoder_folder.iterdir():
        (prompted / file.name).symlink_to(file)
    (prompted / "config_sentence_transformers.json").write_text(json.dumps({"prompts": {"query": "查找："}}))
    with_prompt, without = open_encoder(str(prompted)), open_encoder(str(encoder_folder))
    assert with_prompt is not None
    assert without is not None
    assert np.array_equal(with_prompt.encode(["涂层"], "query"), without.encode(["查找：涂层"]))
    assert np.array_equal(with_prompt.encode(["涂层"]), without.encode(["涂层"]))


def test_the_first_token_is_taken_where_the_folder_says_so(encoder_folder: Path, tmp_path: Path) -> None:
    first = tmp_path / "first"
    (first / "1_Pooling").mkdir(parents=True)
    for file in encoder_folder.iterdir():
        (first / file.name).symlink_to(file)
    (first / "1_Pooling" / "config.json").write_text(json.dumps({"pooling_mode_cls_token": True}))
    one, other = open_encoder(str(first)), open_encoder(str(encoder_folder))
    assert one is not None
    assert other is not None
    assert not np.allclose(one.encode(["涂层"]), other.encode(["涂层"]), atol=0.01)


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({}, "sentence-transformers"),
        ({"model.onnx": b"no model", "tokenizer.json": b"{}"}, "it needs model.onnx and tokenizer.json"),
        ({"onnx/model.onnx": b""}, "it needs model.onnx and tokenizer.json"),
        (None, "is no folder"),
    ],
)
def test_a_folder_without_a_model_is_refused_with_the_remedy(
    files: dict[str, bytes] | None, words: str, tmp_path: Path
) -> None:
    folder = tmp_path / "model"
    for name, content in (files or {}).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    if files is not None:
        folder.mkdir(exist_ok=True)
    with pytest.raises(ModelTrouble, match=words) as refused:
        open_encoder(str(folder))
    assert str(folder) in str(refused.value)


# --- behind an address ---


def test_an_address_is_asked_in_batches_with_the_key(fake: FakeModels, encoder: RemoteEncoder) -> None:
    texts = [f"第{number}份文档" for number in range(BATCH + 3)] + ["", "长" * (LONGEST + 5)]
    found = encoder.encode(texts)
    sizes = [len(body["input"]) for body in fake.bodies("/v1/embeddings")]
    assert (sizes, set(fake.keys)) == ([BATCH, 5], {f"Bearer {KEY}"})
    assert {(body["model"], body["encoding_format"]) for body in fake.bodies("/v1/embeddings")} == {("tiny", "float")}
    expected = np.array([vector(text) for text in [*texts[:-2], "-", "长" * LONGEST]])
    assert np.allclose(found, expected / np.linalg.norm(expected, axis=1, keepdims=True), atol=1e-6)
    assert (encoder.dimensions, encoder.name) == (32, f"{fake.url}#tiny")


def test_a_key_is_in_no_name_and_no_message(fake: FakeModels, encoder: RemoteEncoder) -> None:
    fake.says(Said(401, b'{"error": "bad key"}'))
    with pytest.raises(ModelTrouble, match="refuses: status 401") as refused:
        encoder.encode(["涂层"])
    assert KEY not in f"{refused.value} {encoder.name}"
    assert len(fake.asked) == 1  # a refusal does not pass, so it is not asked again


@pytest.mark.parametrize("status", [429, 500, 503])
def test_documents_are_tried_again_with_growing_pauses(
    fake: FakeModels, status: int, encoder: RemoteEncoder, clock: Clock
) -> None:
    fake.says(Said(status), Said(status, headers={"Retry-After": "7"}), Said(status, headers={"Retry-After": "soon"}))
    assert encoder.encode(["涂层"]).shape == (1, 32)
    assert clock.pauses == [0.5, 7.0, 8.0]


def test_documents_are_given_up_in_the_end(fake: FakeModels, encoder: RemoteEncoder, clock: Clock) -> None:
    fake.always = Said(500, headers={"Retry-After": "86400"})
    with pytest.raises(ModelTrouble, match="status 500"):
        encoder.encode(["涂层"])
    assert (len(fake.asked), clock.pauses) == (4, [60.0, 60.0, 60.0])


def test_a_query_is_asked_once_and_then_the_address_is_left_alone(
    fake: FakeModels, encoder: RemoteEncoder, clock: Clock
) -> None:
    fake.says(Said(503))
    for _time in range(3):
        with pytest.raises(ModelTrouble):
            encoder.encode(["涂层"], "query")
    assert (len(fake.asked), clock.pauses) == (1, [])
    clock.now += REST
    assert encoder.encode(["涂层"], "query").shape == (1, 32)
    assert encoder.encode(["涂层"], "query").shape == (1, 32)
    assert len(fake.asked) == 3


def test_a_query_that_hangs_is_given_up(
    fake: FakeModels, monkeypatch: pytest.MonkeyPatch, encoder: RemoteEncoder
) -> None:
    monkeypatch.setattr("keqiao.engine.encoders.remote.QUERY_SECONDS", 0.1)
    fake.says(Said(hangs=True))
    with pytest.raises(ModelTrouble, match="does not answer: timed out"):
        encoder.encode(["涂层"], "query")


def test_nobody_at_the_address() -> None:
    with serving() as gone:
        address = gone.url
    endpoint = Endpoint(f"{address}#tiny")
    with pytest.raises(ModelTrouble, match="does not answer"):
        RemoteEncoder("", endpoint=endpoint).encode(["涂层"], "query")
    endpoint.close()


def data(*rows: object) -> bytes:
    return json.dumps({"data": rows}).encode()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<html>", "something else than JSON: <html>"),
        (b"[]", "does not answer with embeddings"),
        (b'{"data": null}', "does not answer with embeddings"),
        (data({"index": 0}), "does not answer with embeddings"),
        (data({"index": 0, "embedding": "abc"}), "does not answer with embeddings"),
        (data({"index": 0, "embedding": [1, 2]}, {"index": 1, "embedding": [1]}), "does not answer with embeddings"),
        (data({"index": 0, "embedding": [1, 2]}), "asked for 2 vectors and answers with 1 × 2 numbers"),
        (data({"index": 0, "embedding": []}, {"index": 1, "embedding": []}), "asked for 2 vectors"),
        (data({"index": 0, "embedding": [0, 0]}, {"index": 1, "embedding": [1, 0]}), "asked for 2 vectors"),
        (data({"index": 0, "embedding": [float("nan")]}, {"index": 1, "embedding": [1]}), "some no numbers"),
    ],
)
def test_nonsense_is_no_vector(fake: FakeModels, content: bytes, words: str, encoder: RemoteEncoder) -> None:
    fake.always = Said(content=content)
    with pytest.raises(ModelTrouble, match=words):
        encoder.encode(["涂层", "电池"])


def test_vectors_of_another_length_are_refused_and_the_first_length_counts(
    fake: FakeModels, encoder: RemoteEncoder
) -> None:
    encoder.encode(["涂层"])
    fake.says(Said(content=data({"index": 0, "embedding": [1.0, 0.0, 0.0]})))
    with pytest.raises(ModelTrouble, match="vectors of 3 numbers; until now they had 32"):
        encoder.encode(["涂层"])
    assert encoder.dimensions == 32


@pytest.mark.parametrize("address", ["http://models/v1", "https:///v1#tiny", "https://models.example.org/v1#"])
def test_an_address_without_a_model_is_refused(address: str) -> None:
    with pytest.raises(ModelTrouble, match="is not an address with a model"):
        open_encoder(address)


def test_a_key_in_the_address_is_refused_and_not_repeated() -> None:
    with pytest.raises(ModelTrouble, match="has a setting of its own") as refused:
        open_encoder("https://me:secret@models.example.org/v1#tiny")
    assert "secret" not in str(refused.value)


def test_an_answer_that_is_too_large_is_refused(
    fake: FakeModels, monkeypatch: pytest.MonkeyPatch, encoder: RemoteEncoder
) -> None:
    monkeypatch.setattr("keqiao.engine.encoders.endpoint.LARGEST", 1000)
    with pytest.raises(ModelTrouble, match="answers with more than"):
        encoder.encode(["涂层"] * 10)
