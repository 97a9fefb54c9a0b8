"""Somebody leaves: the contact of a side, or the manager. Who sees, acts and is told from then on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from keqiao.kernel.workflow import REGISTRY, run
from keqiao.notices.models import Mail, Notice
from keqiao.parties.enums import MembershipRole, MembershipState, PostRole, PostState
from keqiao.parties.models import Membership, Person
from keqiao.projects.models import Project
from keqiao.projects.queries import waiting_for
from tests.factories import MembershipFactory, PersonFactory, PostFactory
from tests.personas import fresh
from tests.projects.test_who import world
from tests.stages import today

pytestmark = pytest.mark.django_db


@pytest.fixture
def dean(university: Any) -> Person:
    """Administrator of the university: somebody is left when the professor goes."""
    person = PersonFactory(name="院长", email="dean@example.test")
    MembershipFactory(person=person, organisation=university, role=MembershipRole.ADMIN)
    return person


def leave(person: Person) -> None:
    membership = person.memberships.get()
    run(REGISTRY["memberships"], membership.pk, "leave", actor=person)


def logged_in(person: Person) -> Client:
    client = Client()
    client.force_login(fresh(person), backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.mark.parametrize("path", ["/projects/{0}/", "/contracts/{1}/", "/projects/{0}/frozen/", "/api/v1/projects/{0}",
                                  "/projects/{0}/send_sample/", "/projects/{0}/record_income/"])  # fmt: skip
def test_contact_who_has_left_sees_nothing_more(
    project: Project, steps: Any, professor: Person, dean: Person, path: str
) -> None:
    steps.running(project)
    address = path.format(project.pk, project.contract_rows.get().pk)
    assert logged_in(professor).get(address).status_code == 200
    leave(professor)
    assert logged_in(professor).get(address).status_code == 404
    assert project.title not in logged_in(professor).get("/projects/").text


def test_contact_who_has_left_changes_nothing(project: Project, steps: Any, professor: Person, dean: Person) -> None:
    steps.running(project)
    leave(professor)
    before, client = world(), logged_in(professor)
    for verb, data in (
        ("send_sample", {"sent_on": today(), "sample": "一"}),
        ("record_income", {"received_on": today(), "amount": "1"}),
        ("stop", {"code": "people", "reason": "我走了"}),
        ("hand_over", {"person": dean.pk}),
    ):
        assert client.post(f"/projects/{project.pk}/{verb}/", data).status_code == 404, verb
        answer = client.post(f"/api/v1/projects/{project.pk}/{verb}", data, content_type="application/json")
        assert answer.status_code in {401, 403, 404}, verb
    assert world() == before


def test_somebody_without_organisation_keeps_the_project(project: Project, steps: Any, professor: Person) -> None:
    """Who stands for nobody else cannot leave anybody."""
    Project.objects.update(provider_organisation=None)
    Membership.objects.filter(person=professor).update(state=MembershipState.LEFT)
    assert logged_in(professor).get(f"/projects/{project.pk}/").status_code == 200
    assert Project.objects.get().side_of(fresh(professor)) == "provider"


def test_administrators_are_told_and_have_the_turn_when_the_contact_has_left(
    project: Project, steps: Any, professor: Person, dean: Person, sealed: Callable[[], int]
) -> None:
    steps.running(project)
    sealed()
    Notice.objects.all().delete()
    Mail.objects.all().delete()
    leave(professor)
    steps.on(project, "record_income", steps.asker, received_on=today(), amount="100")
    sealed()
    told = set(Notice.objects.filter(resource="projects").values_list("person__name", flat=True))
    assert told == {"院长"}
    assert set(Mail.objects.filter(subject__startswith="项目").values_list("to", flat=True)) == {"dean@example.test"}
    assert (waiting_for(fresh(dean)), waiting_for(fresh(professor))) == ([project.pk], [])


def test_administrator_hands_the_side_over_to_a_colleague(
    project: Project, steps: Any, professor: Person, dean: Person, university: Any
) -> None:
    """Over the pages: the form offers the members of this side alone, without who is the contact already."""
    lecturer = PersonFactory(name="讲师小方")
    MembershipFactory(person=lecturer, organisation=university)
    gone = PersonFactory(name="已离职")
    MembershipFactory(person=gone, organisation=university, state=MembershipState.LEFT)
    steps.running(project)
    leave(professor)
    client, path = logged_in(dean), f"/projects/{project.pk}/hand_over/"
    form = client.get(path).text
    offered = [
        name for name in ("讲师小方", "院长", "已离职", "沈教授", "林工", "同事小周") if f">{name}</option>" in form
    ]
    assert offered == ["讲师小方", "院长"]
    assert client.post(path, {"person": lecturer.pk}).status_code == 302
    project.refresh_from_db()
    assert (project.provider, project.asker) == (lecturer, steps.asker)
    assert logged_in(lecturer).post(
        f"/projects/{project.pk}/send_sample/", {"sent_on": today(), "sample": "第一批"}
    ).status_code == 302  # fmt: skip


@pytest.mark.parametrize("who", ["owner", "competitor", "professor"])
def test_side_is_handed_to_nobody_outside_of_it(
    project: Project, professor: Person, personas: Any, dean: Person, who: str
) -> None:
    before = world()
    answer = logged_in(professor).post(f"/projects/{project.pk}/hand_over/", {"person": personas[who].pk})
    assert (answer.status_code, "请从本单位的在册成员中选择" in answer.text) == (422, True)
    assert world() == before


def test_side_without_organisation_has_nobody_to_hand_it_to(project: Project, professor: Person) -> None:
    Project.objects.update(provider_organisation=None)
    answer = logged_in(professor).get(f"/projects/{project.pk}/hand_over/")
    assert (answer.status_code, "只有代表单位合作的一方可以更换负责人" in answer.text) == (403, True)


def test_manager_out_of_post_sees_and_runs_nothing_more(project: Project, manager: Person) -> None:
    manager.posts.update(state=PostState.ENDED)
    before, client = world(), logged_in(manager)
    assert client.get(f"/projects/{project.pk}/").status_code == 404
    assert client.post(f"/projects/{project.pk}/stop/", {"code": "other", "reason": "x"}).status_code == 404
    assert world() == before


def test_operator_gives_the_project_another_manager(
    project: Project, manager: Person, operator: Person, wuhan: Any, yichang: Any
) -> None:
    successor, elsewhere = PersonFactory(name="经理人小秦"), PersonFactory(name="宜昌经理人")
    PostFactory(person=successor, node=wuhan, role=PostRole.MANAGER)
    PostFactory(person=elsewhere, node=yichang, role=PostRole.MANAGER)
    manager.posts.update(state=PostState.ENDED)
    client, path = logged_in(operator), f"/projects/{project.pk}/assign_manager/"
    form = client.get(path).text
    assert ("经理人小秦" in form, "宜昌经理人" in form) == (True, False)
    assert client.post(path, {"manager": elsewhere.pk}).status_code == 422
    assert client.post(path, {"manager": successor.pk}).status_code == 302
    project.refresh_from_db()
    assert project.manager == successor
    assert logged_in(successor).get(f"/projects/{project.pk}/").status_code == 200


def test_project_without_manager_waits_for_the_operators(
    project: Project, steps: Any, operator: Person, other_operator: Person
) -> None:
    steps.accepted(project)
    steps.on(project, "rate", steps.asker, score=5)
    steps.on(project, "rate", steps.provider, score=5)
    Project.objects.update(manager=None)
    assert (waiting_for(operator), waiting_for(other_operator)) == ([project.pk], [])
    page = logged_in(operator).get(f"/projects/{project.pk}/").text
    assert ("轮到您（本节点平台运营人员）" in page, "不办理认定登记的，直接结项" in page) == (True, True)
    assert project.title in logged_in(operator).get("/desk/").text
