"""The one script: what it lists is what it does, and what it cannot do it says."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def run(folder: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/")} | variables
    command = ["bash", str(folder / "run"), *arguments]
    return subprocess.run(command, check=False, capture_output=True, text=True, env=environment, cwd="/")


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A checkout with nothing installed, in a folder with a space in its name."""
    folder = tmp_path / "check out"
    folder.mkdir()
    for name in ("run", "uv.lock", "pyproject.toml", "package-lock.json"):
        shutil.copy(ROOT / name, folder / name)
    return folder


def test_help_lists_every_command_that_the_script_knows() -> None:
    listed = re.findall(r"^  (\w+) ", run(ROOT, "help").stdout, re.MULTILINE)
    known = re.search(r"^    (demo .*)\) \"\$command\"", (ROOT / "run").read_text(), re.MULTILINE)
    assert known is not None
    assert sorted(listed) == sorted([*known[1].split(" | "), "test"])


def test_unknown_command_fails_and_points_to_help() -> None:
    told = run(ROOT, "dmeo")
    assert told.returncode == 1
    assert told.stderr == "run: there is no command dmeo; ./run help lists them\n"


def test_no_command_shows_help() -> None:
    assert run(ROOT).stdout == run(ROOT, "help").stdout != ""


def old_python(folder: Path) -> Path:
    """A machine whose Pythons are all too old."""
    programs = folder / "bin"
    programs.mkdir()
    for name in ("bash", "dirname", "readlink", "cat", "sha256sum", "cut", "mkdir", "flock", "rm", "id"):
        (programs / name).symlink_to(shutil.which(name) or name)
    for name in ("python3", "python3.11", "python3.12", "python3.13", "python3.14"):
        (programs / name).write_text("#!/bin/sh\nexit 1\n")
        (programs / name).chmod(0o755)
    return programs


def test_python_that_is_too_old_is_named_with_the_remedy(bare: Path, tmp_path: Path) -> None:
    script = bare / "run"
    script.write_text(script.read_text().replace("/usr/bin/python3", "/nowhere/python3"))
    told = run(bare, "keqiao", "--help", PATH=str(old_python(tmp_path)))
    assert told.returncode == 1
    assert "run: Python 3.11 or newer is needed. Install it" in told.stderr
    assert not (bare / ".venv").exists()


def test_home_that_cannot_be_written_is_replaced(bare: Path, tmp_path: Path) -> None:
    assert run(bare, "help", HOME="/nonexistent").returncode == 0
    assert (bare / ".cache" / "home").is_dir()


def test_names_no_registry() -> None:
    """Where packages come from is the machine's business: a mirror has to work as well."""
    texts = [(ROOT / name).read_text() for name in ("run", ".ci/run", "requirements/bring_uv.py")]
    assert [word for text in texts for word in ("http://", "https://", "pypi", "npmjs") if word in text.lower()] == []
