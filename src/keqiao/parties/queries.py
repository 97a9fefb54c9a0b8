"""What pages and forms ask about parties."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Case, Count, IntegerField, Q, QuerySet, Value, When
from django.db.models.functions import Length

from keqiao.kernel.models import ClockRun
from keqiao.kernel.visibility import Seen
from keqiao.kernel.workflow import REGISTRY, Verb
from keqiao.parties.codes import normalise
from keqiao.parties.enums import MembershipRole, MembershipState, OrganisationState
from keqiao.parties.models import Membership, Organisation, Person, standing_of
from keqiao.parties.names import lengths_near, name_key, nearly_same, plain_name, spoken

if TYPE_CHECKING:
    from keqiao.kernel.access import Actor

FOUND_AT_ONCE = 8


def find_organisations(actor: Actor, typed: str, limit: int = FOUND_AT_ONCE) -> list[Organisation]:
    """Organisations by name, part of it, its sounds, their first letters, or the code; the closest first."""
    words = plain_name(typed).split()
    if not words:
        return []
    rows = matching(Organisation.objects.visible_to(actor), typed, actor).select_related("node")
    first = Case(
        When(name_key=name_key(typed), then=Value(0)),
        When(search_text__startswith=words[0], then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    return list(rows.annotate(closeness=first).order_by("closeness", Length("name"), "pk")[:limit])


def matching(rows: QuerySet[Organisation], typed: str, actor: Actor) -> QuerySet[Organisation]:
    """Rows that have every typed word in their names or sounds, or in the code for those who may see codes."""
    condition = Q()
    for word in plain_name(typed).split():
        named = Q(search_text__contains=word)
        condition &= named | Q(credit_code__icontains=word) if actor.is_authenticated else named
    code = normalise(typed)
    if len(code) == 18 and actor.is_authenticated:
        return rows.filter(condition | Q(credit_code=code))
    return rows.filter(condition)


@dataclass(frozen=True, slots=True)
class LookAlike:
    """An organisation that could be taken for another, with the likeness of their names in percent."""

    organisation: Organisation
    likeness: int


def look_alikes(name: str, actor: Actor, *, but: int | None = None) -> list[LookAlike]:
    """Organisations that `actor` may know of whose names look or sound like `name`, the most alike first."""
    return look_alikes_of({but or 0: name}, actor)[but or 0]


def look_alikes_of(names: Mapping[int, str], actor: Actor, limit: int = 5) -> dict[int, list[LookAlike]]:
    """The same for several organisations (id → name) at once, each without itself, in three queries."""
    keys = {pk: name_key(name) for pk, name in names.items()}
    others = Organisation.objects.visible_to(actor)
    near = near_in_length(others, [key for key in keys.values() if key])
    sounds: dict[str, list[int]] = {}
    for pk, sound in others.filter(sound_key__in={spoken(key) for key in keys.values() if key}).values_list(
        "pk", "sound_key"
    ):
        sounds.setdefault(sound, []).append(pk)
    ranked = {pk: ranking(key, near, sounds.get(spoken(key), []), but=pk)[:limit] for pk, key in keys.items()}
    rows = others.select_related("node").in_bulk({other for found in ranked.values() for other, _likeness in found})
    return {
        pk: [LookAlike(rows[other], likeness) for other, likeness in found if other in rows]
        for pk, found in ranked.items()
    }


def near_in_length(others: QuerySet[Organisation], keys: Sequence[str]) -> dict[int, str]:
    """Ids and keys of the organisations whose keys are long and short enough to be nearly one of `keys`."""
    bounds = [lengths_near(key) for key in keys]
    if not bounds:
        return {}
    rows = others.annotate(key_length=Length("name_key")).filter(
        key_length__gte=min(shortest for shortest, _longest in bounds),
        key_length__lte=max(longest for _shortest, longest in bounds),
    )
    return dict(rows.values_list("pk", "name_key"))


def ranking(key: str, near: Mapping[int, str], sounding: Sequence[int], *, but: int) -> list[tuple[int, int]]:
    """Ids with their likeness in percent, the most alike first; what only sounds the same counts 99."""
    likeness = dict.fromkeys(sounding, 99) | (nearly_same(key, near) if key else {})
    likeness.pop(but, None)
    return sorted(likeness.items(), key=lambda item: (-item[1], item[0]))


@dataclass(frozen=True, slots=True)
class ToVerify:
    """One line of the verification queue."""

    organisation: Seen
    clock: ClockRun | None
    people: int
    alikes: list[LookAlike]
    verbs: list[Verb]


def verification_queue(actor: Actor, node: str = "") -> QuerySet[Organisation]:
    """Organisations that wait for verification at the nodes of this operator, the oldest first."""
    standing = standing_of(actor)
    rows = Organisation.objects.visible_to(actor).filter(state=OrganisationState.UNVERIFIED)
    if not standing.everywhere:
        rows = rows.filter(node__code__in=standing.watched)
    return (rows.filter(node__code=node) if node else rows).select_related("node").order_by("pk")


def with_evidence(rows: Sequence[Organisation], actor: Actor) -> list[ToVerify]:
    """What the operator needs beside each organisation: the clock, how many people it has, what it looks like."""
    ids = [row.pk for row in rows]
    running = ClockRun.objects.filter(object_type="organisation", object_id__in=ids, stopped_at=None)
    clocks = {clock.object_id: clock for clock in running}
    members = Membership.objects.filter(organisation__in=ids, state=MembershipState.ACTIVE)
    people = dict(members.values_list("organisation").annotate(n=Count("pk")))
    alikes = look_alikes_of({row.pk: row.name for row in rows}, actor)
    return [
        ToVerify(row.seen_by(actor), clocks.get(row.pk), people.get(row.pk, 0), alikes[row.pk], decisions(row, actor))
        for row in rows
    ]


def decisions(row: Organisation, actor: Actor) -> list[Verb]:
    """What the viewer can decide about an organisation that waits; an auditor of the queue only looks."""
    return [verb for verb in REGISTRY["organisations"].available(row, actor) if verb.name in ("verify", "reject")]


def administrators_of(organisation: Organisation) -> list[Person]:
    """The people who act for an organisation."""
    return list(
        Person.objects.filter(
            is_active=True,
            memberships__organisation=organisation,
            memberships__role=MembershipRole.ADMIN,
            memberships__state=MembershipState.ACTIVE,
        )
    )


def memberships_of(person: Actor) -> list[Membership]:
    """The person's own memberships that are not over, each with its organisation."""
    if not person.pk:
        return []
    over = (MembershipState.LEFT, MembershipState.DECLINED)
    rows = Membership.objects.visible_to(person).filter(person=person.pk).exclude(state__in=over)
    return list(rows.select_related("organisation__node").order_by("pk"))


def places_of(people: Sequence[Person], actor: Actor) -> dict[int, list[Membership]]:
    """Where each of these people works, as far as `actor` may know, in one query."""
    rows = Membership.objects.visible_to(actor).filter(person__in=people, state=MembershipState.ACTIVE)
    found: dict[int, list[Membership]] = {person.pk: [] for person in people}
    for membership in rows.select_related("organisation").order_by("pk"):
        found[membership.person_id].append(membership)
    return found


def members_of(organisation: Organisation, actor: Actor) -> list[Membership]:
    """The memberships of an organisation that `actor` may know of, those who ask first."""
    over = (MembershipState.LEFT, MembershipState.DECLINED)
    rows = Membership.objects.visible_to(actor).filter(organisation=organisation).exclude(state__in=over)
    return list(rows.select_related("person", "organisation").order_by("-state", "pk"))


@dataclass(frozen=True, slots=True)
class MemberLine:
    """One person of an organisation, with what the viewer can do about it."""

    membership: Seen
    verbs: list[Verb]


def member_lines(organisation: Organisation, actor: Actor) -> list[MemberLine]:
    """The people of an organisation that the viewer may know of, with the buttons beside them."""
    return [MemberLine(row.seen_by(actor), buttons_beside(row, actor)) for row in members_of(organisation, actor)]


def buttons_beside(row: Membership, actor: Actor) -> list[Verb]:
    """The verbs that make sense beside this person: an administrator is not made one, and one leaves by oneself."""
    pointless = {"make_admin"} if row.role == MembershipRole.ADMIN else {"make_member"}
    if row.person_id == actor.pk:
        pointless |= {"remove", "make_member"}
    return [verb for verb in REGISTRY["memberships"].available(row, actor) if verb.name not in pointless]


def own_membership(organisation: Organisation, actor: Actor) -> Membership | None:
    """The viewer's own membership, if there is one that is not over."""
    if not actor.pk:
        return None
    over = (MembershipState.LEFT, MembershipState.DECLINED)
    return Membership.objects.filter(person=actor.pk, organisation=organisation).exclude(state__in=over).first()


@dataclass(frozen=True, slots=True)
class Found:
    """An organisation in the list under the search box, and where the viewer stands with it."""

    organisation: Seen
    node: str
    membership: Membership | None


def found_for(actor: Actor, typed: str) -> list[Found]:
    """What the search box lists, with the viewer's own memberships marked."""
    own = {membership.organisation_id: membership for membership in memberships_of(actor)}
    return [Found(row.seen_by(actor), row.node.name, own.get(row.pk)) for row in find_organisations(actor, typed)]


def organisation_list(actor: Actor, filters: Mapping[str, str]) -> QuerySet[Organisation]:
    """The directory of organisations: verified ones first, then by name."""
    rows = matching(Organisation.objects.visible_to(actor), filters.get("q", ""), actor).select_related("node")
    for name in ("kind", "node", "state"):
        if value := filters.get(name, ""):
            rows = rows.filter(**{name: value})
    return rows.order_by("-state", "name", "pk")


def directory(actor: Actor, typed: str) -> QuerySet[Person]:
    """People who chose to be listed, by name, position or field; what they hide is not searched."""
    rows: QuerySet[Person] = Person.objects.visible_to(actor).filter(is_active=True, is_listed=True)
    condition = Q()
    for word in typed.split():
        named = Q(name__icontains=word) | Q(name_en__icontains=word) | Q(title__icontains=word)
        condition &= named | Q(fields__icontains=word)
    return rows.filter(condition).order_by("name", "pk")
