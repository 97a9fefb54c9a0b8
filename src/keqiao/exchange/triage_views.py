"""The page of triage: list left, card right."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from keqiao.exchange import queries
from keqiao.exchange import triage as desk
from keqiao.exchange.duplicates import alike
from keqiao.kernel.access import NotAllowed
from keqiao.kernel.workflow import REGISTRY
from keqiao.parties.models import standing_of


@require_GET
@login_required
def triage(request: HttpRequest) -> HttpResponse:
    """The queue of the operator's nodes with one card open: `?item=needs-12`, the most urgent when none is named."""
    if not standing_of(request.user).operates:
        raise NotAllowed(_("初审页面只对平台运营人员开放。"))
    lines = desk.queue(request.user, request.GET.get("only", ""))
    keys = [f"{line.resource}-{line.row.pk}" for line in lines]
    asked = request.GET.get("item", "")
    at = keys.index(asked) if asked in keys else 0
    context: dict[str, Any] = {"lines": list(zip(keys, lines, strict=True)), "only": request.GET.get("only", "")}
    if lines:
        neighbours = {"before": keys[at - 1] if at else "", "after": keys[at + 1] if at + 1 < len(keys) else ""}
        context |= card(request, lines[at]) | neighbours | {"open": keys[at]}
    return render(request, "exchange/triage.html", context)


def card(request: HttpRequest, line: desk.Waiting) -> dict[str, Any]:
    """Everything that a decision needs, on one card."""
    row = desk.load(line.resource, line.row.pk, request.user)
    seen = row.seen_by(request.user)
    workflow = REGISTRY[line.resource]
    alikes = alike(row, request.user)
    text = "problem" if line.resource == "needs" else "summary"
    return {
        "line": line,
        "row": seen,
        "workflow": workflow,
        "verbs": queries.offered(workflow, row, request.user),
        "alikes": alikes,
        "suggestion": desk.suggest(row, alikes),
        "title": queries.reading(seen, "title"),
        "text": queries.reading(seen, text),
        "track": queries.track(workflow, row, seen, request.user),
    }
