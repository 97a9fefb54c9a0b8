"""The pages of accounts look like the rest, before and after signing in."""

from __future__ import annotations

import re

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from keqiao.parties.models import Person


@pytest.mark.parametrize(
    ("path", "title"),
    [
        ("/accounts/login/", "登录科桥"),
        ("/accounts/signup/", "加入科桥"),
        ("/accounts/password/reset/", "重设密码"),
    ],
)
def test_entrance_is_a_card_with_labels(client: Client, db: None, path: str, title: str) -> None:
    html = client.get(path).content.decode()
    assert 'class="card entrance-card"' in html
    assert re.search(rf'<h1 class="entry-title">\s*{title}', html)
    assert 'class="field-label" for="id_' in html
    assert "<c-" not in html


@pytest.mark.parametrize(
    ("path", "says", "way_on"),
    [
        ("/accounts/password/reset/done/", "请看邮箱", "/accounts/password/reset/"),
        ("/accounts/password/reset/key/1-used/", "这个链接不能用了", "/accounts/password/reset/"),
        ("/accounts/password/reset/key/done/", "密码已修改", "/accounts/login/"),
    ],
)
def test_forgotten_password_page_says_what_to_do(client: Client, db: None, path: str, says: str, way_on: str) -> None:
    card = client.get(path).content.decode().partition('class="card entrance-card"')[2].partition("</main>")[0]
    assert re.search(rf'<h1 class="entry-title">\s*{says}', card)
    assert f'href="{way_on}"' in card


@pytest.fixture
def signed_in(client: Client, owner: Person) -> Client:
    """林工, signed in just now with a password and a confirmed address."""
    owner.set_password("a long pass phrase")
    owner.save()
    EmailAddress.objects.update_or_create(user=owner, email=owner.email, defaults={"verified": True, "primary": True})
    client.force_login(owner)
    client.post("/accounts/reauthenticate/", {"password": "a long pass phrase"})
    return client


@pytest.mark.parametrize(
    ("path", "title"),
    [
        ("/accounts/email/", "邮箱"),
        ("/accounts/password/change/", "修改密码"),
        ("/accounts/2fa/", "两步验证与通行密钥"),
        ("/accounts/2fa/totp/activate/", "设置手机验证器"),
        ("/accounts/2fa/webauthn/add/", "添加通行密钥"),
        ("/accounts/tokens/", "我的访问令牌"),
        ("/accounts/tokens/new/", "创建访问令牌"),
    ],
)
def test_settings_stand_beside_their_menu(signed_in: Client, path: str, title: str) -> None:
    page = signed_in.get(path)
    html = page.content.decode()
    assert page.status_code == 200
    assert re.search(rf'<h1 class="entry-title">\s*{title}', html)
    assert 'class="manage"' in html
    assert "<c-" not in html
    assert " style=" not in html


def test_authenticator_shows_its_picture_and_its_secret(signed_in: Client) -> None:
    html = signed_in.get("/accounts/2fa/totp/activate/").content.decode()
    assert re.search(r'<img class="entry-picture[^"]*" src="data:image/svg\+xml', html)
    assert 'id="authenticator_secret"' in html
    assert '<label class="field-label" for="id_code">' in html


def test_wrong_password_is_told_and_changes_nothing(client: Client, owner: Person) -> None:
    html = client.post("/accounts/login/", {"login": owner.email, "password": "not this one"}).content.decode()
    assert "data-error-summary" in html
    assert "_auth_user_id" not in client.session


def test_page_that_does_not_exist_says_so(client: Client, db: None) -> None:
    page = client.get("/nowhere/at/all/")
    assert page.status_code == 404
    assert "找不到这一页" in page.content.decode()
    assert "<c-" not in page.content.decode()


def test_another_password_is_asked_for_in_words_of_joining(signed_in: Client) -> None:
    html = signed_in.get("/accounts/password/change/").content.decode()
    assert html.count("至少 10 个字符，不要全是数字，也不要用常见的密码。") == 1
    assert "你的密码" not in html
