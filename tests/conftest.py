"""What every test can use: a real database, a journal that can be sealed, personas."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

if "KEQIAO_TEST_DATA" not in os.environ:
    # The process that starts the tests makes the folder; its workers inherit the name.
    os.environ["KEQIAO_TEST_DATA"] = tempfile.mkdtemp(prefix="keqiao-test-")
    os.environ["KEQIAO_TEST_OWNER"] = str(os.getpid())
SCRATCH = Path(os.environ["KEQIAO_TEST_DATA"])
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "alone")
os.environ["KEQIAO_DATA"] = str(SCRATCH / WORKER)
os.environ["KEQIAO_RUNTIME"] = "off"
os.environ["KEQIAO_SECRET_KEY"] = "for tests only"

from keqiao.config.postgres import Cluster  # noqa: E402 (reads the environment set above)

CLUSTER = Cluster(SCRATCH / "postgres", fast=True)
os.environ.setdefault("DATABASE_URL", CLUSTER.url())

pytest_plugins = ["tests.personas"]


def pytest_configure(config: pytest.Config) -> None:
    """One quick PostgreSQL serves all workers; each has a database of its own in it."""
    if os.environ["KEQIAO_TEST_OWNER"] == str(os.getpid()):
        CLUSTER.start()
        atexit.register(clear)


def clear() -> None:
    CLUSTER.stop()
    shutil.rmtree(SCRATCH, ignore_errors=True)


@pytest.fixture
def sealed(db: None) -> Callable[[], int]:
    """Seal and project everything written so far, inside the test's own transaction.

    Outside of tests the sealer waits for transactions to end; a test that rolls back never ends its own, so here
    the entries of the running transaction count too.
    """
    from keqiao.kernel import journal, projections

    def run() -> int:
        total = journal.seal_all(include_running=True)
        projections.catch_up_all()
        return total

    return run


@pytest.fixture(autouse=True)
def language() -> Iterator[None]:
    """Every test begins in Chinese, the source language."""
    from django.utils import translation

    with translation.override("zh-hans"):
        yield


@pytest.fixture(autouse=True)
def fresh_cache() -> None:
    """What one test cached must not answer another."""
    from django.core.cache import cache

    cache.clear()
