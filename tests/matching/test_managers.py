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
    with django_assert_num_queries(6):
        assert len(suggest_managers(need, operator)) == count


def test_a_post_at_the_node_and_one_at_the_centre_is_one_proposal(make_need: Make, wuhan, centre, operator) -> None:
    person = manager_of(wuhan, "两处任职", "C39")
    PostFactory(person=person, node=centre, role=PostRole.MANAGER)
    [one] = suggest_managers(make_need(), operator)
    assert (str(one.person), one.reasons[1]) == ("两处任职", "武汉节点的技术经理人")


def test_the_asker_does_not_manage_the_own_need(make_need: Make, wuhan, owner, operator) -> None:
    PostFactory(person=owner, node=wuhan, role=PostRole.MANAGER)
    assert names(make_need(), operator) == []


def test_five_are_proposed_and_a_closed_account_is_none(make_need: Make, wuhan, operator) -> None:
    for number in range(7):
        manager_of(wuhan, f"经理人{number}", "C39")
    Person.objects.filter(name="经理人0").update(is_active=False)
    assert names(make_need(), operator) == [f"经理人{number}" for number in range(1, 6)]


def test_between_equals_the_one_with_more_time_comes_first(make_need: Make, wuhan, operator) -> None:
    busy = manager_of(wuhan, "忙一些", "C39", limit=10)
    manager_of(wuhan, "闲一些", "C39", limit=10)
    for state in ("open", "in_project"):
        make_need(manager=busy, state=state)
    found = suggest_managers(make_need(), operator)
    assert [(str(one.person), one.load) for one in found] == [("闲一些", 0), ("忙一些", 2)]
    assert found[0].score > found[1].score


@pytest.mark.parametrize(
    ("name", "sees"), [("operator", True), ("centre_operator", True), ("owner", False), ("auditor", False)]
)
def test_managers_are_proposed_to_those_who_assign(
    name: str, sees: bool, client, make_need: Make, make_achievement: Make, indexed, wuhan, personas
) -> None:
    manager_of(wuhan, "本地同行", "C39")
    need = make_need()
    make_achievement()
    indexed()
    client.force_login(personas[name])
    page = client.get(f"/needs/{need.pk}/candidates/").content.decode()
    assert ("本地同行" in page) is sees


def test_an_assigned_need_proposes_nobody_else(client, make_need: Make, indexed, wuhan, operator) -> None:
    other, chosen = manager_of(wuhan, "本地同行", "C39"), manager_of(wuhan, "已指派者", "C39")
    need = make_need(manager=chosen)
    indexed()
    client.force_login(operator)
    assert other.name not in client.get(f"/needs/{need.pk}/candidates/").content.decode()


@pytest.mark.parametrize(
    ("who", "words"),
    [("full", "满负荷 已有 1 项在办，达到上限。请选择其他人。"), ("elsewhere", ""), ("nobody", "")],
)
def test_a_manager_who_cannot_take_it_is_not_assigned(
    who: str, words: str, client, make_need: Make, wuhan, yichang, operator
) -> None:
    full, elsewhere = manager_of(wuhan, "满负荷", limit=1), manager_of(yichang, "外地")
    make_need(manager=full)
    need = make_need()
    client.force_login(operator)
    pk = {"full": full.pk, "elsewhere": elsewhere.pk, "nobody": 10**9}[who]
    answer = client.post(f"/needs/{need.pk}/assign_manager/", {"manager": pk})
    page = answer.content.decode()
    assert (answer.status_code, 'href="#id_manager"' in page, words in page) == (422, True, True)
    need.refresh_from_db()
    assert need.manager_id is None
