"""Matching over the API: a text against what is published, search, the candidates of a need."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils.translation import gettext_noop
from ninja import Query as Parameter
from ninja import Router, Schema
from pydantic import ConfigDict, Field

from keqiao.api.schemas import Problem
from keqiao.api.tokens import READERS, WRITERS
from keqiao.engine import Figure, Query
from keqiao.matching import queries
from keqiao.matching.documents import ACHIEVEMENT, text_query
from keqiao.matching.evidence import figure_json
from keqiao.matching.filters import Filters
from keqiao.matching.search import search

router = Router(tags=["matching"])
Order = Annotated[
    str, Parameter(pattern="^(relevance|newest)$", description=gettext_noop("relevance 最相关优先，newest 最新优先"))
]


class FigureIn(Schema):
    """A target: an interval with a unit as pint reads it."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: str = Field(max_length=60)
    min: float | None = Field(default=None, allow_inf_nan=False)
    max: float | None = Field(default=None, allow_inf_nan=False)
    unit: str = Field(default="", max_length=40)
    approx: bool = False


class MatchIn(Schema):
    """What is looked for. The text is not stored."""

    model_config = ConfigDict(extra="forbid", strict=True)

    text: str = Field(min_length=1, max_length=12_000)
    title: str = Field(default="", max_length=240)
    fields: list[str] = Field(default_factory=list, max_length=20)
    region: str = Field(default="", max_length=6)
    targets: list[FigureIn] | None = Field(
        default=None, max_length=60, description=gettext_noop("不填时从文字里读出。")
    )
    limit: int = Field(default=10, ge=1, le=50)


class CandidateOut(Schema):
    """Something that fits, with why."""

    kind: str
    id: int
    title: str
    url: str
    score: float
    more_of_organisation: int
    evidence: dict[str, Any]


class MatchOut(Schema):
    figures: list[dict[str, Any]]
    candidates: list[CandidateOut]


class NeedCandidatesOut(Schema):
    achievements: list[CandidateOut]
    people: list[CandidateOut]
    solved: list[CandidateOut]


class SearchOut(Schema):
    total: int
    page: int
    pages: int
    items: list[CandidateOut]
    facets: dict[str, dict[str, int]]


@router.post("/match", response={200: MatchOut, 422: Problem, 503: Problem}, auth=READERS, operation_id="match_text",
             summary=gettext_noop("给一段文字找成果"))  # fmt: skip
def match(request: HttpRequest, data: MatchIn) -> Any:
    """Published achievements that fit a text, best first, with evidence. Needs no account."""
    query = query_of(data)
    found = queries.find(query, (ACHIEVEMENT,), request.user, data.limit)
    return {
        "figures": [figure_json(figure) for figure in (*query.targets, *query.wishes)],
        "candidates": [one.as_json() for one in found],
    }


def query_of(data: MatchIn) -> Query:
    """The body as a query of the engine; what it leaves out is read from the text."""
    read = text_query(data.text)
    return replace(
        read,
        title=data.title,
        fields=tuple(data.fields) or read.fields,
        region=data.region or read.region,
        targets=read.targets if data.targets is None else tuple(figure_of(target) for target in data.targets),
        wishes=read.wishes if data.targets is None else (),
    )


def figure_of(target: FigureIn) -> Figure:
    return Figure(target.name, target.min, target.max, target.unit, target.approx)


@router.get(
    "/needs/{int:pk}/candidates",
    response={200: NeedCandidatesOut, 403: Problem, 404: Problem, 503: Problem},
    auth=WRITERS,
    operation_id="need_candidates",
    summary=gettext_noop("一项需求的候选"),
)
def need_candidates(
    request: HttpRequest,
    pk: int,
    limit: Annotated[int, Parameter(ge=1, le=50)] = 10,
    order: Order = queries.RELEVANCE,
) -> Any:
    """Achievements, people and similar solved needs for a need: for its people, its manager and who sees all of it."""
    need = queries.need_for(min(pk, 2**62), request.user, to_read=True)
    found = queries.candidates(need, request.user, limit, order)
    return {name: [one.as_json() for one in getattr(found, name)] for name in ("achievements", "people", "solved")}


@router.get("/search", response={200: SearchOut, 422: Problem, 503: Problem}, auth=READERS, operation_id="search",
            summary=gettext_noop("检索"))  # fmt: skip
def search_all(
    request: HttpRequest,
    q: Annotated[str, Parameter(max_length=500)] = "",
    kind: Annotated[list[str], Parameter(max_length=4)] = [],  # noqa: B006 (ninja copies it)
    field: Annotated[list[str], Parameter(max_length=20)] = [],  # noqa: B006
    region: Annotated[list[str], Parameter(max_length=20)] = [],  # noqa: B006
    node: Annotated[list[str], Parameter(max_length=20)] = [],  # noqa: B006
    trl: Annotated[list[str], Parameter(max_length=9)] = [],  # noqa: B006
    ip: Annotated[list[str], Parameter(max_length=9)] = [],  # noqa: B006
    mode: Annotated[list[str], Parameter(max_length=9)] = [],  # noqa: B006
    order: Order = queries.RELEVANCE,
    page: Annotated[int, Parameter(ge=1, le=1000)] = 1,
) -> Any:
    """Published needs, achievements and people, by words and filters, with facet counts."""
    filters = Filters.of(
        {"kind": kind, "field": field, "region": region, "node": node, "trl": trl, "ip": ip, "mode": mode}
    )
    results = search(q.replace("\0", " "), filters, actor=request.user, order=order, page=page)
    return {
        "total": results.total,
        "page": results.page,
        "pages": results.pages,
        "items": [one.as_json() for one in results.items],
        "facets": {name: {facet.value: facet.count for facet in values} for name, values in results.facets.items()},
    }
