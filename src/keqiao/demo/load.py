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

from keqiao.demo.loading import exchange, matches, parties
from keqiao.demo.loading.ledger import Ledger
from keqiao.demo.loading.parties import Parties, Seat
from keqiao.demo.world import World, build
from keqiao.exchange.models import Achievement, Need
from keqiao.kernel import journal, projections
from keqiao.parties.models import Node

Scale = Literal["small", "seed"]
STORY = "消光"
"""What the titles of the two records of the story have in common."""


class NotEmpty(click.ClickException):
    """The made-up world goes only into an empty platform, never among real records."""


def load(scale: Scale) -> None:
    """Build the world and bring it into the database, the journal, the counters and the index.

    Raises NotEmpty when there are records that are not from here.
    """
    marker = Path(settings.DATA) / "demo"
    if marker.exists():
        return
    if Node.objects.exists():
        raise NotEmpty("This data folder holds a platform already; the demo needs one of its own (--data).")
    tell = stopwatch()
    world = build(scale)
    with transaction.atomic():
        write(world, tell)
    refresh(tell)
    marker.write_text(scale)


def stopwatch() -> Callable[[str], None]:
    """Says what was done and how long it took since the last word."""
    last = [time.monotonic()]

    def tell(text: str) -> None:
        now = time.monotonic()
        click.echo(f"· {text} ({now - last[0]:.1f} s)", err=True)
        last[0] = now

    return tell


def write(world: World, tell: Callable[[str], None]) -> None:
    """Rows and journal of the whole world."""
    ledger = Ledger(timezone.now())
    everybody = Parties(nodes=parties.load_nodes(world.nodes))
    everybody.organisations = parties.load_organisations(world.organisations(), ledger)
    parties.load_people(world.people(), everybody)
    tell(f"{len(everybody.organisations)} organisations, {len(everybody.people)} people")
    needs = exchange.load_needs(world.needs(), everybody, ledger)
    tell(f"{len(needs)} needs")
    achievements = exchange.load_achievements(world.achievements(), everybody, ledger)
    tell(f"{len(achievements)} achievements")
    solutions = exchange.load_solutions(world.solutions(), everybody, needs, achievements, ledger)
    loaded = matches.Loaded(everybody, needs, achievements, ledger)
    count = matches.load_matches(world.matches(), loaded)
    tell(f"{len(solutions)} solutions, {count} matches")
    seat(everybody, needs, achievements)
    tell(f"{ledger.write()} journal entries")


def seat(everybody: Parties, needs: list[Need], achievements: list[Achievement]) -> None:
    """The demo accounts sit where the story is."""
    places = {person.pk: place for place, person in enumerate(everybody.people)}
    firms = {row.pk: place for place, row in enumerate(everybody.organisations)}
    need = next(row for row in needs if STORY in row.title and row.node_id == "wuhan")
    achievement = next(row for row in achievements if "98.68" in row.summary)
    other = next(row for row in needs if row.organisation_id != need.organisation_id)
    parties.seat_accounts(
        everybody,
        owner=Seat(places[need.contact_id], firms[need.organisation_id or 0]),
        professor=Seat(places[achievement.contact_id], firms[achievement.organisation_id or 0]),
        competitor=firms[other.organisation_id or 0],
    )


def refresh(tell: Callable[[str], None]) -> None:
    """Seal the journal and bring every projection up to date; notices of old events are not sent."""
    tell(f"{journal.seal_all()} entries sealed")
    for name in projections.REGISTRY:
        if name == "notices":
            projections.skip(name)
        else:
            projections.catch_up(name)
            tell(f"projection {name}")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
