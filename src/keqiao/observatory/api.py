"""Public numbers and the feed over the API."""

from __future__ import annotations

import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from ninja import Query, Router, Schema

from keqiao.kernel.access import Invalid
from keqiao.observatory import queries
from keqiao.parties.models import Node

router = Router(tags=["observatory"])


class MetricOut(Schema):
    name: str
    label: str
    definition: str
    value: int
    unit: str
    week: int
    link: str


class ClockOut(Schema):
    median: float | None
    p90: float | None
    count: int


class StatsOut(Schema):
    at: datetime.datetime
    node: str
    metrics: list[MetricOut]
    clocks: dict[str, ClockOut]


class FeedOut(Schema):
    position: int
    at: datetime.datetime
    type: str
    topic: str
    verb: str
    label: str
    title: str
    url: str


@router.get("/stats", response=StatsOut, auth=None, operation_id="stats",
            summary=gettext_noop("公开数字和它们的口径"))  # fmt: skip
def stats(request: HttpRequest, node: Annotated[str, Query(max_length=20, pattern="^[a-z0-9-]*$")] = "") -> Any:
    """Every public number with its definition, computed from the journal: of all nodes, or of one."""
    return queries.stats(check_node(node))


@router.get("/feed", response=list[FeedOut], auth=None, operation_id="feed",
            summary=gettext_noop("公开动态；after 之后的，从旧到新"))  # fmt: skip
def feed(
    request: HttpRequest,
    after: Annotated[int | None, Query(ge=0, le=2**62)] = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
) -> Any:
    """The newest public events; with `after`, those since that position, oldest first."""
    return [item.as_json() for item in queries.feed(after=after, limit=limit)]


def check_node(code: str) -> str:
    """The code, if there is such a node (or none is asked for)."""
    codes = list(Node.objects.values_list("code", flat=True)) if code else []
    if code and code not in codes:
        remedy = _("可以是：%(allowed)s") % {"allowed": ", ".join(codes)}
        raise Invalid(_("没有这个节点。"), {"node": [remedy]})
    return code
