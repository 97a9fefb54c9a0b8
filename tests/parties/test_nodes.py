"""Nodes and posts on their pages: who may set them up, whom they may appoint, and what nobody can do to the centre."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from keqiao.kernel.access import Invalid, NotAllowed, NotVisible
from keqiao.kernel.journal import history
from keqiao.kernel.models import Entry
from keqiao.kernel.workflow import run
from keqiao.notices.models import Notice
from keqiao.parties.models import Node, Organisation, Person, Post
from keqiao.parties.nodes.workflow import POST
from keqiao.parties.workflow import operators_at
from tests.factories import OrganisationFactory, PersonFactory, PostFactory
from tests.parties.test_pages import queries_of, status_by_persona
from tests.personas import Personas, fresh
from tests.together import in_threads

pytestmark = pytest.mark.django_db

ENSHI = {"code": "enshi", "name": "恩施节点", "name_en": "Enshi node", "parent": "hubei", "region": "422800"}


def page(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200, response.content.decode()
    return str(response.content.decode())


def world() -> tuple[Any, ...]:
    """Everything that a refused verb could have changed."""
    return list(Node.objects.values()), list(Post.objects.order_by("pk").values()), Entry.objects.count()


def errors(response: Any) -> dict[str, list[str]]:
    assert response.status_code == 422, response.content.decode()
    return dict(response.context["form"].errors)


# ---- nodes ------------------------------------------------------------------------------------------------------


def test_the_centre_sets_up_a_node_that_organisations_can_choose_at_once(
    client: Client, centre_operator: Person, owner: Person
) -> None:
    client.force_login(centre_operator)
    response = client.post("/nodes/new/", ENSHI)
    node = Node.objects.get(code="enshi")
    assert response.url == node.get_absolute_url()
    assert (node.name, node.name_en, node.parent_id, node.region, node.state) == (
        "恩施节点", "Enshi node", "hubei", "422800", "open",
    )  # fmt: skip
    entry = history(node).get()
    assert (entry.verb, entry.node, entry.actor_id, entry.changes["code"]) == (
        "create", "enshi", centre_operator.pk, [None, "enshi"],
    )  # fmt: skip
    client.force_login(owner)
    assert "恩施节点" in page(client, "/organisations/new/")


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"code": "wuhan"}, "code", "这个代码已经属于“武汉节点”，请换一个。"),
        ({"code": "En Shi"}, "code", "代码用小写字母开头，只能有小写字母、数字和“-”。"),
        ({"code": "恩施"}, "code", "代码用小写字母开头，只能有小写字母、数字和“-”。"),
        ({"region": "42280"}, "region", "行政区划代码是六位数字，例如 420100。"),
        ({"parent": "yichang"}, "parent", "选择一个有效的选项： 该选择不在可用的选项中。"),
        ({"parent": ""}, "parent", "这个字段是必填项。"),
        ({"name": "　"}, "name", "这个字段是必填项。"),
    ],
)
def test_a_node_that_cannot_be_is_refused_by_field(
    client: Client, centre_operator: Person, wuhan: Node, yichang: Node, change: dict[str, str], field: str, words: str
) -> None:
    client.force_login(centre_operator)
    before = world()
    assert errors(client.post("/nodes/new/", ENSHI | change)) == {field: [words]}
    assert world() == before


def test_only_the_centre_sets_up_renames_and_closes(client: Client, wuhan: Node, personas: Personas) -> None:
    before = world()
    for name, person in personas.items():
        if name in ("centre_operator", "stranger"):
            continue
        client.force_login(person)  # type: ignore[arg-type]
        for path in ("/nodes/new/", f"/nodes/{wuhan.pk}/save/", f"/nodes/{wuhan.pk}/close/"):
            assert client.post(path, ENSHI).status_code == 403, (name, path)
    assert world() == before


def test_a_node_is_renamed_everywhere_and_keeps_its_code(
    client: Client, centre_operator: Person, company_a: Organisation
) -> None:
    client.force_login(centre_operator)
    form = {"name": "武汉光谷节点", "name_en": "Wuhan Optics Valley", "region": "420100", "code": "optics"}
    assert client.post(f"/nodes/{company_a.node.pk}/save/", form).status_code == 302
    assert "武汉光谷节点" in page(client, company_a.get_absolute_url())
    assert Organisation.objects.get(pk=company_a.pk).node_id == "wuhan"


def test_a_closed_node_takes_no_new_organisations_and_the_centre_takes_over(
    client: Client, centre_operator: Person, operator: Person, company_a: Organisation, owner: Person
) -> None:
    node, post = company_a.node, operator.posts.get()
    client.force_login(centre_operator)
    before = world()
    response = client.post(f"/nodes/{node.pk}/close/")
    assert response.status_code == 422
    assert "这个节点还有 1 个岗位在任。请先逐个结束，它的事务就由中心接手。" in response.content.decode()
    assert world() == before
    assert client.post(f"/posts/{post.pk}/end/").status_code == 302
    assert client.post(f"/nodes/{node.pk}/close/").status_code == 302
    assert operators_at("wuhan") == [centre_operator]
    assert page(client, company_a.get_absolute_url()).count("武汉节点") >= 1
    offered = client.get("/organisations/new/").context["form"].fields["node"].queryset
    assert [one.code for one in offered] == ["hubei"]
    client.force_login(owner)
    told = errors(client.post(f"/organisations/{company_a.pk}/correct/", {
        "name": company_a.name, "kind": "company", "credit_code": company_a.credit_code, "node": "wuhan",
    }))  # fmt: skip
    assert list(told) == ["node"]
    client.force_login(centre_operator)
    assert client.post(f"/nodes/{node.pk}/reopen/").status_code == 302
    assert [entry.verb for entry in history(node)] == ["close", "reopen"]


def test_the_centre_cannot_be_closed(client: Client, centre: Node, centre_operator: Person) -> None:
    client.force_login(centre_operator)
    response = client.post(f"/nodes/{centre.pk}/close/")
    assert (response.status_code, "中心不能关闭。" in response.content.decode()) == (422, True)
    assert Node.objects.get(code="hubei").state == "open"


# ---- posts ------------------------------------------------------------------------------------------------------


def test_an_operator_appoints_at_the_own_node_and_the_person_is_told(
    client: Client, operator: Person, competitor: Person, sealed: Any
) -> None:
    client.force_login(operator)
    response = client.post(
        "/posts/new/", {"email": "Competitor@Example.test", "role": "manager", "node": "wuhan", "caseload_limit": "5"}
    )
    assert response.status_code == 302, response.content.decode()
    post = Post.objects.get(person=competitor)
    assert (post.node_id, post.role, post.caseload_limit, post.state) == ("wuhan", "manager", 5, "active")
    assert fresh(competitor).standing.manages == {"wuhan"}
    sealed()
    notice = Notice.objects.get(person=competitor)
    assert (notice.title, notice.url) == ("武汉节点 · 技术经理人 · 对手老何", post.node.get_absolute_url())
    client.force_login(competitor)
    assert "对手老何" in page(client, notice.url)


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"node": "hubei"}, "node", "只能在您自己的、运行中的节点任命岗位。"),
        ({"node": "yichang"}, "node", "只能在您自己的、运行中的节点任命岗位。"),
        ({"email": "nobody@example.test"}, "email", "没有人用这个邮箱注册。请对方先在平台注册，再来任命。"),
        ({"email": "closed@example.test"}, "email", "没有人用这个邮箱注册。请对方先在平台注册，再来任命。"),
        ({"role": "operator", "email": "operator@example.test"}, "__all__", "这个人已经在这个节点担任这项职责。"),
        ({"caseload_limit": "0"}, "caseload_limit", "确保该值大于或等于1。"),
        ({"role": "king"}, "role", "选择一个有效的选项。 king 不在可用的选项中。"),
    ],
)
def test_nobody_appoints_above_the_own_node_nor_whom_there_is_not(
    client: Client, operator: Person, competitor: Person, yichang: Node, change: dict[str, str], field: str, words: str
) -> None:
    PersonFactory(email="closed@example.test", is_active=False)
    client.force_login(operator)
    before = world()
    asked = {"email": competitor.email, "role": "auditor", "node": "wuhan"} | change
    assert errors(client.post("/posts/new/", asked)) == {field: [words]}
    assert world() == before


def test_the_centre_appoints_anywhere_and_the_api_has_the_same_verbs(
    client: Client, centre_operator: Person, competitor: Person, yichang: Node
) -> None:
    client.force_login(centre_operator)
    body = {"email": competitor.email, "role": "operator", "node": "yichang"}
    answer = client.post("/api/v1/posts", body, content_type="application/json").json()
    assert (answer["row"]["fields"]["node"], answer["row"]["fields"]["role"]) == (
        {"id": "yichang", "name": "宜昌节点"}, "operator",
    )  # fmt: skip
    assert [verb["name"] for verb in answer["row"]["verbs"]] == ["end"]
    client.force_login(competitor)
    assert client.post(f"/api/v1/posts/{answer['row']['id']}/end").status_code == 200
    assert fresh(competitor).standing.operates == frozenset()
    assert client.post(f"/api/v1/posts/{answer['row']['id']}/end").status_code == 403


def test_an_ended_post_can_be_given_again_as_a_new_one(
    client: Client, operator: Person, manager: Person, centre_operator: Person
) -> None:
    post = manager.posts.get()
    client.force_login(operator)
    assert client.post(f"/posts/{post.pk}/end/").status_code == 302
    assert not fresh(manager).standing.is_staff
    assert client.post("/posts/new/", {"email": manager.email, "role": "manager", "node": "wuhan"}).status_code == 302
    assert [row.state for row in manager.posts.order_by("pk")] == ["ended", "active"]


def test_posts_are_ended_by_nobody_from_elsewhere(client: Client, operator: Person, personas: Personas) -> None:
    post = operator.posts.get()
    before = world()
    for name, person in personas.items():
        if name in ("operator", "centre_operator", "stranger"):
            continue
        client.force_login(person)  # type: ignore[arg-type]
        expected = 403 if name == "auditor" else 404
        assert client.post(f"/posts/{post.pk}/end/").status_code == expected, name
    assert world() == before


def test_the_last_operator_of_the_centre_stays(
    client: Client, centre: Node, centre_operator: Person, auditor: Person
) -> None:
    post = centre_operator.posts.get()
    PostFactory(person=PersonFactory(is_active=False), node=centre)
    PostFactory(person=centre_operator, node=centre, role="manager")
    client.force_login(centre_operator)
    before = world()
    response = client.post(f"/posts/{post.pk}/end/")
    assert response.status_code == 422
    assert "这是中心最后一位平台运营人员。请先任命另一位，再结束这个岗位。" in response.content.decode()
    assert world() == before
    client.post("/posts/new/", {"email": auditor.email, "role": "operator", "node": "hubei"})
    assert client.post(f"/posts/{post.pk}/end/").status_code == 302
    assert fresh(auditor).standing.directs


@pytest.mark.django_db(transaction=True)
def test_two_operators_of_the_centre_who_end_each_other_leave_one(centre: Node, centre_operator: Person) -> None:
    other = PostFactory(node=centre)
    ends = ((other, centre_operator), (centre_operator.posts.get(), other.person))
    outcomes = in_threads(*(partial(run, POST, post.pk, "end", actor=actor) for post, actor in ends))
    # Whoever comes second is refused: as the last one, or, let in only after the first has ended it, as a stranger.
    refusals = [one for one in outcomes if isinstance(one, Exception)]
    assert [type(one) for one in refusals] in ([Invalid], [NotAllowed], [NotVisible]), outcomes
    assert Post.objects.filter(state="active").count() == 1


# ---- pages ------------------------------------------------------------------------------------------------------


def test_the_list_of_nodes_is_for_those_who_run_them(client: Client, wuhan: Node, personas: Personas) -> None:
    found = status_by_persona(client, personas, "/nodes/")
    staff = {"operator", "other_operator", "centre_operator", "auditor"}
    assert found == {name: 302 if name == "stranger" else 200 if name in staff else 403 for name in personas}


def test_the_list_counts_organisations_and_people_in_office_in_as_many_queries_for_three(
    client: Client, centre_operator: Person, wuhan: Node
) -> None:
    client.force_login(centre_operator)
    once = queries_of(client, "/nodes/")
    for role in ("manager", "manager", "auditor"):
        PostFactory(node=wuhan, role=role)
    PostFactory(node=wuhan, role="operator", state="ended")
    OrganisationFactory(node=wuhan)
    OrganisationFactory(node=wuhan, state="unverified")
    OrganisationFactory(node=wuhan, state="rejected")
    OrganisationFactory()
    assert queries_of(client, "/nodes/") == once
    row = next(row for row in client.get("/nodes/").context["rows"] if row.code == "wuhan")
    assert (row.organisation_count, row.operator_count, row.manager_count) == (2, 0, 2)
    assert page(client, "/nodes/").count("由中心代办") == 1


def test_the_page_of_a_node_shows_who_is_in_office_to_its_staff_alone(
    client: Client, wuhan: Node, personas: Personas
) -> None:
    sees: set[str] = set()
    for name, person in personas.items():
        if name != "stranger":
            client.force_login(person)  # type: ignore[arg-type]
            shown = page(client, wuhan.get_absolute_url())
            sees |= {name} if "武汉运营" in shown.split("<main")[1] else set()
    assert sees == {"operator", "centre_operator", "auditor"}


def test_buttons_on_the_page_of_a_node_are_those_that_work(
    client: Client, wuhan: Node, manager: Person, operator: Person, auditor: Person, centre_operator: Person
) -> None:
    def buttons(person: Person) -> set[str]:
        client.force_login(person)
        shown = page(client, wuhan.get_absolute_url())
        words = {
            "任命": "/posts/new/",
            "结束": "/end/",
            "改名": f"/nodes/{wuhan.pk}/save/",
            "关闭": f"/nodes/{wuhan.pk}/close/",
        }
        return {word for word, address in words.items() if address in shown}

    assert buttons(auditor) == set()
    assert buttons(manager) == set()
    assert buttons(operator) == {"任命", "结束"}
    assert buttons(centre_operator) == {"任命", "结束", "改名", "关闭"}


def test_the_form_of_a_post_begins_with_the_node_it_was_opened_at(
    client: Client, centre_operator: Person, wuhan: Node
) -> None:
    client.force_login(centre_operator)
    assert '<option value="wuhan" selected>' in page(client, "/posts/new/?node=wuhan")


def test_a_node_without_anybody_says_how_to_begin(client: Client, centre_operator: Person, yichang: Node) -> None:
    client.force_login(centre_operator)
    assert "这个节点还没有人在任" in page(client, yichang.get_absolute_url())


def test_a_page_of_no_node_is_not_found(client: Client, centre_operator: Person) -> None:
    client.force_login(centre_operator)
    assert client.get(reverse("node", args=[4040])).status_code == 404
    assert client.get("/calendar/?node=nowhere").status_code == 404


def test_links_in_the_menu_work_for_every_role(client: Client, personas: Personas) -> None:
    for name, person in personas.items():
        client.logout()
        if name != "stranger":
            client.force_login(person)  # type: ignore[arg-type]
        shown = page(client, "/")
        for path in ("/triage/", "/nodes/", "/verification/", "/outbox/"):
            if f'href="{path}"' in shown:
                assert client.get(path).status_code == 200, (name, path)


def test_links_on_the_desk_work_for_every_role(client: Client, personas: Personas) -> None:
    queues = {"/triage/", "/verification/", "/outbox/", "/nodes/"}
    offered: dict[str, set[str]] = {}
    for name, person in personas.items():
        if name == "stranger":
            continue
        client.force_login(person)  # type: ignore[arg-type]
        shown = page(client, "/desk/")
        offered[name] = {path for path in queues if f'href="{path}"' in shown}
        assert {client.get(path).status_code for path in offered[name]} <= {200}, name
    assert offered["auditor"] == {"/verification/", "/nodes/"}
    assert offered["operator"] == offered["other_operator"] == {"/triage/", "/verification/", "/nodes/"}
    assert offered["centre_operator"] == queues
    assert offered["owner"] == offered["manager"] == set()
