"""Nodes, organisations, people and posts of the made-up world, and the people of the demo accounts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password

from keqiao.demo import records
from keqiao.demo.accounts import ACCOUNTS, PASSWORD
from keqiao.demo.loading.ledger import Ledger, save_all
from keqiao.exchange import taxonomy
from keqiao.parties.enums import MembershipRole, MembershipState, OrganisationState, PersonState, PostRole
from keqiao.parties.models import Membership, Node, Organisation, Person, Post


@dataclass(slots=True)
class Parties:
    """Who is who, by the place in the world's own lists."""

    nodes: dict[str, Node] = field(default_factory=dict)
    organisations: list[Organisation] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)
    operators: dict[str, int] = field(default_factory=dict)
    administrators: set[int] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Seat:
    """A person of the world and the organisation they act for, by their places in the lists."""

    person: int
    organisation: int


def load_nodes(world: Iterable[records.Node]) -> dict[str, Node]:
    """The centre first, then the city nodes."""
    rows = [
        Node(
            code=one.code,
            name=one.name,
            name_en=one.name_en,
            parent_id=one.parent,
            region=one.region,
            tile_x=one.tile_x,
            tile_y=one.tile_y,
        )
        for one in sorted(world, key=lambda node: node.parent is not None)
    ]
    save_all(Node, rows)
    return {row.code: row for row in rows}


def organisation_of(one: records.Organisation) -> Organisation:
    """The row of an organisation."""
    return Organisation(
        name=one.name,
        name_en=one.name_en,
        kind=one.kind,
        credit_code=one.credit_code,
        state=OrganisationState.VERIFIED if one.is_verified else OrganisationState.UNVERIFIED,
        node_id=one.node,
        region=one.region,
        industry=one.industry,
        size=one.size,
        website=one.website,
        introduction=one.introduction,
        introduction_en=one.introduction_en,
    )


def load_organisations(world: Iterable[records.Organisation], ledger: Ledger) -> list[Organisation]:
    """Organisations with their registration and, mostly, their verification."""
    rows = [organisation_of(one) for one in world]
    save_all(Organisation, rows)
    for place, row in enumerate(rows):
        joined = ledger.ago(700 - place % 640 - (place % 97) / 97)
        ledger.did(row, "create", by=None, at=joined, source="", target=OrganisationState.UNVERIFIED)
        if row.state == OrganisationState.VERIFIED:
            checked = joined.replace(hour=3) if joined.hour < 3 else joined
            ledger.did(
                row,
                "verify",
                by=None,
                at=checked,
                source=OrganisationState.UNVERIFIED,
                target=OrganisationState.VERIFIED,
            )
    return rows


def person_of(one: records.Person, password: str) -> Person:
    """The row of a person."""
    return Person(
        email=one.email,
        password=password,
        name=one.name,
        name_en=one.name_en,
        title=one.title,
        fields=[taxonomy.normal(code) for code in one.fields],
        region=one.region,
        introduction=one.introduction,
        introduction_en=one.introduction_en,
        is_listed=one.is_listed,
    )


def load_people(world: Iterable[records.Person], parties: Parties, ledger: Ledger) -> None:
    """People with their place in an organisation or at a node. They cannot log in: only the demo accounts can."""
    given = list(world)
    locked = make_password(None)
    rows = [person_of(one, locked) for one in given]
    save_all(Person, rows)
    parties.people = rows
    places = {row.pk: place for place, row in enumerate(rows)}
    memberships, posts = [], []
    for one, row in zip(given, rows, strict=True):
        if one.organisation is not None:
            memberships.append(member(row, parties, one.organisation))
        if one.role in {"manager", "operator"}:
            posts.append(Post(person=row, node_id=one.node, role=PostRole(one.role)))
        if one.role == "operator":
            parties.operators.setdefault(one.node, row.pk)
    save_all(Membership, memberships)
    save_all(Post, posts)
    for place, row in enumerate(rows):
        tell_person(row, ledger.ago(690 - place % 640), ledger)
    for membership in memberships:
        tell_member(membership, ledger.ago(689 - places[membership.person_id] % 640), ledger)


def tell_person(row: Person, at: datetime, ledger: Ledger) -> None:
    """The opening of the account."""
    ledger.did(row, "join", by=row.pk, at=at, source="", target=PersonState.ACTIVE)


def tell_member(row: Membership, at: datetime, ledger: Ledger) -> None:
    """Admission to the organisation."""
    ledger.did(row, "admit", by=row.person_id, at=at, source="", target=MembershipState.ACTIVE)


def member(person: Person, parties: Parties, place: int) -> Membership:
    """The first person of an organisation is its administrator."""
    first = place not in parties.administrators
    parties.administrators.add(place)
    return Membership(
        person=person,
        organisation=parties.organisations[place],
        role=MembershipRole.ADMIN if first else MembershipRole.MEMBER,
        position=person.title,
        state=MembershipState.ACTIVE,
    )


def seat_accounts(
    parties: Parties, ledger: Ledger, *, owner: Seat, professor: Seat, competitor: int
) -> dict[str, Person]:
    """Give the demo accounts their places: the two sides of the story, a competitor, the staff.

    The people of the story's need and achievement become the accounts `owner` and `professor`.
    """
    password = make_password(PASSWORD)
    city, centre = "wuhan", next(code for code, node in parties.nodes.items() if node.parent_id is None)
    seated: dict[str, Person] = {}
    for account in ACCOUNTS:
        seat = {"owner": owner, "professor": professor}.get(account.key)
        person = parties.people[seat.person] if seat else Person()
        person.email, person.name, person.password = account.email, account.name, password
        person.purposes = ["offer"] if account.key == "professor" else ["ask"]
        person.save()
        if seat is None:
            tell_person(person, ledger.ago(600), ledger)
        EmailAddress.objects.create(user=person, email=account.email, verified=True, primary=True)
        seated[account.key] = person
    memberships = [
        place(seated["colleague"], parties.organisations[owner.organisation], MembershipRole.MEMBER),
        place(seated["competitor"], parties.organisations[competitor], MembershipRole.ADMIN),
    ]
    save_all(Membership, memberships)
    for row in memberships:
        tell_member(row, ledger.ago(599), ledger)
    for key, node, role in (
        ("manager", city, PostRole.MANAGER),
        ("operator", city, PostRole.OPERATOR),
        ("other_operator", "yichang", PostRole.OPERATOR),
        ("centre_operator", centre, PostRole.OPERATOR),
        ("auditor", centre, PostRole.AUDITOR),
    ):
        Post.objects.create(person=seated[key], node_id=node, role=role)
    return seated


def place(person: Person, organisation: Organisation, role: MembershipRole) -> Membership:
    """An active membership."""
    return Membership(person=person, organisation=organisation, role=role, state=MembershipState.ACTIVE)
