"""Looking at other processes: who is alive, who works where, and who ends with whom."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from keqiao.config import processes

Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """`start("code")`: a Python that has run the code, said so, and sleeps in the test's folder."""
    started: list[subprocess.Popen[str]] = []

    def run(code: str = "") -> subprocess.Popen[str]:
        script = f"import time\n{code}\nprint('ready', flush=True)\ntime.sleep(120)"
        process = subprocess.Popen([sys.executable, "-c", script], cwd=tmp_path, stdout=subprocess.PIPE, text=True)
        started.append(process)
        assert process.stdout is not None
        assert process.stdout.readline().startswith("ready")
        return process

    yield run
    for process in started:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


def gone(pid: int) -> bool:
    """Whether it ends, sooner or later."""
    while processes.alive(pid):
        time.sleep(0.01)
    return True


def test_a_process_is_alive_until_it_is_killed_and_there_until_it_is_collected(start: Start) -> None:
    process = start()
    assert (processes.exists(process.pid), processes.alive(process.pid)) == (True, True)
    process.kill()
    assert gone(process.pid)
    assert processes.exists(process.pid)  # a zombie
    process.wait()
    assert not processes.exists(process.pid)


@pytest.mark.parametrize("pid", [0, -1, 2**22 + 1])
def test_a_number_that_no_process_has_is_not_alive(pid: int) -> None:
    assert not processes.alive(pid)
    assert processes.command_line(pid) == []


def test_command_line_is_what_it_was_started_with(start: Start) -> None:
    process = start("pass  # 科桥")
    found = processes.command_line(process.pid)
    assert found[:2] == [sys.executable.encode(), b"-c"]
    assert "科桥" in found[2].decode()


def test_processes_are_found_by_name_and_folder(start: Start, tmp_path: Path) -> None:
    process = start("open('/proc/self/comm', 'w').write('kq-test')")
    assert processes.named_in(tmp_path, "kq-test") == [process.pid]
    assert processes.named_in(tmp_path, "kq-other") == []
    assert processes.named_in(tmp_path.parent, "kq-test") == []


def test_ending_all_lets_them_end_by_themselves_then_kills(start: Start, tmp_path: Path) -> None:
    process = start("open('/proc/self/comm', 'w').write('kq-stay')")
    other = start("open('/proc/self/comm', 'w').write('kq-else')")
    processes.end_all_in(tmp_path, "kq-stay", patience=0)
    assert process.wait(30) == -signal.SIGKILL
    assert processes.alive(other.pid)


def test_ending_all_where_there_is_none_returns_at_once(tmp_path: Path) -> None:
    processes.end_all_in(tmp_path, "kq-nobody", patience=1e9)


CHILD = """
import os, subprocess, sys
code = "import os, sys, time; from keqiao.config.processes import die_with; die_with(int(sys.argv[1])); "
code += "print(os.getpid(), flush=True); time.sleep(120)"
child = subprocess.Popen([sys.executable, '-c', code, str({parent})], stdout=subprocess.PIPE, text=True)
print('ready', child.stdout.readline().strip() or -child.wait(), flush=True)
"""


def parent_and_child(tmp_path: Path, parent: str) -> tuple[subprocess.Popen[str], int]:
    script = f"{CHILD.format(parent=parent)}\nimport time\ntime.sleep(120)"
    process = subprocess.Popen([sys.executable, "-c", script], cwd=tmp_path, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    return process, int(process.stdout.readline().split()[1])


def test_a_child_dies_with_its_parent_even_when_that_is_killed(tmp_path: Path) -> None:
    process, child = parent_and_child(tmp_path, "os.getpid()")
    assert processes.alive(child)
    os.kill(process.pid, signal.SIGKILL)
    assert gone(child)
    process.communicate()


def test_a_child_whose_parent_is_gone_already_ends_at_once(tmp_path: Path) -> None:
    process, status = parent_and_child(tmp_path, "1")
    assert status == signal.SIGKILL
    process.kill()
    process.communicate()
