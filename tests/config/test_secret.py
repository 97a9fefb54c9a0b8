"""The secret key: given, or made once for all."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from keqiao.config.env import BadSetting
from keqiao.config.secret import secret_key

PRINT = """
import sys
from pathlib import Path
from keqiao.config.secret import secret_key
print(secret_key(Path(sys.argv[1])))
"""


@pytest.fixture(autouse=True)
def nothing_given(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("KEQIAO_SECRET_KEY", "KEQIAO_SECRET_KEY_FILE"):
        monkeypatch.delenv(name, raising=False)


def test_key_is_made_once_and_is_its_owner_s_alone(tmp_path: Path) -> None:
    first = secret_key(tmp_path / "new")
    assert secret_key(tmp_path / "new") == first
    assert len(first) >= 50
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["secret_key"]
    assert stat.S_IMODE((tmp_path / "new" / "secret_key").stat().st_mode) == 0o600


def test_keys_of_two_folders_differ(tmp_path: Path) -> None:
    assert secret_key(tmp_path / "a") != secret_key(tmp_path / "b")


def test_key_that_is_given_is_used_and_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEQIAO_SECRET_KEY", "given")
    assert secret_key(tmp_path / "new") == "given"
    assert not (tmp_path / "new").exists()


def test_key_from_a_file_and_a_file_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "key").write_text("from a file\n")
    monkeypatch.setenv("KEQIAO_SECRET_KEY_FILE", str(tmp_path / "key"))
    assert secret_key(tmp_path) == "from a file"
    monkeypatch.setenv("KEQIAO_SECRET_KEY_FILE", str(tmp_path / "gone"))
    with pytest.raises(BadSetting, match=r"KEQIAO_SECRET_KEY_FILE points to .*gone, which cannot be read"):
        secret_key(tmp_path)


def test_processes_that_start_at_once_agree_on_one_key(tmp_path: Path) -> None:
    command = [sys.executable, "-c", PRINT, str(tmp_path)]
    started = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _number in range(4)]
    assert len({process.communicate(timeout=60)[0] for process in started}) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["secret_key"]
