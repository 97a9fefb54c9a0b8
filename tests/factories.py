"""Factories: rows that are valid by themselves, with every field open to the test."""

from __future__ import annotations

import factory
from factory.django import DjangoModelFactory
from stdnum.cn import uscc

from keqiao.parties.enums import (
    MembershipRole,
    MembershipState,
    OrganisationKind,
    OrganisationState,
    PostRole,
)
from keqiao.parties.models import Membership, Node, Organisation, Person, Post


def credit_code(number: int) -> str:
    """A code with a right check digit in a region (99) that does not exist, so that it is nobody's."""
    body = f"91990000{number:09d}"
    return f"{body}{uscc.calc_check_digit(body)}"


class NodeFactory(DjangoModelFactory):
    class Meta:
        model = Node
        django_get_or_create = ("code",)

    code = factory.Sequence(lambda n: f"node-{n}")
    name = factory.LazyAttribute(lambda node: f"{node.code}节点")


class PersonFactory(DjangoModelFactory):
    """A person who joined and can log in (`client.force_login`); give `password` to log in by the form."""

    class Meta:
        model = Person
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@example.test")
    name = factory.Sequence(lambda n: f"测试人员{n}")
    password = factory.django.Password(None)


class OrganisationFactory(DjangoModelFactory):
    class Meta:
        model = Organisation

    name = factory.Sequence(lambda n: f"测试单位{n}号有限公司")
    kind = OrganisationKind.COMPANY
    state = OrganisationState.VERIFIED
    credit_code = factory.Sequence(credit_code)
    node = factory.SubFactory(NodeFactory)


class MembershipFactory(DjangoModelFactory):
    class Meta:
        model = Membership

    person = factory.SubFactory(PersonFactory)
    organisation = factory.SubFactory(OrganisationFactory)
    role = MembershipRole.MEMBER
    state = MembershipState.ACTIVE


class PostFactory(DjangoModelFactory):
    class Meta:
        model = Post

    person = factory.SubFactory(PersonFactory)
    node = factory.SubFactory(NodeFactory)
    role = PostRole.OPERATOR
