"""The index as a projection of the journal: what changed is read again from its row and written anew.

A document depends only on what its row says now, so applying entries twice, or after newer ones, does no harm. The
index is flushed before the cursor moves: after a crash it is never behind the cursor.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction
from django.db.models import Max, Model, QuerySet

from keqiao.engine.document import Document
from keqiao.engine.encoders import ModelTrouble
from keqiao.engine.index import Index
from keqiao.engine.meaning import embed
from keqiao.engine.troubles import IndexOutdated
from keqiao.exchange.models import Achievement, Need
from keqiao.kernel.models import Cursor, Entry, Seal
from keqiao.kernel.projections import Projection, held, register
from keqiao.matching import index
from keqiao.matching.documents import (
    KIND_OF_STATE,
    achievement_documents,
    ids_of,
    need_documents,
    person_documents,
)
from keqiao.matching.meanings import meaning
from keqiao.parties.models import Person

log = logging.getLogger("keqiao.matching")

NAME = "index"
BATCH = 1000
FILLING = 0x1DE0_F111
"""The advisory lock of whoever fills the index."""

SOURCES: dict[str, tuple[type[Model], Callable[..., list[Document]]]] = {
    "need": (Need, need_documents),
    "achievement": (Achievement, achievement_documents),
    "person": (Person, person_documents),
}
"""Kinds of journal entries that the index follows: the table, and what documents a row has."""


def apply(entries: Sequence[Entry]) -> None:
    """Bring the documents of the rows that these entries are about up to date."""
    touched: dict[str, set[int]] = defaultdict(set)
    for entry in entries:
        if entry.object_type in SOURCES:
            touched[entry.object_type].add(entry.object_id)
    if touched:
        refresh(touched)


def prepare() -> None:
    """An index that was lost, or could not be read, is made from the tables, though nothing has happened since."""
    index.HOLDER.discard_if_broken()
    if not index.is_filled():
        index.HOLDER.forget_if_lost()
        with filling() as mine:
            if mine and not index.is_filled():
                fill()


@contextmanager
def filling() -> Iterator[bool]:
    """Of several processes on one cluster one fills it. Yields whether it is this one; the others do not wait."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [FILLING])
        (mine,) = cursor.fetchone()
    try:
        yield mine
    finally:
        if mine:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [FILLING])


def refresh(touched: dict[str, set[int]]) -> None:
    """Write the documents of these rows, and take out those that they no longer have."""
    target = index.HOLDER.get()
    for table, pks in touched.items():
        model, documents_of = SOURCES[table]
        rows = model._default_manager.filter(pk__in=pks)
        documents = [document for row in rows for document in documents_of(row)]
        kept = {document.id for document in documents}
        target.delete([identifier for pk in sorted(pks) for identifier in ids_of(table, pk) if identifier not in kept])
        target.upsert(documents)
    target.flush()


def fill(progress: Callable[[int], None] = lambda count: None) -> int:
    """Build the index from the tables and set the cursor to the journal as it was before. Returns the documents."""
    return replace_by(everything(), Seal.objects.aggregate(last=Max("position"))["last"] or 0, progress)


def replace_by(
    documents: Iterable[Document], position: int, progress: Callable[[int], None] = lambda count: None
) -> int:
    """Put these documents in place of all others; what was sealed after `position` is read again. Returns how many."""
    target = index.HOLDER.get()
    fresh = target.successor()
    count = 0
    try:
        for batch in batches(documents):
            fresh.upsert(batch)
            count += len(batch)
            progress(count)
        embed_if_apart(target, fresh)
        with transaction.atomic():
            held(NAME)  # nobody writes to the old documents while the new ones take their place
            target.adopt(fresh)
            Cursor.objects.filter(name=NAME).update(position=position)
    except BaseException:
        # if the cluster did adopt them and its answer was lost, what they lack is read again
        Cursor.objects.filter(name=NAME, position__gt=position).update(position=position)
        target.drop(fresh)
        raise
    return count


def embed_if_apart(target: Index, fresh: Index) -> None:
    """Give a successor that nobody searches yet its vectors; where the encoder fails, words alone count for now."""
    wanted = meaning()
    if wanted is None or fresh is target:
        return
    try:
        embed(fresh, wanted)
    except (ModelTrouble, IndexOutdated) as trouble:
        log.warning("the index is built without meaning: %s", trouble)


def published() -> list[tuple[QuerySet[Any], Callable[..., list[Document]]]]:
    """The rows that have documents, and what makes them."""
    return [
        (Need.objects.filter(state__in=list(KIND_OF_STATE)), need_documents),
        (Achievement.objects.filter(state__in=Achievement.shown_states), achievement_documents),
        (Person.objects.filter(is_listed=True), person_documents),
    ]


def expected() -> int:
    """About how many documents there will be."""
    return sum(rows.count() for rows, _documents_of in published())


def everything() -> Iterator[Document]:
    """Every document that the tables have now."""
    for rows, documents_of in published():
        for row in rows.order_by("pk").iterator(chunk_size=BATCH):
            yield from documents_of(row)


def batches(documents: Iterable[Document]) -> Iterator[list[Document]]:
    """The documents, a thousand at a time."""
    batch: list[Document] = []
    for document in documents:
        batch.append(document)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def reset() -> None:
    """Empty the index; the journal is read again from its beginning."""
    target = index.HOLDER.get()
    target.adopt(target.successor())


def start_again() -> None:
    """Ask whoever has the index open to read the journal again: documents are replaced one by one meanwhile."""
    Cursor.objects.filter(name=NAME).update(position=0)


INDEX = register(Projection(NAME, apply, reset, prepare))
