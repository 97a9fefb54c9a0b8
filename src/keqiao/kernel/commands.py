"""Commands of the kernel: `journal`, `projections`, `docs`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from keqiao.config.session import needs_database
from keqiao.kernel import diagrams, projections, verification
from keqiao.kernel import journal as book
from keqiao.kernel.verification import Head


class HeadType(click.ParamType[Head]):
    """A head of the chain, as `journal verify` prints it."""

    name = "head"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Head:
        try:
            return Head.read(value)
        except ValueError as trouble:
            self.fail(str(trouble), param, ctx)


READ_HEAD = HeadType()


@click.group()
def journal() -> None:
    """The journal: what happened, in a chain that shows whether anybody changed it."""


@journal.command()
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.option("--head", type=READ_HEAD, metavar="POSITION:HASH", help="A head noted earlier: the chain must pass it.")
@needs_database
def verify(as_json: bool, head: Head | None) -> None:
    """Walk the hash chain from end to end and name the first broken link. Exit status 1 when there is one.

    Prints the chain's head. Note it on another machine: with --head it shows whether the chain was made anew.
    """
    found = verification.verify(head)
    if as_json:
        click.echo(
            json.dumps(
                {
                    "valid": found.valid,
                    "sealed": found.sealed,
                    "unsealed": found.unsealed,
                    "broken_at": found.broken_at,
                    "problem": found.problem,
                    "head": str(found.head),
                }
            )
        )
    elif found.valid:
        click.echo(f"valid: {found.sealed} entries sealed, {found.unsealed} waiting for the sealer")
        click.echo(f"head: {found.head}")
    else:
        click.echo(f"BROKEN at position {found.broken_at}: {found.problem}")
    sys.exit(0 if found.valid else 1)


@journal.command()
@needs_database
def export() -> None:
    """Print every entry with its seal, one JSON object a line, oldest first."""
    for line in book.export():
        click.echo(book.canonical(line))


@journal.command()
@needs_database
def seal() -> None:
    """Seal what is final. The running platform does this by itself."""
    click.echo(f"{book.seal_all()} sealed")


@click.command()
@click.argument("name", required=False)
@needs_database
def rebuild(name: str | None) -> None:
    """Forget a projection and read the whole journal again; without a name, list them."""
    if name is None:
        for known in sorted(projections.REGISTRY):
            click.echo(known)
        return
    if name not in projections.REGISTRY:
        raise click.BadParameter(f"unknown projection {name}; known: {', '.join(sorted(projections.REGISTRY))}")
    click.echo(f"{projections.rebuild(name)} entries read")


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path), default=Path("docs/developer/workflows.md"))
@click.option("--check", is_flag=True, help="Change nothing; exit status 1 when the file is not up to date.")
def docs(file: Path, check: bool) -> None:
    """Draw the state diagrams of the docs from the workflow tables."""
    drawn = diagrams.page()
    if check:
        current = file.read_text(encoding="utf-8") if file.exists() else ""
        if current != drawn:
            raise click.ClickException(f"{file} is not up to date: run `./run keqiao docs`.")
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(drawn, encoding="utf-8")
    click.echo(str(file))
