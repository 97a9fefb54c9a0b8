"""The encoder and the reranker that the settings name, opened once for this process."""

from __future__ import annotations

import logging
from functools import cache

from django.conf import settings

from keqiao.engine.encoders import ModelTrouble, open_encoder
from keqiao.engine.meaning import Meaning
from keqiao.engine.reranking import Reranker, open_reranker

log = logging.getLogger("keqiao.matching")


@cache
def opened(place: str, key: str) -> Meaning | None:
    """The encoder of these settings; one that cannot be opened is told of once, and words alone count."""
    try:
        encoder = open_encoder(place, key)
    except ModelTrouble as trouble:
        log.warning("matching goes by words alone: %s", trouble)
        return None
    return None if encoder is None else Meaning(encoder)


def meaning() -> Meaning | None:
    """What the settings name; None without an encoder."""
    setting = settings.ENCODER
    return None if setting is None else opened(setting.place, setting.key)


@cache
def opened_reranker(place: str, key: str) -> Reranker | None:
    """The reranker of these settings; one that cannot be opened is told of once, and orders stay as they are."""
    try:
        return open_reranker(place, key)
    except ModelTrouble as trouble:
        log.warning("candidates get no second look: %s", trouble)
        return None


def reranker() -> Reranker | None:
    """What the settings name; None without a reranker."""
    setting = settings.RERANKER
    return None if setting is None else opened_reranker(setting.place, setting.key)


def room() -> tuple[str, int] | None:
    """The vectors that a new collection in a cluster has to have room for; None where nobody can say."""
    wanted = meaning()
    if wanted is None:
        return None
    try:
        return wanted.space, wanted.encoder.dimensions
    except ModelTrouble as trouble:
        log.warning("the index is made without room for meaning: %s", trouble)
        return None
