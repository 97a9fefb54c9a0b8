"""The command line as a whole: every command explains itself, and what goes wrong is said in one line."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from keqiao.cli import COMMANDS, cli
from keqiao.config.postgres_account import DatabaseTrouble, as_account
from keqiao.config.postgres_files import open_log, own_folder, tail, write_new

US = as_account(os.geteuid())


@pytest.mark.parametrize("name", sorted(set(COMMANDS) - {"manage"}))
def test_every_command_explains_itself_without_a_database(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://nobody@/nowhere?host=/nonexistent")
    result = CliRunner().invoke(cli, [name, "--help"])
    assert result.exit_code == 0
    assert result.output.startswith("Usage: ")
    assert len(result.output.splitlines()) > 3


def test_help_lists_every_command_with_what_it_does() -> None:
    lines = CliRunner().invoke(cli, ["--help"]).output
    for name, entry in COMMANDS.items():
        assert f"  {name} " in lines
        assert entry.help.split()[0] in lines


def test_a_command_that_there_is_not_is_refused() -> None:
    result = CliRunner().invoke(cli, ["fly"])
    assert result.exit_code == 2
    assert "No such command 'fly'" in result.output


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["up", "--port", "70000"], "70000 is not in the range"),
        (["up", "--port", "web"], "'web' is not a valid integer"),
        (["up", "--demo", "huge"], "'huge' is not one of"),
        (["db", "restore", "/nonexistent/backup"], "does not exist"),
        (["rebuild", "--now"], "No such option"),
    ],
)
def test_arguments_that_cannot_be_meant_are_named(arguments: list[str], words: str) -> None:
    result = CliRunner().invoke(cli, arguments)
    assert result.exit_code == 2
    assert words in result.output


def called(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "keqiao.cli", *arguments]
    given = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"} | environment
    return subprocess.run(command, check=False, capture_output=True, text=True, env=given)


def test_a_setting_that_cannot_be_meant_is_one_line_and_no_traceback(tmp_path: Path) -> None:
    found = called("journal", "verify", KEQIAO_DATA=str(tmp_path), KEQIAO_URL="not an address")
    assert found.returncode != 0
    assert "KEQIAO_URL must be an address like https://keqiao.example.org" in found.stderr
    assert "Traceback" not in found.stderr
    assert len(found.stderr.strip().splitlines()) == 1


# ---- small files of the embedded server -------------------------------------------------------------------------


def test_a_folder_is_made_for_its_owner_alone_and_closed_where_it_was_open(tmp_path: Path) -> None:
    own_folder(tmp_path / "new", US)
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o700
    (tmp_path / "new").chmod(0o755)
    own_folder(tmp_path / "new", US)
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("what", ["file", "link"])
def test_what_is_no_folder_of_our_own_is_refused(tmp_path: Path, what: str) -> None:
    if what == "file":
        (tmp_path / "x").write_text("keep")
    else:
        (tmp_path / "elsewhere").mkdir()
        (tmp_path / "x").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(DatabaseTrouble, match=r"must be a folder owned by .*; move away what is there"):
        own_folder(tmp_path / "x", US)


def test_a_small_file_is_put_in_place_whole_and_no_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "victim").write_text("keep")
    (tmp_path / "conf").symlink_to(tmp_path / "victim")
    write_new(tmp_path / "conf", "listen_addresses = ''", US)
    assert (tmp_path / "conf").read_text() == "listen_addresses = ''"
    assert not (tmp_path / "conf").is_symlink()
    assert (tmp_path / "victim").read_text() == "keep"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["conf", "victim"]


@pytest.mark.parametrize(("size", "set_aside"), [(10 * 2**20, False), (10 * 2**20 + 1, True)])
def test_a_log_that_grew_large_is_set_aside(tmp_path: Path, size: int, set_aside: bool) -> None:
    log = tmp_path / "postgres.log"
    with log.open("wb") as file:
        file.truncate(size)
    with open_log(log) as descriptor:
        os.write(descriptor, b"new\n")
    assert (tmp_path / "postgres.log.old").exists() is set_aside
    assert log.stat().st_size == (4 if set_aside else size + 4)


def test_the_end_of_a_log_is_its_last_lines_whatever_bytes_it_has(tmp_path: Path) -> None:
    log = tmp_path / "postgres.log"
    log.write_bytes(b"\n".join(b"line %d" % number for number in range(20)) + b"\n\xff\xfe broken")
    assert tail(log, 2) == "line 19\n�� broken"
    assert len(tail(log).splitlines()) == 12
