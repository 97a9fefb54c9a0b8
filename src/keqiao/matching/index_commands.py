"""Commands of the index: `keqiao index status | rebuild | snapshot | restore`."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click

from keqiao.config.session import needs_database
from keqiao.engine import snapshots
from keqiao.engine.snapshots import BadSnapshot
from keqiao.kernel import journal
from keqiao.kernel.models import Cursor, Seal
from keqiao.matching import index as holder
from keqiao.matching import projection

FILE = click.Path(dir_okay=False, path_type=Path)
BUSY = "the running platform has the index open: stop it first, or keep the index in a cluster (QDRANT_URL)"


@click.group()
def index() -> None:
    """The search index: a projection of the journal that can be built again at any time."""


@contextlib.contextmanager
def opened_index() -> Iterator[None]:
    """Troubles of the index in one line; it is let go of at the end."""
    try:
        yield
    except holder.IndexBusy as trouble:
        raise click.ClickException(BUSY) from trouble
    except (holder.IndexFails, BadSnapshot) as trouble:
        raise click.ClickException(str(trouble)) from trouble
    finally:
        holder.HOLDER.close()


@contextlib.contextmanager
def progress(length: int, label: str) -> Iterator[Callable[[int], None]]:
    """A bar on the error stream. Yields what sets it to a count."""
    with click.progressbar(length=length, label=label, file=sys.stderr) as bar:
        yield lambda total: bar.update(total - bar.pos)


@index.command()
@needs_database
def rebuild() -> None:
    """Build the index from the tables.

    An index in a cluster is built beside the old one and put in its place at once; shards and replicas are those of the
    settings. An index in the folder of a running platform cannot be opened: it is asked to read its journal again.
    """
    with opened_index():
        try:
            with progress(projection.expected(), "indexing") as done:
                count = projection.fill(done)
            click.echo(f"{count} documents indexed")
        except holder.IndexBusy:
            projection.start_again()
            click.echo("the running platform reads its journal again; `keqiao index status` shows how far it is")


@index.command()
@click.argument("file", type=FILE)
@needs_database
def snapshot(file: Path) -> None:
    """Write all documents of the index to FILE. An index in a cluster may be used and written to meanwhile."""
    with opened_index():
        target = holder.HOLDER.get()
        seal = Seal.objects.order_by("-position").filter(position__lte=cursor()).first()
        about = {"position": seal.position if seal else 0, "hash": seal.hash if seal else ""}
        with progress(target.count(), "writing") as done:
            count = snapshots.write(file, target.documents(), about, done)
        click.echo(f"{count} documents in {file} ({file.stat().st_size:,} bytes)")


@index.command()
@click.argument("file", type=FILE)
@needs_database
def restore(file: Path) -> None:
    """Put the documents of FILE in place of all others; what has happened since is read from the journal."""
    with opened_index():
        about, length = snapshots.inspect(file)
        if not is_of_this_journal(about):
            raise click.ClickException(
                f"{file} was written beside another journal, or a later state of it: use `keqiao index rebuild`"
            )
        with progress(length, "indexing") as done:
            count = projection.replace_by(snapshots.read(file), int(about["position"]), done)
        click.echo(f"{count} documents restored; what was sealed after {about['position']} follows from the journal")


def is_of_this_journal(about: dict[str, Any]) -> bool:
    """Whether this journal has the entry up to which a snapshot was complete."""
    position = about.get("position")
    if position == 0:
        return True
    return isinstance(position, int) and Seal.objects.filter(position=position, hash=about.get("hash")).exists()


def cursor() -> int:
    """How far the index has read the journal."""
    return Cursor.objects.filter(name=projection.NAME).values_list("position", flat=True).first() or 0


@index.command()
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@needs_database
def status(as_json: bool) -> None:
    """How far the index has read the journal, and how much it holds."""
    last = Seal.objects.order_by("-position").values_list("position", flat=True).first() or 0
    with opened_index():
        found = {
            "path": holder.place(),
            "documents": documents(),
            "read": cursor(),
            "sealed": last,
            "unsealed": journal.tail(),
        }
    if as_json:
        click.echo(json.dumps(found))
        return
    held = "open in another process" if found["documents"] is None else f"{found['documents']} documents"
    click.echo(f"{found['path']}: {held}; read {found['read']} of {last} sealed entries")


def documents() -> int | None:
    """How many documents there are; None while another process has the index open."""
    try:
        return holder.HOLDER.get().count()
    except holder.IndexBusy:
        return None
