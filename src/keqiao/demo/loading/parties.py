"""Nodes, organisations, people and posts of the made-up world, and the people of the demo accounts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password

from keqiao.demo import records
from keqiao.demo.accounts import ACCOUNTS, PASSWORD, Account
from keqiao.demo.cast import Seats
from keqiao.demo.loading.ledger import Ledger, save_all
from keqiao.kernel import calendar
from keqiao.parties import taxonomy
from keqiao.parties.enums import MembershipRole, PostRole
from keqiao.parties.models import Membership, Node, Organisation, Person, Post


@dataclass(slots=True)
class Parties:
    """Who is who, by the place in the world's own lists."""

    nodes: dict[str, Node] = field(default_factory=dict)
    organisations: list[Organisation] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)
    operators: dict[str, int] = field(default_factory=dict)
    administrators: set[int] = field(default_factory=set)


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
        node_id=one.node,
        region=one.region,
        industry=one.industry,
        size=one.size,
        website=one.website,
        introduction=one.introduction,
        introduction_en=one.introduction_en,
    )


def load_organisations(world: Iterable[records.Organisation], ledger: Ledger) -> list[Organisation]:
    """Organisations with their registration and, mostly, their verification; who waits has not waited long."""
    given = list(world)
    rows = [organisation_of(one) for one in given]
    ledger.enter(Organisation, rows)
    for place, (one, row) in enumerate(zip(given, rows, strict=True)):
        if one.is_verified:
            joined = ledger.ago(700 - place % 640 - (place % 97) / 97)
            ledger.did(row, "create", by=None, at=joined)
            ledger.did(row, "verify", by=None, at=joined + timedelta(hours=3 + place % 29))
        else:
            ledger.did(row, "create", by=None, at=ledger.began(place % 7 / 4 * calendar.DAY_SECONDS))
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
    ledger.enter(Person, rows)
    parties.people = rows
    places = {row.pk: place for place, row in enumerate(rows)}
    memberships, posts = [], []
    for one, row in zip(given, rows, strict=True):
        if one.organisation is not None:
            memberships.append(member(row, parties, one.organisation, one.role))
        if one.role in {"manager", "operator"}:
            posts.append(Post(person=row, node_id=one.node, role=PostRole(one.role), caseload_limit=MOST_CASES))
        if one.role == "operator":
            parties.operators.setdefault(one.node, row.pk)
    ledger.enter(Membership, memberships)
    ledger.enter(Post, posts)
    for place, row in enumerate(rows):
        tell_person(row, ledger.ago(690 - place % 640), ledger)
    for membership in memberships:
        tell_member(membership, ledger.ago(689 - places[membership.person_id] % 640), ledger)


MOST_CASES = 60
"""How many needs a technology manager takes at once."""


def tell_person(row: Person, at: datetime, ledger: Ledger) -> None:
    """The opening of the account."""
    ledger.did(row, "join", by=row.pk, at=at)


def tell_member(row: Membership, at: datetime, ledger: Ledger) -> None:
    """Admission to the organisation."""
    ledger.did(row, "admit", by=row.person_id, at=at)


def member(person: Person, parties: Parties, place: int, role: str) -> Membership:
    """The first person of a company is its administrator; a researcher answers for their own work alone."""
    first = role == "contact" and place not in parties.administrators
    parties.administrators.add(place)
    return Membership(
        person=person,
        organisation=parties.organisations[place],
        role=MembershipRole.ADMIN if first else MembershipRole.MEMBER,
        position=person.title,
    )


def seat_accounts(parties: Parties, seats: Seats, ledger: Ledger) -> None:
    """Give the demo accounts their places: people of the world get the accounts' names, the others are new."""
    password = make_password(PASSWORD)
    seated = {account.key: person_at(parties, seats, account) for account in ACCOUNTS}
    new = [person for key, person in seated.items() if key not in seats.people]
    ledger.enter(Person, new)
    parties.people.extend(new)  # the colleague is the first of them: `Cast.colleague`
    for account in ACCOUNTS:
        person = seated[account.key]
        person.email, person.name, person.name_en = account.email, account.name, account.name_en
        person.title, person.password, person.purposes = account.position, password, [account.purpose]
    for person in new:
        tell_person(person, ledger.ago(600), ledger)
    tell_colleagues(seated, parties, seats, ledger)
    auditor = Post(person=seated["auditor"], node=centre_of(parties), role=PostRole.AUDITOR)
    ledger.enter(Post, [auditor])
    people = seated.values()
    addresses = [EmailAddress(user=person, email=person.email, verified=True, primary=True) for person in people]
    ledger.enter(EmailAddress, addresses)


def tell_colleagues(seated: dict[str, Person], parties: Parties, seats: Seats, ledger: Ledger) -> None:
    """Somebody beside the owner of the story, and somebody in another company of the same field."""
    memberships = [
        place(seated["colleague"], parties.organisations[seats.company], MembershipRole.MEMBER),
        place(seated["competitor"], parties.organisations[seats.rival], MembershipRole.ADMIN),
    ]
    ledger.enter(Membership, memberships)
    for row in memberships:
        tell_member(row, ledger.ago(599), ledger)


def centre_of(parties: Parties) -> Node:
    """The node above the others."""
    return next(node for node in parties.nodes.values() if node.parent_id is None)


def person_at(parties: Parties, seats: Seats, account: Account) -> Person:
    """The person of the world who becomes an account, or somebody new."""
    chosen = seats.people.get(account.key)
    return Person(title=account.position) if chosen is None else parties.people[chosen]


def place(person: Person, organisation: Organisation, role: MembershipRole) -> Membership:
    """A membership to be told of."""
    return Membership(person=person, organisation=organisation, role=role, position=person.title)
