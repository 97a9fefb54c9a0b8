"""Records that become public, and somebody who publishes them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from keqiao.exchange.models import Achievement, Need
from keqiao.exchange.workflow import ACHIEVEMENT, NEED
from keqiao.kernel.models import Entry
from keqiao.kernel.workflow import run
from keqiao.parties.models import Person
from tests.stages import open_need, published_achievement

Publish = Callable[..., Entry]


@pytest.fixture
def publish(owner: Person, operator: Person) -> Publish:
    """`publish("title", …)`: a need handed in by company A, published by the operator of its node."""

    def run_verb(title: str = "消光涂层", **fields: Any) -> Entry:
        need = open_need(owner, title=title, state="triage", published_at=None, **fields)
        return run(NEED, need.pk, "publish", actor=operator)

    return run_verb


@pytest.fixture
def publish_achievement(professor: Person, operator: Person) -> Publish:
    """The same for an achievement of the university."""

    def run_verb(title: str = "低温喷涂", **fields: Any) -> Entry:
        achievement = published_achievement(professor, title=title, state="triage", published_at=None, **fields)
        return run(ACHIEVEMENT, achievement.pk, "publish", actor=operator)

    return run_verb


def need_of(entry: Entry) -> Need:
    return Need.objects.get(pk=entry.object_id)


def achievement_of(entry: Entry) -> Achievement:
    return Achievement.objects.get(pk=entry.object_id)
