"""Tokens over the API: whose, listed, taken back."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from keqiao.api import actions
from keqiao.api.models import AccessToken
from keqiao.kernel.models import Entry
from keqiao.parties.models import Person
from tests.api.conftest import Call
from tests.factories import PersonFactory
from tests.personas import Personas

PASSWORD = "a long enough one"


@pytest.fixture
def token(owner: Person) -> AccessToken:
    return actions.issue(owner, name="成果同步", days=90)[0]


def ask(**body: Any) -> Any:
    return Client().post("/api/v1/tokens", {"email": "api@example.test"} | body, content_type="application/json")


def test_list_shows_my_tokens_without_text_or_digest(call: Call, owner: Person, token: AccessToken) -> None:
    answer = call(owner, "GET", "/tokens")
    used, mine = answer.json()["items"]
    assert mine["id"] == token.pk
    assert mine["fields"] == {
        "name": "成果同步",
        "expires_at": mine["fields"]["expires_at"],
        "last_used_on": None,
        "revoked_at": None,
    }
    assert used["fields"]["last_used_on"] == timezone.localdate().isoformat()
    assert token.digest not in answer.content.decode()
    assert "kq_" not in answer.content.decode()


def test_list_goes_by_state(call: Call, owner: Person, token: AccessToken) -> None:
    call(owner, "POST", f"/tokens/{token.pk}/revoke")
    assert [item["id"] for item in call(owner, "GET", "/tokens?state=revoked").json()["items"]] == [token.pk]


@pytest.mark.parametrize(
    "persona",
    ["colleague", "competitor", "professor", "manager", "operator", "other_operator", "centre_operator", "auditor"],
)
def test_somebody_else_s_token_is_neither_seen_nor_revoked(
    call: Call, personas: Personas, token: AccessToken, persona: str
) -> None:
    who = personas[persona]
    assert token.pk not in [item["id"] for item in call(who, "GET", "/tokens").json()["items"]]
    assert call(who, "GET", f"/tokens/{token.pk}").status_code == 404
    assert call(who, "POST", f"/tokens/{token.pk}/revoke").status_code == 404
    token.refresh_from_db()
    assert token.state == "active"
    assert not Entry.objects.filter(verb="revoke").exists()


def test_a_stranger_sees_no_token_and_revokes_none(call: Call, token: AccessToken) -> None:
    assert call(None, "GET", "/tokens").json() == {"items": [], "next": None}
    assert call(None, "GET", f"/tokens/{token.pk}").status_code == 404
    assert call(None, "POST", f"/tokens/{token.pk}/revoke").status_code == 401
    token.refresh_from_db()
    assert token.state == "active"


def test_revoke_is_offered_while_the_token_lives(call: Call, owner: Person, token: AccessToken) -> None:
    verbs = [verb["name"] for verb in call(owner, "GET", f"/tokens/{token.pk}").json()["verbs"]]
    assert verbs == ["revoke"]
    gone = call(owner, "POST", f"/tokens/{token.pk}/revoke").json()["row"]
    assert (gone["state"], gone["verbs"]) == ("revoked", [])
    assert call(owner, "POST", f"/tokens/{token.pk}/revoke").status_code == 409


def test_token_takes_itself_back(owner: Person) -> None:
    token, text = actions.issue(owner, name="一次性")
    headers = {"Authorization": f"Bearer {text}"}
    assert Client().post(f"/api/v1/tokens/{token.pk}/revoke", headers=headers).status_code == 200
    assert Client().get("/api/v1/tokens", headers=headers).status_code == 401


@pytest.mark.parametrize("verb", ["issue", "expire", "create"])
def test_what_the_platform_does_alone_has_no_address(call: Call, owner: Person, token: AccessToken, verb: str) -> None:
    for path in (f"/tokens/{token.pk}/{verb}", f"/tokens/{verb}"):
        assert call(owner, "POST", path).status_code in {404, 405}
    assert AccessToken.objects.filter(name="成果同步").count() == 1


def test_token_for_a_password_lasts_a_year_unless_asked_otherwise(db: None) -> None:
    PersonFactory(email="api@example.test", password=PASSWORD)
    year = datetime.datetime.fromisoformat(ask(password=PASSWORD).json()["expires_at"])
    assert 364 <= (year - timezone.now()).days <= 365
    week = datetime.datetime.fromisoformat(ask(password=PASSWORD, days=7).json()["expires_at"])
    assert (week - timezone.now()).days == 6
    assert ask(password=PASSWORD, days=None).json()["expires_at"] is None


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"password": PASSWORD, "days": 0}, "days"),
        ({"password": PASSWORD, "days": 3651}, "days"),
        ({"password": PASSWORD, "days": "soon"}, "days"),
        ({"password": PASSWORD, "name": ""}, "name"),
        ({"password": PASSWORD, "name": "x" * 61}, "name"),
        ({"password": PASSWORD, "scope": "all"}, "scope"),
        ({}, "password"),
    ],
)
def test_wrong_wishes_are_named_and_make_nothing(db: None, body: dict[str, Any], field: str) -> None:
    PersonFactory(email="api@example.test", password=PASSWORD)
    answer = ask(**body)
    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == [field]
    assert AccessToken.objects.count() == 0


def test_journal_says_who_and_not_what(owner: Person) -> None:
    token, text = actions.issue(owner, name="成果同步")
    entry = Entry.objects.get(object_type="accesstoken")
    assert (entry.verb, entry.actor_id, entry.to_state) == ("issue", owner.pk, "active")
    assert set(entry.changes["name"]) == {"digest"}
    assert text not in str(entry.changes)
    assert token.digest not in str(entry.changes)


def test_use_is_noted_by_the_day_and_is_no_event(call: Call, owner: Person) -> None:
    call(owner, "GET", "/needs")
    assert AccessToken.objects.get().last_used_on == timezone.localdate()
    assert [entry.verb for entry in Entry.objects.filter(object_type="accesstoken")] == ["issue"]
