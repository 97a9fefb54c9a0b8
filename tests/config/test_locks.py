from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from keqiao.config.locks import AlreadyRunning, only_one

HOLD = """
import sys, time
from pathlib import Path
from keqiao.config.locks import only_one
with only_one(Path(sys.argv[1]), "keqiao up") as describe:
    describe("http://127.0.0.1:8123")
    print("held", flush=True)
    time.sleep(60)
"""


def holder(data: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(data)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_only_one_second_is_told_who_has_it(tmp_path: Path) -> None:
    with holder(tmp_path) as process:
        with pytest.raises(AlreadyRunning) as refused, only_one(tmp_path, "keqiao db restore"):
            pass
        process.kill()
    assert str(refused.value) == (
        f"{tmp_path} is in use: keqiao up, process {process.pid} http://127.0.0.1:8123. "
        "Stop it first, or give another --data."
    )


def test_only_one_a_killed_holder_does_not_hold(tmp_path: Path) -> None:
    with holder(tmp_path) as process:
        os.kill(process.pid, signal.SIGKILL)
    with only_one(tmp_path, "keqiao up"):
        assert json.loads((tmp_path / "up.lock").read_text()) == {
            "pid": os.getpid(),
            "what": "keqiao up",
            "address": "",
        }


def test_only_one_follows_no_link(tmp_path: Path) -> None:
    (tmp_path / "victim").write_text("keep")
    (tmp_path / "up.lock").symlink_to(tmp_path / "victim")
    with pytest.raises(OSError, match="symbolic links"), only_one(tmp_path, "keqiao up"):
        pass
    assert (tmp_path / "victim").read_text() == "keep"
