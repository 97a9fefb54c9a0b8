"""What both batch commands share, and `keqiao engine batch`, which needs no database."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from keqiao.engine.batch import BatchTrouble, Corpus, Plan, work
from keqiao.engine.batch.plan import alone, laid_out, opened
from keqiao.engine.beir import BadFolder, read_corpus, read_queries

Lay = Callable[[Path, int, Mapping[str, Any]], Plan]
"""Writes a new batch down: for a file, so many answers a query, and what it is about."""

_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


def options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of every batch."""
    for option in (
        click.option(
            "--ray", "address", default="", metavar="ADDRESS", help="Let a Ray cluster do it: host:6379, auto."
        ),
        click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 64), help="Processes."),
        click.option(
            "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The file to write."
        ),
        click.option("--top", default=50, show_default=True, type=click.IntRange(1, 1000), help="Answers a query."),
    ):
        command = option(command)
    return command


def run(out: Path, top: int, about: Mapping[str, Any], lay: Lay, *, workers: int, address: str) -> None:
    """Begin a batch, or go on with it, and make its file; troubles are told in one line."""
    about = dict(about) | {"top": top}
    try:
        with alone(out):
            plan = opened(out, about)
            if plan is None:
                plan = lay(out, top, about)
            else:
                click.echo(f"going on: {plan.blocks - len(plan.missing())} of {plan.blocks} blocks are done", err=True)
            follow(plan, working(plan, workers, address))
            plan.finish()
    except (BatchTrouble, BadFolder) as trouble:
        raise click.ClickException(str(trouble)) from trouble
    click.echo(f"{plan.queries} queries, {plan.documents} documents: {out}")


def working(plan: Plan, workers: int, address: str) -> Iterator[int]:
    """The blocks, here or on a Ray cluster."""
    if not address:
        return work(plan, workers)
    from keqiao.engine.batch.on_ray import work_on_ray  # noqa: PLC0415 (an extra)

    return work_on_ray(plan, address)


def follow(plan: Plan, done: Iterator[int]) -> None:
    """A bar on the error stream: how far it is, and how long it will take."""
    before = plan.queries - sum(plan.size(number) for number in plan.missing())
    with bar("matching", plan.queries) as shown:
        shown.update(before)
        for queries in done:
            shown.update(queries)


def bar(label: str, length: int) -> Any:
    """A progress bar on the error stream, so that what a command prints can be piped."""
    return click.progressbar(length=length, label=label, show_pos=True, file=sys.stderr)


@click.command("batch")
@click.argument("folder", metavar="BEIR_DIR", type=_FOLDER)
@options
def batch_command(folder: Path, top: int, out: Path, workers: int, address: str) -> None:
    """Match every query of BEIR_DIR with its corpus; one JSON object a line. Killed, it goes on when called again."""

    def lay(out: Path, top: int, about: Mapping[str, Any]) -> Plan:
        corpus = Corpus.of(read_corpus(folder))
        return laid_out(out, corpus, read_queries(folder / "queries.jsonl").items(), top=top, about=about)

    run(out, top, {"folder": str(folder.resolve())}, lay, workers=workers, address=address)
