"""A Qdrant cluster of three nodes on this machine, for the tests: the server itself, real sockets, real files."""

from __future__ import annotations

import contextlib
import json
import os
import platform
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from keqiao.config import processes

if TYPE_CHECKING:
    from keqiao.engine.nodes import Nodes

HERE = Path(__file__).parent / "qdrant"
BROUGHT = HERE / "node_modules" / "@just-memory" / "qdrant-linux-x64" / "bin" / "qdrant"
KEY = "for-tests-only"


def program() -> Path | None:
    """The server's program: QDRANT_BIN, else the one that `./run test` brings. None: there is none for this platform.

    Raises FileNotFoundError where there should be one: a test that does not run must not look like one that passes.
    """
    if named := os.environ.get("QDRANT_BIN"):
        found = Path(named)
    elif (platform.system(), platform.machine()) == ("Linux", "x86_64"):
        found = BROUGHT
    else:
        return None
    if not os.access(found, os.X_OK):
        raise FileNotFoundError(f"{found} is no program: ./run test brings it, or name one in QDRANT_BIN")
    return found


class Node:
    """One server: its ports, its folder, its process."""

    def __init__(self, place: Path, first: Node | None) -> None:
        self.place, self.first = place, first
        self.http, self.grpc, self.peers = free_ports()
        self.process: subprocess.Popen[bytes] | None = None
        place.mkdir()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.http}"

    @property
    def uri(self) -> str:
        return f"http://127.0.0.1:{self.peers}"

    def start(self) -> None:
        """Start it; `members` tells when it is up. It ends with the process that runs the tests."""
        parent = os.getpid()
        setting = {
            "QDRANT__CLUSTER__ENABLED": "true",
            "QDRANT__CLUSTER__P2P__PORT": str(self.peers),
            "QDRANT__CLUSTER__CONSENSUS__TICK_PERIOD_MS": "20",
            "QDRANT__SERVICE__HOST": "127.0.0.1",
            "QDRANT__SERVICE__HTTP_PORT": str(self.http),
            "QDRANT__SERVICE__GRPC_PORT": str(self.grpc),
            "QDRANT__SERVICE__API_KEY": KEY,
            "QDRANT__STORAGE__PERFORMANCE__MAX_SEARCH_THREADS": "1",
            "QDRANT__TELEMETRY_DISABLED": "true",
            "QDRANT__LOG_LEVEL": "WARN",
        }
        known = self.first is None or (self.place / "storage" / "raft_state.json").exists()
        joining = [] if known else ["--bootstrap", self.first.uri]  # type: ignore[union-attr]
        with (self.place / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [str(program()), "--uri", self.uri, *joining],
                cwd=self.place,
                env=os.environ | setting,
                stdout=log,
                stderr=log,
                preexec_fn=lambda: processes.die_with(parent),  # noqa: PLW1509 (no other thread runs yet)
            )

    def ask(self, path: str) -> Any:
        """The result of a GET, None while there is no answer."""
        request = urllib.request.Request(f"{self.url}{path}", headers={"api-key": KEY})
        with contextlib.suppress(OSError, ValueError), urllib.request.urlopen(request, timeout=2) as response:
            return json.load(response)["result"]
        return None

    def members(self) -> int:
        """How many peers it knows, itself included, once a leader is elected."""
        found = self.ask("/cluster")
        return len(found["peers"]) if found and found["raft_info"]["leader"] else 0

    def kill(self) -> None:
        """kill -9."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()


class Cluster:
    """Three nodes that know each other."""

    def __init__(self, place: Path) -> None:
        first = Node(place / "1", None)
        self.nodes = [first, Node(place / "2", first), Node(place / "3", first)]

    def start(self) -> None:
        for number, node in enumerate(self.nodes, 1):
            node.start()
            until(lambda node=node, number=number: node.members() >= number, f"node {number} has joined")
        until(lambda: all(node.members() == 3 for node in self.nodes), "all know each other")

    def stop(self) -> None:
        for node in self.nodes:
            node.kill()

    def reach(self, *order: int) -> Nodes:
        """Connections to these nodes (0, 1, 2: all when none is named), the first one asked first."""
        from keqiao.engine.nodes import Nodes  # slow, and most tests need none

        return Nodes([self.nodes[place].url for place in order or range(3)], KEY, patience=20)


def until(holds: Callable[[], bool], what: str, patience: float = 30.0) -> None:
    """Look again and again; fails when it does not become true."""
    end = time.monotonic() + patience
    while not holds():
        assert time.monotonic() < end, f"not so after {patience} s: {what}"
        time.sleep(0.05)


def free_ports() -> tuple[int, int, int]:
    """Three ports that nobody uses now."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(3)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        first, second, third = (one.getsockname()[1] for one in sockets)
        return first, second, third


@pytest.fixture(scope="session")
def three_nodes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """One cluster for all tests; tests that need it are in one group (`xdist_group`), so that one worker starts it."""
    if program() is None:
        pytest.skip("no Qdrant server for this platform comes from npm: name one in QDRANT_BIN to run these tests")
    cluster = Cluster(tmp_path_factory.mktemp("nodes"))
    cluster.start()
    yield cluster
    cluster.stop()
