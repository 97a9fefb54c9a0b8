"""Finding by words and by meaning: both fetch, and whatever either finds is weighed by both."""
# ruff: noqa: A002 - `filter` is the word of the domain, and of Qdrant

from __future__ import annotations

from dataclasses import replace

from keqiao.engine.asking import Asked
from keqiao.engine.document import Filter
from keqiao.engine.encoders import ModelTrouble
from keqiao.engine.index import Index
from keqiao.engine.meaning import Meaning

Nearness = dict[str, float]
"""For documents that have a vector: how near their meaning is, 0 (unrelated) … 1."""


def fetched(
    index: Index, meaning: Meaning | None, asked: Asked, limit: int, filter: Filter
) -> tuple[list[str], Nearness]:
    """Ids of what shares words with the query or is near to it in meaning, and how near each is.

    Without an encoder, before everything is embedded, and where the encoder does not answer, words alone find.
    """
    ids = [hit.id for hit in index.search(asked.vector(), limit, filter)]
    if meaning is None or index.space != meaning.space or not asked.has_terms:
        return ids, {}
    try:
        near = _near(index, meaning, asked, ids, limit, filter)
    except ModelTrouble as trouble:
        asked.trouble = str(trouble)
        return ids, {}
    return list(dict.fromkeys([*ids, *near])), near


def _near(index: Index, meaning: Meaning, asked: Asked, ids: list[str], limit: int, filter: Filter) -> Nearness:
    """The nearest documents, and these, with how near they are (ModelTrouble)."""
    vector, scale = asked.meant(meaning.of_query), meaning.scale
    hits = index.near(meaning.space, vector, limit, filter)
    others = sorted(set(ids) - {hit.id for hit in hits})
    if others:
        hits += index.near(meaning.space, vector, len(others), replace(filter, ids=others))
    return {hit.id: scale.place(hit.score) for hit in hits}
