"""The people of the marked world and where they work, every field of theirs with its marker."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.models import AnonymousUser

from keqiao.kernel.visibility import Level
from keqiao.parties.enums import MembershipRole, OrganisationKind, PostRole
from keqiao.parties.models import Node, Organisation, Person
from tests.factories import MembershipFactory, NodeFactory, OrganisationFactory, PersonFactory, PostFactory, credit_code
from tests.visibility.marks import Marks

PERSONAS = (
    "owner", "colleague", "competitor", "professor", "manager", "operator", "other_operator", "centre_operator",
    "auditor", "stranger", "asker", "provider", "partner", "applicant",
)  # fmt: skip
"""Everybody who looks. `asker` and `provider` are the two sides of a double-blind proposal, `partner` has signed the
agreement on the same need, `applicant` has asked to join company A and registered an organisation that was refused."""

POSTS = {
    "manager": ("wuhan", PostRole.MANAGER),
    "operator": ("wuhan", PostRole.OPERATOR),
    "other_operator": ("yichang", PostRole.OPERATOR),
    "centre_operator": ("hubei", PostRole.OPERATOR),
    "auditor": ("hubei", PostRole.AUDITOR),
}
WORK = {
    "owner": ("company_a", MembershipRole.ADMIN),
    "colleague": ("company_a", MembershipRole.MEMBER),
    "competitor": ("company_b", MembershipRole.ADMIN),
    "professor": ("university", MembershipRole.ADMIN),
    "postdoc": ("university", MembershipRole.MEMBER),
    "asker": ("sealed_company", MembershipRole.ADMIN),
    "provider": ("sealed_institute", MembershipRole.ADMIN),
    "partner": ("partner_institute", MembershipRole.ADMIN),
}
LISTED = ("professor", "manager")
ORGANISATIONS = ("company_a", "company_b", "university", "sealed_company", "sealed_institute", "partner_institute")
PEOPLE = (*(name for name in PERSONAS if name != "stranger"), "postdoc")
PERSON_WORDS = ("name", "name_en", "title", "introduction", "introduction_en")
ORGANISATION_WORDS = ("name", "name_en", "introduction", "introduction_en", "verification_note")


@dataclass
class World:
    """Records by name, people by name, and the markers in them."""

    marks: Marks = field(default_factory=Marks)
    people: dict[str, Any] = field(default_factory=dict)
    rows: dict[str, Any] = field(default_factory=dict)

    def refresh(self) -> None:
        """The rows as the tables have them now."""
        self.rows = {name: type(row)._default_manager.get(pk=row.pk) for name, row in self.rows.items()}

    def person(self, name: str) -> Any:
        """Somebody as the next request would find them."""
        known = self.people[name]
        return known if known.pk is None else Person.objects.get(pk=known.pk)


def cast(world: World) -> None:
    """Nodes, organisations, people, memberships and posts."""
    nodes: dict[str, Node] = {}
    for code in ("hubei", "wuhan", "yichang"):
        names = {column: world.marks.word(f"node:{code}", column) for column in ("name", "name_en")}
        nodes[code] = world.rows[f"node:{code}"] = NodeFactory(code=code, parent=nodes.get("hubei"), **names)
    for number, name in enumerate(ORGANISATIONS):
        world.rows[name] = organisation(world, name, nodes["wuhan"], number)
    for name in PEOPLE:
        world.people[name] = world.rows[f"person:{name}"] = person(world, name)
    world.people["stranger"] = AnonymousUser()
    for name, (place, role) in WORK.items():
        position = f"职务{world.marks.word(f'membership:{name}', 'position')}"
        world.rows[f"membership:{name}"] = MembershipFactory(
            person=world.people[name], organisation=world.rows[place], role=role, position=position
        )
    for name, (node, post) in POSTS.items():
        world.rows[f"post:{name}"] = PostFactory(person=world.people[name], node=nodes[node], role=post)


def organisation(world: World, name: str, node: Node, number: int) -> Organisation:
    words = {column: world.marks.word(name, column) for column in ORGANISATION_WORDS}
    code = world.marks.own(credit_code(880_000 + number), name, "credit_code")
    return OrganisationFactory(
        **words,
        website=f"https://{world.marks.word(name, 'website')}.example.test",
        kind=OrganisationKind.COMPANY if name.startswith("company") else OrganisationKind.INSTITUTE,
        credit_code=code,
        node=node,
    )


def person(world: World, name: str) -> Person:
    """Everybody shows the introduction to registered readers only. The postdoc has not written a name yet."""
    record = f"person:{name}"
    columns = PERSON_WORDS[1:] if name == "postdoc" else PERSON_WORDS
    words = {"name": ""} | {column: world.marks.word(record, column) for column in columns}
    return PersonFactory(
        **words,
        email=f"{world.marks.word(record, 'email')}@example.test",
        phone=f"027 {world.marks.number(record, 'phone')}",
        levels={"introduction": int(Level.REGISTERED)},
        is_listed=name in LISTED,
    )
