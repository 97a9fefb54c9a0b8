"""Loads the made-up world: all of it or nothing, once."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import click
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from keqiao.demo.accounts import ACCOUNTS
from keqiao.demo.loading import exchange, matches, parties
from keqiao.demo.loading.ledger import Ledger
from keqiao.demo.loading.parties import Parties, Seat
from keqiao.demo.world import World, build
from keqiao.exchange.models import Achievement, Need
from keqiao.kernel import journal, projections
from keqiao.matching import index, projection
from keqiao.observatory.counters import COUNTERS
from keqiao.parties.models import Node, Person

Scale = Literal["small", "seed"]
SEALED_AT_ONCE = 40_000
STORY = "消光"
"""What the titles of the two records of the story have in common."""


class NotEmpty(click.ClickException):
    """The made-up world goes only into an empty platform, never among real records."""


def load(scale: Scale) -> None:
    """Build the world and bring it into the database, the journal, the counters and the index.

    Everything in the database is one transaction; an index that was not finished is filled at the next start.
    Raises NotEmpty when there are records that are not from here.
    """
    marker = Path(settings.DATA) / "demo"
    if marker.exists():
        return
    tell = stopwatch()
    if not is_loaded():
        if Node.objects.exists():
            raise NotEmpty("This data folder holds a platform already; the demo needs one of its own (--data).")
        with transaction.atomic():
            write(build(scale), tell)
            seal(tell)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    tell(f"{projection.fill()} documents in the index")
    index.HOLDER.close()
    marker.write_text(scale)


def is_loaded() -> bool:
    """Whether the made-up world is in the database: its accounts are written with all the rest, or not at all."""
    return bool(Person.objects.filter(email=ACCOUNTS[0].email).exists())


def stopwatch() -> Callable[[str], None]:
    """Says what was done and how long it took since the last word."""
    last = [time.monotonic(), time.process_time()]

    def tell(text: str) -> None:
        now = [time.monotonic(), time.process_time()]
        passed, worked = (new - old for new, old in zip(now, last, strict=True))
        click.echo(f"· {text} ({passed:.1f} s, {worked:.1f} s of the processor)", err=True)
        last[:] = now

    return tell


def write(world: World, tell: Callable[[str], None]) -> None:
    """Rows and journal of the whole world."""
    ledger = Ledger(timezone.now())
    everybody = Parties(nodes=parties.load_nodes(world.nodes))
    everybody.organisations = parties.load_organisations(world.organisations(), ledger)
    parties.load_people(world.people(), everybody, ledger)
    tell(f"{len(everybody.organisations)} organisations, {len(everybody.people)} people")
    needs = exchange.load_needs(world.needs(), everybody, ledger)
    tell(f"{len(needs)} needs")
    achievements = exchange.load_achievements(world.achievements(), everybody, ledger)
    tell(f"{len(achievements)} achievements")
    solutions = exchange.load_solutions(world.solutions(), everybody, needs, achievements, ledger)
    loaded = matches.Loaded(everybody, needs, achievements, ledger)
    count = matches.load_matches(world.matches(), loaded)
    tell(f"{len(solutions)} solutions, {count} matches")
    seat(everybody, needs, achievements, ledger)
    tell(f"{ledger.write(see=COUNTERS.apply)} journal entries, counted")


def seat(everybody: Parties, needs: list[Need], achievements: list[Achievement], ledger: Ledger) -> None:
    """The demo accounts sit where the story is."""
    places = {person.pk: place for place, person in enumerate(everybody.people)}
    firms = {row.pk: place for place, row in enumerate(everybody.organisations)}
    need = next(row for row in needs if STORY in row.title and row.node_id == "wuhan")
    achievement = next(row for row in achievements if "98.68" in row.summary)
    other = next(row for row in needs if row.organisation_id != need.organisation_id)
    parties.seat_accounts(
        everybody,
        ledger,
        owner=Seat(places[need.contact_id], firms[need.organisation_id or 0]),
        professor=Seat(places[achievement.contact_id], firms[achievement.organisation_id or 0]),
        competitor=firms[other.organisation_id or 0],
    )


def seal(tell: Callable[[str], None]) -> None:
    """Seal the journal. The counters have counted it; what happened long ago is not told to anybody nor matched again,
    and the index is filled from the tables.
    """
    tell(f"{journal.seal_all(SEALED_AT_ONCE, include_running=True)} entries sealed")
    for name in projections.REGISTRY:
        projections.skip(name)
