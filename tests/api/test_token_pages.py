"""The pages of a person's own tokens: made after proof, shown once, taken back."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.core import mail
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from keqiao.api import actions
from keqiao.api.models import AccessToken
from keqiao.api.workflow import TOKENS
from keqiao.kernel.journal import history
from keqiao.kernel.models import Entry, Secret
from keqiao.kernel.workflow import run
from keqiao.parties.models import Person
from tests.accounts import PASSWORD, SECRET, number, with_password
from tests.personas import Personas

NEW = "/accounts/tokens/new/"


@pytest.fixture
def person(owner: Person) -> Person:
    return with_password(owner)


@pytest.fixture
def proven(client: Client, person: Person) -> Client:
    """Signed in, and the password given again just now."""
    client.force_login(person)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return client


def second_factor(person: Person) -> str:
    """Give the person an authenticator app; the number that it shows now."""
    TOTP.activate(person, SECRET)
    return number()


def text_on(response: Any) -> str:
    found = re.search(r'value="(kq_[\w-]+)"', response.content.decode())
    assert found
    return found[1]


def test_new_token_is_shown_once_and_opens_the_api(proven: Client, person: Person) -> None:
    answer = proven.post(NEW, {"name": " 成果\u3000同步 ", "days": "30", "key": "k"})
    text = text_on(answer)
    assert answer["Cache-Control"] == "no-store"
    token = AccessToken.objects.get()
    assert (token.person, token.name, token.state) == (person, "成果 同步", "active")
    assert timedelta(days=29) < token.expires_at - timezone.now() < timedelta(days=30)  # type: ignore[operator]
    assert (
        Client().get("/api/v1/tokens", headers={"Authorization": f"Bearer {text}"}).json()["items"][0]["id"] == token.pk
    )
    page = proven.get("/accounts/tokens/").content.decode()
    assert "成果 同步" in page
    assert text not in page


def test_journal_and_mail_know_neither_text_nor_digest(proven: Client, caplog: pytest.LogCaptureFixture) -> None:
    text = text_on(proven.post(NEW, {"name": "成果同步", "days": "0", "key": "k"}))
    digest = AccessToken.objects.get().digest
    written = str(list(Entry.objects.values())) + str(list(Secret.objects.values())) + str(mail.outbox[0].message())
    for secret in (text, digest):
        assert secret not in written + caplog.text
    assert set(history(AccessToken.objects.get()).get().changes) == {"id", "state", "created_at", "person", "name"}


def test_new_token_is_told_by_mail(proven: Client, person: Person) -> None:
    proven.post(NEW, {"name": "成果同步", "days": "30", "key": "k"})
    assert mail.outbox[0].to == [person.email]
    assert "创建了访问令牌“成果同步”。" in mail.outbox[0].subject
    assert "http://localhost:8000/accounts/2fa/" in str(mail.outbox[0].body)


def test_same_form_twice_makes_one_token(proven: Client) -> None:
    proven.post(NEW, {"name": "同步", "days": "30", "key": "k"})
    again = proven.post(NEW, {"name": "同步", "days": "30", "key": "k"}, follow=True)
    assert AccessToken.objects.count() == 1
    assert "内容只显示一次" in again.content.decode()


def test_token_until_revoked_has_no_end(proven: Client) -> None:
    proven.post(NEW, {"name": "同步", "days": "0", "key": "k"})
    assert AccessToken.objects.get().expires_at is None
    assert "直到停用一直有效" in proven.get("/accounts/tokens/").content.decode()


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"name": "", "days": "30"}, "name"),
        ({"name": "字" * 61, "days": "30"}, "name"),
        ({"name": "同步", "days": "31"}, "days"),
        ({"name": "同步"}, "days"),
    ],
)
def test_wrong_form_comes_back_with_the_field_named(proven: Client, data: dict[str, str], field: str) -> None:
    answer = proven.post(NEW, data)
    assert answer.status_code == 422
    assert f'href="#id_{field}"' in answer.content.decode()
    assert AccessToken.objects.count() == 0


def test_a_key_longer_than_the_journal_keeps_is_cut(proven: Client) -> None:
    assert proven.post(NEW, {"name": "同步", "days": "30", "key": "k" * 500}).status_code == 200
    assert len(Entry.objects.get(object_type="accesstoken").key) == 100


def test_without_proof_the_password_is_asked_and_nothing_is_made(client: Client, person: Person) -> None:
    client.force_login(person)
    for answer in (client.get(NEW), client.post(NEW, {"name": "同步", "days": "30"})):
        assert answer.status_code == 302
        assert answer["Location"].startswith("/accounts/reauthenticate/")
    assert AccessToken.objects.count() == 0


def test_form_sent_before_the_proof_goes_on_after_it(client: Client, person: Person) -> None:
    client.force_login(person)
    asked = client.post(NEW, {"name": "同步", "days": "30", "key": "k"})
    done = client.post(asked["Location"], {"password": PASSWORD, "next": NEW})
    assert text_on(done).startswith("kq_")
    assert AccessToken.objects.get().name == "同步"


def test_password_alone_is_no_proof_with_a_second_factor(client: Client, person: Person) -> None:
    second_factor(person)
    client.force_login(person)
    for path in (f"/accounts/reauthenticate/?next={NEW}", NEW):
        answer = client.post(path, {"password": PASSWORD, "name": "同步", "days": "30"})
        assert answer["Location"].startswith("/accounts/2fa/reauthenticate/")
    assert AccessToken.objects.count() == 0


def test_second_factor_is_proof(client: Client, person: Person) -> None:
    shown = second_factor(person)
    client.force_login(person)
    wrong = client.post("/accounts/2fa/reauthenticate/", {"code": "000000", "next": NEW})
    assert "验证码不对" in wrong.content.decode()
    right = client.post("/accounts/2fa/reauthenticate/", {"code": shown, "next": NEW})
    assert right["Location"] == NEW
    assert client.post(NEW, {"name": "同步", "days": "30"}).status_code == 200


def test_proof_grows_old(proven: Client) -> None:
    session = proven.session
    session["account_authentication_methods"] = [
        record | {"at": record["at"] - 301} for record in session["account_authentication_methods"]
    ]
    session.save()
    assert proven.post(NEW, {"name": "同步", "days": "30"}).status_code == 302
    assert AccessToken.objects.count() == 0


def test_refusal_over_the_api_names_the_page(client: Client, person: Person) -> None:
    second_factor(person)
    answer = client.post(
        "/api/v1/tokens", {"email": person.email, "password": PASSWORD}, content_type="application/json"
    )
    assert answer.status_code == 403
    assert f"http://localhost:8000{NEW}" in answer.json()["detail"]
    assert AccessToken.objects.count() == 0
    assert Authenticator.objects.count() == 1


def test_pages_need_a_login(client: Client, db: None) -> None:
    for path in ("/accounts/tokens/", NEW):
        assert client.get(path)["Location"] == f"/accounts/login/?next={path}"


def test_token_is_revoked_on_its_page_and_opens_nothing(proven: Client, person: Person) -> None:
    token, text = actions.issue(person, name="同步")
    assert "确定停用吗" in proven.get(f"/tokens/{token.pk}/revoke/").content.decode()
    done = proven.post(f"/tokens/{token.pk}/revoke/", {"key": "r"})
    assert (done.status_code, done["Location"]) == (302, "/accounts/tokens/")
    token.refresh_from_db()
    assert (token.state, token.revoked_at is not None) == ("revoked", True)
    assert Client().get("/api/v1/tokens", headers={"Authorization": f"Bearer {text}"}).status_code == 401
    assert [entry.verb for entry in history(token)] == ["issue", "revoke"]


@pytest.mark.parametrize(
    "persona",
    ["colleague", "competitor", "professor", "manager", "operator", "other_operator", "centre_operator", "auditor"],
)
def test_somebody_else_s_token_does_not_exist(client: Client, personas: Personas, owner: Person, persona: str) -> None:
    token, _text = actions.issue(owner, name="同步")
    client.force_login(personas[persona])  # type: ignore[arg-type]
    assert "同步" not in client.get("/accounts/tokens/").content.decode()
    assert client.get(f"/tokens/{token.pk}/revoke/").status_code == 404
    assert client.post(f"/tokens/{token.pk}/revoke/").status_code == 404
    token.refresh_from_db()
    assert token.state == "active"


def test_token_past_its_end_opens_nothing_and_is_put_away(owner: Person) -> None:
    token, text = actions.issue(owner, name="同步", days=1)
    AccessToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert AccessToken.objects.opening(text) is None
    from keqiao.kernel.deadlines import run_due

    assert run_due() == 1
    token.refresh_from_db()
    assert token.state == "expired"


def test_expired_token_is_told_to_its_person(owner: Person, sealed: Any) -> None:
    from keqiao.kernel.access import SYSTEM
    from keqiao.notices.models import Notice

    token, _text = actions.issue(owner, name="成果同步", days=1)
    run(TOKENS, token.pk, "expire", actor=SYSTEM)
    sealed()
    notice = Notice.objects.get()
    assert (notice.person_id, notice.title, notice.url) == (owner.pk, "成果同步", "/accounts/tokens/")


@pytest.mark.parametrize("count", [1, 3])
def test_list_asks_the_same_number_of_questions(
    client: Client, owner: Person, count: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for place in range(count):
        actions.issue(owner, name=f"第{place}个")
    client.force_login(owner)
    with django_assert_max_num_queries(8):
        assert client.get("/accounts/tokens/").content.decode().count("停用令牌：") == count
