"""Database connections of work that no request ends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import close_old_connections


@contextmanager
def own_connection() -> Iterator[None]:
    """For a thread beside the pages: no connection that broke meanwhile, and none kept from the pages afterwards."""
    close_old_connections()
    try:
        yield
    finally:
        close_old_connections()
