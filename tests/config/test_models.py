from __future__ import annotations

from pathlib import Path

import pytest

from keqiao.config.env import BadSetting
from keqiao.config.models import ModelSetting, model_setting

ADDRESS = "https://models.example.org/v1#bge-m3"


@pytest.mark.parametrize("value", ["", "  "])
def test_no_model_is_the_default(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEQIAO_ENCODER", value)
    assert model_setting("KEQIAO_ENCODER") is None
    monkeypatch.delenv("KEQIAO_ENCODER")
    assert model_setting("KEQIAO_ENCODER") is None


def test_a_folder_is_a_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "model").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KEQIAO_ENCODER", " model ")
    assert model_setting("KEQIAO_ENCODER") == ModelSetting(str(tmp_path / "model"))


def test_an_address_has_its_key_beside_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEQIAO_RERANKER", ADDRESS)
    assert model_setting("KEQIAO_RERANKER") == ModelSetting(ADDRESS, "")
    (tmp_path / "key").write_text("open sesame\n")
    monkeypatch.setenv("KEQIAO_RERANKER_KEY_FILE", str(tmp_path / "key"))
    found = model_setting("KEQIAO_RERANKER")
    assert found == ModelSetting(ADDRESS, "open sesame")
    assert "sesame" not in repr(found)


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (
            "/nowhere/at/all",
            "KEQIAO_WRITER must be a folder with a model, or an address like .*, not '/nowhere/at/all'",
        ),
        ("models.example.org/v1#bge", "must be a folder with a model, or an address"),
        ("https://models.example.org/v1", "KEQIAO_WRITER must name the model behind #"),
        ("https://#bge", "KEQIAO_WRITER must name the model behind #"),
        (
            "https://me:sesame@models.example.org/v1#bge",
            "KEQIAO_WRITER has a key in its address: put it into KEQIAO_WRITER_KEY",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused(value: str, told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEQIAO_WRITER", value)
    with pytest.raises(BadSetting, match=told) as refused:
        model_setting("KEQIAO_WRITER")
    assert "sesame" not in str(refused.value)


def test_a_writer_is_never_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEQIAO_WRITER", str(tmp_path))
    with pytest.raises(BadSetting, match="KEQIAO_WRITER must be an address with a model"):
        model_setting("KEQIAO_WRITER", folders=False)
