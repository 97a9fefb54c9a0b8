"""What an organisation has published, on its page and in full: newest first, and never what hides who is behind it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from keqiao.exchange.models import Achievement, Need
from keqiao.kernel.visibility import Level
from keqiao.parties.models import Organisation, Person
from tests.personas import Personas

pytestmark = pytest.mark.django_db
KINDS = {"needs": Need, "achievements": Achievement}


def make(resource: str, number: int, contact: Person, organisation: Organisation, **values: Any) -> Any:
    state = "open" if resource == "needs" else "published"
    at = timezone.now() - timedelta(hours=number)
    values = {"title": f"第{number}项", "state": state, "published_at": at} | values
    return KINDS[resource].objects.create(contact=contact, organisation=organisation, node=organisation.node, **values)


def page_of(person: Any, path: str) -> str:
    browser = Client()
    if person is not None and person.pk:
        browser.force_login(person)
    answer = browser.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def listed(page: str) -> list[str]:
    return re.findall(r">\s*(第\d+项)\s*</a>", page)


@pytest.mark.parametrize("resource", KINDS)
def test_the_newest_five_and_the_way_to_all_of_them(resource: str, owner: Person, company_a: Organisation) -> None:
    for number in (3, 6, 1, 5, 2, 4):
        make(resource, number, owner, company_a)
    page = page_of(None, company_a.get_absolute_url())
    assert listed(page) == ["第1项", "第2项", "第3项", "第4项", "第5项"]
    assert f'href="/organisations/{company_a.pk}/{resource}/"' in page
    everything = page_of(None, f"/organisations/{company_a.pk}/{resource}/")
    assert listed(everything) == [f"第{n}项" for n in range(1, 7)]
    assert "共 6 项" in everything


def test_five_are_all_of_them(owner: Person, company_a: Organisation) -> None:
    for number in range(5):
        make("needs", number, owner, company_a)
    assert f"/organisations/{company_a.pk}/needs/" not in page_of(None, company_a.get_absolute_url())


def test_an_organisation_that_has_published_nothing(owner: Person, competitor: Person, company_a: Organisation) -> None:
    path = company_a.get_absolute_url()
    for person, begins in ((None, False), (competitor, False), (owner, True)):
        page = page_of(person, path)
        assert "还没有公开的需求。" in page
        assert "还没有公开的成果。" in page
        assert ('href="/achievements/new/"' in page.partition("还没有公开的成果。")[2][:200]) is begins
        assert "还没有公开的需求。" in page_of(person, f"{path}needs/")


@pytest.mark.parametrize("resource", KINDS)
def test_what_is_not_published_or_of_others_is_not_listed(
    resource: str, owner: Person, competitor: Person, company_a: Organisation, company_b: Organisation
) -> None:
    for number, state in enumerate(("draft", "triage", "withdrawn", "rejected")):
        make(resource, number, owner, company_a, state=state)
    make(resource, 7, competitor, company_b)
    for person in (None, owner, competitor):
        assert listed(page_of(person, company_a.get_absolute_url())) == []
        assert listed(page_of(person, f"/organisations/{company_a.pk}/{resource}/")) == []


@pytest.mark.parametrize("resource", KINDS)
@pytest.mark.parametrize(
    ("level", "knows"),
    [
        (
            Level.REGISTERED,
            "owner colleague competitor professor manager operator other_operator centre_operator auditor",
        ),
        (Level.NDA, "owner colleague operator centre_operator auditor"),
    ],
)
def test_who_is_not_to_know_whose_it_is_does_not_learn_it_here(
    resource: str, level: Level, knows: str, owner: Person, company_a: Organisation, personas: Personas
) -> None:
    make(resource, 1, owner, company_a, levels={"organisation": int(level)})
    for path in (company_a.get_absolute_url(), f"/organisations/{company_a.pk}/{resource}/"):
        seen = {name for name, person in personas.items() if listed(page_of(person, path))}
        assert seen == set(knows.split())


def test_an_organisation_one_may_not_see_has_no_lists(company_a: Organisation, competitor: Person) -> None:
    Organisation.objects.filter(pk=company_a.pk).update(state="rejected")
    browser = Client()
    browser.force_login(competitor)
    assert browser.get(f"/organisations/{company_a.pk}/needs/").status_code == 404
    assert browser.get("/organisations/999999/needs/").status_code == 404


@pytest.mark.parametrize("path", ["", "needs/", "achievements/"])
def test_the_number_of_queries_does_not_depend_on_how_many_there_are(
    path: str, owner: Person, company_a: Organisation
) -> None:
    counted = []
    browser = Client()
    for numbers in ((1,), (2, 3)):
        for number in numbers:
            make("needs", number, owner, company_a)
            make("achievements", number, owner, company_a)
        browser.get(company_a.get_absolute_url() + path)
        with CaptureQueriesContext(connection) as asked:
            assert browser.get(company_a.get_absolute_url() + path).status_code == 200
        counted.append(len(asked))
    assert counted[0] == counted[1]
