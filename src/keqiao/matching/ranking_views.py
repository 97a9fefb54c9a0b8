"""The page of learnt rankings, for those who run the platform."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from keqiao.kernel.access import NotAllowed
from keqiao.kernel.visibility import Seen
from keqiao.kernel.workflow import Verb
from keqiao.matching.enums import RankingState
from keqiao.matching.models import Ranking
from keqiao.matching.ranking import trouble_with
from keqiao.matching.training import ENOUGH, new_grades
from keqiao.matching.workflow import RANKINGS
from keqiao.parties.models import standing_of

SHOWN = 20


@dataclass(frozen=True, slots=True)
class Line:
    """A version as the page shows it."""

    row: Seen
    verbs: list[Verb]
    is_in_use: bool
    trouble: str


@login_required
@require_safe
def rankings(request: HttpRequest) -> HttpResponse:
    """The newest versions with what they are worth, which one is in use, and when the next will be learnt."""
    if not standing_of(request.user).everywhere:
        raise NotAllowed(_("只有中心的平台运营和审计人员可以查看排序模型。"))
    lines = [line_of(row, request.user) for row in Ranking.objects.visible_to(request.user).order_by("-pk")[:SHOWN]]
    context = {
        "lines": lines,
        "in_use": next((line for line in lines if line.is_in_use), None),
        "new": new_grades(),
        "enough": ENOUGH,
        "workflow": RANKINGS,
    }
    return render(request, "matching/rankings.html", context)


def line_of(row: Ranking, actor: Any) -> Line:
    """One version; only the one in use is looked into."""
    is_in_use = row.state == RankingState.IN_USE
    trouble = trouble_with(row) if is_in_use else ""
    return Line(row.seen_by(actor), RANKINGS.available(row, actor), is_in_use, trouble)
