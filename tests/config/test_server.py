"""The parts of `keqiao up` that can be looked at without starting all of it."""

from __future__ import annotations

import contextlib
import gc
import http.server
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from keqiao.config import server
from keqiao.config.server import Address


@pytest.mark.parametrize(
    ("host", "typed"),
    [
        ("127.0.0.1", "http://localhost:8411"),
        ("0.0.0.0", "http://localhost:8411"),
        ("::", "http://localhost:8411"),
        ("keqiao.test", "http://keqiao.test:8411"),
    ],
)
def test_address_is_as_one_types_it(host: str, typed: str) -> None:
    assert str(Address(host, 8411)) == typed


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that somebody else listens on."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield int(other.getsockname()[1])


def test_port_that_is_taken_is_named_with_the_remedy(taken: int) -> None:
    with pytest.raises(click.ClickException) as refused:
        server.free(Address("127.0.0.1", taken), patience=0)
    assert refused.value.message == f"http://localhost:{taken} cannot be used (Address already in use); try --port."


def test_port_0_becomes_a_free_one() -> None:
    found = server.free(Address("127.0.0.1", 0))
    assert found.host == "127.0.0.1"
    assert found.port > 1023
    assert server.free(found) == found


def test_port_that_becomes_free_meanwhile_is_taken(taken: int) -> None:
    """A server that was killed keeps its port for a moment."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = int(other.getsockname()[1])
        threading.Timer(0.05, other.close).start()
        assert server.free(Address("127.0.0.1", port), patience=20).port == port


def test_environment_of_what_is_started_keeps_what_was_chosen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("KEQIAO_DATA", "KEQIAO_DB_POOL", server.SERVER):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    monkeypatch.setenv("KEQIAO_URL", "https://keqiao.example.org")
    server.set_environment(tmp_path, Address("127.0.0.1", 8411))
    found = {name: os.environ[name] for name in ("KEQIAO_DATA", "KEQIAO_URL", "KEQIAO_DB_POOL", server.SERVER)}
    assert found == {
        "KEQIAO_DATA": str(tmp_path), "KEQIAO_URL": "https://keqiao.example.org", "KEQIAO_DB_POOL": "24",
        server.SERVER: str(os.getpid()),
    }  # fmt: skip
    monkeypatch.delenv("KEQIAO_URL")
    server.set_environment(tmp_path, Address("127.0.0.1", 8411))
    assert os.environ["KEQIAO_URL"] == "http://localhost:8411"
    monkeypatch.setenv("KEQIAO_URL", "")  # so that the next test finds none of it


def test_accounts_are_told_only_where_the_made_up_world_is(tmp_path: Path) -> None:
    assert server.demo_accounts(tmp_path) == []
    (tmp_path / "demo").touch()
    lines = server.demo_accounts(tmp_path)
    assert len(lines) >= 5
    assert all("@" in line for line in lines)


@contextlib.contextmanager
def answering(status: int) -> Iterator[Address]:
    """A server whose home page has that status."""

    class Home(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status if self.path == "/" else 404)
            self.end_headers()

        def log_message(self, *arguments: object) -> None: ...

    running = http.server.HTTPServer(("127.0.0.1", 0), Home)
    threading.Thread(target=running.serve_forever, daemon=True).start()
    yield Address("127.0.0.1", running.server_port)
    running.shutdown()
    running.server_close()


@pytest.mark.parametrize(("status", "complains"), [(200, False), (302, False), (500, True)])
def test_address_is_told_once_the_home_page_answers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], status: int, complains: bool
) -> None:
    with answering(status) as address:
        server.announce(address, tmp_path, threading.Event())
    said = capsys.readouterr()
    assert said.out == f"\n科桥 Keqiao  {address}\nCtrl-C stops it.\n\n"
    assert ("The home page cannot be shown" in said.err) is complains


def test_nothing_is_told_of_a_server_that_ended_first(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ended = threading.Event()
    ended.set()
    server.announce(Address("127.0.0.1", 9), tmp_path, ended)
    assert capsys.readouterr().out == ""


@pytest.fixture
def own_signals() -> Iterator[None]:
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [signal.getsignal(number) for number in numbers]
    yield
    for number, handler in zip(numbers, before, strict=True):
        signal.signal(number, handler)


@pytest.mark.usefixtures("own_signals")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_signals_end_us_as_ctrl_c_does(number: int) -> None:
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    server.signals_interrupt()
    with pytest.raises(KeyboardInterrupt):
        os.kill(os.getpid(), number)


@pytest.mark.usefixtures("own_signals")
def test_a_closed_terminal_is_ignored_where_it_was_asked_to_be() -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    server.signals_interrupt()
    os.kill(os.getpid(), signal.SIGHUP)
    assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN


@pytest.mark.usefixtures("own_signals")
def test_a_second_ctrl_c_does_not_interrupt_the_end() -> None:
    server.signals_interrupt()

    def ends() -> None:
        with server.calm_end():
            os.kill(os.getpid(), signal.SIGTERM)

    with pytest.raises(KeyboardInterrupt):
        ends()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        os.kill(os.getpid(), number)


def settings_of(url: str, tmp_path: Path) -> subprocess.CompletedProcess[str]:
    """What the settings of a process with that address are, or why there are none."""
    asked = (
        "from keqiao.config import settings as s;"
        "print(s.PUBLIC_URL, s.CSRF_TRUSTED_ORIGINS, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE)"
    )
    environment = os.environ | {"KEQIAO_URL": url, "KEQIAO_DATA": str(tmp_path)}
    return subprocess.run([sys.executable, "-c", asked], check=False, capture_output=True, text=True, env=environment)


def test_an_address_with_a_slash_makes_the_same_links_and_origins(tmp_path: Path) -> None:
    found = settings_of("https://keqiao.example.org/", tmp_path)
    assert found.stdout == "https://keqiao.example.org ['https://keqiao.example.org'] True True\n"


def test_an_address_that_is_none_stops_the_start(tmp_path: Path) -> None:
    found = settings_of("keqiao.example.org", tmp_path)
    assert found.returncode == 1
    assert "KEQIAO_URL must be an address like https://keqiao.example.org, without a path" in found.stderr


def test_the_loaded_program_is_out_of_the_collectors_sight() -> None:
    gc.unfreeze()
    try:
        server.set_aside_what_stays()
        assert gc.get_freeze_count() > 100_000
        assert "django.urls.resolvers" in sys.modules
    finally:
        gc.unfreeze()
