"""Which learnt ranking this process ranks with.

Every process asks the database again after a few seconds, and keeps what it has read: a model never changes. One that
cannot be read is no reason not to match: the ranking is then the untrained one, the log says why, and so does the page.
"""

from __future__ import annotations

import logging
from functools import lru_cache

from django.core.cache import cache
from django.db import transaction

from keqiao.engine.learnt import BadModel, Model, NoLearning
from keqiao.matching.enums import RankingState
from keqiao.matching.models import Ranking

log = logging.getLogger("keqiao.matching")

KEY = "ranking-in-use"
SECONDS = 5
"""How long a process goes on with a ranking that another one has switched off."""
NONE = (0, "")


def in_use() -> Model | None:
    """The learnt ranking in use; None while there is none, or none that can be read."""
    chosen = cache.get(KEY)
    if chosen is None:
        found = Ranking.objects.filter(state=RankingState.IN_USE).values_list("pk", "digest").first()
        chosen = found or NONE
        cache.set(KEY, chosen, SECONDS)
    return None if chosen == NONE else read(*chosen)


def look_again() -> None:
    """Ask the database at the next search, and again when this transaction has ended."""
    cache.delete(KEY)
    transaction.on_commit(lambda: cache.delete(KEY))


@lru_cache(maxsize=2)
def read(pk: int, digest: str) -> Model | None:
    """The model of a version, read once; None if that fails."""
    row = Ranking.objects.get(pk=pk)
    trouble = trouble_with(row)
    if trouble:
        log.error("learnt ranking %s cannot be used, ranking goes on untrained: %s", pk, trouble)
        return None
    return Model.from_text(row.content)


def trouble_with(row: Ranking) -> str:
    """Why a model cannot be used, in one line; empty if it can."""
    if not row.is_whole:
        return "the content is not what was trained (SHA-256 differs): restore the database, or learn it again"
    try:
        Model.from_text(row.content)
    except (BadModel, NoLearning) as trouble:
        return str(trouble)
    return ""
