"""A folder for a server of a test's own: short enough for a socket, cleared away with the server in it."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from keqiao.config.postgres import Cluster


@pytest.fixture
def place() -> Iterator[Path]:
    """A private folder, as a home folder may be."""
    folder = Path(tempfile.mkdtemp(prefix="kq-"))
    yield folder
    for path in folder.rglob("pgdata"):
        Cluster(path.parent).stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def fresh(place: Path) -> Cluster:
    """A cluster that is still to be made."""
    return Cluster(place / "postgres", fast=True)


@pytest.fixture(scope="session")
def pattern() -> Iterator[Path]:
    """A cluster made and stopped once, to be copied: making one takes a second or two."""
    folder = Path(tempfile.mkdtemp(prefix="kq-"))
    made = Cluster(folder / "postgres", fast=True)
    made.start()
    made.stop()
    yield made.folder
    shutil.rmtree(folder)


@pytest.fixture
def cluster(place: Path, pattern: Path) -> Cluster:
    """A cluster that was made before, and is stopped."""
    subprocess.run(["cp", "-a", str(pattern), str(place / "postgres")], check=True)
    return Cluster(place / "postgres", fast=True)


@pytest.fixture
def durable(place: Path) -> Cluster:
    return Cluster(place / "postgres")
