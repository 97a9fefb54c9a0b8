"""Joining, from an e-mail address to the desk, as a browser walks it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from keqiao.kernel.journal import history
from keqiao.parties.actions import invitation_token
from keqiao.parties.models import Consent, Membership, Organisation, Person
from tests.factories import MembershipFactory, PersonFactory, credit_code

pytestmark = pytest.mark.django_db
PASSWORD = "mo-gao-ku-2026"


def sign_up(client: Client, email: str = "new@example.test", **more: Any) -> Any:
    return client.post("/accounts/signup/", {"email": email, "password1": PASSWORD, "consent": "on"} | more)


def code_in(text: str) -> str:
    """The code stands alone on a line."""
    found = re.search(r"^([A-Z0-9]{4}-[A-Z0-9]{4})$", text, re.MULTILINE)
    assert found, text
    return found[1]


@pytest.fixture
def joined(client: Client) -> Client:
    """Somebody who has confirmed the address and stands before the first question."""
    sign_up(client)
    client.post("/accounts/confirm-email/", {"code": code_in(str(mail.outbox[0].body))})
    return client


def test_sign_up_sends_a_code_and_the_code_leads_to_the_first_question(client: Client) -> None:
    response = sign_up(client)
    assert (response.status_code, response["Location"]) == (302, "/accounts/confirm-email/")
    assert [message.to for message in mail.outbox] == [["new@example.test"]]
    response = client.post("/accounts/confirm-email/", {"code": code_in(str(mail.outbox[0].body))})
    assert (response.status_code, response["Location"]) == (302, "/welcome/")
    assert client.get("/welcome/").status_code == 200


def test_sign_up_keeps_consent_in_the_words_shown_and_an_entry_without_password(client: Client) -> None:
    page = client.get("/accounts/signup/").content.decode()
    sign_up(client)
    person = Person.objects.get()
    consent = Consent.objects.get()
    assert (consent.person, consent.purpose, consent.withdrawn_at) == (person, "account", None)
    assert consent.wording in page
    entry = history(person).get()
    assert (entry.verb, entry.actor_id, entry.changes["extra"]) == ("join", person.pk, {"consents": ["account"]})
    assert "password" not in entry.changes
    assert set(entry.changes["email"]) == {"digest"}


def test_sign_up_without_consent_makes_no_account(client: Client) -> None:
    response = client.post("/accounts/signup/", {"email": "new@example.test", "password1": PASSWORD})
    assert response.status_code == 200
    assert "没有您的同意，平台不能为您建立账号。" in response.content.decode()
    assert (Person.objects.count(), Consent.objects.count(), mail.outbox) == (0, 0, [])


def test_mail_of_the_code_says_in_plain_words_what_it_is(client: Client) -> None:
    sign_up(client)
    (message,) = mail.outbox
    code = code_in(str(message.body))
    assert message.subject == f"科桥 Keqiao · {code} 是您的验证码"
    assert "验证码 15 分钟内有效。" in message.body
    assert "testserver" not in message.body


def test_password_mail_links_to_the_platform_whatever_host_was_asked(client: Client, settings) -> None:
    settings.PUBLIC_URL = "https://bridge.example.test"
    PersonFactory(email="known@example.test", password=PASSWORD)
    client.post("/accounts/password/reset/", {"email": "known@example.test"}, headers={"host": "evil.example"})
    (message,) = mail.outbox
    assert "https://bridge.example.test/accounts/password/reset/key/" in message.body
    assert "evil.example" not in message.body


@pytest.mark.parametrize("password", ["short", "1234567890", "password123"])
def test_sign_up_with_weak_password_makes_no_account(client: Client, password: str) -> None:
    assert sign_up(client, password1=password).status_code == 200
    assert Person.objects.count() == 0


def test_sign_up_with_known_address_looks_the_same_and_tells_the_owner(client: Client) -> None:
    PersonFactory(email="known@example.test")
    fresh, known = sign_up(Client(), "fresh@example.test"), sign_up(client, "known@example.test")
    assert (known.status_code, known["Location"]) == (fresh.status_code, fresh["Location"])
    assert Person.objects.count() == 2
    assert [message.to for message in mail.outbox] == [["fresh@example.test"], ["known@example.test"]]


def test_wrong_code_lets_nobody_in(client: Client) -> None:
    sign_up(client)
    client.post("/accounts/confirm-email/", {"code": "AAA-AAA"})
    assert client.get("/welcome/").status_code == 302
    assert "/accounts/login/" in client.get("/welcome/")["Location"]


def test_language_of_the_pages_becomes_the_language_of_the_account(client: Client) -> None:
    client.post("/i18n/setlang/", {"language": "en"})
    sign_up(client)
    assert Person.objects.get().language == "en"
    client.post("/accounts/confirm-email/", {"code": code_in(str(mail.outbox[0].body))})
    assert client.cookies["django_language"].value == "en"


def test_switching_language_is_kept_in_the_account(client: Client, owner: Person) -> None:
    client.force_login(owner)
    client.post("/i18n/setlang/", {"language": "en"})
    owner.refresh_from_db()
    assert owner.language == "en"
    client.post("/i18n/setlang/", {"language": "xx"})
    owner.refresh_from_db()
    assert owner.language == "en"
    assert history(owner).count() == 1


def test_first_question_is_kept_and_leads_to_the_organisation(joined: Client) -> None:
    data = {"purposes": ["ask", "look"], "name": " 林\u3000工 ", "title": "研发经理"}
    response = joined.post("/welcome/", data)
    assert (response.status_code, response["Location"]) == (302, "/welcome/organisation/")
    person = Person.objects.get()
    assert (person.purposes, person.name, person.title) == (["ask", "look"], "林 工", "研发经理")


def test_first_question_unanswered_names_what_is_missing(joined: Client) -> None:
    response = joined.post("/welcome/", {"name": ""})
    assert response.status_code == 422
    assert "请至少选一项；还没想好就选“先看看”。" in response.content.decode()
    assert Person.objects.get().purposes == []


def test_organisation_is_found_while_typing(joined: Client, company_a: Organisation) -> None:
    page = joined.get("/organisations/find/", {"q": "jcsy"}).content.decode()
    assert "甲辰试验光电有限公司" in page
    assert reverse("request_membership", args=[company_a.pk]) in page
    assert "<c-" not in page


def test_typing_code_into_page_cannot_inject(joined: Client) -> None:
    page = joined.get("/welcome/organisation/", {"q": "<script>alert(1)</script>"}).content.decode()
    assert "<script>alert" not in page


def test_request_to_join_waits_for_the_administrator(joined: Client, company_a: Organisation, owner: Person) -> None:
    url = reverse("request_membership", args=[company_a.pk])
    response = joined.post(url, {"position": "工程师", "after": "welcome", "key": "k1"})
    assert (response.status_code, response["Location"]) == (302, "/welcome/security/")
    membership = Membership.objects.get(position="工程师")
    assert (membership.organisation, membership.state, membership.role) == (company_a, "requested", "member")
    assert "待确认" in joined.get("/welcome/security/").content.decode()
    joined.post(url, {"position": "工程师", "after": "welcome", "key": "k1"})
    again = joined.post(url, {"position": "工程师", "key": "k2"})
    assert again.status_code == 422
    assert "您与“甲辰试验光电有限公司”的成员关系已经存在，状态是“待确认”。" in again.content.decode()
    assert Membership.objects.filter(organisation=company_a).count() == 2


def test_new_organisation_is_usable_while_it_is_verified(joined: Client, wuhan: Any) -> None:
    data = {
        "name": "庚申试验膜材（武汉）有限公司",
        "kind": "company",
        "credit_code": credit_code(88),
        "node": "wuhan",
        "key": "k",
    }
    response = joined.post("/organisations/new/", data)
    organisation = Organisation.objects.get()
    assert (response.status_code, response["Location"]) == (302, f"/organisations/{organisation.pk}/")
    assert (organisation.state, organisation.region) == ("unverified", "990000")
    person = Person.objects.get()
    assert person.standing.administers == {organisation.pk}
    page = joined.get(f"/organisations/{organisation.pk}/").content.decode()
    assert "核验中" in page
    assert "编辑单位资料" in page


def test_invitation_by_mail_leads_through_sign_up_into_the_organisation(
    client: Client, company_a: Organisation
) -> None:
    link = reverse("invitation", args=[invitation_token(company_a, "new@example.test")])
    assert client.get(link)["Location"].startswith("/accounts/signup/")
    sign_up(client)
    client.post("/accounts/confirm-email/", {"code": code_in(str(mail.outbox[0].body))})
    response = client.post("/welcome/", {"purposes": ["ask"], "name": "新同事", "title": "工艺工程师"})
    assert response["Location"] == "/welcome/security/"
    membership = Membership.objects.get()
    assert (membership.organisation, membership.state, membership.position) == (company_a, "active", "工艺工程师")


def test_invitation_for_another_address_is_refused_and_changes_nothing(client: Client, company_a: Organisation) -> None:
    client.force_login(PersonFactory())
    link = reverse("invitation", args=[invitation_token(company_a, "new@example.test")])
    assert (client.get(link).status_code, client.post(link).status_code) == (403, 403)
    assert Membership.objects.count() == 0


def test_invitation_taken_up_twice_makes_one_member(client: Client, company_a: Organisation) -> None:
    client.force_login(PersonFactory(email="invited@example.test"))
    link = reverse("invitation", args=[invitation_token(company_a, "invited@example.test")])
    assert client.get(link).status_code == 200
    for _n in range(2):
        assert client.post(link).status_code == 302
    assert Membership.objects.count() == 1


def test_forged_invitation_is_not_found(client: Client, company_a: Organisation) -> None:
    token = invitation_token(company_a, "new@example.test")
    assert client.get(reverse("invitation", args=[token[:-2] + "xx"])).status_code == 404


def test_welcome_pages_need_a_login(client: Client) -> None:
    for url in ("/welcome/", "/welcome/organisation/", "/welcome/security/", "/organisations/find/?q=a"):
        assert client.get(url)["Location"].startswith("/accounts/login/")


def test_second_factor_and_passkey_are_offered(client: Client, owner: Person) -> None:
    MembershipFactory(person=owner)
    client.force_login(owner)
    page = client.get("/welcome/security/").content.decode()
    assert reverse("mfa_add_webauthn") in page
    assert reverse("mfa_activate_totp") in page


def test_desk_shows_that_the_organisation_is_being_verified(
    client: Client, owner: Person, company_a: Organisation
) -> None:
    client.force_login(owner)
    assert "核验中" not in client.get("/desk/").content.decode()
    Organisation.objects.filter(pk=company_a.pk).update(state="unverified")
    page = client.get("/desk/").content.decode()
    assert "核验中" in page
    assert company_a.get_absolute_url() in page
