"""An encoder and a reranker on the platform: embedding in the background, what pages say, and doing without."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from keqiao.config.models import ModelSetting
from keqiao.engine import EdgeIndex
from keqiao.engine.encoders import Encoder, open_encoder
from keqiao.kernel.jobs import run_waiting
from keqiao.matching import embedding, meanings
from keqiao.matching import index as holder
from keqiao.matching.queries import candidates
from keqiao.parties.models import Person
from tests.fake_models import KEY, Body, FakeModels, Said, serving
from tests.matching.conftest import Make, Run
from tests.small_encoder import encoder_folder

NEED = {"title": "降噪耳机", "problem": "周围太吵", "current_state": "", "targets": [], "fields": [], "region": ""}
OFFER = {"title": "主动消声受话器", "summary": "抑制环境杂音，提升通话清晰度。", "specifications": [], "fields": []}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return encoder_folder(tmp_path_factory.mktemp("encoder") / "small")


@pytest.fixture(autouse=True)
def nothing_left() -> Iterator[None]:
    """No state of another test."""
    embedding.state_file().unlink(missing_ok=True)
    yield
    embedding.state_file().unlink(missing_ok=True)


@pytest.fixture
def local(folder: Path, settings) -> None:
    settings.ENCODER = ModelSetting(str(folder))


@pytest.fixture
def fake(folder: Path) -> Iterator[FakeModels]:
    encoder = open_encoder(str(folder))
    assert encoder is not None
    with serving() as server:
        server.answers["/v1/embeddings"] = lambda body: embedded(encoder, body)
        yield server


def embedded(encoder: Encoder, body: Body) -> Any:
    rows = encoder.encode(body["input"]).tolist()
    return {"data": [{"index": place, "embedding": row} for place, row in enumerate(rows)]}


@pytest.fixture
def away(fake: FakeModels, settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeModels]:
    """The encoder behind an address; a busy machine may take its time."""
    monkeypatch.setattr("keqiao.engine.encoders.remote.QUERY_SECONDS", 60.0)
    settings.ENCODER = ModelSetting(f"{fake.url}#small", KEY)
    yield fake
    wanted = meanings.meaning()
    assert wanted is not None
    wanted.encoder.close()  # type: ignore[attr-defined]


@pytest.fixture
def pair(make_need: Make, make_achievement: Make, market, indexed: Callable[[], int]) -> tuple[Any, Any]:
    """A need and an achievement that share no word, among others."""
    need, offer = make_need(**NEED), make_achievement(**OFFER)
    indexed()
    return need, offer


def found_for(need: Any, owner: Person) -> dict[int, dict[str, float]]:
    """The parts of the score of each achievement found."""
    found = candidates(need, owner).achievements
    return {one.row.pk: {part["name"]: part["value"] for part in one.evidence["parts"]} for one in found}


def state(cli: Run) -> Any:
    return json.loads(cli("index", "status", "--json").output)["meaning"]


def embed_all() -> None:
    """What a job does, and those that it leaves behind on a busy machine."""
    embedding.embed_slice()
    run_waiting()


def test_without_an_encoder_nothing_is_embedded(cli: Run, pair, owner: Person) -> None:
    need, offer = pair
    embed_all()
    assert offer.pk not in found_for(need, owner)
    assert state(cli) is None
    assert "语义" not in cli("index", "status").output
    assert (embedding.read_state(), run_waiting()) == (None, 0)


def test_what_shares_no_word_is_found_once_all_is_embedded(local, cli: Run, pair, owner: Person) -> None:
    need, offer = pair
    assert offer.pk not in found_for(need, owner)
    assert (state(cli)["embedded"], state(cli)["used"]) == (0, False)
    embed_all()
    parts = found_for(need, owner)
    assert parts[offer.pk].keys() == {"meaning"}
    assert parts[offer.pk]["meaning"] > 0.05
    assert (state(cli)["documents"], state(cli)["embedded"], state(cli)["used"]) == (10, 10, True)


def test_a_page_says_what_meaning_counted(local, pair, owner: Person, client: Client) -> None:
    need, _offer = pair
    embed_all()
    client.force_login(owner)
    page = client.get(f"/needs/{need.pk}/candidates/").content.decode()
    assert "语义 " in page
    assert "主动消声受话器" in page
    assert "语义模型暂时没有应答" not in page


def test_embedding_goes_on_slice_by_slice(local, pair, cli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedding, "SLICE", 0.0)
    monkeypatch.setattr("keqiao.engine.meaning.BATCH", 4)
    seen = []
    embedding.embed_slice()
    while run_waiting(1):
        seen.append(embedding.read_state())
    assert [(one["embedded"], one["used"]) for one in seen if one] == [(8, False), (10, False), (10, True)]


def test_a_changed_record_is_found_by_its_words_and_then_embedded(local, pair, owner: Person, cli: Run) -> None:
    need, offer = pair
    embed_all()
    target = holder.HOLDER.get()
    target.upsert(target.retrieve([f"achievement:{offer.pk}"]))
    assert state(cli)["embedded"] == 9
    assert offer.pk not in found_for(need, owner)
    embed_all()
    assert found_for(need, owner)[offer.pk]["meaning"] > 0


def test_without_an_answer_words_find_and_the_page_says_so(
    away: FakeModels, pair, owner: Person, client: Client
) -> None:
    need, offer = pair
    plain = found_for(need, owner)
    embed_all()
    assert offer.pk in found_for(need, owner)
    away.always = Said(503)
    assert found_for(need, owner) == plain
    client.force_login(owner)
    answer = client.get(f"/needs/{need.pk}/candidates/")
    assert (answer.status_code, "语义模型暂时没有应答" in answer.content.decode()) == (200, True)
    assert client.get("/search/?q=液冷").status_code == 200
    assert client.post("/api/v1/match", {"text": "液冷"}, content_type="application/json").status_code == 200


def test_trouble_while_embedding_is_kept_for_the_status(
    away: FakeModels, pair, cli: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("keqiao.engine.encoders.endpoint.REST", 0.0)
    away.always = Said(401, b"wrong key")
    embed_all()
    kept = embedding.read_state()
    assert kept is not None
    assert (kept["embedded"], kept["used"]) == (0, False)
    assert "refuses: status 401: wrong key" in kept["trouble"]
    assert kept["trouble"] in cli("index", "status").output
    assert run_waiting() == 0
    away.always = None
    embed_all()
    assert (state(cli)["embedded"], state(cli)["used"], state(cli)["trouble"]) == (10, True, "")


def test_the_key_and_the_texts_go_to_the_address(away: FakeModels, pair) -> None:
    embed_all()
    assert set(away.keys) == {f"Bearer {KEY}"}
    sent = {text for body in away.bodies("/v1/embeddings") for text in body["input"]}
    assert {"主动消声受话器", "降噪耳机"} <= sent


def test_an_encoder_that_cannot_be_opened_is_told_of_once(
    settings, tmp_path: Path, pair, owner: Person, caplog: pytest.LogCaptureFixture
) -> None:
    need, _offer = pair
    plain = found_for(need, owner)
    settings.ENCODER = ModelSetting(str(tmp_path))
    assert found_for(need, owner) == plain
    assert [record.message.partition(":")[0] for record in caplog.records] == ["matching goes by words alone"]


# --- commands ---


def test_embedding_in_the_foreground(local, pair, cli: Run, owner: Person) -> None:
    need, offer = pair
    result = cli("index", "embed")
    assert result.exit_code == 0
    assert "10 份文档中已处理 10 份；搜索与匹配已在使用。" in result.output
    assert offer.pk in found_for(need, owner)
    assert "10 份文档中已处理 10 份" in cli("index", "status").output


def test_embedding_without_an_encoder_is_refused(cli: Run, pair) -> None:
    result = cli("index", "embed")
    assert (result.exit_code, "请先设置 KEQIAO_ENCODER" in result.output) == (1, True)


def test_embedding_that_fails_says_why(away: FakeModels, pair, cli: Run) -> None:
    away.always = Said(403, b"no")
    result = cli("index", "embed")
    assert result.exit_code == 1
    assert "语义模型没有应答，已处理的部分保留" in result.output
    assert "status 403" in result.output


def test_the_status_of_an_index_that_is_open_elsewhere(local, pair, cli: Run, settings, tmp_path: Path) -> None:
    embed_all()
    left = embedding.read_state()
    assert left is not None
    holder.HOLDER.close()
    other = EdgeIndex(settings.INDEX_PATH)
    try:
        assert state(cli) == left
        assert "被另一个进程占用" in cli("index", "status").output
    finally:
        other.close()


# --- the second look ---


@pytest.fixture
def second(fake: FakeModels, settings) -> Iterator[FakeModels]:
    """A reranker that likes what the words like least."""
    settings.RERANKER = ModelSetting(f"{fake.url}#second", KEY)
    fake.answers["/v1/rerank"] = lambda body: {
        "results": [{"index": place, "relevance_score": place} for place in range(len(body["documents"]))]
    }
    opened = meanings.reranker()
    yield fake
    assert opened is not None
    opened._endpoint.close()  # type: ignore[attr-defined]


@pytest.fixture
def coatings(make_need: Make, make_achievement: Make, indexed: Callable[[], int]) -> Any:
    need = make_need()
    for number in range(3):
        make_achievement(summary="吸光率 98.68%，" + "红外探测器。" * number)
    indexed()
    return need


def test_a_second_look_changes_the_order_of_achievements(second: FakeModels, settings, coatings, owner: Person) -> None:
    again = candidates(coatings, owner).achievements
    settings.RERANKER = None
    plain = candidates(coatings, owner).achievements
    assert [one.row.pk for one in again] == [one.row.pk for one in reversed(plain)]
    assert {one.row.pk: one.score for one in again} == {one.row.pk: one.score for one in plain}
    assert len(second.bodies("/v1/rerank")) == 1  # people and solved needs get none


def test_a_second_look_that_fails_changes_nothing(
    second: FakeModels, settings, coatings, owner: Person, client: Client
) -> None:
    second.always = Said(500)
    again = candidates(coatings, owner).achievements
    client.force_login(owner)
    assert client.get(f"/needs/{coatings.pk}/candidates/").status_code == 200
    settings.RERANKER = None
    plain = candidates(coatings, owner).achievements
    assert [(one.row.pk, one.evidence) for one in again] == [(one.row.pk, one.evidence) for one in plain]


def test_newest_first_asks_for_no_second_look(second: FakeModels, coatings, owner: Person) -> None:
    candidates(coatings, owner, order="newest")
    assert second.asked == []
