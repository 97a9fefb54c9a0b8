"""What posts allow: seeing everywhere and acting everywhere are two things."""

from __future__ import annotations

from keqiao.parties.enums import PostRole
from keqiao.parties.models import Node, Organisation, Person
from keqiao.parties.rules import is_operator_of_node
from tests.factories import PostFactory
from tests.personas import fresh


def test_the_centre_s_operator_acts_on_every_node(centre_operator: Person, company_a: Organisation) -> None:
    assert is_operator_of_node(company_a, centre_operator)


def test_an_auditor_of_the_centre_who_operates_one_city_acts_only_there(
    auditor: Person, yichang: Node, company_a: Organisation
) -> None:
    PostFactory(person=auditor, node=yichang, role=PostRole.OPERATOR)
    both = fresh(auditor)
    assert not is_operator_of_node(company_a, both)
    company_a.node = yichang
    assert is_operator_of_node(company_a, both)
