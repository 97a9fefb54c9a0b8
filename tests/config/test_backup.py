"""Backup and restore, through the command line, on a server of their own."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from keqiao.cli import cli
from keqiao.config.locks import AlreadyRunning, only_one
from keqiao.config.postgres import Cluster
from keqiao.config.postgres_account import DatabaseTrouble


@pytest.fixture
def kept(cluster: Cluster, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cluster]:
    """A running server in the data folder that the commands work on, with one table."""
    monkeypatch.setenv("KEQIAO_DATA", str(cluster.folder.parent))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    with cluster.in_use():
        with cluster.connect() as connection:
            connection.execute("CREATE TABLE words (word text)")
            connection.execute("INSERT INTO words VALUES ('科桥'), ('bridge')")
        yield cluster


def words(cluster: Cluster) -> list[str]:
    with cluster.connect() as connection:
        return [str(row[0]) for row in connection.execute("SELECT word FROM words ORDER BY word")]


def databases(cluster: Cluster) -> list[str]:
    with cluster.connect() as connection:
        rows = connection.execute("SELECT datname FROM pg_database WHERE NOT datistemplate ORDER BY datname")
        return [str(row[0]) for row in rows]


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["db", *arguments], catch_exceptions=False)


def test_restore_puts_back_what_was_backed_up(kept: Cluster, tmp_path: Path) -> None:
    assert run("backup", str(tmp_path / "one")).exit_code == 0
    assert stat.S_IMODE((tmp_path / "one").stat().st_mode) == 0o600
    with kept.connect() as connection:
        connection.execute("DELETE FROM words")
    assert run("restore", str(tmp_path / "one")).exit_code == 0
    assert words(kept) == ["bridge", "科桥"]
    assert databases(kept) == ["keqiao", "postgres"]


def test_backup_replaces_nothing(kept: Cluster, tmp_path: Path) -> None:
    (tmp_path / "one").write_text("yesterday's")
    with pytest.raises(DatabaseTrouble, match="exists already; a backup replaces nothing"):
        run("backup", str(tmp_path / "one"))
    assert [path.name for path in tmp_path.iterdir()] == ["one"]
    assert (tmp_path / "one").read_text() == "yesterday's"


@pytest.mark.parametrize("damage", ["cut", "other"])
def test_restore_of_a_damaged_file_changes_nothing(kept: Cluster, tmp_path: Path, damage: str) -> None:
    run("backup", str(tmp_path / "one"))
    whole = (tmp_path / "one").read_bytes()
    (tmp_path / "bad").write_bytes(whole[: len(whole) - 40] if damage == "cut" else b"a letter")
    with pytest.raises(DatabaseTrouble, match="pg_restore: "):
        run("restore", str(tmp_path / "bad"))
    assert words(kept) == ["bridge", "科桥"]
    assert databases(kept) == ["keqiao", "postgres"]


def test_restore_is_refused_while_the_platform_runs(kept: Cluster, tmp_path: Path) -> None:
    run("backup", str(tmp_path / "one"))
    with only_one(kept.folder.parent, "keqiao up"), pytest.raises(AlreadyRunning, match="keqiao up, process"):
        run("restore", str(tmp_path / "one"))
    assert words(kept) == ["bridge", "科桥"]


def test_restore_is_refused_while_somebody_is_connected(kept: Cluster, tmp_path: Path) -> None:
    run("backup", str(tmp_path / "one"))
    with kept.connect(), pytest.raises(DatabaseTrouble, match="is being accessed by other users"):
        run("restore", str(tmp_path / "one"))
    assert words(kept) == ["bridge", "科桥"]
    assert databases(kept) == ["keqiao", "postgres"]


def test_stop_is_refused_while_the_database_is_used(kept: Cluster) -> None:
    with pytest.raises(DatabaseTrouble, match=r"The database is in use .* or give --force"):
        run("stop")
    assert kept.answers() is True


def test_status_tells_programs_and_people(kept: Cluster) -> None:
    told = run("status", "--json")
    assert (told.exit_code, '"running": true' in told.output) == (0, True)
    kept.stop()
    told = run("status")
    assert (told.exit_code, told.output.splitlines()[0]) == (3, "running: False")


def test_outside_server_is_not_ours_to_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://elsewhere/keqiao")
    with pytest.raises(DatabaseTrouble, match="DATABASE_URL is set"):
        run("start")
