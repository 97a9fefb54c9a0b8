"""Loads the made-up world: all of it or nothing, once."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Literal

import click
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone, translation

from keqiao.demo.accounts import ACCOUNTS
from keqiao.demo.loading import exchange, matches, parties
from keqiao.demo.loading.ledger import Ledger
from keqiao.demo.loading.parties import Parties
from keqiao.demo.world import World, build
from keqiao.exchange.clocks import FIRST_ANSWER
from keqiao.exchange.enums import AchievementState
from keqiao.exchange.models import Achievement
from keqiao.kernel import journal, projections
from keqiao.matching import index, projection
from keqiao.matching.reverse import match_achievement
from keqiao.notices.projection import NOTICES
from keqiao.observatory.counters import COUNTERS
from keqiao.parties.models import Node, Person

Scale = Literal["small", "seed"]
SEALED_AT_ONCE = 40_000
NEWEST, NEAR = 20, 6
"""How many achievements have just been published, and how many open needs each of them is weighed against."""


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
        with transaction.atomic(), translation.override(settings.LANGUAGE_CODE):
            write(build(scale), tell)
            seal(tell)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    try:
        tell(f"{projection.fill()} documents in the index")
        tell(f"{look_around()} new achievements that fit open needs")
    except index.IndexAway as trouble:
        tell(f"{trouble} The platform starts without search; once it answers, a restart completes the world")
        return
    finally:
        index.HOLDER.close()
    marker.write_text(scale)


@contextmanager
def uncollected() -> Iterator[None]:
    """Without the garbage collector: it would look again and again through millions of rows that are all needed.

    Afterwards it works again, but only on what is new: writing the journal leaves much behind.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def look_around() -> int:
    """Match the newest achievements against the open needs, as the platform does when they are published: their people
    find that on their desks. Nobody gets mail about it.
    """
    newest = Achievement.objects.filter(state=AchievementState.PUBLISHED).order_by("-published_at", "pk")[:NEWEST]
    with transaction.atomic():
        found = sum(match_achievement(achievement.pk, NEAR) for achievement in newest)
        journal.seal_all(SEALED_AT_ONCE, include_running=True)
        projections.skip(NOTICES.name)
        projections.catch_up_all()
    return found


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
    ledger = told(world, tell)
    tell(f"{ledger.write(see=COUNTERS.apply)} journal entries, counted")


@uncollected()
def told(world: World, tell: Callable[[str], None]) -> Ledger:
    """The rows of the whole world, and what is to be written into the journal about them."""
    now = timezone.now()
    ledger = Ledger(now, younger={FIRST_ANSWER.name: now - PROMISED})
    everybody = Parties(nodes=parties.load_nodes(world.nodes))
    everybody.organisations = parties.load_organisations(world.organisations(), ledger)
    parties.load_people(world.people(), everybody, ledger)
    parties.seat_accounts(everybody, world.seats, ledger)
    tell(f"{len(everybody.organisations)} organisations, {len(everybody.people)} people")
    needs = exchange.load_needs(world.needs(), everybody, ledger)
    tell(f"{len(needs)} needs")
    achievements = exchange.load_achievements(world.achievements(), everybody, ledger)
    tell(f"{len(achievements)} achievements")
    solutions = exchange.load_solutions(world.solutions(), everybody, needs, achievements, ledger)
    loaded = matches.Loaded(everybody, needs, achievements, ledger)
    count = matches.load_matches(world.matches(), loaded)
    tell(f"{len(solutions)} solutions, {count} matches")
    return ledger


PROMISED = timedelta(days=30)
"""How long ago the platform began to promise a first answer; no older need has such a clock."""


def seal(tell: Callable[[str], None]) -> None:
    """Seal the journal. The counters have counted it; what happened long ago is not told to anybody nor matched again,
    and the index is filled from the tables.
    """
    tell(f"{journal.seal_all(SEALED_AT_ONCE, include_running=True)} entries sealed")
    for name in projections.REGISTRY:
        projections.skip(name)
