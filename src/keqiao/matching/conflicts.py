"""Who may not be in charge of a need because they have a stake in it.

A technology manager has a conflict of interest when they are the contact of the need; when they belong, or belonged
within the last two years, to the organisation that asks or to one that offers something for it; or when they offer
something themselves, as the contact, as the person proposed, or in the team behind an achievement. What was declined
or withdrawn counts as well: whoever offered it does not judge what the others offer.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import timedelta

from django.utils import timezone

from keqiao.exchange.models import Need, Solution
from keqiao.kernel.models import Entry
from keqiao.matching.models import Proposal
from keqiao.parties.enums import MembershipState
from keqiao.parties.models import Membership

COOLING = timedelta(days=730)
"""How long a membership that is over still counts."""

Pairs = set[tuple[int, int]]


def conflicts(needs: Collection[Need], people: Collection[int]) -> Pairs:
    """The (need, person) that may not meet. The number of queries does not depend on how many there are."""
    if not (needs and people):
        return set()
    members, asked = members_among(people), set(people)
    barred = {need.pk: {need.contact_id} | members.get(need.organisation_id, set()) for need in needs}
    for need, organisation, person in offers_for(list(barred)):
        barred[need] |= members.get(organisation, set())
        if person is not None:
            barred[need].add(person)
    return {(need, person) for need, persons in barred.items() for person in persons & asked}


def members_among(people: Collection[int]) -> dict[int | None, set[int]]:
    """Which of these people belong to an organisation, or left it less than two years ago, by organisation.

    Where the journal does not say when somebody left, it may have been yesterday.
    """
    states = (MembershipState.ACTIVE, MembershipState.LEFT)
    memberships = Membership.objects.filter(person__in=people, state__in=states)
    rows = list(memberships.values_list("pk", "person_id", "organisation_id", "state"))
    over = long_over([pk for pk, *_ids, state in rows if state == MembershipState.LEFT])
    found: dict[int | None, set[int]] = {}
    for pk, person, organisation, _state in rows:
        if pk not in over:
            found.setdefault(organisation, set()).add(person)
    return found


def long_over(memberships: Collection[int]) -> set[int]:
    """Those of these memberships that ended two years ago or earlier."""
    if not memberships:
        return set()
    ended = Entry.objects.filter(object_type="membership", object_id__in=memberships, to_state=MembershipState.LEFT)
    return set(ended.filter(at__lte=timezone.now() - COOLING).values_list("object_id", flat=True))


def offers_for(needs: Collection[int]) -> Iterator[tuple[int, int | None, int | None]]:
    """Who offers or offered something for these needs: need, organisation, person."""
    proposals = Proposal.objects.filter(need__in=needs)
    for need, organisation, contact, person in proposals.values_list(
        "need_id", "provider_organisation_id", "provider_id", "person_id"
    ):
        yield need, organisation, contact
        yield need, None, person
    yield from proposals.filter(achievement__members__isnull=False).values_list(
        "need_id", "achievement__organisation_id", "achievement__members__person_id"
    )
    handed_in = Solution.objects.filter(need__in=needs, submitted_at__isnull=False)
    yield from handed_in.values_list("need_id", "organisation_id", "contact_id")
