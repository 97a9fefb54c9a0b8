"""Running everything with one command: database, migrations, made-up world, web server; and ending all of it."""

from __future__ import annotations

import contextlib
import gc
import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

from keqiao.config import processes
from keqiao.config.locks import only_one
from keqiao.config.postgres_account import DatabaseTrouble
from keqiao.config.session import database, say

SERVER = "KEQIAO_SERVER_PID"
CONNECTIONS = 24
EVERYWHERE = frozenset({"0.0.0.0", "::"})  # noqa: S104 (compared, not bound)


@dataclass(frozen=True, slots=True)
class Address:
    """Where the pages are served."""

    host: str
    port: int

    def __str__(self) -> str:
        """As one types it on this machine: by name, because passkeys belong to names, not to numeric addresses."""
        name = "localhost" if self.host in {*EVERYWHERE, "127.0.0.1"} else self.host
        return f"http://{name}:{self.port}"

    @property
    def reached_at(self) -> str:
        """Where we ask ourselves, without looking a name up."""
        return "127.0.0.1" if self.host in EVERYWHERE else self.host


def serve(data: Path, address: Address, demo: str | None) -> None:
    """Run until Ctrl-C, SIGTERM or the end of the terminal; leave no process behind."""
    data.mkdir(parents=True, exist_ok=True)
    signals_interrupt()
    with only_one(data, "keqiao up") as describe:
        address = free(address)
        describe(str(address))
        set_environment(data, address)
        with contextlib.suppress(KeyboardInterrupt), database(say), calm_end():
            prepare(demo)
            run_web(address, data)
    click.echo("stopped")


def set_environment(data: Path, address: Address) -> None:
    """What the processes we start are to know."""
    os.environ["KEQIAO_DATA"] = str(data)
    os.environ[SERVER] = str(os.getpid())
    os.environ.setdefault("KEQIAO_URL", str(address))
    os.environ.setdefault("KEQIAO_DB_POOL", str(CONNECTIONS))


def free(address: Address, patience: float = 3.0) -> Address:
    """The address, if its port is free (a killed server's may take a moment); port 0 becomes a free one."""
    end = time.monotonic() + patience
    while True:
        with socket.socket(socket.AF_INET6 if ":" in address.host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((address.host, address.port))
                return replace(address, port=probe.getsockname()[1])
            except OSError as error:
                if time.monotonic() > end:
                    raise click.ClickException(f"{address} cannot be used ({error.strerror}); try --port.") from None
        time.sleep(0.1)


# --- signals ---


def signals_interrupt() -> None:
    """SIGTERM and a closed terminal end us as Ctrl-C does; `nohup` still works."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:
        signal.signal(signal.SIGHUP, signal.default_int_handler)


@contextlib.contextmanager
def calm_end() -> Iterator[None]:
    """Once we are ending, a second Ctrl-C does not interrupt the stopping of the database."""
    try:
        yield
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)


# --- before the server ---


def prepare(demo: str | None) -> None:
    """Migrations, static files, made-up world: in a process of its own, whose memory goes with it."""
    command = [sys.executable, "-m", "keqiao.config.prepare", *([demo] if demo else [])]
    if subprocess.run(command, check=False).returncode:
        raise DatabaseTrouble("The platform could not be made ready; see above.")


# --- the server ---


def run_web(address: Address, data: Path) -> None:
    """Serve until told to stop. A worker that crashes is replaced; one that cannot start ends the server."""
    server = Server(
        "keqiao.config.server:application",
        factory=True,
        address=address.host,
        port=address.port,
        interface=Interfaces.ASGI,
        workers=1,
        respawn_failed_workers=True,
        workers_kill_timeout=8,
        log_level=LogLevels.warning,
        websockets=False,
    )
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:
        # the server would reload on it; a terminal that is closed should end us
        server.on_startup(lambda: signal.signal(signal.SIGHUP, server.signal_handler_interrupt))
    ended = threading.Event()
    threading.Thread(target=announce, args=(address, data, ended), daemon=True).start()
    try:
        server.serve()
    finally:
        ended.set()


def application() -> Any:
    """The ASGI application of a worker, which dies with the server whatever kills that."""
    processes.die_with(int(os.environ[SERVER]))
    from keqiao.config.asgi import application as found  # noqa: PLC0415 (the worker alone pays for it)

    set_aside_what_stays()
    return found


def set_aside_what_stays() -> None:
    """Take the loaded program out of the garbage collector's sight.

    It is 400,000 objects that live as long as the process; looking through them took 0.15 s, in the midst of every
    tenth page or so.
    """
    from django.urls import get_resolver  # noqa: PLC0415 (Django is ready only now)

    _ = get_resolver().url_patterns  # loads the pages, which the first request would
    gc.collect()
    gc.freeze()


def announce(address: Address, data: Path, ended: threading.Event) -> None:
    """Ask for the home page until it comes, then say where it is and who may log in."""
    while not ended.wait(0.1):
        connection = http.client.HTTPConnection(address.reached_at, address.port, timeout=30)
        with contextlib.suppress(OSError, http.client.HTTPException):
            connection.request("GET", "/")
            if connection.getresponse().status >= 500:
                click.echo("The home page cannot be shown; the messages above say why.", err=True)
            break
    if ended.is_set():
        return
    click.echo(f"\n科桥 Keqiao  {address}")
    for line in demo_accounts(data):
        click.echo(f"  {line}")
    click.echo("Ctrl-C stops it.\n")


def demo_accounts(data: Path) -> list[str]:
    """Who can log in, when the made-up world was loaded."""
    if not (data / "demo").exists():
        return []
    from keqiao.demo.accounts import ACCOUNTS  # noqa: PLC0415 (the made-up world is optional)

    return [f"{account.title}  {account.email}  {account.password}" for account in ACCOUNTS]
