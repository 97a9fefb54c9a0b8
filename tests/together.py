"""Several people at the same moment, each in a thread with a connection of their own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from django.db import connection

from keqiao.kernel.access import Refusal

T = TypeVar("T")


def in_a_loop(story: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine in a loop of its own. In a thread: the browser's tests leave a running loop in this one."""
    with ThreadPoolExecutor(1) as apart:
        return apart.submit(asyncio.run, story).result()


def at_once(*attempts: Callable[[], Any]) -> list[str]:
    """Run the attempts in threads of their own, started together. Says for each: ok, or the refusal's name."""
    outcomes: list[str] = []
    gate = threading.Barrier(len(attempts))

    def attempt(work: Callable[[], Any]) -> None:
        try:
            gate.wait(10)
            work()
            outcomes.append("ok")
        except Refusal as refusal:
            outcomes.append(type(refusal).__name__)
        finally:
            connection.close()

    threads = [threading.Thread(target=attempt, args=(work,)) for work in attempts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not any(thread.is_alive() for thread in threads)
    return sorted(outcomes)
