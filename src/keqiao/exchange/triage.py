"""The triage queue: what waits, how urgent it is, and what the machine would do and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import F, OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _

from keqiao.exchange.duplicates import Alike
from keqiao.exchange.guards import achievement_is_complete, need_is_complete
from keqiao.exchange.models import Achievement, Listing, Need
from keqiao.kernel.models import ClockRun
from keqiao.kernel.visibility import Seen
from keqiao.parties.models import standing_of

if TYPE_CHECKING:
    from keqiao.kernel.access import Actor

MODELS: dict[str, type[Need] | type[Achievement]] = {"needs": Need, "achievements": Achievement}
STATES = ("triage", "information")
AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Waiting:
    """One line of the queue."""

    resource: str
    row: Seen
    clock: ClockRun | None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What the machine would do with a record, why, and how much of what is needed is there (0..1)."""

    verb: str
    reason: str
    points: list[str]
    completeness: float


def queue(actor: Actor, resource: str = "") -> list[Waiting]:
    """What waits at the operator's nodes, of one kind or of both, the most urgent first."""
    lines: list[Waiting] = []
    for name, model in MODELS.items():
        if resource == name or resource not in MODELS:
            lines += waiting(name, model, actor)
    lines.sort(key=lambda line: (line.clock is None or line.clock.paused_at is not None, due(line), line.row.pk))
    return lines[:AT_ONCE]


def due(line: Waiting) -> float:
    return line.clock.due_at.timestamp() if line.clock else float("inf")


def waiting(name: str, model: type[Any], actor: Actor) -> list[Waiting]:
    """The most urgent of one kind: as many as the queue shows, however many there are."""
    runs = ClockRun.objects.filter(object_type=model._meta.model_name, name="triage", stopped_at=None)
    urgent = runs.filter(object_id=OuterRef("pk"), paused_at=None).values("due_at")
    found = of_nodes(model, actor).select_related("organisation", "node", "contact")
    rows = list(found.annotate(due=Subquery(urgent[:1])).order_by(F("due").asc(nulls_last=True), "pk")[:AT_ONCE])
    clocks = {run.object_id: run for run in runs.filter(object_id__in=[row.pk for row in rows])}
    return [Waiting(name, row.seen_by(actor), clocks.get(row.pk)) for row in rows]


def of_nodes(model: type[Any], actor: Actor) -> QuerySet[Any]:
    """Rows in triage at the nodes that this operator decides for."""
    standing = standing_of(actor)
    rows: QuerySet[Any] = model._default_manager.visible_to(actor).filter(state__in=STATES)
    return rows if standing.directs else rows.filter(node__in=standing.operates)


def count_waiting(actor: Actor) -> int:
    """How many records wait for this operator."""
    return sum(of_nodes(model, actor).count() for model in MODELS.values())


def suggest(row: Listing, alikes: list[Alike]) -> Suggestion:
    """A suggestion with its reason: same as another → reject; incomplete → return; weak → ask; else publish."""
    problems = need_is_complete(row) if isinstance(row, Need) else achievement_is_complete(row)  # type: ignore[arg-type]
    wishes = weak_points(row)
    asked = 5 + len(wishes)
    share = max(0.0, 1 - (len(problems) * 2 + len(wishes)) / (asked + 3))
    same = next((one for one in alikes if one.is_same), None)
    if same is not None:
        words = _("与“%(title)s”几乎相同（%(likeness)d %%）。") % {"title": str(same.row), "likeness": same.likeness}
        return Suggestion("reject", words, [same.reason] if same.reason else [], share)
    if problems:
        return Suggestion("return", _("缺少必要内容。"), [p for found in problems.values() for p in found], share)
    if len(wishes) >= 3:
        return Suggestion("request_information", _("可以判断，但要点偏少。"), wishes, share)
    return Suggestion("publish", _("内容完整，没有发现重复。"), wishes, share)


def weak_points(row: Listing) -> list[str]:
    """What would make the record easier to answer, though it can be published without."""
    checks = need_points(row) if isinstance(row, Need) else achievement_points(row)
    return [words for there, words in checks if not there]


def need_points(row: Need) -> list[tuple[Any, str]]:
    return [
        (row.current_state, _("没有写现状：现在能做到多少。")),
        (row.budget_maximum, _("没有写预算。")),
        (row.deadline, _("没有写截止时间。")),
        (row.region, _("没有写地区。")),
        (row.cooperation_modes, _("没有写合作方式。")),
        (len(row.problem or row.problem_en) >= 80, _("问题描述不足 80 字。")),
    ]


def achievement_points(row: Any) -> list[tuple[Any, str]]:
    return [
        (row.specifications, _("没有可以核对的指标。")),
        (row.maturity, _("没有评估技术就绪度。")),
        (row.applications, _("没有写用在哪里。")),
        (row.cooperation_modes, _("没有写合作方式。")),
        (row.advantages, _("没有与现有方案比较。")),
    ]


def load(resource: str, pk: int, actor: Actor) -> Any:
    """The row to decide on with what its card shows, or None when it is no longer there."""
    rows = of_nodes(MODELS[resource], actor).select_related("organisation", "node", "contact")
    return rows.filter(pk=pk).first()
