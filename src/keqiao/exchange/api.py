"""What the exchange offers over the API besides its workflows: the need coach, and what says nearly the same."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_noop
from ninja import Router, Schema
from pydantic import Field

from keqiao.api.schemas import Problem, Strict
from keqiao.api.tokens import READERS
from keqiao.exchange import coach, queries
from keqiao.exchange.duplicates import alike
from keqiao.exchange.models import Achievement, Need

router = Router(tags=["needs"])


class CoachIn(Strict):
    text: str = Field(min_length=1, max_length=12_000, description=gettext_noop("用自己的话写的难题。"))


class MissingOut(Schema):
    field: str
    question: str


class CoachOut(Schema):
    card: dict[str, Any] = Field(description=gettext_noop("可以直接交给 POST /needs 的内容。"))
    missing: list[MissingOut]


@router.post("/coach", response={200: CoachOut, 422: Problem}, auth=READERS, operation_id="coach",
             summary=gettext_noop("把一段文字整理成需求卡"))  # fmt: skip
def read_problem(request: HttpRequest, data: CoachIn) -> dict[str, Any]:
    """Turn free text into a need card and say what is missing. Nothing is stored."""
    card = coach.read(data.text.replace("\x00", " "), timezone.localdate())
    values = {name: value for name, value in card.as_initial().items() if value not in ("", None, [])}
    return {
        "card": values,
        "missing": [{"field": each.field, "question": str(each.question)} for each in card.missing],
    }


class AlikeOut(Schema):
    """A record that says nearly the same as another."""

    id: int
    title: str
    state: str
    url: str
    likeness: int = Field(description=gettext_noop("两段文字有多像，百分数。"))
    reason: str = Field(description=gettext_noop("双方都说了什么。"))


@router.get("/needs/{int:pk}/alike", response={200: list[AlikeOut], 404: Problem}, auth=READERS,
            operation_id="needs_alike", summary=gettext_noop("说得几乎一样的需求"))  # fmt: skip
def alike_needs(request: HttpRequest, pk: int) -> list[dict[str, Any]]:
    """Needs that say nearly the same, as far as the caller may see them: to be looked at before handing in."""
    return alikes_of(queries.find(Need, min(pk, LARGEST), request.user), request)


@router.get("/achievements/{int:pk}/alike", response={200: list[AlikeOut], 404: Problem}, auth=READERS,
            operation_id="achievements_alike", summary=gettext_noop("说得几乎一样的成果"))  # fmt: skip
def alike_achievements(request: HttpRequest, pk: int) -> list[dict[str, Any]]:
    """Achievements that say nearly the same, as far as the caller may see them."""
    return alikes_of(queries.find(Achievement, min(pk, LARGEST), request.user), request)


def alikes_of(row: Need | Achievement, request: HttpRequest) -> list[dict[str, Any]]:
    return [
        {
            "id": one.row.pk,
            "title": str(one.row),
            "state": str(one.row.state),
            "url": one.row.get_absolute_url(),
            "likeness": one.likeness,
            "reason": one.reason,
        }
        for one in alike(row, request.user)
    ]


LARGEST = 2**62
"""More is no number of a row; the database does not even take it."""
