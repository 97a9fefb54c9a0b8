"""A batch on a Ray cluster of two nodes: the answers of a local one, also when a worker is killed."""

from __future__ import annotations

import importlib.util
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine import two_ray_nodes
from tests.engine.batch_folder import batch, command, write_folder
from tests.three_nodes import until

pytestmark = [
    pytest.mark.skipif(importlib.util.find_spec("ray") is None, reason="Ray is not installed (extra `ray`)"),
    pytest.mark.xdist_group("ray"),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_folder(tmp_path_factory.mktemp("beir") / "folder")


@pytest.fixture(scope="module")
def local(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    out = tmp_path_factory.mktemp("local") / "out.jsonl"
    assert batch(folder, out).returncode == 0
    return out.read_bytes()


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The address of a cluster of two nodes."""
    with subprocess.Popen(
        [sys.executable, two_ray_nodes.__file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, text=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        lines = (line.strip() for line in process.stdout)
        yield next(line for line in lines if line.rpartition(":")[2].isdigit())


def test_two_nodes_give_the_answers_of_one_machine(address: str, folder: Path, local: bytes, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    done = batch(folder, out, "--ray", address)
    assert done.returncode == 0, done.stderr
    assert out.read_bytes() == local


def test_the_task_of_a_lost_worker_is_done_again(address: str, folder: Path, local: bytes, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    with subprocess.Popen(command(folder, out, "--ray", address), stderr=subprocess.PIPE, text=True) as process:
        until(lambda: bool(at_work()), "a task runs", patience=60)
        os.kill(at_work()[0], signal.SIGKILL)
        _output, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors
    assert out.read_bytes() == local


def at_work() -> list[int]:
    """The workers that have a task in hand: Ray names them after it."""
    found = []
    for place in Path("/proc").iterdir():
        if place.name.isdigit():
            try:
                name = (place / "cmdline").read_bytes()
            except OSError:
                continue
            found += [int(place.name)] if name.startswith(b"ray::_answer") else []
    return found


def test_an_address_where_nobody_answers_is_told(folder: Path, tmp_path: Path) -> None:
    done = batch(folder, tmp_path / "out", "--ray", "nonsense://")
    assert (done.returncode, "no Ray cluster answers at nonsense://" in done.stderr) == (1, True)
