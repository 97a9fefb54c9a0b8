"""A project walks through its states; each step leaves what it should and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from keqiao.projects.models import Project

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "state", ["preparing", "contracted", "running", "testing", "accepting", "accepted", "closed", "stopped"]
)
def test_project_reaches_every_state(project: Project, stages: Any, state: str):
    stages[state](project)
    project.refresh_from_db()
    assert project.state == state
