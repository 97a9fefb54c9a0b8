"""Every resource as a list: as many questions for three rows as for one, and pages that hold each row once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from keqiao.exchange.models import Achievement, Need, Solution
from keqiao.kernel.models import CalendarDay
from keqiao.kernel.workflow import REGISTRY
from keqiao.matching.models import Grade, Match, Ranking, SavedSearch, Shortlisted
from keqiao.parties.models import Person
from keqiao.projects.models import Income, Project
from tests.factories import MembershipFactory, NodeFactory, OrganisationFactory, PersonFactory, PostFactory
from tests.stages import Steps, open_need, place_of, propose, published_achievement

Make = Callable[[], None]


@pytest.fixture
def make(owner: Person, professor: Person, manager: Person) -> dict[str, Make]:
    """One more row of each resource; the owner sees all of them (the manager the grades)."""

    def project() -> Project:
        need, achievement = open_need(owner, manager), published_achievement(professor)
        return Steps(owner, professor, manager).opened(propose(need, achievement, manager))

    def contract() -> None:
        Steps(owner, professor, manager).proposed(project())

    def milestone() -> None:
        Steps(owner, professor, manager).milestone(project())

    def income() -> None:
        given: dict[str, Any] = {"amount": 480_000, "received_on": timezone.localdate(), "recorded_by": professor}
        Income.objects.create(project=project(), side="provider", **given)

    def solution() -> None:
        need = open_need(owner)
        given = place_of(professor) | {"node": need.node}
        Solution.objects.create(need=need, state="submitted", submitted_at=timezone.now(), **given)

    def pair() -> tuple[Need, Achievement]:
        return open_need(owner), published_achievement(professor)

    def match() -> None:
        need, achievement = pair()
        Match.objects.create(need=need, achievement=achievement, found_at=timezone.now())

    def grade() -> None:
        need, achievement = pair()
        Grade.objects.create(need=need, achievement=achievement, by=manager, grade=3, graded_at=timezone.now())

    def day() -> None:
        day = timezone.localdate() + timedelta(days=CalendarDay.objects.count())
        CalendarDay.objects.create(day=day, is_working=True)

    def search() -> None:
        SavedSearch.objects.create(person=owner, name="涂层", query="涂层", looked_at=timezone.now())

    return {
        "organisations": lambda: OrganisationFactory() and None,
        "memberships": lambda: MembershipFactory(organisation=owner.memberships.get().organisation) and None,
        "people": lambda: PersonFactory(is_listed=True) and None,
        "nodes": lambda: NodeFactory() and None,
        "posts": lambda: PostFactory(person=owner) and None,
        "calendar": day,
        "needs": lambda: open_need(owner) and None,
        "achievements": lambda: published_achievement(professor) and None,
        "solutions": solution,
        "proposals": lambda: propose(*pair(), manager) and None,
        "matches": match,
        "grades": grade,
        "rankings": lambda: Ranking.objects.create(trained_at=timezone.now()) and None,
        "shortlist": lambda: Shortlisted.objects.create(person=owner, achievement=pair()[1]) and None,
        "saved-searches": search,
        "projects": lambda: project() and None,
        "contracts": contract,
        "milestones": milestone,
        "incomes": income,
    }


@pytest.fixture
def reader(owner: Person, manager: Person, centre_operator: Person) -> Callable[[str], Client]:
    """A client of whoever sees all rows of a resource."""
    others = {"grades": manager, "rankings": centre_operator}
    return lambda name: client_of(others.get(name, owner))


def client_of(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


@pytest.mark.parametrize("name", sorted(set(REGISTRY) - {"tokens"}))
def test_more_rows_are_no_more_questions(name: str, make: dict[str, Make], reader: Callable[[str], Client]) -> None:
    client = reader(name)
    counted, rows = [], []
    for count in (1, 2):
        for _number in range(count):
            make[name]()
        with CaptureQueriesContext(connection) as asked:
            rows.append(len(client.get(f"/api/v1/{name}").json()["items"]))
        counted.append(len(asked))
    assert rows[1] == rows[0] + 2
    assert counted[0] == counted[1]


@pytest.mark.parametrize("name", ["needs", "projects", "people", "saved-searches"])
def test_pages_hold_each_row_once_newest_first(name: str, make: dict[str, Make], owner: Person) -> None:
    for _number in range(5):
        make[name]()
    client = client_of(owner)
    whole = [item["id"] for item in client.get(f"/api/v1/{name}").json()["items"]]
    assert whole == sorted(whole, reverse=True)
    read: list[int] = []
    cursor: str | None = ""
    while cursor is not None:
        page = client.get(f"/api/v1/{name}", {"limit": 2, "cursor": cursor}).json()
        assert len(page["items"]) <= 2
        read += [item["id"] for item in page["items"]]
        make[name]()  # what comes in between moves nothing
        cursor = page["next"]
    assert read == whole


@pytest.mark.parametrize("name", sorted(set(REGISTRY) - {"tokens"}))
def test_a_row_reads_the_same_alone_and_in_the_list(
    name: str, make: dict[str, Make], reader: Callable[[str], Client]
) -> None:
    make[name]()
    client = reader(name)
    listed = client.get(f"/api/v1/{name}").json()["items"][0]
    alone = client.get(f"/api/v1/{name}/{listed['id']}").json()
    assert alone | {"verbs": [], "version": ""} == listed
    offered = {verb["name"] for verb in alone["verbs"]}
    assert offered <= {verb.name for verb in REGISTRY[name].verbs}


PUBLIC = {"nodes", "calendar", "organisations", "people", "memberships", "needs", "achievements"}
"""Of these some rows are for everybody (memberships: those of people who are listed)."""


@pytest.mark.parametrize("name", sorted(set(REGISTRY) - {"tokens"} - PUBLIC))
def test_a_stranger_finds_no_list_that_is_not_public(name: str, make: dict[str, Make]) -> None:
    make[name]()
    answer = Client().get(f"/api/v1/{name}")
    assert (answer.status_code, answer.json()) == (200, {"items": [], "next": None})


@pytest.mark.parametrize("name", sorted(set(REGISTRY) - {"tokens"}))
def test_every_state_can_be_asked_for_and_no_other(name: str, make: dict[str, Make], owner: Person) -> None:
    make[name]()
    client = client_of(owner)
    for state in REGISTRY[name].states.values:
        items = client.get(f"/api/v1/{name}", {"state": state}).json()["items"]
        assert {item["state"] for item in items} <= {state}
    refused = client.get(f"/api/v1/{name}", {"state": "asleep"})
    assert (refused.status_code, list(refused.json()["errors"])) == (422, ["state"])
    assert all(state in refused.json()["errors"]["state"][0] for state in REGISTRY[name].states.values)
