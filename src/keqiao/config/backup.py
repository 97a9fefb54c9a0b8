"""Backups of the database: pg_dump's own format, checked before it replaces anything."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from keqiao.config.database import database_settings, database_url
from keqiao.config.env import data_folder
from keqiao.config.postgres import ADMIN, ROLE, programs
from keqiao.config.postgres_account import DatabaseTrouble
from keqiao.config.progress import Say

ASIDE = "keqiao_before_restore"
FRESH = "keqiao_restore"


def write(file: Path) -> None:
    """Write a backup, whole or not at all. It contains everything: its owner alone may read it."""
    if file.exists():
        raise DatabaseTrouble(f"{file} exists already; a backup replaces nothing.")
    if not file.absolute().parent.is_dir():
        raise DatabaseTrouble(f"The folder {file.absolute().parent} does not exist.")
    draft = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        tool("pg_dump", "--format=custom", f"--file={draft}", f"--dbname={name()}")
        os.link(draft, file)  # fails, other than a rename, if somebody was quicker
    except FileExistsError:
        raise DatabaseTrouble(f"{file} exists already; a backup replaces nothing.") from None
    finally:
        draft.unlink(missing_ok=True)


def read(file: Path, say: Say) -> None:
    """Restore into a fresh database, then put it in the place of the old one in a single step.

    Whatever fails before that step, the old database is there unchanged.
    """
    tool("pg_restore", "--list", str(file))
    say("reading the backup")
    with maintenance() as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(FRESH)))
        create = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0")
        connection.execute(create.format(sql.Identifier(FRESH), owner(connection)))
        try:
            options = ["--exit-on-error", "--no-owner", "--no-privileges", "--jobs=2", f"--dbname={FRESH}"]
            tool("pg_restore", *options, str(file))
            say("putting it in place")
            swap(connection)
        finally:
            for left in (FRESH, ASIDE):
                connection.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(left)))


def swap(connection: psycopg.Connection[Any]) -> None:
    """The fresh database takes the name of the old one; both renames or none."""
    old, aside, fresh = (sql.Identifier(word) for word in (name(), ASIDE, FRESH))
    with connection.transaction():
        connection.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(old, aside))
        connection.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(fresh, old))


def name() -> str:
    """The database's name."""
    return str(database_settings(data_folder())["NAME"])


def target() -> dict[str, str]:
    """Where the server is, in libpq's environment variables: a password must not stand in a command line."""
    settings = database_settings(data_folder())
    named = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD"}
    found = {variable: str(settings.get(key, "")) for variable, key in named.items()}
    options = {f"PG{key.upper()}": str(value) for key, value in settings["OPTIONS"].items() if key != "pool"}
    return {variable: value for variable, value in (found | options).items() if value}


def owner(connection: psycopg.Connection[Any]) -> sql.Identifier:
    """Who owns the platform's database now."""
    asked = "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = %s"
    found = connection.execute(asked, [name()]).fetchone()
    return sql.Identifier(found[0] if found else ROLE)


@contextlib.contextmanager
def maintenance() -> Iterator[psycopg.Connection[Any]]:
    """A connection beside the platform's database, by a role that may make and rename databases."""
    settings = database_settings(data_folder())
    if not database_url():
        settings["USER"] = ADMIN
    keys = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD"}
    given = {key: settings[value] for key, value in keys.items() if settings.get(value)}
    try:
        with psycopg.connect(dbname="postgres", autocommit=True, **given) as connection:
            yield connection
    except psycopg.Error as error:
        raise DatabaseTrouble(f"The database could not be restored: {error}") from error


def tool(program: str, *arguments: str) -> None:
    """Run one of PostgreSQL's programs; what it complains about is the trouble we report."""
    known = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
    command = [str(programs() / program), *arguments]
    done = subprocess.run(command, check=False, capture_output=True, text=True, env=known | target())
    if done.returncode:
        raise DatabaseTrouble(f"{program}: {done.stderr.strip() or 'failed'}")
