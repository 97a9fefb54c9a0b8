"""Who is told of a step of an organisation, a membership or a post, on the site and by mail, and who is not."""

from __future__ import annotations

from typing import Any

import pytest

from keqiao.kernel.workflow import Workflow, run
from keqiao.notices.models import Mail, Notice
from keqiao.parties.models import Membership, Organisation, Person, Post
from keqiao.parties.nodes.workflow import POST
from keqiao.parties.workflow import MEMBERSHIP, ORGANISATION
from tests.factories import MembershipFactory, NodeFactory, OrganisationFactory, PersonFactory, PostFactory, credit_code
from tests.personas import Personas

pytestmark = pytest.mark.django_db

SAID = "原因写在这里。"


def told(table: Workflow[Any], verb: str) -> set[str]:
    """The names of those who have a notice of it; each has exactly one, and one mail."""
    notices = Notice.objects.filter(verb=verb, resource=table.name).select_related("person")
    mails = Mail.objects.filter(entry__verb=verb, entry__object_type=table.model._meta.model_name)
    assert sorted(mails.values_list("person", flat=True)) == sorted(notice.person_id for notice in notices)
    return {notice.person.name for notice in notices}


def registered(person: Person, node: str = "wuhan") -> Organisation:
    data = {"name": "辛酉试验真空设备有限公司", "kind": "company", "credit_code": credit_code(501), "node": node}
    return Organisation.objects.get(pk=run(ORGANISATION, None, "create", actor=person, data=data).object_id)


@pytest.fixture
def founder() -> Person:
    return PersonFactory(name="创办人")


@pytest.mark.parametrize(
    ("node", "who"), [("wuhan", {"武汉运营"}), ("yichang", {"宜昌运营"}), ("huangshi", {"中心运营"})]
)
def test_who_verifies_is_told_of_a_new_organisation(
    node: str, who: set[str], founder: Person, personas: Personas, centre: Any, sealed: Any
) -> None:
    """Those of its node; those of the centre where the node has nobody."""
    NodeFactory(code="huangshi", parent=centre)
    registered(founder, node)
    sealed()
    assert told(ORGANISATION, "create") == who


def test_every_operator_of_the_node_is_told_once_and_managers_are_not(
    founder: Person, personas: Personas, wuhan: Any, sealed: Any
) -> None:
    PostFactory(person=PersonFactory(name="第二运营"), node=wuhan)
    PostFactory(person=PersonFactory(name="离任运营"), node=wuhan, state="ended")
    PostFactory(person=PersonFactory(name="停用运营", is_active=False), node=wuhan)
    registered(founder)
    sealed()
    assert told(ORGANISATION, "create") == {"武汉运营", "第二运营"}


@pytest.mark.parametrize(
    ("verb", "data", "reason"),
    [("verify", {"note": "已核对"}, ""), ("reject", {"code": "name_mismatch", "reason": SAID}, SAID)],
)
def test_its_administrators_are_told_of_the_verification(
    verb: str, data: dict[str, str], reason: str, founder: Person, operator: Person, sealed: Any
) -> None:
    organisation = registered(founder)
    MembershipFactory(person=PersonFactory(name="普通成员"), organisation=organisation)
    MembershipFactory(person=PersonFactory(name="第二管理员"), organisation=organisation, role="admin")
    MembershipFactory(person=PersonFactory(name="离开的"), organisation=organisation, role="admin", state="left")
    run(ORGANISATION, organisation.pk, verb, actor=operator, data=data)
    sealed()
    assert told(ORGANISATION, verb) == {"创办人", "第二管理员"}
    assert {notice.reason for notice in Notice.objects.filter(verb=verb)} == {reason}
    assert all(("辛酉试验真空" in mail.subject) for mail in Mail.objects.filter(entry__verb=verb))


def test_a_correction_tells_who_verifies(founder: Person, operator: Person, sealed: Any) -> None:
    organisation = registered(founder)
    data = {
        "name": "辛酉试验真空技术有限公司",
        "kind": "company",
        "credit_code": organisation.credit_code,
        "node": "wuhan",
    }
    run(ORGANISATION, organisation.pk, "correct", actor=founder, data=data)
    sealed()
    assert told(ORGANISATION, "correct") == {"武汉运营"}


# ---- memberships ------------------------------------------------------------------------------------------------


@pytest.fixture
def asked(company_a: Organisation, owner: Person, operator: Person) -> Membership:
    person = PersonFactory(name="申请人", email="asker@example.test")
    entry = run(MEMBERSHIP, None, "request", actor=person, data={"organisation": company_a.pk})
    return Membership.objects.get(pk=entry.object_id)


def test_a_request_tells_the_administrators_and_not_the_operator(asked: Membership, sealed: Any) -> None:
    sealed()
    assert told(MEMBERSHIP, "request") == {"林工"}


def test_where_nobody_administers_the_operator_is_told(wuhan: Any, operator: Person, sealed: Any) -> None:
    orphan = OrganisationFactory(node=wuhan)
    run(MEMBERSHIP, None, "request", actor=PersonFactory(), data={"organisation": orphan.pk})
    sealed()
    assert told(MEMBERSHIP, "request") == {"武汉运营"}


STEPS: list[tuple[str, str, dict[str, str], set[str]]] = [
    ("accept", "owner", {}, {"申请人"}),
    ("accept", "operator", {}, {"申请人"}),
    ("decline", "owner", {"reason": SAID}, {"申请人"}),
    ("leave", "asker", {}, {"林工"}),
]


@pytest.mark.parametrize(("verb", "by", "data", "who"), STEPS, ids=[f"{verb}-{by}" for verb, by, _d, _w in STEPS])
def test_the_answer_to_a_request_tells_the_other_side(
    verb: str, by: str, data: dict[str, str], who: set[str],
    asked: Membership, owner: Person, operator: Person, sealed: Any,
) -> None:  # fmt: skip
    actor = {"owner": owner, "operator": operator, "asker": asked.person}[by]
    run(MEMBERSHIP, asked.pk, verb, actor=actor, data=data)
    sealed()
    assert told(MEMBERSHIP, verb) == who
    assert Notice.objects.get(verb=verb).reason == data.get("reason", "")


@pytest.mark.parametrize(("verb", "who"), [("join", {"林工"}), ("refuse", {"林工"})])
def test_an_invitation_tells_the_guest_and_its_answer_the_house(
    verb: str, who: set[str], owner: Person, company_a: Organisation, sealed: Any
) -> None:
    guest = PersonFactory(name="受邀人", email="guest@example.test")
    run(ORGANISATION, company_a.pk, "invite", actor=owner, data={"email": guest.email})
    sealed()
    assert told(MEMBERSHIP, "invite") == {"受邀人"}
    run(MEMBERSHIP, Membership.objects.get(person=guest).pk, verb, actor=guest)
    sealed()
    assert told(MEMBERSHIP, verb) == who


@pytest.mark.parametrize("verb", ["make_admin", "make_member", "remove"])
def test_whose_membership_it_is_reads_of_the_change(
    verb: str, owner: Person, colleague: Person, company_a: Organisation, sealed: Any
) -> None:
    row = Membership.objects.get(person=colleague)
    Membership.objects.filter(pk=row.pk).update(role="admin" if verb == "make_member" else "member")
    run(MEMBERSHIP, row.pk, verb, actor=owner, data={"reason": SAID} if verb == "remove" else {})
    sealed()
    assert told(MEMBERSHIP, verb) == {"同事小周"}


def test_who_does_it_to_oneself_is_not_told(owner: Person, colleague: Person, sealed: Any) -> None:
    Membership.objects.filter(person=colleague).update(role="admin")
    run(MEMBERSHIP, owner.memberships.get().pk, "leave", actor=owner)
    sealed()
    assert told(MEMBERSHIP, "leave") == {"同事小周"}


# ---- posts ------------------------------------------------------------------------------------------------------


def test_a_post_tells_who_holds_it_when_it_begins_and_ends(operator: Person, wuhan: Any, sealed: Any) -> None:
    person = PersonFactory(name="新经理人", email="new@example.test")
    data = {"email": "New@example.test", "role": "manager", "node": "wuhan", "caseload_limit": "12"}
    run(POST, None, "create", actor=operator, data=data)
    post = Post.objects.get(person=person)
    assert (post.caseload_limit, post.role) == (12, "manager")
    run(POST, post.pk, "end", actor=operator)
    sealed()
    assert (told(POST, "create"), told(POST, "end")) == ({"新经理人"}, {"新经理人"})


@pytest.mark.parametrize(
    ("values", "field"),
    [({"email": ""}, "email"), ({"email": "nobody@example.test"}, "email"), ({"role": "king"}, "role"),
     ({"node": "yichang"}, "node"), ({"node": ""}, "node"), ({"caseload_limit": "0"}, "caseload_limit"),
     ({"caseload_limit": "501"}, "caseload_limit"), ({"caseload_limit": "很多"}, "caseload_limit")],
)  # fmt: skip
def test_a_post_that_cannot_be_names_the_field_and_tells_nobody(
    values: dict[str, str], field: str, operator: Person, professor: Person, yichang: Any, client: Any, sealed: Any
) -> None:
    data = {"email": professor.email, "role": "manager", "node": "wuhan", "caseload_limit": ""} | values
    client.force_login(operator)
    answer = client.post("/posts/new/", data)
    assert answer.status_code == 422
    assert f'href="#id_{field}"' in answer.content.decode()
    sealed()
    assert (Post.objects.filter(person=professor).count(), Notice.objects.count()) == (0, 0)
