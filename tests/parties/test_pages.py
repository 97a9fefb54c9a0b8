"""Pages of parties: who gets in, what is on them, and how often they ask the database."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from keqiao.parties.models import Membership, Organisation, Person
from tests.factories import MembershipFactory, OrganisationFactory, PersonFactory
from tests.personas import Personas

pytestmark = pytest.mark.django_db


def status_by_persona(client: Client, personas: Personas, url: str) -> dict[str, int]:
    found = {}
    for name, person in personas.items():
        client.logout()
        if person.is_authenticated:
            client.force_login(person)  # type: ignore[arg-type]
        found[name] = client.get(url).status_code
    return found


def queries_of(client: Client, url: str) -> int:
    client.get(url)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def test_organisation_page_opens_for_everybody(client: Client, company_a: Organisation, personas: Personas) -> None:
    found = status_by_persona(client, personas, company_a.get_absolute_url())
    assert found == dict.fromkeys(personas, 200)


def test_rejected_organisation_page_is_not_found_for_others(
    client: Client, company_a: Organisation, personas: Personas
) -> None:
    Organisation.objects.filter(pk=company_a.pk).update(state="rejected")
    found = status_by_persona(client, personas, company_a.get_absolute_url())
    knows = {"owner", "colleague", "operator", "centre_operator", "auditor"}
    assert found == {name: 200 if name in knows else 404 for name in personas}


def test_organisation_page_hides_the_code_from_strangers(
    client: Client, company_a: Organisation, owner: Person
) -> None:
    assert company_a.credit_code not in client.get(company_a.get_absolute_url()).content.decode()
    client.force_login(owner)
    assert company_a.credit_code in client.get(company_a.get_absolute_url()).content.decode()


def test_organisation_page_shows_members_to_colleagues_only(
    client: Client, company_a: Organisation, personas: Personas
) -> None:
    client.force_login(personas["competitor"])
    assert "同事小周" not in client.get(company_a.get_absolute_url()).content.decode()
    client.force_login(personas["colleague"])
    assert "同事小周" in client.get(company_a.get_absolute_url()).content.decode()


def test_staff_is_warned_of_look_alikes(
    client: Client, company_a: Organisation, wuhan: Any, operator: Person, competitor: Person
) -> None:
    twin = OrganisationFactory(name="甲辰试验光电（宜昌）有限公司", node=wuhan, state="unverified")
    client.force_login(operator)
    page = client.get(twin.get_absolute_url()).content.decode()
    assert "名称相近" in page
    assert company_a.get_absolute_url() in page
    client.force_login(competitor)
    assert "名称相近" not in client.get(twin.get_absolute_url()).content.decode()


def test_verification_queue_is_of_ones_own_node(client: Client, wuhan: Any, yichang: Any, personas: Personas) -> None:
    here = OrganisationFactory(node=wuhan, state="unverified", name="等待的武汉单位公司")
    there = OrganisationFactory(node=yichang, state="unverified", name="等待的宜昌单位公司")
    found = status_by_persona(client, personas, "/verification/")
    staff = {"operator", "other_operator", "centre_operator", "auditor"}
    assert found == {name: 200 if name in staff else 302 if name == "stranger" else 403 for name in personas}
    shown = {}
    for name in ("operator", "other_operator", "centre_operator"):
        client.force_login(personas[name])  # type: ignore[arg-type]
        page = client.get("/verification/").content.decode()
        shown[name] = {row.pk for row in (here, there) if row.name in page}
    assert shown == {"operator": {here.pk}, "other_operator": {there.pk}, "centre_operator": {here.pk, there.pk}}


def test_look_alikes_are_listed_when_registering(client: Client, company_a: Organisation) -> None:
    client.force_login(PersonFactory())
    form = client.get("/organisations/new/?name=甲辰").content.decode()
    assert 'value="甲辰"' in form
    assert "is_different" not in form
    data = {"name": "甲辰试验光电（武汉）公司", "kind": "company", "node": "wuhan"}
    response = client.post("/organisations/new/", data)
    page = response.content.decode()
    assert response.status_code == 422
    assert reverse("request_membership", args=[company_a.pk]) in page
    assert 'name="is_different"' in page
    assert client.post("/organisations/new/", data | {"is_different": "on"}).status_code == 302


def test_person_page_follows_the_rules(client: Client, owner: Person, personas: Personas) -> None:
    found = status_by_persona(client, personas, owner.get_absolute_url())
    knows = {"owner", "colleague", "operator", "centre_operator", "auditor"}
    assert found == {name: 200 if name in knows else 404 for name in personas}


def test_person_page_hides_contact_details(client: Client, professor: Person, owner: Person) -> None:
    client.force_login(owner)
    page = client.get(professor.get_absolute_url()).content.decode()
    assert "professor@example.test" not in page
    assert "丙午试验大学" in page


def test_person_edits_the_own_profile(client: Client, owner: Person) -> None:
    client.force_login(owner)
    url = f"/people/{owner.pk}/save/"
    assert client.get(url).status_code == 200
    data = {"name": "林工", "language": "en", "fields_known": "红外", "is_listed": "on", "key": "k"}
    assert client.post(url, data)["Location"] == owner.get_absolute_url()
    owner.refresh_from_db()
    assert (owner.fields, owner.is_listed, owner.language) == (["红外"], True, "en")


def test_people_directory_lists_who_chose_it(client: Client, personas: Personas) -> None:
    page = client.get("/people/").content.decode()
    assert "沈教授" in page
    assert "林工" not in page
    assert "没有找到" in client.get("/people/?q=不存在").content.decode()


def test_organisations_are_filtered(client: Client, company_a: Organisation, university: Organisation) -> None:
    def listed(query: str) -> set[str]:
        page = client.get(f"/organisations/?{query}").content.decode()
        return {row.name for row in (company_a, university) if row.name in page}

    assert listed("") == {company_a.name, university.name}
    assert listed("kind=university") == {university.name}
    assert listed("q=bwsydx") == {university.name}
    assert listed("node=wuhan&state=unverified") == set()
    assert listed("kind=nonsense&page=999") == set()


@pytest.mark.parametrize("url", ["/organisations/", "/people/", "/verification/", "/welcome/organisation/?q=测试"])
def test_lists_ask_the_same_for_two_and_four_rows(client: Client, operator: Person, wuhan: Any, url: str) -> None:
    def add() -> None:
        place = OrganisationFactory(
            node=wuhan, state="unverified", name=f"测试{Organisation.objects.count()}单位甲乙丙丁"
        )
        MembershipFactory(person=PersonFactory(is_listed=True), organisation=place)

    client.force_login(operator)
    add(), add()  # two of the same name: the queue shows each beside the other
    few = queries_of(client, url)
    add(), add()
    assert queries_of(client, url) == few


def test_organisation_page_asks_the_same_for_one_and_three_members(
    client: Client, owner: Person, company_a: Organisation
) -> None:
    client.force_login(owner)
    one = queries_of(client, company_a.get_absolute_url())
    for _n in range(2):
        MembershipFactory(organisation=company_a, state="requested")
    assert queries_of(client, company_a.get_absolute_url()) == one


def test_buttons_of_the_page_run_their_verbs(client: Client, owner: Person, company_a: Organisation) -> None:
    asked = MembershipFactory(person=PersonFactory(name="申请人"), organisation=company_a, state="requested")
    client.force_login(owner)
    page = client.get(company_a.get_absolute_url()).content.decode()
    action = f"/memberships/{asked.pk}/accept/"
    assert re.search(rf'action="{action}"', page)
    assert client.post(action, {"key": "k"})["Location"] == company_a.get_absolute_url()
    assert Membership.objects.get(pk=asked.pk).state == "active"


def test_no_component_tag_reaches_the_reader(client: Client, owner: Person, company_a: Organisation) -> None:
    client.force_login(owner)
    for url in (company_a.get_absolute_url(), "/organisations/", "/people/", owner.get_absolute_url(), "/welcome/"):
        assert "<c-" not in client.get(url).content.decode()


@pytest.mark.parametrize(
    ("wanted", "goes_on"),
    [
        ("/welcome/security/", True),
        ("https://evil.example/", False),
        ("//evil.example", False),
        ("javascript:alert(1)", False),
    ],
)
def test_after_registering_one_goes_on_within_the_platform_only(
    client: Client, wuhan: Any, wanted: str, goes_on: bool
) -> None:
    client.force_login(PersonFactory())
    page = client.get("/organisations/new/?name=甲&after=welcome").content.decode()
    assert 'name="next" value="/welcome/security/"' in page
    data = {"name": "壬寅试验泵业有限公司", "kind": "company", "node": "wuhan", "next": wanted}
    response = client.post("/organisations/new/", data)
    assert response["Location"] == (wanted if goes_on else Organisation.objects.get().get_absolute_url())


def test_an_auditor_sees_the_verification_queue_without_its_buttons(
    client: Client, company_a: Organisation, auditor: Person, operator: Person
) -> None:
    Organisation.objects.filter(pk=company_a.pk).update(state="unverified")
    buttons: dict[str, list[str]] = {}
    for person in (auditor, operator):
        client.force_login(person)
        page = client.get("/verification/").content.decode()
        assert company_a.name in page
        buttons[person.name] = re.findall(rf"/organisations/{company_a.pk}/(\w+)/", page)
    assert buttons == {"审计": [], "武汉运营": ["verify", "reject"]}
