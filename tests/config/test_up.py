"""`keqiao up` as a person runs it: one command starts everything, one signal ends all of it, a kill loses nothing."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from keqiao.config.postgres import Cluster
from keqiao.config.processes import PROC, alive

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("up")]

COMMAND = [sys.executable, "-m", "keqiao.cli"]
OURS = ("DATABASE_URL", "KEQIAO_DATA", "KEQIAO_TEST_DATA", "DJANGO_SETTINGS_MODULE")


def environment(data: Path) -> dict[str, str]:
    """As in a terminal: nothing of what the tests set for themselves."""
    return {name: value for name, value in os.environ.items() if name not in OURS} | {"KEQIAO_DATA": str(data)}


class Platform:
    """A running `keqiao up`."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.cluster = Cluster(data / "postgres")
        self.log = data / "up.log"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [*COMMAND, "up", "--port", "0"], stdout=log, stderr=log, env=environment(data), start_new_session=True
            )
        self.address = self.wait_until_ready()

    def wait_until_ready(self) -> str:
        while not (found := re.search(r"Keqiao  (http://\S+)", self.log.read_text())):
            assert self.process.poll() is None, self.log.read_text()
            time.sleep(0.05)
        return found[1]

    def get(self, path: str) -> int:
        with urllib.request.urlopen(self.address + path, timeout=30) as response:
            return int(response.status)

    def call(self, token: str, path: str, body: dict[str, str] | None = None) -> dict[str, Any]:
        """Ask the API as the person with the token; whatever is no success is an error."""
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        content = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.address + path, data=content, headers=headers)
        with urllib.request.urlopen(request, timeout=30) as response:
            answer: dict[str, Any] = json.load(response)
            return answer

    def workers(self) -> list[int]:
        return [pid for pid in session(self.process.pid) if pid != self.process.pid]

    def end(self, *signals: int) -> int:
        for number in signals:
            os.kill(self.process.pid, number)
        return self.process.wait(60)


def session(leader: int) -> list[int]:
    """The living processes of a terminal session."""
    found = []
    for entry in PROC.iterdir():
        with contextlib.suppress(OSError, ValueError):
            if os.getsid(int(entry.name)) == leader and alive(int(entry.name)):
                found.append(int(entry.name))
    return found


def left(data: Path) -> list[str]:
    """The command lines of all processes that name the data folder."""
    lines = []
    for entry in PROC.iterdir():
        with contextlib.suppress(OSError, ValueError):
            if int(entry.name) != os.getpid() and alive(int(entry.name)):
                lines.append((entry / "cmdline").read_bytes().replace(b"\0", b" ").decode())
    return [line for line in lines if str(data) in line]


@pytest.fixture(scope="module")
def data() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="kq-up-"))
    yield folder
    Cluster(folder / "postgres").stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def start(data: Path) -> Iterator[Callable[[], Platform]]:
    """Starts the platform; whatever a test leaves running is killed."""
    started: list[Platform] = []

    def run() -> Platform:
        started.append(Platform(data))
        return started[-1]

    yield run
    for platform in started:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(platform.process.pid, signal.SIGKILL)
        platform.process.wait()


@pytest.mark.parametrize("signals", [(signal.SIGINT, signal.SIGINT), (signal.SIGHUP,)])
def test_up_serves_and_a_signal_ends_all_of_it(
    start: Callable[[], Platform], data: Path, signals: tuple[int, ...]
) -> None:
    platform = start()
    assert platform.get("/") == 200
    assert len(platform.workers()) >= 1
    assert platform.end(*signals) == 0
    assert session(platform.process.pid) == []
    assert left(data) == []
    assert platform.log.read_text().endswith("stopped\n")


def test_up_killed_leaves_no_worker_and_the_next_takes_the_database_over(
    start: Callable[[], Platform], data: Path
) -> None:
    first = start()
    server = first.cluster.pid()
    assert first.end(signal.SIGKILL) == -signal.SIGKILL
    while session(first.process.pid):
        time.sleep(0.05)
    second = start()
    assert second.cluster.pid() == server
    assert second.get("/") == 200
    assert second.end(signal.SIGTERM) == 0
    assert left(data) == []


SOMEBODY = """
from keqiao.api.actions import issue
from keqiao.parties.models import Node, Person
Node.objects.create(code="hubei", name="湖北中心")
print(issue(Person.objects.create_user("lin@example.test", name="林工"), name="test")[1])
"""


def keqiao(data: Path, *arguments: str) -> str:
    """What a command prints."""
    command = [*COMMAND, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True, env=environment(data)).stdout


def test_up_with_everything_killed_recovers_what_was_acknowledged(start: Callable[[], Platform], data: Path) -> None:
    """A need that was answered with 200 the moment before is there, and in a journal that is valid."""
    platform = start()
    token = keqiao(data, "manage", "shell", "--no-imports", "-c", SOMEBODY).split()[-1]
    made = platform.call(token, "/api/v1/needs", {"kind": "technology", "title": "断电前的需求"})
    server = platform.cluster.pid()
    assert server is not None
    for pid in [server, *session(platform.process.pid)]:
        os.kill(pid, signal.SIGKILL)
    platform.process.wait()
    again = start()
    assert again.call(token, f"/api/v1/needs/{made['row']['id']}")["fields"]["title"] == "断电前的需求"
    verified = json.loads(keqiao(data, "journal", "verify", "--json"))
    assert (verified["valid"], verified["sealed"] + verified["unsealed"]) == (True, 2)
    assert again.end(signal.SIGTERM) == 0
    assert left(data) == []


def test_up_a_second_one_is_refused_and_harms_nothing(start: Callable[[], Platform], data: Path, place: Path) -> None:
    platform = start()
    same_folder = refusal(data, "0")
    assert f"{data} is in use: keqiao up, process {platform.process.pid} {platform.address}" in same_folder
    same_port = refusal(place, platform.address.rpartition(":")[2])
    assert "cannot be used (Address already in use); try --port" in same_port
    assert not (place / "postgres").exists()
    assert platform.get("/") == 200
    assert platform.end(signal.SIGTERM) == 0
    assert left(data) == []


def refusal(data: Path, port: str) -> str:
    """What a start that fails says."""
    command = [*COMMAND, "up", "--port", port]
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=environment(data))
    assert done.returncode == 1
    return done.stderr
