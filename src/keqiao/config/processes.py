"""Looking at other processes through /proc."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import time
from pathlib import Path

PROC = Path("/proc")
PR_SET_PDEATHSIG = 1


def exists(pid: int) -> bool:
    """Does anything have this number, be it a zombie?"""
    return (PROC / str(pid)).exists()


def alive(pid: int) -> bool:
    """Does it still do something? A zombie, dead but not yet collected by its parent, does not."""
    if pid <= 0:
        return False
    try:
        fields = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except (OSError, ValueError):
        return False
    return fields[0] not in {"Z", "X"}


def works_in(pid: int, folder: Path) -> bool:
    """Is it alive, with this folder as its working folder? A number that was given anew is seen through.

    Where we may not look (root in a container, at another user's process), its command line must name it.
    """
    if not alive(pid):
        return False
    try:
        return (PROC / str(pid) / "cwd").samefile(folder)
    except PermissionError:
        return os.fsencode(folder) in command_line(pid)
    except OSError:
        return False


def command_line(pid: int) -> list[bytes]:
    """The arguments it was started with; nothing if it is gone."""
    with contextlib.suppress(OSError):
        return (PROC / str(pid) / "cmdline").read_bytes().split(b"\0")
    return []


def named_in(folder: Path, name: str) -> list[int]:
    """The living processes of that name that work in the folder."""
    found = []
    for entry in PROC.iterdir():
        with contextlib.suppress(OSError):
            if entry.name.isdigit() and (entry / "comm").read_text().strip() == name:
                found.append(int(entry.name))
    return [pid for pid in found if works_in(pid, folder)]


def end_all_in(folder: Path, name: str, patience: float = 5.0) -> None:
    """Let the processes of that name in the folder end by themselves, then kill those that stay."""
    end = time.monotonic() + patience
    while left := named_in(folder, name):
        if time.monotonic() > end:
            for pid in left:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        time.sleep(0.05)


def die_with(parent: int) -> None:
    """End this process, at once, when `parent` (the process that started it) ends, even if that is killed.

    Where the system has no such thing (it is Linux's), nothing happens.
    """
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:  # it ended before we asked
            os.kill(os.getpid(), signal.SIGKILL)
