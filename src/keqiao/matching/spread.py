"""Results that are not one famous organisation's alone.

Of the first ten at most three belong to one organisation (of a shorter list at most two); what it has besides follows
after the ten, in its order, and the last of its first ones says how many. Where there is nobody else, they stay. Only
what everybody may see counts: a record that hides its organisation is nobody's. Whoever asks for the newest first gets
them in order of time, unspread.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from keqiao.engine.rank import Candidate
from keqiao.exchange.models import Achievement
from keqiao.kernel.visibility import Level
from keqiao.matching.documents import row_of
from keqiao.parties.enums import MembershipState
from keqiao.parties.models import Membership

FIRST = 10
"""How many places are spread."""
Owners = Mapping[str, int]


class Spread(NamedTuple):
    """Candidates in their new order, and behind which of them how many of the same owner were moved down."""

    hits: list[Candidate]
    behind: dict[str, int]


def spread(hits: Sequence[Candidate], limit: int) -> Spread:
    """The best `limit` of these, spread over their owners."""
    first = min(limit, FIRST)
    owners = owners_of(hits)
    order, behind = places([owners.get(hit.id) for hit in hits], first, most_of(first))
    return Spread([hits[at] for at in order[:limit]], {hits[at].id: count for at, count in behind.items()})


def most_of(first: int) -> int:
    """How many of so many places one owner may have."""
    return max(2, 3 * first // FIRST)


def places(owners: Sequence[int | None], first: int, most: int) -> tuple[list[int], dict[int, int]]:
    """The new order of a list with these owners (None: nobody's), and for the last of each owner what it holds back."""
    had: Counter[int] = Counter()
    kept: list[int] = []
    moved: list[int] = []
    for at, owner in enumerate(owners):
        if len(kept) < first and owner is not None and had[owner] >= most:
            moved.append(at)
            continue
        kept.append(at)
        if owner is not None:
            had[owner] += 1
    front, rest = kept[:first], sorted([*kept[first:], *moved])
    filled = first - len(front)
    order = [*front, *rest]
    last = {owners[at]: at for at in order[: len(front) + filled] if owners[at] is not None}
    down = Counter(owners[at] for at in moved if at in rest[filled:])
    return order, {last[owner]: count for owner, count in down.items()}


def owners_of(hits: Sequence[Candidate]) -> Owners:
    """The organisation behind each hit, as far as everybody may know it."""
    found: dict[str, int] = {}
    for table, read in READERS.items():
        pks = {row_of(hit.id)[1]: hit.id for hit in hits if row_of(hit.id)[0] == table}
        if pks:
            found |= {pks[pk]: owner for pk, owner in read(list(pks)).items()}
    return found


def of_achievements(pks: Sequence[int]) -> dict[int, int]:
    rows = Achievement.objects.filter(pk__in=pks)
    public = [row for row in rows if row.level_of("organisation") == Level.PUBLIC]
    return {row.pk: row.organisation_id for row in public if row.organisation_id is not None}


def of_people(pks: Sequence[int]) -> dict[int, int]:
    """The organisation that somebody belongs to; of several the one joined first."""
    active = Membership.objects.filter(person__in=pks, state=MembershipState.ACTIVE).order_by("-pk")
    return dict(active.values_list("person_id", "organisation_id"))


READERS: dict[str, Callable[[Sequence[int]], dict[int, int]]] = {"achievement": of_achievements, "person": of_people}
