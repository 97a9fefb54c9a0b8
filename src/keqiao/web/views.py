"""Pages that belong to no room."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.contrib.auth.decorators import login_required
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from keqiao import __version__
from keqiao.kernel.access import NotVisible
from keqiao.matching.queries import fresh_threads
from keqiao.observatory import breakdown, counters, queries
from keqiao.web import desk as desks

if TYPE_CHECKING:
    from keqiao.parties.models import Person

FEED_LENGTH = 6


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """One sentence, one box, the live line of figures, the rolling feed with fresh threads."""
    needs = queries.feed(kind="need", limit=FEED_LENGTH)
    achievements = queries.feed(kind="achievement", limit=FEED_LENGTH)
    pairs = fresh_threads([n.row.pk for n in needs], [a.row.pk for a in achievements])
    context = {
        "stats": queries.stats(),
        "needs": needs,
        "achievements": achievements,
        "threads": " ".join(f"need-{need}:achievement-{achievement}" for need, achievement in pairs),
    }
    return render(request, "web/home.html", context)


@login_required
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """What waits for me, and what is mine."""
    person = cast("Person", request.user)
    shelves = desks.shelves(person)
    context = {
        "tasks": desks.tasks(person),
        "queues": desks.queues(person),
        "shelves": [shelf for shelf in shelves if shelf.rows],
        "has_none": {shelf.workflow.name for shelf in shelves if not shelf.rows},
    }
    return render(request, "web/desk.html", context)


@require_safe
def definitions(request: HttpRequest) -> HttpResponse:
    """What each public number counts, in words."""
    return render(request, "web/definitions.html", {"stats": queries.stats()})


@require_safe
def number(request: HttpRequest, name: str) -> HttpResponse:
    """What lies behind one public number."""
    metric = counters.BY_NAME.get(name)
    if metric is None:
        raise NotVisible(_("没有这个数字。"))
    context = {
        "metric": next(one for one in queries.stats()["metrics"] if one["name"] == name),
        "by_node": breakdown.by_node(metric),
        "by_state": breakdown.by_state(metric),
    }
    return render(request, "web/number.html", context)


@require_safe
def words(request: HttpRequest, page: str) -> HttpResponse:
    """A page of words: what this is, what happens to data, what is expected of people."""
    return render(request, f"web/{page}.html")


@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """Whether the platform answers and its database does."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok", "version": __version__})


@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """What browsers ask for beside a page that names no icon: not a page, which would set a cookie of its own."""
    return redirect(static("keqiao/mark.svg"))
