"""Which technology manager is proposed for a need."""

from __future__ import annotations

import pytest

from keqiao.matching.managers import suggest_managers
from keqiao.parties.enums import PostRole
from keqiao.parties.models import Node, Person, Post
from tests.factories import PersonFactory, PostFactory
from tests.matching.conftest import Make


def manager_of(node: Node, name: str, *fields: str, limit: int = 40) -> Person:
    person = PersonFactory(name=name, fields=list(fields), is_listed=True)
    PostFactory(person=person, node=node, role=PostRole.MANAGER, caseload_limit=limit)
    return person


def names(need, actor) -> list[str]:
    return [str(one.person) for one in suggest_managers(need, actor)]


def test_field_counts_more_than_node_and_node_more_than_time(make_need: Make, wuhan, centre, yichang, operator) -> None:
    manager_of(wuhan, "本地外行", "A01")
    manager_of(centre, "中心同行", "C39")
    manager_of(wuhan, "本地近邻", "C38")
    manager_of(wuhan, "本地同行", "C39")
    manager_of(yichang, "外地同行", "C39")
    assert names(make_need(), operator) == ["本地同行", "中心同行", "本地近邻", "本地外行"]


def test_those_at_their_limit_are_left_out(make_need: Make, wuhan, operator) -> None:
    busy, free = manager_of(wuhan, "满负荷", "C39", limit=1), manager_of(wuhan, "有余力", "A01", limit=2)
    make_need(manager=busy)
    make_need(manager=free)
    make_need(manager=free, state="solved")
    [one] = suggest_managers(make_need(), operator)
    assert (str(one.person), one.load, one.limit) == ("有余力", 1, 2)
    assert one.reasons == ["武汉节点的技术经理人", "在办 1 项，上限 2 项"]


def test_reasons_name_the_field(make_need: Make, wuhan, operator) -> None:
    manager_of(wuhan, "本地同行", "C39")
    [one] = suggest_managers(make_need(), operator)
    assert one.reasons[0].startswith("熟悉")
    assert one.score == pytest.approx(0.5 + 0.3 + 0.2)


def test_no_longer_in_post_is_not_proposed(make_need: Make, wuhan, operator) -> None:
    manager_of(wuhan, "已离任", "C39")
    Post.objects.filter(role=PostRole.MANAGER).update(state="ended")
    assert names(make_need(), operator) == []


@pytest.mark.parametrize("count", [1, 3])
def test_suggesting_asks_once(count: int, make_need: Make, wuhan, operator, django_assert_num_queries) -> None:
    for number in range(count):
        manager_of(wuhan, f"经理人{number}", "C39")
    need = make_need()
    suggest_managers(need, operator)
    with django_assert_num_queries(2):
        assert len(suggest_managers(need, operator)) == count
