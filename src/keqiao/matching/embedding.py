"""Embedding in the background: vectors of meaning for the documents that have none.

A document written anew has no vector at first. A job looks every minute and works in slices of some seconds, behind all
other jobs that wait. How far it is stands in a small file for `keqiao index status`, which cannot look into an index
that the running platform has open.
"""

from __future__ import annotations

import json
import logging
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.conf import settings

from keqiao.engine.encoders import ModelTrouble
from keqiao.engine.index import Index
from keqiao.engine.meaning import Meaning, embed
from keqiao.engine.troubles import IndexOutdated
from keqiao.kernel.jobs import every, job
from keqiao.matching import index as holder
from keqiao.matching.meanings import meaning

log = logging.getLogger("keqiao.matching")

SLICE = 5.0
"""Seconds of embedding before other jobs have their turn."""


@dataclass(frozen=True, slots=True)
class State:
    """How far embedding is: of `documents` so many are `embedded`; `used` once searches count on it."""

    encoder: str
    documents: int
    embedded: int
    used: bool
    trouble: str = ""


@every("* * * * *")
def embed_new() -> None:
    """Give vectors to documents that have none, for some seconds."""
    embed_slice()


def embed_slice() -> None:
    """One slice; what is left goes on behind the other jobs that wait."""
    wanted = meaning()
    if wanted is None:
        return
    target = holder.HOLDER.get()
    trouble, left = "", True
    end = time.monotonic() + SLICE
    try:
        while left:
            left = embed(target, wanted, most=1) > 0
            if time.monotonic() >= end:
                break
    except (ModelTrouble, IndexOutdated) as error:
        trouble, left = str(error), False
        log.warning("embedding stopped for now: %s", error)
    write_state(state_of(target, wanted, trouble))
    if left:
        GO_ON.later()


def go_on() -> None:
    """The next slice."""
    embed_slice()


GO_ON = job(go_on, priority=-1)


def state_of(target: Index, wanted: Meaning, trouble: str = "") -> State:
    """How far embedding is, counted now."""
    embedded, used = target.embedded(wanted.space), target.space == wanted.space
    return State(wanted.encoder.name, target.count(), embedded, used, trouble)


def state_file() -> Path:
    return Path(settings.INDEX_PATH).with_name("embedding.json")


def write_state(state: State) -> None:
    """Leave the state for other processes to read."""
    beside = state_file().with_suffix(".new")
    beside.write_text(json.dumps(asdict(state)), encoding="utf-8")
    beside.replace(state_file())


def read_state() -> dict[str, Any] | None:
    """The last state that was left; None without one."""
    try:
        found = json.loads(state_file().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None
