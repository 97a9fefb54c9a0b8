"""What a command needs around it: the database server running, Django ready."""

from __future__ import annotations

import contextlib
import functools
import os
from collections.abc import Callable, Iterator
from typing import ParamSpec, TypeVar

import click
import psycopg

from keqiao.config.database import cluster_in, database_settings, database_url
from keqiao.config.env import data_folder
from keqiao.config.language import of_terminal
from keqiao.config.postgres_account import DatabaseTrouble
from keqiao.config.progress import Say, quiet

P = ParamSpec("P")
R = TypeVar("R")


def say(text: str) -> None:
    """Progress, on the error stream so that what a command prints can be piped."""
    click.echo(f"· {text}", err=True)


@contextlib.contextmanager
def database(report: Say = quiet) -> Iterator[None]:
    """A database server answers while the block runs; the embedded one is started if need be, and stopped after."""
    if url := database_url():
        reach(url)
        yield
        return
    with cluster_in(data_folder()).in_use(report):
        yield


def reach(url: str) -> None:
    """Is the outside server there, and does it let us in?"""
    try:
        psycopg.connect(url, connect_timeout=10).close()
    except psycopg.Error as error:
        raise DatabaseTrouble(f"The server that DATABASE_URL names cannot be used: {error}") from None


def set_up_django() -> None:
    """Load settings and models."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "keqiao.config.settings")
    import django  # noqa: PLC0415 (slow import; most commands of the server itself do without)

    django.setup()


def needs_database(command: Callable[P, R]) -> Callable[P, R]:
    """Make a command run with the database at hand, whether the platform is up or not. Put it below click's own."""

    @functools.wraps(command)
    def run(*arguments: P.args, **named: P.kwargs) -> R:
        with database(say):
            set_up_django()
            from django.db import connections  # noqa: PLC0415 (Django is ready only now)
            from django.utils import translation  # noqa: PLC0415 (as above)

            # a server with a long path gets its socket's place when it starts, which may have been just now
            if not database_url():
                connections.settings["default"].update(database_settings(data_folder()))
            try:
                with translation.override(of_terminal()):
                    return command(*arguments, **named)
            finally:
                connections.close_all()

    return run
