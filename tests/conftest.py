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
os.environ["KEQIAO_SECRET_KEY"] = "for tests only"
os.environ["DJANGO_SETTINGS_MODULE"] = "keqiao.config.settings"

from keqiao.config.postgres import Cluster  # noqa: E402 (reads the environment set above)

# A server for each worker: what counts as final in the journal depends on every transaction of a server.
CLUSTER = Cluster(SCRATCH / WORKER / "pg", fast=True)
os.environ["DATABASE_URL"] = os.environ.get("KEQIAO_TEST_DATABASE_URL", CLUSTER.url())

import django  # noqa: E402

django.setup()  # the personas import models
# Workers inherit the environment; with this in it they would set Django up before they have their own folder.
del os.environ["DJANGO_SETTINGS_MODULE"]

from django.conf import settings  # noqa: E402

Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
# Pages are rendered without collecting (and hashing) the static files first.
settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}

pytest_plugins = ["tests.personas", "tests.three_nodes"]


def pytest_configure(config: pytest.Config) -> None:
    """Whoever runs tests has a quick PostgreSQL; the process that only hands them out needs none."""
    if getattr(config.option, "numprocesses", None) and not hasattr(config, "workerinput"):
        atexit.register(shutil.rmtree, SCRATCH, ignore_errors=True)
        return
    CLUSTER.start()
    atexit.register(clear)


def clear() -> None:
    CLUSTER.stop()
    if os.environ["KEQIAO_TEST_OWNER"] == str(os.getpid()):
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


@pytest.fixture(autouse=True, scope="session")
def let_tests_clear_the_journal(django_db_setup: None) -> None:
    """Tests that commit are cleared up by truncating tables, which the journal refuses to everybody else."""
    from django.db import connection
    from django.test import TransactionTestCase

    clear_tables = TransactionTestCase._fixture_teardown

    def switch(word: str) -> None:
        with connection.cursor() as cursor:
            for table in ("kernel_entry", "kernel_seal", "kernel_version"):
                cursor.execute(f"ALTER TABLE {table} {word} TRIGGER USER")

    def teardown(self: TransactionTestCase) -> None:
        switch("DISABLE")
        clear_tables(self)
        switch("ENABLE")

    TransactionTestCase._fixture_teardown = teardown  # type: ignore[method-assign]
