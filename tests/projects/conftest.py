"""A project at every stage, between company A (asks) and the university (offers), under the manager of Wuhan."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from keqiao.exchange.models import Achievement, Need
from keqiao.matching.models import Proposal
from keqiao.parties.models import Node, Person
from keqiao.projects.models import Project
from tests.stages import Steps, open_need, propose, published_achievement


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def need(owner: Person, manager: Person, wuhan: Node) -> Need:
    return open_need(owner, manager, node=wuhan)


@pytest.fixture
def achievement(professor: Person, wuhan: Node) -> Achievement:
    return published_achievement(professor, node=wuhan)


@pytest.fixture
def proposal(need: Need, achievement: Achievement, manager: Person) -> Proposal:
    return propose(need, achievement, manager)


@pytest.fixture
def steps(owner: Person, professor: Person, manager: Person) -> Steps:
    return Steps(owner, professor, manager)


@pytest.fixture
def project(steps: Steps, proposal: Proposal) -> Project:
    """Just opened."""
    return steps.opened(proposal)


@pytest.fixture
def stages(steps: Steps) -> dict[str, Callable[[Project], Any]]:
    """How to take a fresh project to each of its states."""

    def testing(project: Project) -> None:
        steps.running(project)
        steps.sample(project)

    def accepting(project: Project) -> None:
        steps.running(project)
        steps.measured(project, "98.68")
        steps.on(project, "request_acceptance", steps.provider, request="达标。")

    def closed(project: Project) -> None:
        steps.accepted(project)
        steps.on(project, "rate", steps.asker, score=5)
        steps.on(project, "rate", steps.provider, score=4)
        steps.on(project, "close", steps.manager)

    return {
        "preparing": lambda project: None,
        "contracted": steps.contracted,
        "running": steps.running,
        "testing": testing,
        "accepting": accepting,
        "accepted": steps.accepted,
        "closed": closed,
        "stopped": lambda project: steps.on(project, "stop", steps.asker, code="market", reason="市场变化"),
    }
