"""From a need and an achievement to the project that came of them: for those inside, and for nobody else."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from keqiao.exchange.models import Achievement
from keqiao.matching.models import Proposal
from keqiao.projects.models import Project
from tests.personas import Personas
from tests.stages import Steps, open_need

pytestmark = pytest.mark.django_db
INSIDE = {"owner", "colleague", "professor", "manager", "operator", "centre_operator", "auditor"}


def page_of(person: Any, path: str) -> str:
    browser = Client()
    if person.pk:
        browser.force_login(person)
    answer = browser.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("published", [False, True])
@pytest.mark.parametrize("kind", ["need", "achievement"])
def test_who_sees_a_project_from_inside_comes_to_it_from_what_it_came_from(
    kind: str, published: bool, project: Project, steps: Steps, personas: Personas
) -> None:
    if published:
        steps.accepted(project)
        steps.on(project, "agree_case", steps.asker, agree=True)
        steps.on(project, "agree_case", steps.provider, agree=True)
        steps.on(project, "publish_case", steps.manager, case_summary="一项涂层从难题到量产。")
    path = getattr(project, kind).get_absolute_url()
    link = f'href="/projects/{project.pk}/"'
    pages = {name: page_of(person, path) for name, person in personas.items()}
    assert {name for name, page in pages.items() if link in page} == INSIDE
    assert {name for name, page in pages.items() if "已公开为案例" in page} == (INSIDE if published else set())


def test_the_project_leads_back_to_both(project: Project, steps: Steps) -> None:
    page = page_of(steps.asker, f"/projects/{project.pk}/")
    for row in (project.need, project.achievement):
        assert row is not None
        assert f'href="{row.get_absolute_url()}"' in page


def test_several_projects_are_no_more_questions(
    project: Project, proposal: Proposal, achievement: Achievement, steps: Steps
) -> None:
    browser, counted = Client(), []
    browser.force_login(steps.provider)
    for _turn in range(2):
        browser.get(achievement.get_absolute_url())
        with CaptureQueriesContext(connection) as asked:
            page = browser.get(achievement.get_absolute_url()).content.decode()
        counted.append((len(asked), len(re.findall(r'href="/projects/\d+/"', page))))
        for _number in range(2):
            other = Proposal.objects.get(pk=proposal.pk)
            other.pk, other.state, other.need = None, "in_project", open_need(steps.asker, steps.manager)
            other.save()
            copy = Project.objects.get(pk=project.pk)
            copy.pk, copy.proposal, copy.need = None, other, other.need
            copy.save()
    assert [links for _queries, links in counted] == [1, 3]
    assert counted[0][0] == counted[1][0]
