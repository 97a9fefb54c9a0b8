"""Second factors and passkeys: proof that it is still the person, in words that people understand."""

from __future__ import annotations

import time
from typing import Any

import pytest
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from allauth.mfa.webauthn.internal.auth import WebAuthn
from django.core import mail
from django.test import Client

from keqiao.parties.accounts import CHANGES, AccountAdapter
from keqiao.parties.models import Person
from keqiao.parties.second_factor import SIGNED_IN
from tests.accounts import PASSWORD, SECRET, number, with_password

ACTIVATE = "/accounts/2fa/totp/activate/"


@pytest.fixture
def person(owner: Person) -> Person:
    return with_password(owner)


def log_in(client: Client, person: Person) -> Any:
    return client.post("/accounts/login/", {"login": person.email, "password": PASSWORD})


def test_somebody_who_has_just_signed_in_is_not_asked_again(client: Client, person: Person) -> None:
    log_in(client, person)
    assert client.get(ACTIVATE).status_code == 200


def test_a_minute_too_late_the_password_is_asked(client: Client, person: Person) -> None:
    log_in(client, person)
    session = client.session
    session[SIGNED_IN] = time.time() - 301
    session.save()
    assert client.get(ACTIVATE)["Location"].startswith("/accounts/reauthenticate/")


@pytest.mark.parametrize("forged", ["soon", None, [], {}])
def test_nonsense_in_the_session_is_no_proof(client: Client, person: Person, forged: Any) -> None:
    log_in(client, person)
    session = client.session
    session[SIGNED_IN] = forged
    session.save()
    assert client.get(ACTIVATE).status_code == 302


@pytest.mark.django_db(transaction=True)
def test_app_is_set_up_and_recovery_codes_come_with_it(client: Client, person: Person) -> None:
    log_in(client, person)
    client.get(ACTIVATE)
    secret = client.session["mfa.totp.secret"]
    wrong = client.post(ACTIVATE, {"code": "000000"})
    assert "验证码不对，或者已经过期。请输入现在显示的一个。" in wrong.content.decode()
    assert Authenticator.objects.count() == 0
    answer = client.post(ACTIVATE, {"code": number(secret)}, follow=True)
    assert answer.redirect_chain == [("/accounts/2fa/recovery-codes/", 302)]
    assert "手机验证器已启用。" in answer.content.decode()
    assert "共 10 个，还剩 10 个。" in answer.content.decode()
    assert {row.type for row in Authenticator.objects.filter(user=person)} == {"totp", "recovery_codes"}


@pytest.mark.parametrize("step", [-1, 0, 1])
def test_clock_of_the_phone_may_be_half_a_minute_off(client: Client, person: Person, step: int) -> None:
    TOTP.activate(person, SECRET)
    assert log_in(client, person)["Location"].startswith("/accounts/2fa/authenticate/")
    assert "_auth_user_id" not in client.session
    assert client.post("/accounts/2fa/authenticate/", {"code": number(step=step)})["Location"] == "/desk/"


def test_number_from_two_minutes_ago_lets_nobody_in(client: Client, person: Person) -> None:
    TOTP.activate(person, SECRET)
    log_in(client, person)
    page = client.post("/accounts/2fa/authenticate/", {"code": number(step=-4)}).content.decode()
    assert "验证码不对" in page
    assert "六位数字或恢复码" in page
    assert "_auth_user_id" not in client.session


def test_number_opens_once(client: Client, person: Person) -> None:
    TOTP.activate(person, SECRET)
    code = number()
    log_in(client, person)
    client.post("/accounts/2fa/authenticate/", {"code": code})
    other = Client()
    log_in(other, person)
    assert other.post("/accounts/2fa/authenticate/", {"code": code}).status_code == 200
    assert "_auth_user_id" not in other.session


def test_with_a_second_factor_that_one_is_asked_not_the_password(person: Person) -> None:
    methods = AccountAdapter().get_reauthentication_methods(person)
    assert [method["id"] for method in methods] == ["reauthenticate"]
    TOTP.activate(person, SECRET)
    methods = AccountAdapter().get_reauthentication_methods(person)
    assert [(method["id"], str(method["description"])) for method in methods] == [
        ("mfa_reauthenticate", "用验证器或恢复码")
    ]


def test_passkey_is_asked_first_where_there_is_no_app(person: Person) -> None:
    WebAuthn.add(person, "电脑", {})
    RecoveryCodes.activate(person)
    first = [method["id"] for method in AccountAdapter().get_reauthentication_methods(person)]
    assert first == ["mfa_reauthenticate:webauthn", "mfa_reauthenticate"]
    TOTP.activate(person, SECRET)
    both = [method["id"] for method in AccountAdapter().get_reauthentication_methods(person)]
    assert both == ["mfa_reauthenticate", "mfa_reauthenticate:webauthn"]


def test_app_and_passkeys_carry_our_name(person: Person) -> None:
    adapter = get_adapter()
    assert "issuer=%E7%A7%91%E6%A1%A5%20Keqiao" in adapter.build_totp_url(person, SECRET)
    assert adapter.generate_authenticator_name(person, Authenticator.Type.WEBAUTHN) == "我的通行密钥"
    WebAuthn.add(person, "电脑", {})
    assert adapter.generate_authenticator_name(person, Authenticator.Type.WEBAUTHN) == "通行密钥 2"


@pytest.mark.django_db(transaction=True)
def test_change_is_told_by_mail_with_where_it_came_from(client: Client, person: Person) -> None:
    log_in(client, person)
    client.get(ACTIVATE)
    client.post(ACTIVATE, {"code": number(client.session["mfa.totp.secret"])})
    told = mail.outbox[0]
    assert told.to == [person.email]
    assert told.subject == "科桥 Keqiao · 账号变化：手机验证器已启用。"
    assert "网络地址 127.0.0.1" in str(told.body)
    assert "http://localhost:8000/accounts/2fa/" in str(told.body)


def test_new_password_is_told_by_mail(client: Client, person: Person) -> None:
    log_in(client, person)
    new = {"oldpassword": PASSWORD, "password1": "another long phrase", "password2": "another long phrase"}
    client.post("/accounts/password/change/", new)
    assert [message.subject for message in mail.outbox] == ["科桥 Keqiao · 账号变化：密码已修改。"]


def test_every_change_has_its_sentence(person: Person) -> None:
    values = {
        "from_email": "a@example.test",
        "to_email": "b@example.test",
        "deleted_email": "a@example.test",
        "name": "x",
    }
    for sentence in CHANGES.values():
        assert (str(sentence) % values).endswith("。")


def test_one_email_address_shows_no_buttons_that_do_nothing(client: Client, person: Person) -> None:
    client.force_login(person)
    page = client.get("/accounts/email/").content.decode()
    assert person.email in page
    for name in ("action_primary", "action_send", "action_remove"):
        assert name not in page
    person.emailaddress_set.create(email="new@example.test", verified=False)  # type: ignore[attr-defined]
    page = client.get("/accounts/email/").content.decode()
    assert (page.count("action_send"), page.count("action_remove"), page.count("action_primary")) == (1, 1, 0)


def test_primary_address_is_changed_in_steps(client: Client, person: Person) -> None:
    log_in(client, person)
    person.emailaddress_set.create(email="new@example.test", verified=True)  # type: ignore[attr-defined]
    client.post("/accounts/email/", {"email": "new@example.test", "action_primary": ""})
    person.refresh_from_db()
    assert person.email == "new@example.test"
    assert mail.outbox[0].subject.endswith("主邮箱从 lin@example.test 改为 new@example.test。")
