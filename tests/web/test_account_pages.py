"""The pages of accounts look like the rest, before and after signing in."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from keqiao.parties.models import Person


@pytest.mark.parametrize(
    ("path", "title"),
    [
        ("/accounts/login/", "登录科桥"),
        ("/accounts/signup/", "加入科桥"),
        ("/accounts/password/reset/", "密码重置"),
    ],
)
def test_entrance_is_a_card_with_labels(client: Client, db: None, path: str, title: str) -> None:
    html = client.get(path).content.decode()
    assert 'class="card entrance-card"' in html
    assert re.search(rf'<h1 class="entry-title">\s*{title}', html)
    assert 'class="field-label" for="id_' in html
    assert "<c-" not in html


@pytest.mark.parametrize(
    "path",
    [
        "/accounts/email/",
        "/accounts/password/change/",
        "/accounts/2fa/",
        "/accounts/2fa/webauthn/",
        "/accounts/2fa/recovery-codes/generate/",
        "/accounts/2fa/totp/activate/",
        "/accounts/2fa/webauthn/add/",
        "/accounts/logout/",
    ],
)
def test_settings_stand_beside_their_menu(client: Client, owner: Person, path: str) -> None:
    client.force_login(owner)
    page = client.get(path, follow=True)
    html = page.content.decode()
    assert page.status_code == 200
    assert 'class="manage"' in html or 'class="entrance"' in html
    assert "<c-" not in html
    assert " style=" not in html


def test_wrong_password_is_told_and_changes_nothing(client: Client, owner: Person) -> None:
    html = client.post("/accounts/login/", {"login": owner.email, "password": "not this one"}).content.decode()
    assert "data-error-summary" in html
    assert "_auth_user_id" not in client.session


def test_page_that_does_not_exist_says_so(client: Client, db: None) -> None:
    page = client.get("/nowhere/at/all/")
    assert page.status_code == 404
    assert "找不到这一页" in page.content.decode()
    assert "<c-" not in page.content.decode()
