"""`keqiao bench`: the measurements of `benchmarks/`, which come with the source code and not with the package."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import click

FOLDER = Path(__file__).resolve().parents[2] / "benchmarks"
SCRIPTS = {
    "load": "loading.py",
    "pages": "pages.py",
    "match": "match.py",
    "users": "users.py",
    "import": "importing.py",
    "memory": "memory.py",
    "evaluate": "evaluate.py",
}
OF_A_SERVER = ("pages", "match", "users")


@click.command()
@click.argument("name", type=click.Choice(sorted(SCRIPTS)))
@click.argument("folders", nargs=-1, type=click.Path(exists=True, file_okay=False))
@click.option(
    "--url", default="http://127.0.0.1:8000", show_default=True, help="The running platform, on this machine."
)
def bench(name: str, folders: tuple[str, ...], url: str) -> None:
    """Measure and write the result into benchmarks/README.md. FOLDERS are data sets for `evaluate`."""
    script = FOLDER / SCRIPTS[name]
    if not script.exists():
        raise click.ClickException("The benchmarks come with the source code: run this in a checkout.")
    arguments = [url] if name in OF_A_SERVER else list(folders)
    sys.exit(subprocess.run([sys.executable, str(script), *arguments], check=False).returncode)
