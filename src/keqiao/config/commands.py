"""Commands of the house itself: `up`, `db`, `manage`."""

from __future__ import annotations

import json
import os
from pathlib import Path

import click

from keqiao.config import backup as backups
from keqiao.config.database import cluster_in, database_url
from keqiao.config.env import data_folder
from keqiao.config.locks import only_one
from keqiao.config.postgres import Cluster
from keqiao.config.postgres_account import DatabaseTrouble
from keqiao.config.session import database, needs_database, say


@click.command()
@click.option("--demo", type=click.Choice(["small", "seed"]), help="Load the made-up world first.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="0 takes a free one.")
@click.option("--host", default="127.0.0.1", show_default=True, help="0.0.0.0 answers other machines too.")
@click.option("--data", type=click.Path(file_okay=False, path_type=Path), help="The data folder.")
def up(demo: str | None, port: int, host: str, data: Path | None) -> None:
    """Start everything: database, migrations, pages, jobs. Ctrl-C stops it cleanly."""
    from keqiao.config.server import Address, serve  # noqa: PLC0415 (slow import)

    if data:
        os.environ["KEQIAO_DATA"] = str(data.resolve())
    serve(data_folder(), Address(host, port), demo)


@click.group()
def db() -> None:
    """The database in the data folder. With DATABASE_URL only backup and restore apply."""


def embedded() -> Cluster:
    """Our own server; an outside one is not ours to start or stop."""
    if database_url():
        raise DatabaseTrouble("DATABASE_URL is set: that server is started and stopped where it runs.")
    return cluster_in(data_folder())


@db.command()
def start() -> None:
    """Start the database and keep it running until `keqiao db stop`."""
    cluster = embedded()
    cluster.make_folder()
    cluster.keep.touch()
    cluster.start(say)
    click.echo(cluster.url())


@db.command()
@click.option("--force", is_flag=True, help="Even while the platform or a command uses it.")
def stop(force: bool) -> None:
    """Stop the database cleanly."""
    cluster = embedded()
    if cluster.used() and not force:
        raise DatabaseTrouble("The database is in use (is `keqiao up` running?). Stop that first, or give --force.")
    cluster.keep.unlink(missing_ok=True)
    click.echo("stopped" if cluster.stop(say) else "was not running")


@db.command()
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def status(as_json: bool) -> None:
    """Say whether the database runs, and where. Exit status 3 when it does not."""
    cluster = embedded()
    running = cluster.folder.exists() and cluster.answers()
    found = {
        "running": running,
        "pid": cluster.pid(),
        "folder": str(cluster.folder),
        "url": cluster.url(),
        "in_use": cluster.used(),
    }
    if as_json:
        click.echo(json.dumps(found))
    else:
        click.echo("\n".join(f"{name}: {value}" for name, value in found.items()))
    raise SystemExit(0 if running else 3)


@db.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup(file: Path) -> None:
    """Write a backup of the database to FILE. The platform may run meanwhile."""

    with database(say):
        backups.write(file)
    click.echo(f"{file} ({file.stat().st_size:,} bytes)")


@db.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def restore(file: Path) -> None:
    """Put the database back as it was in FILE. Everything written since is gone; the platform must not run."""

    with only_one(data_folder(), "keqiao db restore"), database(say):
        backups.read(file, say)
    click.echo("restored")


@click.command(context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@needs_database
def manage(arguments: tuple[str, ...]) -> None:
    """Django's own commands, with the database at hand."""
    from django.core.management import execute_from_command_line  # noqa: PLC0415 (slow import)

    execute_from_command_line(["keqiao manage", *arguments])
