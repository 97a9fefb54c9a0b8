"""Managers for all open needs at once: the assignment of least total cost, with reasons, to be accepted or not.

A pair costs what it lacks to a score of 1 (`managers`: field, node, time), so this is the assignment that gives all
needs together the best scores, where taking them one by one would give the first ones the best managers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from keqiao.engine.assign import NOBODY, Capacity, assign
from keqiao.engine.explain import relation
from keqiao.exchange.enums import NeedState
from keqiao.exchange.models import Need
from keqiao.kernel.access import SYSTEM, Refusal
from keqiao.kernel.visibility import OWNER, Seen
from keqiao.kernel.workflow import REGISTRY, run
from keqiao.matching.conflicts import conflicts
from keqiao.matching.managers import FIELD, FREE, NODE, Suggestion, posts_of_managers, weighed
from keqiao.parties.models import Person, Post, standing_of

if TYPE_CHECKING:
    from keqiao.kernel.access import Actor


@dataclass(frozen=True, slots=True)
class Proposed:
    """A need, and the manager proposed for it; or why there is none."""

    need: Seen
    manager: Suggestion | None
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class Accepted:
    """What became of one assignment: the words of the refusal, empty when it was made."""

    need: int
    trouble: str


def waiting_for(actor: Actor) -> QuerySet[Need]:
    """The open needs without a manager to which this actor may assign one."""
    rows = Need.objects.filter(state=NeedState.OPEN, manager=None)
    standing = standing_of(actor)
    return rows if actor is SYSTEM or standing.directs else rows.filter(node_id__in=standing.operates)


def propose_managers(actor: Actor, most: int | None = None) -> list[Proposed]:
    """A manager for each open need without one, as the min-cost flow gives them; same data, same answer.

    With `most`, only for so many needs, those first that have waited longest.
    """
    waiting = known_to(actor, Need).filter(pk__in=waiting_for(actor).values("pk"))
    needs = list(waiting.select_related("node", "organisation").order_by("published_at", "pk")[:most])
    posts = posts_by_person()
    people = [row for _pk, row in sorted(known_to(actor, Person).in_bulk(posts).items())]
    reach = reach_of(needs, [posts[person.pk] for person in people])
    costs = costs_of(needs, people, reach)
    takers = assign(costs, capacity_of([posts[person.pk] for person in people])).tolist()
    return [
        Proposed(shown(need, actor), None, why_not(reach[need.node_id], costs[at]))
        if taker == NOBODY
        else Proposed(shown(need, actor), weighed(reach[need.node_id][taker], need, shown(people[taker], actor)))
        for at, (need, taker) in enumerate(zip(needs, takers, strict=True))
    ]


def known_to(actor: Actor, model: Any) -> Any:
    """The records that the actor may know of; to the platform itself, at the command line, all."""
    return model.objects.all() if actor is SYSTEM else model.objects.visible_to(actor)


def posts_by_person() -> dict[int, list[Any]]:
    """The posts of every manager, in the order of their nodes."""
    found: dict[int, list[Any]] = {}
    for post in posts_of_managers().order_by("node", "pk"):
        found.setdefault(post.person_id, []).append(post)
    return found


def reach_of(needs: Iterable[Need], posts: Sequence[Sequence[Post]]) -> dict[str, list[Post | None]]:
    """For each node of the needs the post by which each manager reaches it: at the node itself, else at its centre."""
    nodes = {need.node_id: need.node.parent_id for need in needs}
    return {node: [post_at((node, centre), held) for held in posts] for node, centre in nodes.items()}


def post_at(nodes: Sequence[str | None], posts: Sequence[Post]) -> Post | None:
    """The post at the first of these nodes where there is one."""
    return next((post for node in nodes for post in posts if post.node_id == node), None)


def costs_of(needs: Sequence[Need], people: Sequence[Person], reach: Mapping[str, Sequence[Post | None]]) -> Any:
    """What each pair lacks to the best fit, apart from time; infinite where it cannot be."""
    far = {node: np.array([distance(node, post) for post in posts]) for node, posts in reach.items()}
    known = {fields: np.array([closeness(fields, tuple(p.fields)) for p in people]) for fields in map(fields_of, needs)}
    costs = [FIELD * (1 - known[fields_of(need)]) + NODE * far[need.node_id] for need in needs]
    matrix = np.array(costs, dtype=np.float64).reshape(len(needs), len(people))
    row = {need.pk: at for at, need in enumerate(needs)}
    column = {person.pk: at for at, person in enumerate(people)}
    for need, person in conflicts(needs, column):
        matrix[row[need], column[person]] = np.inf
    return matrix


def fields_of(need: Need) -> tuple[str, ...]:
    return tuple(need.fields)


def distance(node: str, post: Post | None) -> float:
    """0 at the need's own node, 1 at its centre, infinite for those who do not reach it."""
    return np.inf if post is None else float(post.node_id != node)


def closeness(wanted: tuple[str, ...], known: tuple[str, ...]) -> float:
    """How close two sets of fields are, 0..1."""
    found = relation(wanted, known)
    return found.closeness if found else 0.0


def capacity_of(posts: Iterable[Sequence[Any]]) -> Capacity:
    """What managers have in hand and may take; of somebody with several posts the lowest limit counts."""
    pairs = [(held[0].load, min(post.caseload_limit for post in held)) for held in posts]
    loads, limits = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    return Capacity(loads, limits, FREE)


def shown(row: Any, actor: Actor) -> Seen:
    """A record as the actor may see it; the platform itself, at the command line, sees all."""
    seen: Seen = row.at(OWNER) if actor is SYSTEM else row.seen_by(actor)
    return seen


def why_not(posts: Sequence[Post | None], costs: Any) -> str:
    """Why nobody is proposed, with the remedy."""
    if not any(posts):
        return _("本节点和中心没有技术经理人。请先在“节点”页面任命。")
    if not np.isfinite(costs).any():
        return _("能接手的技术经理人都与这项需求有利益关系，请从其他单位任命一位。")
    return _("能接手的技术经理人都已达到在办上限。请调高上限，或再任命一位。")


def accept(pairs: Iterable[tuple[int, int]], actor: Actor) -> list[Accepted]:
    """Assign managers to needs, each by the verb of the table and in a transaction of its own."""
    return [Accepted(need, trouble_of(need, manager, actor)) for need, manager in pairs]


def trouble_of(need: int, manager: int, actor: Actor) -> str:
    """Assign, or say in words why it could not be done."""
    try:
        run(REGISTRY["needs"], need, "assign_manager", actor=actor, data={"manager": manager})
    except Refusal as refusal:
        return " ".join(message for messages in refusal.errors.values() for message in messages) or str(refusal.detail)
    return ""
