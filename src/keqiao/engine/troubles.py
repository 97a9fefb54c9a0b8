"""Why an index cannot be used."""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

LOCKED = "is open in another process; an index belongs to one process at a time"
FULL = "cannot be written, the disk is full: make room"
# How the system says that a disk, a quota or a limit on files is used up; Rust hands on the words alone.
_NO_ROOM = re.compile("No space left|File too large|FileTooLarge|[Qq]uota ?[Ee]xceeded")


class IndexUnavailable(Exception):
    """The index cannot be used; the message says which folder and what to do."""


class IndexLocked(IndexUnavailable):
    """Another process has it open: only one may."""


class IndexDamaged(IndexUnavailable):
    """Its files cannot be read. It is a projection: remove the folder (`EdgeIndex.discard`) and build it again."""


class IndexOutdated(IndexUnavailable):
    """It was written by another version of the engine. Remove the folder and build it again."""


class IndexFull(IndexUnavailable):
    """The disk has not enough room for writing to it. What is there can still be searched."""


def is_full(error: BaseException) -> bool:
    """Whether an error of the system, or of Rust, says that there is no room."""
    return _NO_ROOM.search(str(error)) is not None


def check_room(path: Path, room: int, full: type[IndexFull]) -> None:
    """Raises `full` where fewer than `room` bytes are free."""
    folder = next(folder for folder in (path, *path.absolute().parents) if folder.exists())
    free = shutil.disk_usage(folder).free
    if free < room:
        raise full(f"{path} needs {room >> 20} MB of free disk for writing and has {free >> 20}: make room")


def claimed(path: Path) -> int:
    """A folder taken for this process until the descriptor is closed (IndexLocked).

    The engine has a lock of its own, but reads the files before it asks for that, and those of whoever has it open
    are never the same afterwards.
    """
    path.mkdir(parents=True, exist_ok=True)
    claim = os.open(path / "lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(claim)
        raise IndexLocked(f"{path} {LOCKED}") from error
    return claim


@contextlib.contextmanager
def opening(path: Path, full: type[IndexFull]) -> Iterator[None]:
    """Errors of the system as ours: a file in the way, a folder that may not be written, no room."""
    try:
        yield
    except OSError as error:
        if is_full(error):
            raise full(f"{path} {FULL}") from error
        raise IndexUnavailable(f"{path} cannot be opened ({error})") from error


def guarded(path: Path, use_shard: Callable[[], T], full: type[IndexFull] = IndexFull) -> T:
    """What the shard in a folder answers while it is opened; its errors as IndexLocked, `full` or IndexDamaged."""
    try:
        return use_shard()
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # a panic in Rust arrives as a BaseException of its own
        if "WouldBlock" in str(error):
            raise IndexLocked(f"{path} {LOCKED}") from error
        if is_full(error):
            raise full(f"{path} {FULL}") from error
        raise IndexDamaged(f"{path} cannot be read ({error}); remove it and build the index again") from error
