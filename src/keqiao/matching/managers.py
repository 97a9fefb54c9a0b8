"""Which technology manager fits a need: field, node and free capacity, with the reasons; conflicts are left out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from keqiao.engine.explain import relation
from keqiao.exchange.enums import NeedState
from keqiao.exchange.models import Need
from keqiao.kernel.visibility import Seen
from keqiao.matching.conflicts import conflicts
from keqiao.parties import taxonomy
from keqiao.parties.enums import PostRole, PostState
from keqiao.parties.models import Person, Post

if TYPE_CHECKING:
    from keqiao.kernel.access import Actor

FIELD, NODE, FREE = 0.5, 0.3, 0.2
"""What counts how much: knowing the field, being near, having time."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A technology manager for a need, and why."""

    person: Seen
    score: float
    reasons: list[str]
    load: int
    limit: int


def posts_of_managers() -> QuerySet[Post]:
    """The posts of technology managers in office, each with `load`: how many needs its holder has in hand."""
    taken = Count(
        "person__managed_needs",
        filter=Q(person__managed_needs__state__in=[NeedState.OPEN, NeedState.IN_PROJECT]),
        distinct=True,
    )
    posts = Post.objects.filter(role=PostRole.MANAGER, state=PostState.ACTIVE, person__is_active=True)
    return posts.select_related("node").annotate(load=taken)


def suggest_managers(need: Need, actor: Actor, limit: int = 5) -> list[Suggestion]:
    """Technology managers with capacity at the need's node or its centre, the best fitting first."""
    posts = posts_of_managers().filter(Q(node=need.node_id) | Q(node__children__code=need.node_id))
    free = [post for post in posts if post.load < post.caseload_limit]  # type: ignore[attr-defined]
    barred = {person for _need, person in conflicts([need], {post.person_id for post in free})}
    people = Person.objects.visible_to(actor).in_bulk([post.person_id for post in free])
    found = [
        weighed(post, need, people[post.person_id].seen_by(actor))
        for post in free
        if post.person_id in people and post.person_id not in barred
    ]
    best: dict[int, Suggestion] = {}
    for one in sorted(found, key=lambda one: (-one.score, one.load, one.person.pk)):
        best.setdefault(one.person.pk, one)
    return list(best.values())[:limit]


def weighed(post: Any, need: Need, person: Seen) -> Suggestion:
    """How well one post-holder fits, with the reasons in words."""
    load = int(post.load)
    field = relation(tuple(need.fields), tuple(person.fields))
    near = post.node_id == need.node_id
    free = 1 - load / post.caseload_limit if post.caseload_limit else 0.0
    closeness = field.closeness if field else 0.0
    reasons = [_("%(node)s的技术经理人") % {"node": post.node.name}]
    if field is not None and closeness:
        reasons.insert(0, _("熟悉%(field)s") % {"field": taxonomy.name_of(field.document)})
    reasons.append(_("在办 %(load)d 项，上限 %(limit)d 项") % {"load": load, "limit": post.caseload_limit})
    score = FIELD * closeness + NODE * near + FREE * free
    return Suggestion(person, round(score, 4), reasons, load, post.caseload_limit)
