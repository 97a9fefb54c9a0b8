from __future__ import annotations

from pathlib import Path

import pytest

from keqiao.config.database import database_settings, from_url
from keqiao.config.env import BadSetting


def test_from_url_reads_every_part() -> None:
    assert from_url("postgresql://ke%40qiao:p%3Aw%2Fd@db.example:5433/bridge?sslmode=require") == {
        "NAME": "bridge",
        "USER": "ke@qiao",
        "PASSWORD": "p:w/d",
        "HOST": "db.example",
        "PORT": "5433",
        "OPTIONS": {"sslmode": "require"},
    }


def test_from_url_takes_a_socket_folder_as_host() -> None:
    found = from_url("postgres://keqiao@/keqiao?host=%2Fa%20b%2Fsocket")
    assert (found["HOST"], found["PORT"], found["OPTIONS"]) == ("/a b/socket", "", {})


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        ("mysql://a/b", "must begin with postgres://, not 'mysql'"),
        ("keqiao", "must begin with postgres://, not 'keqiao'"),
        ("postgres://localhost", "names no database"),
        ("postgres://localhost:many/x", "wrong port"),
    ],
)
def test_from_url_refuses_what_it_cannot_mean(url: str, complaint: str) -> None:
    with pytest.raises(BadSetting, match=complaint):
        from_url(url)


def test_database_settings_without_url_is_the_embedded_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("KEQIAO_DB_POOL", raising=False)
    assert database_settings(Path("/k")) == {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "keqiao",
        "USER": "keqiao",
        "HOST": "/k/postgres/socket",
        "OPTIONS": {},
    }


def test_database_settings_url_wins_and_may_come_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    (tmp_path / "url").write_text("postgres://u@h/d?connect_timeout=3\n")
    monkeypatch.setenv("DATABASE_URL_FILE", str(tmp_path / "url"))
    monkeypatch.setenv("KEQIAO_DB_POOL", "5")
    found = database_settings(tmp_path)
    assert (found["HOST"], found["NAME"]) == ("h", "d")
    assert found["OPTIONS"] == {"connect_timeout": "3", "pool": {"min_size": 1, "max_size": 5, "timeout": 30}}
