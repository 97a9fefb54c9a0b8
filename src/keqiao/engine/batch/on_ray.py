"""The blocks of a batch answered as tasks of a Ray cluster.

The corpus is put into the cluster's store once; every process that works for the batch maps it from there. A task whose
process or machine is lost is run again by Ray. Answers come back here and are kept here: the machines of the cluster
need the same version of this package, and no folder in common.
"""

from __future__ import annotations

import logging
import os
import uuid
from collections.abc import Iterator, Sequence
from typing import Any

from keqiao.engine.batch.corpus import Arrays, Corpus
from keqiao.engine.batch.local import answered
from keqiao.engine.batch.plan import BatchTrouble, Plan

RETRIES = 5
"""How often a task is tried again whose worker is lost."""
_OPEN: dict[str, Corpus] = {}
"""The corpus that a process of the cluster has open, by batch."""


def work_on_ray(plan: Plan, address: str) -> Iterator[int]:
    """Answer the blocks that are missing. Yields, as blocks get done, how many queries they had.

    `address` is `host:6379`, or `auto` for the cluster of this machine. Raises BatchTrouble when there is no cluster or
    it loses the same task again and again; what is done is kept.
    """
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    try:
        import ray  # noqa: PLC0415 (an extra)
    except ModuleNotFoundError as error:
        raise BatchTrouble("Ray is not installed: install the extra `ray` (pip install 'keqiao[ray]')") from error
    try:
        ray.init(address=address, log_to_driver=False, logging_level=logging.ERROR)
    except (ConnectionError, RuntimeError, ValueError) as error:
        raise BatchTrouble(f"no Ray cluster answers at {address}: {error}") from error
    try:
        yield from _tasks(ray, plan)
    except ray.exceptions.RayError as error:
        raise BatchTrouble(f"Ray gave up ({type(error).__name__}: {error}): call again to go on") from error
    finally:
        ray.shutdown()


def _tasks(ray: Any, plan: Plan) -> Iterator[int]:
    """Twice as many tasks at a time as there are processors, so that none waits for us."""
    missing = plan.missing()
    answer = ray.remote(num_cpus=1, max_retries=RETRIES)(_answer)
    key, corpus = uuid.uuid4().hex, ray.put(plan.corpus().arrays())
    most = 2 * max(1, int(ray.cluster_resources().get("CPU", 1)))
    running: dict[Any, int] = {}
    while missing or running:
        for number in _taken(missing, most - len(running)):
            running[answer.remote(key, corpus, plan.asked(number), plan.top)] = number
        (ready,), _rest = ray.wait(list(running))
        number = running.pop(ready)
        plan.keep(number, ray.get(ready))
        yield plan.size(number)


def _taken(numbers: list[int], count: int) -> Sequence[int]:
    """The first of a list, which has them no more."""
    taken = numbers[:count]
    del numbers[:count]
    return taken


def _answer(key: str, arrays: Arrays, lines: str, top: int) -> str:
    if key not in _OPEN:
        _OPEN.clear()
        _OPEN[key] = Corpus.from_arrays(arrays)
    return answered(_OPEN[key], lines, top)
