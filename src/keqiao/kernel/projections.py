"""Projections: whatever is shown "live" is a function of sealed journal entries, with a cursor, and can be rebuilt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db import transaction

from keqiao.kernel.models import Cursor, Entry, Seal

BATCH = 500


@dataclass(frozen=True, slots=True)
class Projection:
    """`apply` must be idempotent for entries it has seen; `reset` empties what was projected.

    `prepare` is called before entries are looked for: what lies outside the database may have been lost meanwhile.
    """

    name: str
    apply: Callable[[Sequence[Entry]], None]
    reset: Callable[[], None]
    prepare: Callable[[], None] = lambda: None


REGISTRY: dict[str, Projection] = {}


def register(projection: Projection) -> Projection:
    """Make a projection known, so that it is kept up to date and can be rebuilt by name."""
    REGISTRY[projection.name] = projection
    return projection


def catch_up(name: str) -> int:
    """Apply every sealed entry that this projection has not seen. Returns how many."""
    total = 0
    REGISTRY[name].prepare()
    while done := advance(REGISTRY[name]):
        total += done
    return total


def catch_up_all() -> int:
    """Bring every projection up to date, in the order of registration. Returns how many entries were applied.

    One that fails keeps its place and does not stop the others; its error is raised when all have had their turn.
    """
    total, failures = 0, []
    for name in list(REGISTRY):
        try:
            total += catch_up(name)
        except Exception as failure:  # whatever it is, the next one has its turn
            failures.append(failure)
    if failures:
        raise failures[0]
    return total


def advance(projection: Projection) -> int:
    """Apply the next batch in one transaction with the cursor, so that a crash repeats or keeps all of it."""
    with transaction.atomic():
        cursor = held(projection.name)
        entries = list(
            Entry.objects.filter(seal__position__gt=cursor.position)
            .select_related("seal", "actor")
            .order_by("seal__position")[:BATCH]
        )
        if entries:
            projection.apply(entries)
            cursor.position = entries[-1].seal.position
            cursor.save(update_fields=["position"])
        return len(entries)


def held(name: str) -> Cursor:
    """The cursor of a projection, locked until the transaction ends."""
    Cursor.objects.get_or_create(name=name)
    return Cursor.objects.select_for_update().get(name=name)


def rebuild(name: str) -> int:
    """Forget what was projected and read the whole journal again. Returns the number of entries."""
    projection = REGISTRY[name]
    with transaction.atomic():
        held(name)  # first: whoever is about to apply a batch ends before anything is forgotten, or waits
        projection.reset()
        Cursor.objects.filter(name=name).update(position=0)
    return catch_up(name)


def skip(name: str) -> None:
    """Go to the end of the journal without projecting: for history that nobody is to be told about."""
    last = Seal.objects.order_by("-position").values_list("position", flat=True).first() or 0
    Cursor.objects.update_or_create(name=name, defaults={"position": last})
