"""Resources made from the workflow tables."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from keqiao.exchange.models import Need, TeamMember
from keqiao.kernel.models import Entry
from keqiao.parties.models import Organisation, Person
from tests.api.conftest import Call
from tests.personas import Personas
from tests.stages import published_achievement


@pytest.fixture
def open_need(owner: Person, company_a: Organisation) -> Need:
    return Need.objects.create(
        title="消光涂层",
        problem="外购涂层吸光率不足。",
        contact=owner,
        organisation=company_a,
        node=company_a.node,
        state="open",
        budget_maximum=3_000_000,
    )


def test_a_need_goes_from_draft_to_published_by_verbs(
    call: Call, owner: Person, operator: Person, company_a: Organisation, card: dict[str, Any]
) -> None:
    made = call(owner, "POST", "/needs", card, key="k1").json()
    number = made["row"]["id"]
    assert made["row"]["state"] == "draft"
    assert [target["name"] for target in made["row"]["fields"]["targets"]] == ["吸光率", "工作温度"]
    assert "submit" in [verb["name"] for verb in made["row"]["verbs"]]
    assert call(owner, "POST", f"/needs/{number}/submit").json()["row"]["state"] == "triage"
    published = call(operator, "POST", f"/needs/{number}/publish")
    assert published.json()["row"]["state"] == "open"
    assert [entry.verb for entry in Entry.objects.filter(object_type="need").order_by("seq")] == [
        "create", "submit", "publish",
    ]  # fmt: skip


def test_same_key_answers_with_the_same_entry(
    call: Call, owner: Person, company_a: Organisation, card: dict[str, Any]
) -> None:
    first = call(owner, "POST", "/needs", card, key="once").json()
    second = call(owner, "POST", "/needs", card, key="once").json()
    assert second["entry"] == first["entry"]
    assert Need.objects.count() == 1


def test_save_is_partial(call: Call, owner: Person, company_a: Organisation, card: dict[str, Any]) -> None:
    number = call(owner, "POST", "/needs", card).json()["row"]["id"]
    saved = call(owner, "POST", f"/needs/{number}/save", {"title": "新标题"}).json()["row"]["fields"]
    assert saved["title"] == "新标题"
    assert saved["problem"] == card["problem"]
    assert len(saved["targets"]) == 2


@pytest.mark.parametrize(
    ("persona", "status", "budget"),
    [
        ("owner", 200, "3000000.00"),
        ("colleague", 200, "3000000.00"),
        ("competitor", 200, "3000000.00"),
        ("operator", 200, "3000000.00"),
        ("auditor", 200, "3000000.00"),
        ("stranger", 200, None),
    ],
)
def test_reading_shows_what_the_levels_allow(
    call: Call, open_need: Need, personas: Personas, persona: str, status: int, budget: str | None
) -> None:
    answer = call(personas[persona], "GET", f"/needs/{open_need.pk}")
    assert answer.status_code == status
    assert answer.json()["fields"].get("budget_maximum") == budget
    assert ("budget_maximum" in answer.json()["hidden"]) is (budget is None)


@pytest.mark.parametrize("persona", ["competitor", "operator", "auditor", "stranger"])
def test_somebody_else_s_draft_does_not_exist(call: Call, open_need: Need, personas: Personas, persona: str) -> None:
    Need.objects.update(state="draft")
    assert call(personas[persona], "GET", f"/needs/{open_need.pk}").status_code == 404
    assert call(personas[persona], "GET", "/needs").json() == {"items": [], "next": None}


@pytest.mark.parametrize("persona", ["colleague", "competitor", "professor", "other_operator", "auditor"])
def test_a_denied_verb_says_why_and_changes_nothing(
    call: Call, open_need: Need, personas: Personas, persona: str
) -> None:
    answer = call(personas[persona], "POST", f"/needs/{open_need.pk}/withdraw", {"reason": "不需要了"})
    assert answer.status_code == 403
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["status"] == 403
    assert answer.json()["detail"] != ""
    assert Need.objects.get().state == "open"
    assert Entry.objects.exclude(object_type="accesstoken").count() == 0


def test_a_stranger_cannot_write(call: Call, open_need: Need) -> None:
    answer = call(None, "POST", f"/needs/{open_need.pk}/withdraw", {"reason": "x"})
    assert answer.status_code in {401, 403}
    assert Need.objects.get().state == "open"


def test_wrong_fields_come_back_by_name(call: Call, owner: Person, company_a: Organisation) -> None:
    answer = call(owner, "POST", "/needs", {"kind": "technology", "targets": ["越高越好"]})
    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == ["targets"]
    assert Need.objects.count() == 0


def test_an_unknown_field_is_an_error(call: Call, owner: Person, company_a: Organisation) -> None:
    answer = call(owner, "POST", "/needs", {"kind": "technology", "tilte": "错字"})
    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == ["tilte"]


def test_a_wrong_state_is_a_conflict(call: Call, open_need: Need, operator: Person) -> None:
    answer = call(operator, "POST", f"/needs/{open_need.pk}/publish")
    assert answer.status_code == 409


def test_the_list_goes_on_with_a_cursor(call: Call, open_need: Need, owner: Person) -> None:
    for number in range(4):
        Need.objects.create(title=f"第{number}项", contact=owner, node=open_need.node, state="open")
    first = call(None, "GET", "/needs?limit=3").json()
    assert len(first["items"]) == 3
    second = call(None, "GET", f"/needs?limit=3&cursor={first['next']}").json()
    assert [item["id"] for item in second["items"]] == sorted(Need.objects.values_list("pk", flat=True))[:2][::-1]
    assert second["next"] is None


@pytest.mark.parametrize("path", ["/needs?cursor=zzz", "/needs?cursor=LTE=", "/needs?state=sleeping", "/needs?limit=0"])
def test_a_wrong_query_is_explained(call: Call, db: None, path: str) -> None:
    answer = call(None, "GET", path)
    assert answer.status_code == 422
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("count", [1, 3])
def test_a_list_asks_the_same_number_of_questions(
    open_need: Need, owner: Person, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(count - 1):
        Need.objects.create(
            title=f"第{number}项", contact=owner, organisation=open_need.organisation, node=open_need.node, state="open"
        )
    with django_assert_num_queries(1):
        assert len(Client().get("/api/v1/needs").json()["items"]) == count


def test_messages_follow_the_caller_s_language(call: Call, open_need: Need) -> None:
    answer = Client().get("/api/v1/needs?state=sleeping", headers={"Accept-Language": "en"})
    assert answer.json()["detail"].isascii()


def test_sharing_asks_for_codes_of_nodes(call: Call, open_need: Need, owner: Person, other_operator: Person) -> None:
    wrong = call(owner, "POST", f"/needs/{open_need.pk}/share", {"nodes": ["atlantis"], "consent": True})
    assert (wrong.status_code, list(wrong.json()["errors"])) == (422, ["nodes"])
    assert Need.objects.get().shared_with == []
    shared = call(owner, "POST", f"/needs/{open_need.pk}/share", {"nodes": ["yichang"], "consent": True})
    assert shared.json()["row"]["fields"]["shared_with"] == ["yichang"]
    assert call(other_operator, "GET", f"/needs/{open_need.pk}").json()["hidden"] == {}


def test_a_team_is_shown_by_id_and_name(call: Call, professor: Person, competitor: Person) -> None:
    achievement = published_achievement(professor)
    TeamMember.objects.create(achievement=achievement, person=professor, role="负责人")
    fields = call(competitor, "GET", f"/achievements/{achievement.pk}").json()["fields"]
    assert fields["team"] == [{"id": professor.pk, "name": "沈教授"}]
    assert fields["node"] == {"id": "wuhan", "name": "武汉节点"}
    assert call(None, "GET", f"/achievements/{achievement.pk}").json()["hidden"]["team"] == "registered"


@pytest.mark.parametrize("count", [1, 3])
def test_achievements_with_teams_are_listed_with_the_same_number_of_questions(
    client: Client, professor: Person, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(count):
        row = published_achievement(professor, title=f"成果{number}", levels={"team": 0})
        TeamMember.objects.create(achievement=row, person=professor)
    with django_assert_num_queries(2):
        items = client.get("/api/v1/achievements").json()["items"]
    assert [len(item["fields"]["team"]) for item in items] == [1] * count
