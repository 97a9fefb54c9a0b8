"""The blocks of a batch answered by processes of this machine."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import wait
from typing import Any

from keqiao.engine.batch.corpus import Corpus
from keqiao.engine.batch.matching import match
from keqiao.engine.batch.plan import BatchTrouble, Plan, answer_lines, read_queries

_OPEN: dict[str, Any] = {}
"""What a process of the pool has open: its plan and corpus."""


def work(plan: Plan, workers: int) -> Iterator[int]:
    """Answer the blocks that are missing. Yields, as blocks get done, how many queries they had.

    Raises BatchTrouble when a process is killed (memory ran out?): what is done is kept.
    """
    missing = plan.missing()
    if not missing:
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(workers, len(missing)), context, _begin, (plan,)) as pool:
        try:
            for done in as_completed([pool.submit(_answer, number) for number in missing]):
                yield plan.size(done.result())
        except BrokenProcessPool as error:
            raise BatchTrouble("a worker was killed, perhaps for want of memory: call again to go on") from error
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def answered(corpus: Corpus, lines: str, top: int) -> str:
    """The answers to the queries of a block."""
    asked = read_queries(lines)
    return answer_lines([name for name, _query in asked], match(corpus, [query for _name, query in asked], top))


def _begin(plan: Plan) -> None:
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _OPEN.update(plan=plan, corpus=plan.corpus())


def _answer(number: int) -> int:
    plan: Plan = _OPEN["plan"]
    plan.keep(number, answered(_OPEN["corpus"], plan.asked(number), plan.top))
    return number


def _end_with_parent() -> None:
    """A process whose parent was killed would wait for more work for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
