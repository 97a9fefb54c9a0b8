"""The command line. A command's module is loaded when the command is called, so that `keqiao --help` is quick.

A room adds a command with one line in COMMANDS. A module that needs Django may import models at its top: Django is set
up before the module is loaded. A command that reads or writes the database is wrapped in `session.needs_database`.
"""

from __future__ import annotations

import importlib
import os
import sys
from dataclasses import dataclass
from pathlib import Path

import click

from keqiao.config.env import BadSetting
from keqiao.config.locks import AlreadyRunning
from keqiao.config.postgres_account import DatabaseTrouble


@dataclass(frozen=True, slots=True)
class Entry:
    """Where a command is (`module:name`), what it does in one line, and whether its module needs Django."""

    target: str
    help: str
    django: bool = True


COMMANDS = {
    "up": Entry("keqiao.config.commands:up", "Start everything; Ctrl-C stops it.", django=False),
    "db": Entry("keqiao.config.commands:db", "Start, stop, back up, restore the database.", django=False),
    "engine": Entry(
        "keqiao.engine_cli:engine_group", "Index, search, evaluate folders in the BEIR form.", django=False
    ),
    "bench": Entry("keqiao.bench_cli:bench", "Measure speed and quality; benchmarks/ has the results.", django=False),
    "specs": Entry("keqiao.engine_cli:specs_command", "Figures with units found in a text.", django=False),
    "docs": Entry("keqiao.kernel.commands:docs", "Draw the state diagrams of the docs."),
    "import": Entry("keqiao.exchange.commands:import_", "Bring needs, achievements, organisations in from a table."),
    "journal": Entry("keqiao.kernel.commands:journal", "Verify, export, seal the journal."),
    "match": Entry("keqiao.matching.commands:match", "Ranked achievements for a text or a need, with evidence."),
    "batch": Entry("keqiao.matching.batch_commands:batch", "The best achievements for many needs, into a file."),
    "index": Entry("keqiao.matching.index_commands:index", "See the search index, build it again, save it."),
    "grades": Entry("keqiao.matching.commands:grades", "Export what staff say of matches, to learn from."),
    "managers": Entry("keqiao.matching.manager_commands:managers", "Give open needs technology managers, all at once."),
    "node": Entry("keqiao.parties.commands:node", "Set up the centre and the city nodes."),
    "post": Entry("keqiao.parties.commands:post", "Give people staff roles at a node, or end them."),
    "ranking": Entry("keqiao.matching.ranking_commands:ranking", "See learnt rankings, use one, go back."),
    "rebuild": Entry("keqiao.kernel.commands:rebuild", "Rebuild a projection from the journal."),
    "manage": Entry("keqiao.config.commands:manage", "Django's own commands (migrate, shell …).", django=False),
}


class Commands(click.Group):
    """A group whose members are loaded one by one, when asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        if entry.django:
            from keqiao.config.session import set_up_django

            set_up_django()
        module, _, name = entry.target.partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name].help) for name in self.list_commands(ctx)])


def work_in(_context: click.Context, _option: click.Parameter, data: Path | None) -> None:
    """Name the data folder before a command's module, and with it the settings, is loaded."""
    if data:
        os.environ["KEQIAO_DATA"] = str(data.resolve())


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--data",
    is_eager=True,
    expose_value=False,
    callback=work_in,
    type=click.Path(file_okay=False, path_type=Path),
    help="The data folder (KEQIAO_DATA); by default `data` in the checkout.",
)
def cli() -> None:
    """科桥 Keqiao: from a need, through an explained match, to a measured result."""


def main() -> None:
    """Run the command line; known troubles are told in one line, not in a traceback."""
    try:
        cli(prog_name="keqiao")
    except (BadSetting, DatabaseTrouble, AlreadyRunning) as trouble:
        click.echo(f"keqiao: {trouble}", err=True)
        sys.exit(1)
    except PermissionError as trouble:
        click.echo(f"keqiao: {trouble.filename} is closed to this user ({trouble.strerror}).", err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
