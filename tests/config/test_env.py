from __future__ import annotations

from pathlib import Path

import pytest

from keqiao.config.env import BadSetting, data_folder, env_bool, env_int, env_secret, env_str, env_url


@pytest.mark.parametrize(
    ("text", "meant"), [("1", True), ("Yes", True), (" on ", True), ("0", False), ("FALSE", False), ("off", False)]
)
def test_env_bool_reads_the_usual_words(monkeypatch: pytest.MonkeyPatch, text: str, meant: bool) -> None:
    monkeypatch.setenv("KEQIAO_X", text)
    assert env_bool("KEQIAO_X", default=not meant) is meant


def test_env_bool_refuses_anything_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEQIAO_X", "ja")
    with pytest.raises(BadSetting, match=r"KEQIAO_X must be one of .*, not 'ja'"):
        env_bool("KEQIAO_X", default=True)


def test_env_int_empty_takes_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEQIAO_X", " ")
    assert env_int("KEQIAO_X", 7) == 7


def test_env_int_text_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEQIAO_X", "8k")
    with pytest.raises(BadSetting, match="KEQIAO_X must be a whole number, not '8k'"):
        env_int("KEQIAO_X", 7)


def test_env_str_without_value_and_default_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KEQIAO_X", raising=False)
    assert env_str("KEQIAO_X", "there") == "there"
    with pytest.raises(BadSetting, match="KEQIAO_X is not set"):
        env_str("KEQIAO_X")


def test_env_secret_reads_the_file_without_its_line_end(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("密 钥 \n")
    monkeypatch.setenv("KEQIAO_X_FILE", str(tmp_path / "secret"))
    assert env_secret("KEQIAO_X", "default") == "密 钥 "


def test_env_secret_missing_file_is_no_missing_secret(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("KEQIAO_X_FILE", str(tmp_path / "nowhere"))
    with pytest.raises(BadSetting, match=r"KEQIAO_X_FILE points to .*nowhere, which cannot be read"):
        env_secret("KEQIAO_X", "default")


def test_env_secret_given_twice_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("one")
    monkeypatch.setenv("KEQIAO_X_FILE", str(tmp_path / "secret"))
    monkeypatch.setenv("KEQIAO_X", "two")
    with pytest.raises(BadSetting, match="not both"):
        env_secret("KEQIAO_X")


def test_data_folder_is_absolute_and_in_the_checkout_by_default(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("KEQIAO_DATA", raising=False)
    assert data_folder() == Path(__file__).resolve().parents[2] / "data"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KEQIAO_DATA", "elsewhere")
    assert data_folder() == tmp_path.resolve() / "elsewhere"


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("https://keqiao.example.org/", "https://keqiao.example.org"),
        (" http://127.0.0.1:8411// ", "http://127.0.0.1:8411"),
        ("http://[::1]:8000", "http://[::1]:8000"),
        ("", "http://there"),
    ],
)
def test_env_url_ends_without_a_slash(monkeypatch: pytest.MonkeyPatch, text: str, meant: str) -> None:
    monkeypatch.setenv("KEQIAO_X", text)
    assert env_url("KEQIAO_X", "http://there") == meant


@pytest.mark.parametrize(
    "text",
    ["keqiao.example.org", "ftp://a.test", "https://", "https://a.test/keqiao", "https://a.test?x", "HTTPS://a.test"],
)
def test_env_url_refuses_what_links_cannot_begin_with(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("KEQIAO_X", text)
    with pytest.raises(BadSetting, match="KEQIAO_X must be an address like https://"):
        env_url("KEQIAO_X", "http://there")
