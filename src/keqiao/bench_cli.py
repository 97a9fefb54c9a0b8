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
    "quality": "quality.py",
    "scale": "scale.py",
    "reverse": "reverse.py",
}
OF_A_SERVER = ("pages", "match", "users")
ON_FOLDERS = ("evaluate", "quality")
OF_THE_ENGINE = ("scale", "quality")


@click.command()
@click.argument("names", nargs=-1, required=True)
@click.option(
    "--url", default="http://127.0.0.1:8000", show_default=True, help="The running platform, on this machine."
)
@click.option("--engines", help="Of scale and quality: only these, with commas between them.")
@click.option("--sizes", help="Of scale: how many offers, with commas between them.")
def bench(names: tuple[str, ...], url: str, engines: str | None, sizes: str | None) -> None:
    """Measure, one after another, and write each result into benchmarks/README.md.

    NAMES are load, pages, match, users, import, memory, scale, reverse; or `evaluate`, `quality` and the folders of
    data sets.
    """
    wanted, folders = sorted_out(names)
    for name in wanted:
        script = FOLDER / SCRIPTS[name]
        if not script.exists():
            raise click.ClickException("The benchmarks come with the source code: run this in a checkout.")
        arguments = [url] if name in OF_A_SERVER else folders if name in ON_FOLDERS else []
        narrowed = [f"--engines={engines}"] if engines and name in OF_THE_ENGINE else []
        narrowed += [f"--sizes={sizes}"] if sizes and name == "scale" else []
        done = subprocess.run([sys.executable, str(script), *arguments, *narrowed], check=False)
        if done.returncode:
            sys.exit(done.returncode)


def sorted_out(names: tuple[str, ...]) -> tuple[list[str], list[str]]:
    """What is to be measured, and the data sets to evaluate."""
    wanted = [name for name in names if name in SCRIPTS]
    folders = [name for name in names if name not in SCRIPTS]
    for folder in folders:
        if not set(ON_FOLDERS).intersection(wanted) or not Path(folder).is_dir():
            raise click.UsageError(f"there is no benchmark {folder}; there are {', '.join(SCRIPTS)}")
    return wanted, folders
