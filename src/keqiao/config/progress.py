"""Telling whoever waits what for."""

from __future__ import annotations

import time
from collections.abc import Callable

Say = Callable[[str], None]


def quiet(_text: str) -> None:
    """Report nothing."""


def report(say: Say, began: float, what: str) -> None:
    """Wait a moment; every five seconds say what for, and how long it has taken."""
    before = int(time.monotonic() - began) // 5
    time.sleep(0.03)
    seconds = int(time.monotonic() - began)
    if seconds // 5 > before:
        say(f"{what} ({seconds} s)")
