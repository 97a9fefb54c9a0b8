"""The people of the tests, by what they are to the records under test.

Company A (`company_a`) and its node Wuhan are where the records come from; everybody else stands in some relation to
it. `personas` gives all of them by name, the stranger (nobody logged in) included.

`person.standing` is read once and kept on the object, as within a request: after a test changes memberships or
posts it looks again with ``fresh(person)``.
"""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser

from keqiao.parties.enums import MembershipRole, OrganisationKind, PostRole
from keqiao.parties.models import Node, Organisation, Person
from tests.factories import (
    MembershipFactory,
    NodeFactory,
    OrganisationFactory,
    PersonFactory,
    PostFactory,
)


def fresh(person: Person) -> Person:
    """The same person as the next request would find them."""
    return Person.objects.get(pk=person.pk)


@pytest.fixture
def centre(db: None) -> Node:
    """The provincial centre."""
    return NodeFactory(code="hubei", name="湖北中心", name_en="Hubei centre")


@pytest.fixture
def wuhan(centre: Node) -> Node:
    return NodeFactory(code="wuhan", name="武汉节点", name_en="Wuhan node", parent=centre)


@pytest.fixture
def yichang(centre: Node) -> Node:
    return NodeFactory(code="yichang", name="宜昌节点", name_en="Yichang node", parent=centre)


@pytest.fixture
def company_a(wuhan: Node) -> Organisation:
    return OrganisationFactory(name="甲辰试验光电有限公司", node=wuhan)


@pytest.fixture
def company_b(wuhan: Node) -> Organisation:
    return OrganisationFactory(name="乙巳试验材料有限公司", node=wuhan)


@pytest.fixture
def university(wuhan: Node) -> Organisation:
    return OrganisationFactory(name="丙午试验大学", kind=OrganisationKind.UNIVERSITY, node=wuhan)


@pytest.fixture
def owner(company_a: Organisation) -> Person:
    """林工: R&D manager of company A and its administrator."""
    person = PersonFactory(name="林工", title="研发经理", email="lin@example.test")
    MembershipFactory(person=person, organisation=company_a, role=MembershipRole.ADMIN)
    return person


@pytest.fixture
def colleague(company_a: Organisation) -> Person:
    """An ordinary member of company A."""
    person = PersonFactory(name="同事小周", email="colleague@example.test")
    MembershipFactory(person=person, organisation=company_a)
    return person


@pytest.fixture
def competitor(company_b: Organisation) -> Person:
    """Administrator of company B, which would like to know."""
    person = PersonFactory(name="对手老何", email="competitor@example.test")
    MembershipFactory(person=person, organisation=company_b, role=MembershipRole.ADMIN)
    return person


@pytest.fixture
def professor(university: Organisation) -> Person:
    """Leads a team at the university."""
    person = PersonFactory(name="沈教授", title="教授", email="professor@example.test", is_listed=True)
    MembershipFactory(person=person, organisation=university)
    return person


@pytest.fixture
def manager(wuhan: Node) -> Person:
    """A technology manager of Wuhan."""
    person = PersonFactory(name="技术经理人小唐", email="manager@example.test", is_listed=True)
    PostFactory(person=person, node=wuhan, role=PostRole.MANAGER)
    return person


@pytest.fixture
def operator(wuhan: Node) -> Person:
    """Operator of Wuhan, the node of company A."""
    person = PersonFactory(name="武汉运营", email="operator@example.test")
    PostFactory(person=person, node=wuhan, role=PostRole.OPERATOR)
    return person


@pytest.fixture
def other_operator(yichang: Node) -> Person:
    """Operator of another city."""
    person = PersonFactory(name="宜昌运营", email="other-operator@example.test")
    PostFactory(person=person, node=yichang, role=PostRole.OPERATOR)
    return person


@pytest.fixture
def centre_operator(centre: Node) -> Person:
    """Operator of the centre, who reaches every node."""
    person = PersonFactory(name="中心运营", email="centre@example.test")
    PostFactory(person=person, node=centre, role=PostRole.OPERATOR)
    return person


@pytest.fixture
def auditor(centre: Node) -> Person:
    """Sees everything, changes nothing."""
    person = PersonFactory(name="审计", email="auditor@example.test")
    PostFactory(person=person, node=centre, role=PostRole.AUDITOR)
    return person


@pytest.fixture
def stranger() -> AnonymousUser:
    """Nobody is logged in."""
    return AnonymousUser()


Personas = dict[str, Person | AnonymousUser]


@pytest.fixture
def personas(
    owner: Person,
    colleague: Person,
    competitor: Person,
    professor: Person,
    manager: Person,
    operator: Person,
    other_operator: Person,
    centre_operator: Person,
    auditor: Person,
    stranger: AnonymousUser,
) -> Personas:
    """Everybody, by name: for tables of who sees and who may."""
    return {
        "owner": owner,
        "colleague": colleague,
        "competitor": competitor,
        "professor": professor,
        "manager": manager,
        "operator": operator,
        "other_operator": other_operator,
        "centre_operator": centre_operator,
        "auditor": auditor,
        "stranger": stranger,
    }
