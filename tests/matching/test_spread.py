"""Candidates that are not one famous organisation's alone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from keqiao.kernel.visibility import Level
from keqiao.matching.queries import NEWEST, candidates
from keqiao.matching.spread import most_of, places
from tests.factories import MembershipFactory, OrganisationFactory, PersonFactory
from tests.matching.conftest import Make


@pytest.mark.parametrize(
    ("owners", "order", "behind"),
    [
        ("", "", {}),
        ("abc", "abc", {}),
        ("aaab", "aaab", {}),
        ("aaaab", "aaaba", {}),
        ("aaaaaab", "aaabaaa", {}),
        ("....aaaa", "....aaaa", {}),
        ("aaaaabbbbbc.d.e.", "aaabbbc.d.aabbe.", {2: 2, 7: 2}),
        ("a" * 12, "a" * 12, {9: 2}),
    ],
)
def test_of_ten_places_an_owner_has_three_while_there_are_others(
    owners: str, order: str, behind: dict[int, int]
) -> None:
    given = [None if owner == "." else ord(owner) for owner in owners]
    found, held = places(given, 10, 3)
    assert sorted(found) == list(range(len(owners)))
    assert "".join(owners[at] for at in found) == order
    assert held == behind


@pytest.mark.parametrize(("first", "most"), [(1, 2), (3, 2), (5, 2), (7, 2), (10, 3)])
def test_shorter_lists_have_two(first: int, most: int) -> None:
    assert most_of(first) == most


@pytest.fixture
def famous(make_achievement: Make, wuhan: Any) -> list[Any]:
    """Twelve coatings of the university, and two of others that fit a little less."""
    now = timezone.now()
    rows = [
        make_achievement(title=f"消光涂层工艺之{letter}", published_at=now - timedelta(days=age))
        for age, letter in enumerate("甲乙丙丁戊己庚辛壬癸子丑")
    ]
    for number in range(2):
        contact = PersonFactory()
        organisation = OrganisationFactory(node=wuhan)
        MembershipFactory(person=contact, organisation=organisation)
        text = "一种消光涂层，一步成膜，适合红外探测器。"
        given = {"contact": contact, "organisation": organisation, "specifications": []}
        rows.append(make_achievement(title=f"别家涂层{number}", summary=text, **given))
    return rows


def others(found: Any) -> list[int]:
    """At which places the achievements of others stand."""
    return [at for at, one in enumerate(found.achievements) if str(one.row).startswith("别家")]


def test_the_first_ten_are_not_one_organisations(make_need: Make, famous: Any, indexed: Any, owner: Any) -> None:
    need = make_need()
    indexed()
    found = candidates(need, owner)
    assert (len(found.achievements), others(found)) == (10, [3, 4])
    assert sum(one.behind for one in found.achievements) == 12 - 8
    scores = [one.score for one in found.achievements]
    assert min(scores[:3]) >= max(scores[5:])


def test_newest_first_is_not_spread(make_need: Make, famous: Any, indexed: Any, owner: Any) -> None:
    need = make_need()
    indexed()
    found = candidates(need, owner, order=NEWEST)
    times = [int(one.row.published_at.timestamp()) for one in found.achievements]
    assert times == sorted(times, reverse=True)
    assert {one.behind for one in found.achievements} == {0}


def test_whose_organisation_is_hidden_is_nobodys(make_need: Make, famous: Any, indexed: Any, owner: Any) -> None:
    """That records belong together would say whose they are."""
    for row in famous[:12]:
        row.levels = {"organisation": int(Level.NDA)}
        row.save()
    need = make_need()
    indexed()
    found = candidates(need, owner)
    assert {one.behind for one in found.achievements} == {0}
    scores = [one.score for one in found.achievements]
    assert scores == sorted(scores, reverse=True)


def test_page_and_api_say_that_there_is_more(
    client: Any, make_need: Make, famous: Any, indexed: Any, owner: Any
) -> None:
    need = make_need()
    indexed()
    client.force_login(owner)
    page = client.get(f"/needs/{need.pk}/candidates/?all=1").content.decode()
    assert "这家单位另有 4 项相近的成果排在后面" in page
    assert f'href="/organisations/{famous[0].organisation_id}/achievements/"' in page
    listed = client.get(f"/api/v1/needs/{need.pk}/candidates").json()["achievements"]
    assert sum(one["more_of_organisation"] for one in listed) == 4
