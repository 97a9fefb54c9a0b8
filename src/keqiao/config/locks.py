"""Locks between processes, on files of the data folder. They end with their holder, however it dies."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path


class AlreadyRunning(Exception):
    """Another process works on this data folder."""


@contextlib.contextmanager
def lock_file(path: Path) -> Iterator[int]:
    """Open (or make) a lock file, following no link; children do not inherit it."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Wait until nobody else holds the lock, and hold it."""
    with lock_file(path) as descriptor:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield


def taken(descriptor: int) -> bool:
    """Try to take the lock alone, at once. True when somebody else has it."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    return False


@contextlib.contextmanager
def only_one(data: Path, what: str) -> Iterator[Callable[[str], None]]:
    """Hold the data folder for one process. Yields a function that tells others our address.

    Raises AlreadyRunning, which says who has it.
    """
    data.mkdir(parents=True, exist_ok=True)
    with lock_file(data / "up.lock") as descriptor:
        if taken(descriptor):
            raise AlreadyRunning(f"{data} is in use: {who(data / 'up.lock')}. Stop it first, or give another --data.")

        def describe(address: str) -> None:
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, json.dumps({"pid": os.getpid(), "what": what, "address": address}).encode(), 0)

        describe("")
        yield describe


def who(path: Path) -> str:
    """What the holder of the lock wrote about itself."""
    try:
        found = json.loads(path.read_text())
    except (OSError, ValueError):
        return "another process has just started"
    return f"{found['what']}, process {found['pid']} {found['address']}".rstrip()
