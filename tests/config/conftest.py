"""A folder for a server of a test's own: short enough for a socket, cleared away with the server in it."""

from __future__ import annotations

import shutil
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
def cluster(place: Path) -> Cluster:
    return Cluster(place / "postgres", fast=True)


@pytest.fixture
def durable(place: Path) -> Cluster:
    return Cluster(place / "postgres")
