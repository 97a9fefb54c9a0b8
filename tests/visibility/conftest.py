"""The marked world is built once, inside a transaction that is taken back at its end; so is what each test changes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import override_settings
from django.utils import translation

from keqiao.matching import projection
from tests.visibility.cast import World
from tests.visibility.world import build

LONG_NUMBERS = 20_000_000


def number_far_up() -> None:
    """Rows made from here on have long numbers: a short one could be taken for a marker (a year, an amount)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT setval(format('%%I.%%I', schemaname, sequencename)::regclass, GREATEST(last_value, %s))"
            " FROM pg_sequences WHERE schemaname = current_schema()",
            [LONG_NUMBERS],
        )


@pytest.fixture(scope="package")
def world(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("media")
    with django_db_blocker.unblock(), override_settings(MEDIA_ROOT=folder), translation.override("zh-hans"):
        with transaction.atomic():
            projection.reset()
            number_far_up()
            yield build()
            transaction.set_rollback(True)
        projection.reset()


@pytest.fixture
def _django_db_helper() -> None:
    """The tests here live in the transaction of their world: pytest-django makes none of its own.

    They are still marked `django_db`, which is how pytest-django knows that there has to be a database.
    """


@pytest.fixture(autouse=True)
def taken_back(world: World) -> Iterator[None]:
    """Every test finds the world as it was built."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
