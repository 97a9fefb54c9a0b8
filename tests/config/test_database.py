from __future__ import annotations

from pathlib import Path

import pytest

from keqiao.config.database import database_settings, from_url
from keqiao.config.env import BadSetting
from keqiao.config.postgres import Cluster
from keqiao.config.postgres_account import DatabaseTrouble
from keqiao.config.session import database


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


def test_outside_server_that_is_not_there_is_told_in_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DATABASE_URL", f"postgres://u:secret@/keqiao?host={tmp_path}")
    with (
        pytest.raises(DatabaseTrouble, match="The server that DATABASE_URL names cannot be used: ") as told,
        database(),
    ):
        pass
    assert "secret" not in str(told.value)


def test_outside_server_is_used_and_left_running(monkeypatch: pytest.MonkeyPatch, cluster: Cluster) -> None:
    cluster.start()
    monkeypatch.setenv("DATABASE_URL", cluster.url())
    with database():
        assert database_settings(Path("/elsewhere"))["HOST"] == str(cluster.socket_folder())
    assert cluster.answers() is True
