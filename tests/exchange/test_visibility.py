"""Who sees which field of which record: on the page, through the API and in `seen_by`."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from keqiao.exchange.models import Achievement, Need, NonDisclosure, Solution
from keqiao.exchange.workflow import NEED
from keqiao.kernel.access import NotVisible
from keqiao.kernel.workflow import run
from tests.exchange.conftest import NEED_CARD
from tests.personas import Personas

NEED_PUBLIC = {
    "title", "title_en", "source_language", "kind", "problem", "problem_en", "current_state", "targets", "fields",
    "region",
    "cooperation_modes", "deadline", "deadline_zone", "published_at", "organisation", "node",
}  # fmt: skip
NEED_REGISTERED = NEED_PUBLIC | {"budget_minimum", "budget_maximum", "background", "contact", "manager"}
NEED_ALL = set(Need.field_levels)
ACHIEVEMENT_PUBLIC = {
    "title", "title_en", "source_language", "summary", "summary_en", "advantages", "applications", "benefits",
    "specifications",
    "fields",
    "region", "cooperation_modes", "intellectual_property", "maturity", "organisation", "node", "published_at",
}  # fmt: skip
ACHIEVEMENT_REGISTERED = ACHIEVEMENT_PUBLIC | {
    "intellectual_property_note", "maturity_evidence", "maturity_assessor", "maturity_date", "price_idea", "contact",
    "team",
}  # fmt: skip
ACHIEVEMENT_ALL = set(Achievement.field_levels)
SOLUTION_ALL = set(Solution.field_levels)

Sights = dict[str, set[str] | None]


def sights(row: Any, personas: Personas) -> Sights:
    """What each persona sees; None for those who may not know that it exists."""
    found: Sights = {}
    for name, person in personas.items():
        try:
            found[name] = set(row.seen_by(person).values())
        except NotVisible:
            found[name] = None
    return found


def everybody(usual: set[str] | None, **others: set[str] | None) -> Sights:
    names = ("owner", "colleague", "competitor", "professor", "manager", "operator", "other_operator",
             "centre_operator", "auditor", "stranger")  # fmt: skip
    return dict.fromkeys(names, usual) | others


def test_a_draft_need_is_its_owners_alone(draft_need: Need, personas: Personas) -> None:
    assert sights(draft_need, personas) == everybody(None, owner=NEED_ALL, colleague=NEED_ALL)


def test_a_need_in_triage_is_also_for_staff_of_its_node(triage_need: Need, personas: Personas) -> None:
    staff = dict.fromkeys(("operator", "centre_operator", "auditor"), NEED_ALL)
    assert sights(triage_need, personas) == everybody(None, owner=NEED_ALL, colleague=NEED_ALL, **staff)


def test_an_open_need_is_public_by_field(open_need: Need, personas: Personas) -> None:
    inside = dict.fromkeys(("owner", "colleague", "operator", "centre_operator", "auditor"), NEED_ALL)
    expected = everybody(NEED_REGISTERED, stranger=NEED_PUBLIC, **inside)
    assert sights(open_need, personas) == expected


def test_the_manager_of_a_need_sees_it_as_staff(open_need: Need, personas: Personas) -> None:
    run(NEED, open_need.pk, "assign_manager", actor=personas["operator"], data={"manager": personas["manager"].pk})
    row = Need.objects.get(pk=open_need.pk)
    assert sights(row, personas)["manager"] == NEED_ALL


@pytest.fixture
def sealed_need(open_need: Need, personas: Personas) -> Need:
    run(NEED, open_need.pk, "edit", actor=personas["owner"], data=NEED_CARD | {"sealed": True})
    return Need.objects.get(pk=open_need.pk)


def test_a_sealed_need_hides_who_asks(sealed_need: Need, personas: Personas) -> None:
    assert sealed_need.is_sealed
    inside = dict.fromkeys(("owner", "colleague", "operator", "centre_operator", "auditor"), NEED_ALL)
    hidden = {"organisation", "contact"}
    expected = everybody(NEED_REGISTERED - hidden, stranger=NEED_PUBLIC - hidden, **inside)
    assert sights(sealed_need, personas) == expected


def test_an_agreement_opens_a_sealed_need_to_one_organisation(sealed_need: Need, personas: Personas) -> None:
    NonDisclosure.objects.create(
        object_type="need",
        object_id=sealed_need.pk,
        organisation=personas["professor"].memberships.get().organisation,
        wording="保密",
        signed_at=timezone.now(),
    )
    found = sights(sealed_need, personas)
    assert found["professor"] == NEED_REGISTERED
    assert found["competitor"] == NEED_REGISTERED - {"organisation", "contact"}


def test_levels_chosen_by_the_owner_hold(open_need: Need, personas: Personas) -> None:
    levels = {"problem": "registered", "targets": "nda", "budget_maximum": "staff"}
    run(NEED, open_need.pk, "edit", actor=personas["owner"], data=NEED_CARD | {"levels": levels})
    found = sights(Need.objects.get(pk=open_need.pk), personas)
    assert found["stranger"] == NEED_PUBLIC - {"problem", "problem_en", "targets"}
    assert found["competitor"] == NEED_REGISTERED - {"targets", "budget_minimum", "budget_maximum"}
    assert found["operator"] == NEED_ALL


def test_a_published_achievement_is_public_by_field(published_achievement: Achievement, personas: Personas) -> None:
    inside = dict.fromkeys(("professor", "operator", "centre_operator", "auditor"), ACHIEVEMENT_ALL)
    expected = everybody(ACHIEVEMENT_REGISTERED, stranger=ACHIEVEMENT_PUBLIC, **inside)
    assert sights(published_achievement, personas) == expected


def test_a_draft_achievement_is_its_teams_organisation_alone(
    draft_achievement: Achievement, personas: Personas
) -> None:
    assert sights(draft_achievement, personas) == everybody(None, professor=ACHIEVEMENT_ALL)


def test_an_anonymous_achievement_hides_all_that_names_its_team(
    published_achievement: Achievement, personas: Personas
) -> None:
    Achievement.objects.filter(pk=published_achievement.pk).update(levels={"organisation": 2})
    found = sights(Achievement.objects.get(pk=published_achievement.pk), personas)
    naming = {"organisation", "contact", "team", "maturity_evidence", "maturity_assessor", "intellectual_property_note"}
    assert found["competitor"] == ACHIEVEMENT_REGISTERED - naming
    assert found["stranger"] == ACHIEVEMENT_PUBLIC - {"organisation"}


def test_a_draft_solution_is_its_authors_alone(draft_solution: Solution, personas: Personas) -> None:
    assert sights(draft_solution, personas) == everybody(None, professor=SOLUTION_ALL)


def test_a_solution_is_for_both_sides_and_staff_only(solution: Solution, personas: Personas) -> None:
    inside = dict.fromkeys(("owner", "colleague", "professor", "operator", "centre_operator", "auditor"), SOLUTION_ALL)
    assert sights(solution, personas) == everybody(None, **inside)


def words_of(response: Any) -> str:
    """The text of a page, or of JSON with its characters as they are."""
    text = response.content.decode()
    return json.dumps(json.loads(text), ensure_ascii=False) if "json" in response["Content-Type"] else text


SECRETS = {
    "need": ("年产红外探测器", "80 万元", "800000"),
    "achievement": ("分散剂配方", "第三方检测报告 2026-018", "许可费 80 万元起"),
}


@pytest.mark.parametrize("surface", ["/{kind}s/{pk}/", "/{kind}s/", "/api/v1/{kind}s/{pk}", "/api/v1/{kind}s"])
@pytest.mark.parametrize("kind", ["need", "achievement"])
def test_no_surface_shows_a_stranger_what_is_not_public(
    kind: str, surface: str, open_need: Need, published_achievement: Achievement, personas: Personas, browse: Any
) -> None:
    row = open_need if kind == "need" else published_achievement
    response = browse(personas["stranger"]).get(surface.format(kind=kind, pk=row.pk))
    assert response.status_code == 200
    text = words_of(response)
    assert row.title in text
    assert [secret for secret in SECRETS[kind] if secret in text] == []


@pytest.mark.parametrize("surface", ["/needs/{pk}/", "/api/v1/needs/{pk}"])
def test_no_surface_names_the_owner_of_a_sealed_need(
    surface: str, sealed_need: Need, personas: Personas, browse: Any
) -> None:
    for name in ("stranger", "competitor", "other_operator"):
        text = words_of(browse(personas[name]).get(surface.format(pk=sealed_need.pk)))
        assert sealed_need.title in text
        assert "甲辰试验光电" not in text, name
        assert "林工" not in text, name


@pytest.mark.parametrize("surface", ["/solutions/{pk}/", "/api/v1/solutions/{pk}"])
def test_a_solution_does_not_exist_for_others(
    surface: str, solution: Solution, personas: Personas, browse: Callable[..., Any]
) -> None:
    seen = {name: browse(person).get(surface.format(pk=solution.pk)).status_code for name, person in personas.items()}
    others = dict.fromkeys(("competitor", "manager", "other_operator", "stranger"), 404)
    inside = dict.fromkeys(("owner", "colleague", "professor", "operator", "centre_operator", "auditor"), 200)
    assert seen == others | inside


def test_the_need_page_shows_answers_to_the_asker_and_each_answerer_their_own(
    solution: Solution, personas: Personas, browse: Any
) -> None:
    approach = solution.approach[:12]
    page = f"/needs/{solution.need_id}/"
    seen = {name: approach in browse(person).get(page).content.decode() for name, person in personas.items()}
    expected = {"owner", "colleague", "professor", "operator", "centre_operator", "auditor"}
    assert {name for name, there in seen.items() if there} == expected
