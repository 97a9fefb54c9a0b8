"""Callers of the API: programs with a token, and strangers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client

from keqiao.api import actions
from keqiao.parties.models import Person

Call = Callable[..., Any]


@pytest.fixture
def call(db: None) -> Call:
    """`call(person, "POST", "/needs", {...}, key="k")` → the response; the path is below /api/v1."""

    def run(who: Person | AnonymousUser | None, method: str, path: str, body: Any = None, key: str = "") -> Any:
        headers = {"Idempotency-Key": key} if key else {}
        if isinstance(who, Person):
            headers["Authorization"] = f"Bearer {actions.issue(who, name='test')[1]}"
        return Client(enforce_csrf_checks=True).generic(
            method,
            f"/api/v1{path}",
            data=b"" if body is None else encoded(body),
            content_type="application/json",
            headers=headers,
        )

    return run


def encoded(body: Any) -> bytes:
    import json

    return json.dumps(body).encode()


CARD = {
    "kind": "technology",
    "title": "红外探测器用高吸光率消光涂层",
    "problem": "我们生产红外探测器，外购消光涂层吸光率多在 95% 以下，工艺流程复杂、成本高，达不到量产要求。",
    "targets": ["吸光率 ≥ 98 %", {"name": "工作温度", "min": -40, "max": 85, "unit": "degC"}],
    "fields": ["C39"],
}


@pytest.fixture
def card() -> dict[str, Any]:
    """A need that triage can judge."""
    return dict(CARD)
