"""Who is told when something happens to a need, an achievement or a solution."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from keqiao.exchange.enums import SolutionState
from keqiao.exchange.models import Solution
from keqiao.parties.enums import PostRole, PostState
from keqiao.parties.models import Person
from keqiao.parties.sides import spokespeople

if TYPE_CHECKING:
    from keqiao.kernel.models import Entry


def owner(row: Any, entry: Entry) -> list[Person]:
    """The person who published it, or who speaks for the organisation since they left."""
    return spokespeople(row.contact, row.organisation_id)


def operators(row: Any, entry: Entry) -> list[Person]:
    """The operators of the node the row belongs to; of its centre, when the node has none."""
    here = operators_of(row.node_id)
    return here or (operators_of(row.node.parent_id) if row.node.parent_id else [])


def operators_of(node: str) -> list[Person]:
    held = Person.objects.filter(posts__node=node, posts__role=PostRole.OPERATOR, posts__state=PostState.ACTIVE)
    return list(held.filter(is_active=True).distinct())


def shared_operators(row: Any, entry: Entry) -> Iterable[Person]:
    """The operators of the nodes it is shared with."""
    return [person for node in row.shared_with for person in operators_of(node)]


def manager(row: Any, entry: Entry) -> list[Person]:
    """The technology manager of the need, if there is one."""
    need = getattr(row, "need", row)
    return [need.manager] if need.manager else []


def answerers(row: Any, entry: Entry) -> list[Person]:
    """Everybody whose solution to the need is still in play, or who speaks for it since they left."""
    live = (SolutionState.SUBMITTED, SolutionState.SHORTLISTED, SolutionState.ACCEPTED)
    rows = Solution.objects.filter(need=row.pk, state__in=live).select_related("contact").order_by("pk")
    return [person for one in rows for person in owner(one, entry)]


def asker(row: Any, entry: Entry) -> list[Person]:
    """The person who published the need that the solution answers."""
    return owner(row.need, entry)
