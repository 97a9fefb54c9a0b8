"""The code that confirms an address: typed as people type, sent again, wrong a few times."""

from __future__ import annotations

import re

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client

from keqiao.parties.models import Person
from tests.parties.test_joining import code_in, sign_up

pytestmark = pytest.mark.django_db
CONFIRM = "/accounts/confirm-email/"


@pytest.fixture
def code(client: Client) -> str:
    """Of somebody who has just signed up."""
    sign_up(client)
    return code_in(str(mail.outbox[0].body))


def test_page_says_where_the_code_was_sent(client: Client, code: str) -> None:
    page = client.get(CONFIRM).content.decode()
    assert "我们给 new@example.test 发了一封邮件" in page
    assert "邮箱写错了，重新填写" in page
    assert "<c-" not in page


@pytest.mark.parametrize("typed", [str.lower, lambda code: code.replace("-", ""), lambda code: f" {code} "])
def test_code_is_taken_as_people_type_it(client: Client, code: str, typed: object) -> None:
    answer = client.post(CONFIRM, {"code": typed(code)})  # type: ignore[operator]
    assert answer["Location"] == "/welcome/"
    assert EmailAddress.objects.get().verified


def test_wrong_code_says_what_to_do_and_may_be_mended(client: Client, code: str) -> None:
    for _n in range(3):
        page = client.post(CONFIRM, {"code": "AAAA-AAAA"}).content.decode()
        assert "验证码不对。请看最新的一封邮件，照着输入。" in page
    assert client.post(CONFIRM, {"code": code})["Location"] == "/welcome/"


def test_fifth_wrong_code_ends_it(client: Client, code: str) -> None:
    for _n in range(5):
        client.post(CONFIRM, {"code": "AAAA-AAAA"})
    assert client.post(CONFIRM, {"code": code})["Location"] == "/accounts/login/"
    assert "_auth_user_id" not in client.session
    assert not EmailAddress.objects.get().verified


def test_code_sent_again_replaces_the_first(client: Client, code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from allauth.core.internal import ratelimit

    now = ratelimit.time.time()
    monkeypatch.setattr(ratelimit.time, "time", lambda: now + 11)  # once in ten seconds
    client.post(CONFIRM, {"action": "resend"})
    again = code_in(str(mail.outbox[1].body))
    assert again != code
    assert client.post(CONFIRM, {"code": code}).status_code == 200
    assert client.post(CONFIRM, {"code": again})["Location"] == "/welcome/"


def test_mistyped_address_is_left_behind(client: Client, code: str) -> None:
    answer = client.post("/accounts/logout/", {"next": "/accounts/signup/"})
    assert answer["Location"] == "/accounts/signup/"
    sign_up(client, "right@example.test")
    assert re.search("right@example.test", client.get(CONFIRM).content.decode())
    assert Person.objects.count() == 2
    assert not EmailAddress.objects.filter(verified=True).exists()
