"""Matching over the API."""

from __future__ import annotations

import pytest
from django.test import Client

from keqiao.kernel.visibility import Level
from keqiao.matching.models import SavedSearch
from tests.matching.conftest import Make
from tests.personas import Personas


@pytest.fixture
def fit(make_achievement: Make, market, indexed) -> int:
    achievement = make_achievement()
    indexed()
    return int(achievement.pk)


def post(client: Client, **body: object) -> tuple[int, dict]:
    response = client.post("/api/v1/match", body, content_type="application/json")
    return response.status_code, response.json()


def test_match_needs_no_account(client, fit: int) -> None:
    status, found = post(client, text="消光涂层，吸光率达到98%以上", limit=2)
    assert status == 200
    assert found["figures"] == [{"name": "吸光率", "min": 98, "max": None, "unit": "%", "approx": False}]
    assert (found["candidates"][0]["id"], found["candidates"][0]["url"]) == (fit, f"/achievements/{fit}/")


def test_targets_given_are_used_as_they_are(client, fit: int) -> None:
    _status, found = post(client, text="消光涂层", targets=[{"name": "吸光率", "min": 99, "unit": "%"}])
    [check] = found["candidates"][0]["evidence"]["checks"]
    assert (check["verdict"], check["gap"]) == ("missed", pytest.approx(0.32))


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"text": ""},
        {"text": "涂层", "limit": 0},
        {"text": "涂层", "no": 1},
        {"text": "长" * 12_001},
        {"text": "涂层", "limit": "3"},
        {"text": "涂层", "targets": [{"name": "吸光率", "approx": 0}]},
    ],
)
def test_bad_bodies_are_problems(client, db, body: dict) -> None:
    status, problem = post(client, **body)
    assert (status, problem["status"]) == (422, 422)
    assert problem["errors"]


def test_search_counts_facets(client, fit: int) -> None:
    found = client.get("/api/v1/search", {"q": "消光涂层", "kind": ["achievement"]}).json()
    assert (found["total"], found["items"][0]["id"]) == (1, fit)
    assert found["facets"]["trl"] == {"6": 1}
    assert client.get("/api/v1/search", {"order": "dearest"}).status_code == 422


@pytest.mark.parametrize(("name", "status"), [("owner", 200), ("operator", 200), ("competitor", 403), ("auditor", 200)])
def test_candidates_of_a_need(client, name: str, status: int, fit: int, make_need: Make, personas: Personas) -> None:
    need = make_need(levels={"problem": int(Level.NDA)})
    client.force_login(personas[name])
    response = client.get(f"/api/v1/needs/{need.pk}/candidates")
    assert response.status_code == status
    if status == 200:
        assert response.json()["achievements"][0]["id"] == fit


def test_candidates_of_a_need_that_one_may_not_know_of(client, make_need: Make, competitor) -> None:
    client.force_login(competitor)
    assert client.get(f"/api/v1/needs/{make_need(state='draft').pk}/candidates").status_code == 404
    assert client.get(f"/api/v1/needs/{2**63}/candidates").status_code in {404, 422}


def test_candidates_need_an_account(client, make_need: Make) -> None:
    assert client.get(f"/api/v1/needs/{make_need().pk}/candidates").status_code == 401


@pytest.mark.parametrize("filters", [[None, None], ["field"], "field", 3])
def test_filters_that_are_no_table_are_named(client, owner, filters: object) -> None:
    client.force_login(owner)
    body = {"name": "涂层", "query": "涂层", "filters": filters}
    response = client.post("/api/v1/saved-searches", body, content_type="application/json")
    assert response.status_code == 422
    assert list(response.json()["errors"]) == ["filters"]
    assert not SavedSearch.objects.exists()
