"""Who did what: the page of a project says it in words."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from keqiao.kernel.models import Entry
from keqiao.kernel.workflow import REGISTRY
from keqiao.parties.models import Person
from keqiao.projects import queries
from keqiao.projects.models import Project
from tests.stages import ABSORPTION

pytestmark = pytest.mark.django_db


@pytest.fixture
def running(project: Project, steps: Any) -> Project:
    type(project.need).objects.update(targets=[ABSORPTION])
    return steps.running(project)


def test_every_line_is_a_label_of_a_table(running: Project, steps: Any) -> None:
    steps.sample(running)
    labels = {str(verb.label) for name in ("projects", "contracts", "milestones", "incomes")
              for verb in REGISTRY[name].verbs}  # fmt: skip
    said = {line.label for line in queries.history(running)}
    assert said <= labels
    assert {"立项", "签署合同", "登记送样"} <= said


def test_sample_is_told_with_its_round(running: Project, steps: Any) -> None:
    steps.sample(running)
    line = next(line for line in queries.history(running) if line.label == "登记送样")
    assert line.about == "第 1 轮"


@pytest.mark.parametrize(("kind", "verb"), [("contract", "create"), ("income", "record"), ("project", "forgotten")])
def test_verb_that_no_table_has_is_never_shown_raw(kind: str, verb: str) -> None:
    assert queries.label_of(Entry(object_type=kind, verb=verb)) == "更新记录"


def test_label_is_in_the_readers_language(running: Project) -> None:
    entry = Entry(object_type="income", verb="confirm")
    with translation.override("zh-hans"):
        assert queries.label_of(entry) == "确认到账"
    with translation.override("en"):
        assert queries.label_of(entry) not in {"确认到账", "confirm"}


def test_page_shows_the_year_of_what_happened(client: Client, running: Project, owner: Person) -> None:
    client.force_login(owner)
    page = client.get(running.get_absolute_url()).content.decode()
    entry = Entry.objects.filter(object_type="project", object_id=running.pk).first()
    assert entry is not None
    assert f"{entry.at.astimezone():%Y}-" in page.split('id="history-title"')[1]
