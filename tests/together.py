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


def in_threads(*works: Callable[[], Any]) -> list[Any]:
    """Run at once, each with a connection of its own; what each returned or raised, in the order of `works`."""
    results: list[Any] = [None] * len(works)
    start = threading.Barrier(len(works))

    def call(number: int) -> None:
        start.wait(10)
        try:
            results[number] = works[number]()
        except Exception as trouble:  # the test looks at it
            results[number] = trouble
        finally:
            connection.close()

    threads = [threading.Thread(target=call, args=(number,)) for number in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not any(thread.is_alive() for thread in threads)
    return results


def at_once(*attempts: Callable[[], Any]) -> list[str]:
    """Run the attempts at once. Says for each, sorted: ok, or the refusal's name; any other trouble is raised."""
    results = in_threads(*attempts)
    for trouble in results:
        if isinstance(trouble, Exception) and not isinstance(trouble, Refusal):
            raise trouble
    return sorted(type(one).__name__ if isinstance(one, Refusal) else "ok" for one in results)
