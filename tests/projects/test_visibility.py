"""Who sees what: the project, each part, each file, on pages and in the API; and only the case is ever public."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client

from keqiao.exchange.models import Achievement, NonDisclosure
from keqiao.kernel.access import Invalid, NotVisible
from keqiao.kernel.models import File
from keqiao.kernel.visibility import NONE, OWNER, Level
from keqiao.parties.models import Consent
from keqiao.projects.models import Contract, Income, Milestone, Project
from tests.stages import pdf, propose, today

pytestmark = pytest.mark.django_db

CLEARANCES = {
    "owner": OWNER,
    "colleague": OWNER,
    "professor": OWNER,
    "manager": OWNER,
    "operator": int(Level.STAFF),
    "centre_operator": int(Level.STAFF),
    "auditor": int(Level.STAFF),
    "competitor": NONE,
    "other_operator": NONE,
    "stranger": NONE,
}
PARTS = (Contract, Milestone, Income)


def logged_in(person: Any) -> Client:
    client = Client()
    if not isinstance(person, AnonymousUser):
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def status(client: Client, file: File) -> int:
    """How a download is answered; an open one is read to its end."""
    answer = client.get(f"/files/{file.pk}/")
    if answer.streaming:
        b"".join(answer.streaming_content)
    return answer.status_code


@pytest.fixture
def full(project: Project, steps: Any) -> Project:
    """A project with everything in it, confidential documents included."""
    steps.accepted(project)
    steps.on(project, "record_income", steps.provider, received_on=today(), amount="480000")
    steps.on(project, "upload", steps.asker, {"file": pdf("双方.pdf")}, reach="parties")
    steps.on(project, "upload", steps.asker, {"file": pdf("平台.pdf")}, reach="staff")
    return Project.objects.get(pk=project.pk)


@pytest.mark.parametrize("name", CLEARANCES)
def test_clearance_on_project_and_parts(full: Project, personas: Any, name: str):
    person = personas[name]
    rows = [full, *(model.objects.get() for model in PARTS)]
    assert [row.clearance(person) for row in rows] == [CLEARANCES[name]] * 4
    listed = [model.objects.visible_to(person).count() for model in (Project, *PARTS)]
    assert listed == [0 if CLEARANCES[name] == NONE else 1] * 4


@pytest.mark.parametrize("name", CLEARANCES)
def test_pages_answer_by_clearance(full: Project, personas: Any, name: str):
    client = logged_in(personas[name])
    expected = 404 if CLEARANCES[name] == NONE else 200
    assert client.get(f"/projects/{full.pk}/").status_code == expected
    assert client.get(f"/contracts/{Contract.objects.get().pk}/").status_code == expected
    assert (full.title in client.get("/projects/").text) == (expected == 200)


@pytest.mark.parametrize("name", CLEARANCES)
def test_files_are_given_by_their_own_level(full: Project, personas: Any, name: str):
    client = logged_in(personas[name])
    files = {file.name: status(client, file) for file in File.objects.all()}
    clearance = CLEARANCES[name]
    assert files == {
        "双方.pdf": 200 if clearance == OWNER else 404,
        "平台.pdf": 200 if clearance >= Level.STAFF else 404,
    }
    page = client.get(f"/projects/{full.pk}/").text
    assert ("双方.pdf" in page, "平台.pdf" in page) == (clearance == OWNER, clearance >= Level.STAFF)


@pytest.mark.parametrize("name", CLEARANCES)
def test_api_gives_the_parts_with_the_project(full: Project, personas: Any, name: str):
    answer = logged_in(personas[name]).get(f"/api/v1/projects/{full.pk}")
    if CLEARANCES[name] == NONE:
        assert answer.status_code == 404
        return
    fields = answer.json()["fields"]
    assert [item["values"][0]["low"] for item in fields["rounds"]] == [98.68]
    assert (fields["contract"]["amount"], fields["money"]["waiting"]) == ("480000.00", "480000.00")
    assert (fields["milestones"][0]["state"], fields["acceptance"]["verdict"]) == ("accepted", "passed")
    assert (fields["incomes"][0]["state"], fields["next_step"]["verb"]) == ("recorded", "confirm")


def test_missing_project_looks_like_a_hidden_one(full: Project, competitor: Any):
    client = logged_in(competitor)
    hidden, missing = client.get(f"/projects/{full.pk}/"), client.get("/projects/999999/")
    assert (hidden.status_code, missing.status_code) == (404, 404)
    assert without_tokens(hidden.text, full.pk) == without_tokens(missing.text, 999999)


def without_tokens(page: str, pk: int) -> str:
    """A page without what differs between any two answers."""
    return re.sub(r'(content|value)="[0-9A-Za-z]{64}"', "", page).replace(f"/projects/{pk}/", "/projects/#/")


def test_signing_the_agreement_opens_the_other_sides_details(project: Project, steps: Any, achievement: Achievement):
    assert not achievement.seen_by(steps.asker).details
    steps.on(project, "agree", steps.asker, agree=True)
    assert achievement.seen_by(steps.asker).details == "前驱体配比见附件。"
    signed = NonDisclosure.objects.get()
    assert (signed.object_type, signed.object_id, signed.person) == ("achievement", achievement.pk, steps.asker)
    assert "书面同意" in signed.wording


def publish(steps: Any, project: Project) -> None:
    steps.on(project, "agree_case", steps.asker, agree=True)
    steps.on(project, "agree_case", steps.provider, agree=True)
    steps.on(project, "publish_case", steps.manager, case_summary="一项涂层从难题到量产。")


def test_case_needs_both_consents(full: Project, steps: Any):
    steps.on(full, "agree_case", steps.asker, agree=True)
    with pytest.raises(Invalid) as raised:
        steps.on(full, "publish_case", steps.manager, case_summary="案例")
    assert list(raised.value.errors) == ["agree"]
    full.refresh_from_db()
    assert full.published_at is None


PUBLIC_FIELDS = {"title", "fields", "node", "case_summary", "published_at"}


@pytest.mark.parametrize("name", ["stranger", "competitor", "other_operator"])
def test_published_case_shows_its_public_fields_alone(full: Project, steps: Any, personas: Any, name: str):
    publish(steps, full)
    seen = Project.objects.get().seen_by(personas[name])
    assert set(seen.values()) == PUBLIC_FIELDS
    assert set(Project.field_levels) - set(seen.hidden) == PUBLIC_FIELDS
    client = logged_in(personas[name])
    page, listing = client.get(f"/projects/{full.pk}/"), client.get("/projects/")
    data = client.get(f"/api/v1/projects/{full.pk}")
    assert (page.status_code, "一项涂层从难题到量产。" in page.text) == (200, True)
    assert set(data.json()["fields"]) == PUBLIC_FIELDS
    for secret in ("480,000", "480000", "98.68", "甲辰试验光电", "丙午试验大学", "双方.pdf", "沈教授", "林工"):
        for surface in (page.text, listing.text, data.text):
            assert secret not in surface
    assert client.get(f"/contracts/{Contract.objects.get().pk}/").status_code == 404
    assert {status(client, file) for file in File.objects.all()} == {404}


def test_consent_taken_back_hides_the_case_at_once(full: Project, steps: Any, stranger: Any):
    publish(steps, full)
    steps.on(full, "withdraw_case", steps.asker)
    with pytest.raises(NotVisible):
        Project.objects.get().seen_by(stranger)
    consents = {consent.person: consent.withdrawn_at is not None for consent in Consent.objects.all()}
    assert consents == {steps.asker: True, steps.provider: False}


def test_list_shows_each_person_their_own(full: Project, steps: Any, personas: Any, need: Any, competitor: Any):
    """The competitor's project with the same university is the university's to see, not company A's."""
    other = type(need).objects.create(
        title="另一家的难题",
        organisation=competitor.memberships.get().organisation,
        contact=competitor,
        node=need.node,
        state="open",
        manager=steps.manager,
    )
    achievement = Achievement.objects.get()
    achievement.pk = None
    achievement.save()
    steps.opened(propose(other, achievement, steps.manager))
    titles = {
        name: set(Project.objects.visible_to(personas[name]).values_list("title", flat=True))
        for name in ("owner", "competitor", "professor", "operator", "stranger")
    }
    assert titles == {
        "owner": {full.title},
        "competitor": {"另一家的难题"},
        "professor": {full.title, "另一家的难题"},
        "operator": {full.title, "另一家的难题"},
        "stranger": set(),
    }
