"""Lists of organisations and people: what is found how, in what order, on which page, by whom, and by no nonsense."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from keqiao.kernel.access import Invalid, NotAllowed, NotNow, NotVisible
from keqiao.kernel.models import ClockRun, Entry
from keqiao.kernel.workflow import run
from keqiao.parties.models import Membership, Organisation, Person
from keqiao.parties.queries import find_organisations, look_alikes
from keqiao.parties.workflow import MEMBERSHIP, ORGANISATION
from tests.factories import MembershipFactory, OrganisationFactory, PersonFactory
from tests.personas import Personas, fresh

pytestmark = pytest.mark.django_db


def names_on(client: Client, address: str) -> list[str]:
    """What a list names, in its order."""
    response = client.get(address)
    assert response.status_code == 200, address
    page = response.content.decode().split("<main")[1]
    return re.findall(r"(?:测试|名录)[^<\s\"]{1,20}", page)


def once(names: list[str]) -> list[str]:
    return list(dict.fromkeys(names))


NONSENSE = ["%00", "'", "%25", "_", "\\", "%5B", "%F0%9F%99%82", "a" * 2000, "%E3%80%80", "(", "*", "%FF"]


@pytest.mark.parametrize(
    "address",
    ["/organisations/?q=", "/organisations/?kind=", "/organisations/?node=", "/organisations/?state=",
     "/organisations/?page=", "/people/?q=", "/people/?page=", "/verification/?node=", "/organisations/find/?q=",
     "/welcome/organisation/?q=", "/calendar/?year="],
)  # fmt: skip
def test_nonsense_in_an_address_is_no_error(
    address: str, client: Client, operator: Person, company_a: Organisation
) -> None:
    client.force_login(operator)
    for typed in NONSENSE:
        assert client.get(address + typed).status_code == 200, typed


def test_verified_ones_come_first_then_by_name(client: Client, wuhan: Any) -> None:
    for name, state in (
        ("测试丙", "verified"),
        ("测试甲", "unverified"),
        ("测试乙", "verified"),
        ("测试丁", "rejected"),
    ):
        OrganisationFactory(name=name, state=state, node=wuhan)
    in_order = once(names_on(client, "/organisations/"))
    assert in_order[2:] == ["测试甲"]
    assert sorted(in_order[:2]) == ["测试丙", "测试乙"]


def test_pages_of_twenty_show_everybody_once(client: Client, wuhan: Any) -> None:
    made = {OrganisationFactory(name=f"名录{number:02d}号厂", node=wuhan).name for number in range(45)}
    pages = [once(names_on(client, f"/organisations/?page={page}")) for page in (1, 2, 3)]
    assert [len(page) for page in pages] == [20, 20, 5]
    assert {name for page in pages for name in page} == made
    assert once(names_on(client, "/organisations/?page=99")) == pages[2]
    assert once(names_on(client, "/organisations/?page=0")) == pages[2]
    assert once(names_on(client, "/organisations/?page=x")) == pages[0]


def test_filters_go_along_to_the_next_page(client: Client, wuhan: Any) -> None:
    for number in range(21):
        OrganisationFactory(name=f"名录{number:02d}号厂", node=wuhan, kind="institute")
    page = client.get("/organisations/?kind=institute&q=名录").content.decode()
    [following] = [address for address in re.findall(r'href="(\?[^"]*)"', page) if "page=2" in address]
    assert "kind=institute" in following
    assert len(once(names_on(client, f"/organisations/{following.replace('&amp;', '&')}"))) == 1


def test_people_are_listed_by_name_on_pages_of_twenty(client: Client) -> None:
    for number in range(23):
        PersonFactory(name=f"名录{number:02d}", is_listed=True)
    PersonFactory(name="名录不公开")
    first, second = (once(names_on(client, f"/people/?page={page}")) for page in (1, 2))
    assert first == [f"名录{number:02d}" for number in range(20)]
    assert second == ["名录20", "名录21", "名录22"]


@pytest.mark.parametrize(
    ("typed", "found"),
    [("教授", ["测试沈"]), ("Shen", ["测试沈"]), ("SHEN 教授", ["测试沈"]), ("镀膜", ["测试沈"]), ("镀膜 律师", []),
     ("1380000", []), ("shen@example", []), ("密", []), ("  ", ["测试律师", "测试沈"])],
)  # fmt: skip
def test_people_are_found_by_what_they_show(typed: str, found: list[str], client: Client) -> None:
    PersonFactory(
        name="测试沈", name_en="Shen Ming", title="教授", fields=["红外镀膜"], is_listed=True, phone="13800001111",
        email="shen@example.test", introduction="密方", levels={"introduction": 3},
    )  # fmt: skip
    PersonFactory(name="测试律师", title="律师", is_listed=True)
    assert sorted(once(names_on(client, f"/people/?q={typed}"))) == found


@pytest.mark.parametrize(
    ("typed", "first"),
    [("测试光电", "测试光电有限公司"), ("测试", "测试光电有限公司"), ("csgd", "测试光电有限公司"),
     ("光电", "测试光电有限公司")],
)  # fmt: skip
def test_the_closest_name_comes_first(typed: str, first: str, wuhan: Any, stranger: Any) -> None:
    for name in ("武汉测试光电设备有限公司", "测试光电有限公司", "测试光电研究院（宜昌）"):
        OrganisationFactory(name=name, node=wuhan)
    assert find_organisations(stranger, typed)[0].name == first


def test_a_code_finds_for_those_who_see_codes_alone(company_a: Organisation, personas: Personas) -> None:
    found = {name for name, who in personas.items() if find_organisations(who, company_a.credit_code)}
    assert found == set(personas) - {"stranger"}


def test_a_rejected_organisation_is_found_by_its_people_and_staff(company_a: Organisation, personas: Personas) -> None:
    Organisation.objects.update(state="rejected")
    found = {name for name, who in personas.items() if find_organisations(who, "甲辰")}
    assert found == {"owner", "colleague", "operator", "centre_operator", "auditor"}


# ---- look-alikes ------------------------------------------------------------------------------------------------

ALIKE = [
    ("甲辰试验光电有限公司", True),
    ("甲辰试验光电（宜昌）有限公司", True),
    ("甲辰试验光电股份有限公司", True),
    ("甲辰試驗光電有限公司", True),
    ("甲晨试验光电有限公司", True),
    ("甲辰实验光电有限公司", True),
    ("ＪＩＡ甲辰试验光电有限公司", False),
    ("乙巳试验光电有限公司", False),
    ("甲辰", False),
    ("甲辰试验大学", False),
    ("甲辰试验光电与材料科学研究中心", False),
]


@pytest.mark.parametrize(("name", "is_alike"), ALIKE)
def test_names_that_people_take_for_one_another(
    name: str, is_alike: bool, company_a: Organisation, stranger: Any
) -> None:
    assert bool(look_alikes(name, stranger)) is is_alike


def test_look_alikes_are_at_most_five_the_likest_first(company_a: Organisation, wuhan: Any, stranger: Any) -> None:
    for place in ("宜昌", "襄阳", "荆州", "黄石", "十堰", "孝感"):
        OrganisationFactory(name=f"甲辰试验光电（{place}）有限公司", node=wuhan)
    OrganisationFactory(name="甲辰试验光学有限公司", node=wuhan)
    found = look_alikes("甲辰试验光电有限公司", stranger)
    assert [one.likeness for one in found] == [100] * 5


def test_a_changed_name_is_compared_with_others_and_not_with_itself(
    company_a: Organisation, company_b: Organisation, owner: Person
) -> None:
    data = {"name": company_a.name, "kind": "company", "credit_code": company_a.credit_code, "node": "wuhan"}
    assert run(ORGANISATION, company_a.pk, "correct", actor=owner, data=data).to_state == "unverified"
    entries = Entry.objects.count()
    with pytest.raises(Invalid) as refusal:
        run(ORGANISATION, company_a.pk, "correct", actor=owner, data=data | {"name": "乙巳试验材料（武汉）有限公司"})
    assert list(refusal.value.errors) == ["is_different"]
    company_a.refresh_from_db()
    assert (company_a.name, Entry.objects.count()) == ("甲辰试验光电有限公司", entries)


def test_the_code_of_another_cannot_be_taken_over(
    company_a: Organisation, company_b: Organisation, owner: Person
) -> None:
    data = {"name": company_a.name, "kind": "company", "credit_code": company_b.credit_code, "node": "wuhan"}
    with pytest.raises(Invalid) as refusal:
        run(ORGANISATION, company_a.pk, "correct", actor=owner, data=data)
    assert list(refusal.value.errors) == ["credit_code"]
    company_a.refresh_from_db()
    assert (company_a.state, company_a.credit_code != company_b.credit_code) == ("verified", True)


# ---- the verification queue ---------------------------------------------------------------------------------------


def test_the_queue_is_by_age_and_says_what_is_late(client: Client, operator: Person, wuhan: Any) -> None:
    for name in ("测试乙", "测试甲"):
        data = {"name": name, "kind": "company", "node": "wuhan", "is_different": "on"}
        run(ORGANISATION, None, "create", actor=PersonFactory(), data=data)
    client.force_login(operator)
    assert once(names_on(client, "/verification/")) == ["测试乙", "测试甲"]
    on_time = client.get("/verification/").content.decode()
    ClockRun.objects.update(due_at=timezone.now() - timedelta(days=3))
    late = client.get("/verification/").content.decode()
    assert late.count("超") > on_time.count("超")


def test_what_was_decided_leaves_the_queue(client: Client, operator: Person, wuhan: Any) -> None:
    row = OrganisationFactory(name="测试甲", state="unverified", node=wuhan)
    client.force_login(operator)
    assert once(names_on(client, "/verification/?node=wuhan")) == ["测试甲"]
    assert once(names_on(client, "/verification/?node=yichang")) == []
    client.post(f"/organisations/{row.pk}/verify/", {"note": "已核对"})
    assert once(names_on(client, "/verification/")) == []


# ---- invitations and asking -----------------------------------------------------------------------------------------


def test_inviting_somebody_who_has_asked_lets_them_in(owner: Person, company_a: Organisation) -> None:
    """Both want the same: there is nothing left to wait for."""
    person = PersonFactory(email="asker@example.test")
    run(MEMBERSHIP, None, "request", actor=person, data={"organisation": company_a.pk})
    run(ORGANISATION, company_a.pk, "invite", actor=owner, data={"email": "Asker@example.test"})
    row = Membership.objects.get(person=person)
    assert (row.state, row.role) == ("active", "member")
    assert not ClockRun.objects.filter(stopped_at=None).exists()
    told = Entry.objects.filter(object_id=row.pk, object_type="membership").order_by("pk")
    assert list(told.values_list("verb", flat=True)) == ["request", "accept"]


@pytest.mark.parametrize("email", ["", "kein", "a@b", "a b@example.test", "x" * 400 + "@example.test"])
def test_an_address_that_is_none_invites_nobody(
    email: str, client: Client, owner: Person, company_a: Organisation
) -> None:
    client.force_login(owner)
    answer = client.post(f"/organisations/{company_a.pk}/invite/", {"email": email})
    assert answer.status_code == 422
    assert 'href="#id_email"' in answer.content.decode()
    assert (Membership.objects.count(), Entry.objects.count()) == (1, 0)


@pytest.mark.parametrize("state", ["left", "declined"])
def test_who_was_there_before_can_be_invited_again(state: str, owner: Person, company_a: Organisation) -> None:
    person = PersonFactory(email="again@example.test")
    MembershipFactory(person=person, organisation=company_a, state=state)
    run(ORGANISATION, company_a.pk, "invite", actor=owner, data={"email": person.email})
    assert sorted(Membership.objects.filter(person=person).values_list("state", flat=True)) == sorted(
        ["invited", state]
    )


def test_inviting_a_member_again_changes_nothing(owner: Person, colleague: Person, company_a: Organisation) -> None:
    run(ORGANISATION, company_a.pk, "invite", actor=owner, data={"email": colleague.email})
    assert Membership.objects.get(person=colleague).state == "active"
    assert not Entry.objects.filter(object_type="membership").exists()


def test_an_invitation_taken_back_is_no_longer_accepted(owner: Person, company_a: Organisation) -> None:
    person = PersonFactory(email="guest@example.test")
    run(ORGANISATION, company_a.pk, "invite", actor=owner, data={"email": person.email})
    row = Membership.objects.get(person=person)
    run(MEMBERSHIP, row.pk, "remove", actor=owner, data={"reason": "发错了"})
    with pytest.raises((NotNow, NotVisible)):
        run(MEMBERSHIP, row.pk, "join", actor=fresh(person))
    assert Membership.objects.get(pk=row.pk).state == "left"


def test_a_request_is_taken_back_by_the_person_alone(company_a: Organisation, personas: Personas) -> None:
    person = PersonFactory()
    pk = run(MEMBERSHIP, None, "request", actor=person, data={"organisation": company_a.pk}).object_id
    for name, other in personas.items():
        if name != "stranger":
            with pytest.raises((NotAllowed, NotVisible)):
                run(MEMBERSHIP, pk, "leave", actor=other)
    assert run(MEMBERSHIP, pk, "leave", actor=person).to_state == "left"
    assert not ClockRun.objects.filter(stopped_at=None).exists()
