"""A side of a record: a person, alone or in the name of an organisation.

What is published or agreed in the name of an organisation belongs to the organisation. Whoever leaves it leaves the
record there: sees no more of it than anybody else, no longer acts on it, and is no longer told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Q

from keqiao.parties.enums import MembershipRole, MembershipState
from keqiao.parties.models import Membership, Person, standing_of

if TYPE_CHECKING:
    from keqiao.kernel.access import Actor


def belongs_to(actor: Actor, person: str, organisation: str) -> Q:
    """Rows whose side this is now: one's own where no organisation stands behind, and those of one's organisations.

    `person` and `organisation` name the fields of the side (``need__contact``, ``need__organisation``).
    """
    return Q(**{person: actor.pk, organisation: None}) | Q(**{f"{organisation}__in": standing_of(actor).organisations})


def belongs(actor: Any, person: int | None, organisation: int | None) -> bool:
    """The same for the ids of one side."""
    if organisation is None:
        return actor.pk is not None and actor.pk == person
    return organisation in standing_of(actor).organisations


def speaks_for(actor: Any, person: int | None, organisation: int | None) -> bool:
    """Whether somebody may act for a side: its contact while they belong to it, or an administrator."""
    return organisation in standing_of(actor).administers or (
        actor.pk is not None and actor.pk == person and belongs(actor, person, organisation)
    )


def spokespeople(person: Person | None, organisation: int | None) -> list[Person]:
    """Who is told for a side: its contact; for one who has left, the administrators of the organisation."""
    if person is None:
        return []
    if belongs(person, person.pk, organisation):
        return [person]
    active = Membership.objects.filter(
        organisation=organisation, role=MembershipRole.ADMIN, state=MembershipState.ACTIVE
    ).select_related("person")
    return [membership.person for membership in active.order_by("pk")]
