"""Joining, from an e-mail address to the desk, as a browser walks it."""

from __future__ import annotations

import re
import time
from typing import Any
from urllib.parse import quote

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from django.urls import reverse

from keqiao.kernel.journal import history
from keqiao.parties.invitations import token_for
from keqiao.parties.models import Consent, Membership, Organisation, Person
from tests.accounts import PASSWORD as ACCOUNT_PASSWORD
from tests.accounts import with_password
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
    link = reverse("invitation", args=[token_for(company_a, "new@example.test")])
    assert client.get(link)["Location"].startswith("/accounts/signup/")
    sign_up(client)
    client.post("/accounts/confirm-email/", {"code": code_in(str(mail.outbox[0].body))})
    response = client.post("/welcome/", {"purposes": ["ask"], "name": "新同事", "title": "工艺工程师"})
    assert response["Location"] == "/welcome/security/"
    membership = Membership.objects.get()
    assert (membership.organisation, membership.state, membership.position) == (company_a, "active", "工艺工程师")


def test_invitation_for_another_address_is_refused_and_changes_nothing(client: Client, company_a: Organisation) -> None:
    client.force_login(PersonFactory())
    link = reverse("invitation", args=[token_for(company_a, "new@example.test")])
    assert (client.get(link).status_code, client.post(link).status_code) == (403, 403)
    assert Membership.objects.count() == 0


def test_invitation_of_an_organisation_rejected_meanwhile_is_refused(client: Client, company_a: Organisation) -> None:
    Organisation.objects.filter(pk=company_a.pk).update(state="rejected")
    client.force_login(PersonFactory(email="invited@example.test"))
    link = reverse("invitation", args=[token_for(company_a, "invited@example.test")])
    for answer in (client.get(link), client.post(link)):
        assert answer.status_code == 409
        assert "邀请您的单位没有通过核验，所以现在不能加入。" in answer.content.decode()
    assert Membership.objects.count() == 0
    Organisation.objects.filter(pk=company_a.pk).update(state="verified")
    assert client.post(link).status_code == 302
    assert Membership.objects.get().state == "active"


def test_who_signs_up_for_an_organisation_rejected_meanwhile_is_told(client: Client, company_a: Organisation) -> None:
    client.get(reverse("invitation", args=[token_for(company_a, "new@example.test")]))
    sign_up(client)
    client.post("/accounts/confirm-email/", {"code": code_in(str(mail.outbox[0].body))})
    Organisation.objects.filter(pk=company_a.pk).update(state="rejected")
    answer = client.post("/welcome/", {"purposes": ["ask"], "name": "新同事", "title": ""}, follow=True)
    assert answer.redirect_chain == [("/welcome/organisation/", 302)]
    assert "邀请您的单位没有通过核验" in answer.content.decode()
    assert Membership.objects.count() == 0


def test_invitation_taken_up_twice_makes_one_member(client: Client, company_a: Organisation) -> None:
    client.force_login(PersonFactory(email="invited@example.test"))
    link = reverse("invitation", args=[token_for(company_a, "invited@example.test")])
    assert client.get(link).status_code == 200
    for _n in range(2):
        assert client.post(link).status_code == 302
    assert Membership.objects.count() == 1


def test_forged_invitation_is_not_found(client: Client, company_a: Organisation) -> None:
    token = token_for(company_a, "new@example.test")
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


TOO_LATE = "这个验证码不能再用：过了 15 分钟，或者输错太多次。"


def test_a_code_is_good_for_fifteen_minutes_and_signing_in_sends_another(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_up(client)
    first, now = code_in(str(mail.outbox[0].body)), time.time()
    monkeypatch.setattr(time, "time", lambda: now + 901)
    response = client.post("/accounts/confirm-email/", {"code": first}, follow=True)
    assert response.redirect_chain == [("/accounts/login/", 302)]
    assert TOO_LATE in response.content.decode()
    assert not EmailAddress.objects.get().verified
    client.post("/accounts/login/", {"login": "new@example.test", "password": PASSWORD})
    second = code_in(str(mail.outbox[-1].body))
    assert (len(mail.outbox), second == first) == (2, False)
    assert client.post("/accounts/confirm-email/", {"code": second})["Location"] == "/welcome/"


def test_a_code_typed_wrong_too_often_is_no_longer_good(client: Client) -> None:
    sign_up(client)
    answers = [client.post("/accounts/confirm-email/", {"code": "AAAA-AAAA"}) for _n in range(5)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 200, 302]
    page = client.get(answers[-1]["Location"]).content.decode()
    assert TOO_LATE in page
    assert "登录失败次数过多" not in page
    client.post("/accounts/confirm-email/", {"code": code_in(str(mail.outbox[0].body))})
    assert not EmailAddress.objects.get().verified


def test_the_page_of_the_code_opened_for_nothing_says_nothing(client: Client) -> None:
    response = client.get("/accounts/confirm-email/", follow=True)
    assert response.redirect_chain == [("/accounts/login/", 302)]
    assert TOO_LATE not in response.content.decode()


def test_a_second_tab_waits_for_the_code_as_the_first(client: Client) -> None:
    sign_up(client)
    for path in ("/accounts/signup/", "/accounts/login/"):
        assert client.get(path)["Location"] == "/accounts/confirm-email/", path
    assert client.get("/welcome/", follow=True).redirect_chain[-1][0] == "/accounts/confirm-email/"


def test_signing_up_twice_makes_one_account(client: Client) -> None:
    for _n in range(2):
        assert sign_up(client).status_code == 302
    assert Person.objects.count() == 1


def test_the_first_question_answered_twice_is_one_entry(joined: Client) -> None:
    answers = {"purposes": ["ask"], "name": "新人", "key": "one-click"}
    for _n in range(2):
        assert joined.post("/welcome/", answers)["Location"] == "/welcome/organisation/"
    assert [entry.verb for entry in history(Person.objects.get())] == ["join", "welcome"]


def test_an_organisation_registered_twice_by_the_same_click_is_one(joined: Client, wuhan: Any) -> None:
    form = {"name": "甲戌试验铸造有限公司", "kind": "company", "node": "wuhan", "key": "one-click"}
    places = {joined.post("/organisations/new/", form)["Location"] for _n in range(2)}
    assert places == {Organisation.objects.get().get_absolute_url()}
    assert Membership.objects.count() == 1


def found_under(client: Client, typed: str) -> str:
    return str(client.get("/organisations/find/", {"q": typed}).content.decode())


def test_a_typed_code_that_nobody_has_leads_to_the_form_with_the_code(joined: Client) -> None:
    code = credit_code(77)
    shown = found_under(joined, f" {code[:8].lower()} {code[8:]}")
    assert f"/organisations/new/?credit_code={code}&amp;after=welcome" in shown
    assert "?name=" not in shown
    assert f'value="{code}"' in joined.get(f"/organisations/new/?credit_code={code}").content.decode()


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (credit_code(77)[:-1], "统一社会信用代码应为 18 位，您填写了 17 位。"),
        (credit_code(77)[:-1] + ("0" if credit_code(77)[-1] != "0" else "1"), "校验位不符"),
        ("9199000O0000000772", "第 8 位“O”不会出现在代码里，是不是“0”？"),
    ],
)
def test_a_mistyped_code_is_told_where_it_is_typed_and_is_no_name(joined: Client, typed: str, words: str) -> None:
    shown = found_under(joined, typed)
    assert words in shown
    assert "/organisations/new/" not in shown


def test_a_code_that_is_found_is_not_offered_for_registration(joined: Client, company_a: Organisation) -> None:
    shown = found_under(joined, company_a.credit_code.lower())
    assert company_a.name in shown
    assert "/organisations/new/" not in shown


@pytest.mark.parametrize("typed", ["没有这家公司", "zzz unknown", "3M 中国", "2026"])
def test_a_name_that_is_not_found_can_be_registered(joined: Client, typed: str) -> None:
    assert f"?name={quote(typed, safe='/')}&amp;after=welcome" in found_under(joined, typed)


def test_a_code_that_is_taken_leads_to_asking_to_join(joined: Client, company_a: Organisation) -> None:
    form = {"name": "戊子试验仪器有限公司", "kind": "company", "node": "wuhan", "credit_code": company_a.credit_code}
    response = joined.post("/organisations/new/", form)
    assert (response.status_code, Organisation.objects.count()) == (422, 1)
    page = response.content.decode()
    assert "这个代码已经登记为“甲辰试验光电有限公司”。请找到这家单位，申请加入。" in page
    assert f'href="/organisations/{company_a.pk}/request/"' in page


@pytest.mark.parametrize(
    ("host", "warned"),
    [
        ("127.0.0.1:8000", True),
        ("192.168.1.7", True),
        ("[::1]:8000", True),
        ("localhost:8000", False),
        ("keqiao.cn", False),
    ],
)
def test_adding_a_passkey_says_beforehand_that_it_wants_a_name(
    client: Client, owner: Person, host: str, warned: bool
) -> None:
    with_password(owner)
    client.post("/accounts/login/", {"login": owner.email, "password": ACCOUNT_PASSWORD}, headers={"host": host})
    page = client.get(reverse("mfa_add_webauthn"), headers={"host": host})
    assert page.status_code == 200
    assert ("通行密钥只认域名，您打开的是数字地址。" in page.content.decode()) is warned


def test_the_confirmed_address_is_told_in_our_words(client: Client) -> None:
    sign_up(client)
    response = client.post("/accounts/confirm-email/", {"code": code_in(str(mail.outbox[0].body))}, follow=True)
    assert "邮箱 new@example.test 已确认。" in response.content.decode()


@pytest.mark.parametrize(
    "path", ["/welcome/", "/welcome/organisation/", "/welcome/organisation/?q=zzz", "/welcome/security/"]
)
def test_the_pages_of_joining_are_english_throughout(joined: Client, path: str) -> None:
    joined.get("/desk/")  # takes the messages that were written in Chinese
    joined.cookies["django_language"] = "en"
    page = joined.get(path).content.decode()
    body = re.sub(r"<(script|svg|style)\b.*?</\1>", "", page.split("<main")[1].split("</main>")[0], flags=re.DOTALL)
    assert re.findall("[一-鿿]+", body) == []
