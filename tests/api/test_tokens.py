"""Tokens: made for a password, used by programs, revoked."""

from __future__ import annotations

import pytest
from django.test import Client

from keqiao.api import actions
from keqiao.api.models import AccessToken
from keqiao.api.workflow import TOKENS
from keqiao.kernel.workflow import run
from keqiao.parties.models import Person
from tests.factories import PersonFactory

PASSWORD = "a long enough one"


@pytest.fixture
def person(db: None) -> Person:
    return PersonFactory(email="api@example.test", password=PASSWORD)


def ask(email: str, password: str) -> object:
    return Client().post("/api/v1/tokens", {"email": email, "password": password}, content_type="application/json")


def test_password_gives_a_token_that_acts_as_the_person(person: Person) -> None:
    token = ask("API@example.test", PASSWORD).json()["token"]
    assert AccessToken.objects.get().person == person
    assert token not in str(AccessToken.objects.values())
    answer = Client().get(f"/api/v1/people/{person.pk}", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200


def test_a_wrong_password_is_refused_without_saying_which(person: Person) -> None:
    wrong, unknown = ask("api@example.test", "wrong"), ask("nobody@example.test", "wrong")
    assert wrong.status_code == unknown.status_code == 422
    assert wrong.json() == unknown.json()
    assert AccessToken.objects.count() == 0


def test_a_revoked_token_opens_nothing(person: Person) -> None:
    token, text = actions.issue(person, name="x")
    run(TOKENS, token.pk, "revoke", actor=person)
    assert Client().get("/api/v1/needs", headers={"Authorization": f"Bearer {text}"}).status_code == 401


def test_a_made_up_token_is_refused_even_for_reading(db: None) -> None:
    answer = Client().get("/api/v1/needs", headers={"Authorization": "Bearer kq_nonsense"})
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == "Bearer"


def test_a_deactivated_person_s_token_is_refused(person: Person) -> None:
    _token, text = actions.issue(person, name="x")
    Person.objects.update(is_active=False)
    assert Client().get("/api/v1/needs", headers={"Authorization": f"Bearer {text}"}).status_code == 401


def test_guessing_is_slowed_down(person: Person) -> None:
    answers = [ask("api@example.test", f"guess {number}").status_code for number in range(12)]
    assert answers[-1] == 429


def test_a_session_needs_the_csrf_token(person: Person) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(person)
    assert client.post("/api/v1/needs", {}, content_type="application/json").status_code == 403
