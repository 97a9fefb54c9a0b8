"""What the exchange offers over the API besides its workflows: the need coach."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema
from pydantic import Field

from keqiao.api.schemas import Problem, Strict
from keqiao.api.tokens import READERS
from keqiao.exchange import coach

router = Router(tags=["needs"])


class CoachIn(Strict):
    text: str = Field(min_length=1, max_length=12_000, description="The problem in free words.")


class MissingOut(Schema):
    field: str
    question: str


class CoachOut(Schema):
    card: dict[str, Any] = Field(description="Values as `POST /needs` takes them.")
    missing: list[MissingOut]


@router.post("/coach", response={200: CoachOut, 422: Problem}, auth=READERS, operation_id="coach")
def read_problem(request: HttpRequest, data: CoachIn) -> dict[str, Any]:
    """Turn free text into a need card and say what is missing. Nothing is stored."""
    card = coach.read(data.text.replace("\x00", " "), timezone.localdate())
    values = {name: value for name, value in card.as_initial().items() if value not in ("", None, [])}
    return {
        "card": values,
        "missing": [{"field": each.field, "question": str(each.question)} for each in card.missing],
    }
