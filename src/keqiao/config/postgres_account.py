"""Under which account the embedded server runs, and how it gets there.

PostgreSQL refuses to run as root. Started by root it runs as a user without rights, and no folder's permissions
are opened for it: where a folder on the way is closed to that user (a virtual environment in a private home
folder), the process gets the one capability to pass through and read, and can gain no other.
"""

from __future__ import annotations

import contextlib
import functools
import os
import pwd
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from keqiao.config.locks import exclusive

SYSTEM_USER = "keqiao-postgres"
MAKING = Path("/run" if os.access("/run", os.W_OK) else tempfile.gettempdir()) / "keqiao-account.lock"
CAPABILITIES = ("", "dac_read_search", "dac_override")


class DatabaseTrouble(Exception):
    """The embedded server cannot do what was asked; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Account:
    """A user of the operating system."""

    name: str
    uid: int
    gid: int


def account_for(folder: Path) -> Account:
    """Who owns the server's folder; for a new one, who is to own it."""
    if os.geteuid() != 0:
        return as_account(os.geteuid())
    if folder.exists() and (owner := folder.stat().st_uid) != 0:
        return as_account(owner)
    return system_account()


def as_account(uid: int) -> Account:
    """The account of a user id."""
    try:
        entry = pwd.getpwuid(uid)
    except KeyError:
        raise DatabaseTrouble(
            f"User id {uid} has no name on this machine, and PostgreSQL needs one. "
            "Add the user (useradd), or give DATABASE_URL."
        ) from None
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def system_account() -> Account:
    """The user without rights that serves when root starts us; made when missing, else `nobody`."""
    with exclusive(MAKING):  # two at once have been seen to make the user twice, under two numbers
        if named(SYSTEM_USER) is None:
            make_user()
    account = named(SYSTEM_USER) or named("nobody")
    if account is None:
        raise DatabaseTrouble(
            f"PostgreSQL does not run as root, and the user {SYSTEM_USER} could not be made. "
            "Make it with useradd, start as an ordinary user, or give DATABASE_URL."
        )
    return account


def make_user() -> None:
    """Add the user to the system. Whether it worked is seen by looking for it."""
    command = ["useradd", "--system", "--no-create-home", "--home-dir", "/nonexistent"]
    with_group = [*command, "--user-group", "--shell", "/usr/sbin/nologin", SYSTEM_USER]
    with contextlib.suppress(FileNotFoundError):  # a small system may have no useradd
        subprocess.run(with_group, check=False, capture_output=True)


def named(name: str) -> Account | None:
    """The account of a name, if there is one."""
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return None
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


@functools.cache
def prefix(account: Account, program: Path, folder: Path) -> tuple[str, ...]:
    """What to put before a command so that it runs as `account`, may run `program` and may write in `folder`.

    The weakest way that works is taken; containers differ in the capabilities they leave to root.
    """
    if os.geteuid() != 0:
        return ()
    for capability in CAPABILITIES:
        way = change_to(account, capability)
        if gets_there(way, program, folder):
            return way
    raise DatabaseTrouble(
        f"The user {account.name} cannot reach {program} or {folder}, and this system does not let us grant it the "
        "way (capability dac_read_search). Move the checkout and the data folder to a place that other users may "
        "pass through, start as an ordinary user, or give DATABASE_URL."
    )


def change_to(account: Account, capability: str) -> tuple[str, ...]:
    """A command line of setpriv (util-linux) that leaves root behind, but for one capability."""
    way = ["setpriv", f"--reuid={account.uid}", f"--regid={account.gid}", "--clear-groups", "--no-new-privs"]
    if capability:
        # access(2) forgets capabilities of an ordinary user unless this bit is set
        way += ["--securebits=+no_setuid_fixup", f"--inh-caps=+{capability}", f"--ambient-caps=+{capability}"]
        way += [f"--bounding-set=-all,+{capability}"]
    return tuple(way)


def gets_there(way: tuple[str, ...], program: Path, folder: Path) -> bool:
    """Can a process started this way run the program and write in the folder?"""
    script = '"$1" --version && test -x "$1" && test -w "$2"'
    command = [*way, "/bin/sh", "-c", script, "sh", str(program), str(folder)]
    try:
        return subprocess.run(command, check=False, capture_output=True, cwd="/").returncode == 0
    except FileNotFoundError:
        raise DatabaseTrouble(
            "The program setpriv is missing; install util-linux, or start as an ordinary user."
        ) from None
