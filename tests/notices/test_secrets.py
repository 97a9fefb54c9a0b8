"""Nothing confidential is said to who may not see it: every table that tells, every persona, both languages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import models
from django.utils import timezone

from keqiao.api.actions import issue
from keqiao.exchange.models import Achievement, Solution
from keqiao.kernel.models import Entry
from keqiao.kernel.visibility import NONE, Level
from keqiao.kernel.workflow import REGISTRY
from keqiao.matching.models import Match
from keqiao.notices.models import Notice
from keqiao.notices.projection import audience, notice_for
from keqiao.notices.words import letter_of
from keqiao.parties.models import Node, Person
from keqiao.projects.models import Project
from tests.personas import Personas
from tests.stages import Steps, open_need, propose, published_achievement, today

TELLING = sorted(name for name, table in REGISTRY.items() if any(verb.tells for verb in table.verbs))

PARTS = {"projects": "project", "contracts": "contract_rows", "milestones": "milestone_rows", "incomes": "income_rows"}


def running(owner: Person, professor: Person, manager: Person, wuhan: Node) -> Project:
    """A project with a contract, a milestone and an income."""
    steps = Steps(owner, professor, manager)
    need = open_need(owner, manager, node=wuhan)
    project = steps.running(steps.opened(propose(need, published_achievement(professor, node=wuhan), manager)))
    steps.on(project, "record_income", professor, received_on=today(), amount="9876543.21")
    return project


def make(name: str, owner: Person, professor: Person, manager: Person, wuhan: Node) -> Any:
    """A row of the table of that name."""
    if name in PARTS:
        project = running(owner, professor, manager, wuhan)
        return project if name == "projects" else getattr(project, PARTS[name]).get()
    need = open_need(owner, manager, node=wuhan)
    place = {"organisation": professor.memberships.get().organisation, "contact": professor}
    rows: dict[str, Callable[[], Any]] = {
        "needs": lambda: need,
        "achievements": lambda: published_achievement(professor, node=wuhan),
        "solutions": lambda: Solution.objects.create(
            need=need, node=wuhan, state="submitted", submitted_at=timezone.now(), **place
        ),
        "proposals": lambda: propose(need, published_achievement(professor, node=wuhan), manager, is_sealed=True),
        "matches": lambda: Match.objects.create(
            need=need, achievement=published_achievement(professor, node=wuhan), found_at=timezone.now()
        ),
        "organisations": lambda: owner.memberships.get().organisation,
        "memberships": owner.memberships.get,
        "posts": manager.posts.get,
        "tokens": lambda: issue(owner, name="程序")[0],
    }
    return rows[name]()


def marked(row: Any) -> dict[str, str]:
    """Put a word of its own into every text of the row that not everybody may read; field → word."""
    texts = [
        column
        for column in row._meta.concrete_fields
        if isinstance(column, models.CharField | models.TextField) and not column.choices
        and column.name in row.field_levels and column.name != "state"
    ]  # fmt: skip
    if isinstance(row, Achievement) or row._meta.model_name == "need":
        row.levels = {name: int(Level.NDA) for name in row.choosable}
    words = {
        column.name: f"机密{column.name}"[: column.max_length or 99]
        for column in texts
        if row.level_of(column.name) > Level.PUBLIC and not column.unique
    }
    type(row)._default_manager.filter(pk=row.pk).update(levels=row.levels, **words)
    row.refresh_from_db()
    return words


@pytest.mark.django_db
@pytest.mark.parametrize("name", TELLING)
def test_notice_and_mail_say_nothing_that_the_reader_may_not_see(
    name: str, owner: Person, professor: Person, manager: Person, wuhan: Node, personas: Personas
) -> None:
    table = REGISTRY[name]
    row = make(name, owner, professor, manager, wuhan)
    words = marked(row)
    told = 0
    for who, person in personas.items():
        notice = notice_for(table, row, person) if person.is_authenticated else None
        assert (notice is None) == (row.clearance(person) == NONE or not person.is_authenticated), who
        for verb in (verb for verb in table.verbs if verb.tells and notice is not None):
            notice.verb, notice.person = verb.name, person
            for language in ("zh-hans", "en"):
                letter = letter_of(notice, language)
                said = f"{notice.title} {letter.subject} {letter.text} {letter.html}"
                leaked = {field for field, word in words.items()
                          if word in said and row.level_of(field) > row.clearance(person)}  # fmt: skip
                assert leaked == set(), (who, verb.name)
                assert ("9876543" in said, "9,876,543" in said) == (False, False), who
                told += 1
    assert told


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["proposals", "projects"])
def test_sealed_sides_are_not_named_in_what_is_said(
    name: str, owner: Person, professor: Person, manager: Person, wuhan: Node
) -> None:
    """Double-blind: a proposal speaks of the need, not of who asks or offers."""
    row = make(name, owner, professor, manager, wuhan)
    for person in (owner, professor, manager):
        notice = notice_for(REGISTRY[name], row, person)
        assert notice is not None
        said = letter_of(notice, "zh-hans").text + notice.title
        for secret in ("甲辰试验光电", "丙午试验大学", "林工", "沈教授", "@example.test"):
            assert secret not in said


@pytest.mark.django_db
@pytest.mark.parametrize("name", TELLING)
def test_people_who_are_told_may_know_of_the_row(
    name: str, owner: Person, professor: Person, manager: Person, operator: Person, wuhan: Node
) -> None:
    """Whoever an audience names sees the row: else the workflow promises a notice that never comes."""
    table = REGISTRY[name]
    row = make(name, owner, professor, manager, wuhan)
    entry = Entry.objects.filter(object_type=row._meta.model_name, object_id=row.pk).last() or Entry()
    for group in table.audiences:
        for person in audience(table, (group,), row, entry):
            assert notice_for(table, row, person) is not None, (group, person)


@pytest.mark.django_db
def test_income_is_told_by_project_and_day(owner: Person, professor: Person, manager: Person, wuhan: Node) -> None:
    row = make("incomes", owner, professor, manager, wuhan)
    notice = notice_for(REGISTRY["incomes"], row, owner)
    assert notice is not None
    year, month, day = map(int, today().split("-"))
    assert notice.title == f"红外探测器用消光涂层 · {year} 年 {month} 月 {day} 日"
    milestone = running(owner, professor, manager, wuhan).milestone_rows.get()
    told = notice_for(REGISTRY["milestones"], milestone, owner)
    assert isinstance(told, Notice)
    assert told.title == "样品达标 · 红外探测器用消光涂层"
