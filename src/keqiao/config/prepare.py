"""What has to be in place before pages are served: tables, static files, the made-up world if wanted.

Run by `keqiao up` as a process of its own. Each step looks first whether it is needed, so a second start is quick.
"""

from __future__ import annotations

import hashlib
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from keqiao.config import processes
from keqiao.config.session import say, set_up_django


def main() -> None:
    processes.die_with(os.getppid())
    set_up_django()
    migrate()
    collect_static()
    if len(sys.argv) > 1:
        load_demo(full=sys.argv[1] == "seed")


@contextmanager
def step(text: str) -> Iterator[None]:
    """Say what is being done, and how long it took."""
    say(f"{text} …")
    began = time.monotonic()
    yield
    say(f"{text}: {time.monotonic() - began:.1f} s")


def migrate() -> None:
    """Bring the tables up to date."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        with step(f"database tables ({len(plan)} migrations)"):
            call_command("migrate", verbosity=0, interactive=False)


def collect_static() -> None:
    """Copy static files under names that change with their content."""
    if not (Path(__file__).parents[1] / "web" / "static" / "keqiao" / "build").is_dir():
        sys.exit("keqiao: the pages' assets are not built; run `./run assets` (needs Node).")
    stamp = Path(settings.STATIC_ROOT) / ".stamp"
    sources = fingerprint()
    if not stamp.exists() or stamp.read_text() != sources:
        with step("static files"):
            call_command("collectstatic", verbosity=0, interactive=False, clear=True)
            stamp.write_text(sources)


def fingerprint() -> str:
    """Changes when a static file is added, removed or edited."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            status = Path(storage.path(name)).stat()
            digest.update(f"{name} {status.st_size} {status.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def load_demo(*, full: bool) -> None:
    """The made-up world, once. Its loader says what it does and notes when it is done."""
    if (Path(settings.DATA) / "demo").exists():
        return
    from keqiao.demo.load import load  # noqa: PLC0415 (has models, which are ready only now)

    load("seed" if full else "small")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:  # the server that started us was told to stop, too
        sys.exit(130)
    except click.ClickException as trouble:
        trouble.show()
        sys.exit(trouble.exit_code)
