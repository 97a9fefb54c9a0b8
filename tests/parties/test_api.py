"""Parties over the API: the same tables, the same words, the same eyes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from keqiao.parties.models import Membership, Organisation, Person
from tests.factories import credit_code
from tests.personas import fresh

pytestmark = pytest.mark.django_db


def post(client: Client, path: str, **data: Any) -> Any:
    return client.post(f"/api/v1{path}", json.dumps(data), content_type="application/json")


def test_registering_answers_with_what_the_person_may_do_now(client: Client, professor: Person, wuhan: Any) -> None:
    client.force_login(professor)
    response = post(
        client, "/organisations", name="甲戌试验铸造有限公司", kind="company", credit_code=credit_code(61), node="wuhan"
    )
    assert response.status_code == 200, response.content
    row = response.json()["row"]
    assert (row["state"], row["fields"]["name"]) == ("unverified", "甲戌试验铸造有限公司")
    assert {verb["name"] for verb in row["verbs"]} == {"save", "invite", "correct"}


def test_wrong_code_is_a_problem_by_field(client: Client, professor: Person, wuhan: Any) -> None:
    client.force_login(professor)
    response = post(
        client, "/organisations", name="甲戌试验铸造有限公司", kind="company", credit_code="1", node="wuhan"
    )
    assert response.status_code == 422
    assert response.json()["errors"]["credit_code"] == [
        "统一社会信用代码应为 18 位，您填写了 1 位。请对照营业执照或法人证书核对。"
    ]
    assert not Organisation.objects.filter(name="甲戌试验铸造有限公司").exists()


def test_strangers_read_without_the_code_and_write_nothing(client: Client, company_a: Organisation) -> None:
    (row,) = client.get("/api/v1/organisations").json()["items"]
    assert "credit_code" not in row["fields"]
    assert row["hidden"]["credit_code"] == "registered"
    assert post(client, f"/organisations/{company_a.pk}/invite", email="a@example.test").status_code == 401
    assert Membership.objects.count() == 0


def test_joining_is_asked_for_and_confirmed(
    client: Client, competitor: Person, owner: Person, company_a: Organisation
) -> None:
    client.force_login(competitor)
    response = post(client, "/memberships/request", organisation=str(company_a.pk), position="顾问")
    assert response.status_code == 200, response.content
    pk = response.json()["row"]["id"]
    assert post(client, f"/memberships/{pk}/accept").status_code == 403
    client.force_login(owner)
    assert post(client, f"/memberships/{pk}/accept").status_code == 200
    assert company_a.pk in fresh(competitor).standing.organisations


def test_profile_keeps_what_the_body_leaves_out(client: Client, owner: Person) -> None:
    client.force_login(owner)
    assert post(client, f"/people/{owner.pk}/save", fields_known=["红外镀膜"], level_email="3").status_code == 200
    assert post(client, f"/people/{owner.pk}/save", title="总监").status_code == 200
    owner = fresh(owner)
    assert (owner.name, owner.title, owner.fields, owner.levels["email"]) == ("林工", "总监", ["红外镀膜"], 3)


def test_people_are_listed_as_the_directory_says(client: Client, professor: Person, owner: Person) -> None:
    (row,) = client.get("/api/v1/people").json()["items"]
    assert row["fields"]["name"] == "沈教授"
    assert "email" not in row["fields"]
    assert client.get(f"/api/v1/people/{owner.pk}").status_code == 404
