"""Pages of needs, achievements and solutions: load, ask, render."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from keqiao.exchange import benefits, coach, lists, queries, writer
from keqiao.exchange.cards import NeedForm
from keqiao.exchange.duplicates import alike
from keqiao.exchange.models import Achievement, Listing, Need, Solution
from keqiao.exchange.published import KINDS, listed_of
from keqiao.exchange.workflow import ACHIEVEMENT, NEED, SOLUTION
from keqiao.kernel.access import NotVisible
from keqiao.kernel.visibility import Level
from keqiao.parties import taxonomy
from keqiao.parties.models import Organisation
from keqiao.web import verbs

BEFORE_PUBLICATION = ("draft", "returned", "triage", "information")


@require_GET
def needs(request: HttpRequest) -> HttpResponse:
    return listing(request, Need, "exchange/needs.html")


@require_GET
def achievements(request: HttpRequest) -> HttpResponse:
    return listing(request, Achievement, "exchange/achievements.html")


def listing(request: HttpRequest, model: type[Listing], template: str) -> HttpResponse:
    """Newest first with facets; one's own, drafts too, with `?mine=1`."""
    if request.GET.get("mine"):
        return own_listing(request, model)
    filters = lists.Filters.from_query(model, request.GET)
    counted = lists.counts(filters)
    page = lists.Pages(filters.newest(request.user), counted["total"]).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": queries.seen_rows(page.object_list, request.user),
        "facets": lists.facets(filters, counted),
        "filters": filters.chosen,
        "total": counted["total"],
    }
    return render(request, template, context)


@login_required
def own_listing(request: HttpRequest, model: type[Listing]) -> HttpResponse:
    """One's own, drafts too, what was touched last first."""
    rows = queries.mine(model, request.user)
    page = lists.Pages(rows, rows.count()).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": queries.seen_rows(page.object_list, request.user),
        "total": page.paginator.count,
        "workflow": NEED if model is Need else ACHIEVEMENT,
        "heading": _("我的需求") if model is Need else _("我的成果"),
    }
    return render(request, "exchange/mine.html", context)


@require_GET
def published(request: HttpRequest, pk: int, resource: str) -> HttpResponse:
    """Everything of a kind that an organisation has published."""
    row = Organisation.objects.visible_to(request.user).filter(pk=pk).first()
    if row is None:
        raise NotVisible(_("没有找到这家单位，或者您无权查看。"))
    kind = KINDS[resource]
    page = Paginator(listed_of(pk, kind.model, request.user), lists.PAGE_SIZE).get_page(request.GET.get("page"))
    rows = queries.seen_rows(page.object_list, request.user)
    context = {
        "organisation": row.seen_by(request.user),
        "kind": kind,
        "resource": resource,
        "page": page,
        "rows": rows,
    }
    return render(request, "exchange/published.html", context)


@require_GET
def need(request: HttpRequest, pk: int) -> HttpResponse:
    row = queries.find(Need, pk, request.user)
    seen = row.seen_by(request.user)
    context = page_of(request, NEED, row, seen) | {
        "need": seen,
        "problem": queries.reading(seen, "problem"),
        "solutions": queries.solutions_of(row, request.user) if request.user.is_authenticated else [],
        "may_answer": queries.may_answer(row, seen, request.user),
        "may_match": seen.clearance >= Level.STAFF,
    }
    return render(request, "exchange/need.html", context)


@require_GET
def achievement(request: HttpRequest, pk: int) -> HttpResponse:
    row = queries.find(Achievement, pk, request.user)
    seen = row.seen_by(request.user)
    context = page_of(request, ACHIEVEMENT, row, seen) | {
        "achievement": seen,
        "summary": queries.reading(seen, "summary"),
        "team": queries.team_of(row, seen, request.user),
        "benefits": benefits.worksheet(seen, request.GET),
    }
    return render(request, "exchange/achievement.html", context)


def page_of(request: HttpRequest, workflow: Any, row: Any, seen: Any) -> dict[str, Any]:
    """What the pages of needs, achievements and solutions share."""
    return {
        "workflow": workflow,
        "row": seen,
        "verbs": queries.offered(workflow, row, request.user) if request.user.is_authenticated else [],
        "track": queries.track(workflow, row, seen, request.user),
        "clocks": queries.running_clocks(row, seen),
        "hidden": seen.hidden,
        "title": queries.reading(seen, "title") if workflow is not SOLUTION else None,
        "is_sealed": getattr(row, "is_sealed", False),
        "locked": queries.keeps_back(row, seen),
        "show_alikes": row.state in BEFORE_PUBLICATION and seen.clearance >= Level.STAFF,
    }


@require_GET
def solution(request: HttpRequest, pk: int) -> HttpResponse:
    row = queries.find(Solution, pk, request.user)
    seen = row.seen_by(request.user)
    need_seen = queries.as_known(row.need, request.user)
    context = page_of(request, SOLUTION, row, seen) | {"solution": seen, "need": need_seen}
    return render(request, "exchange/solution.html", context | {"checks": queries.checks(row, need_seen)})


@require_GET
@login_required
def solutions(request: HttpRequest) -> HttpResponse:
    side = "received" if request.GET.get("side") == "received" else "given"
    rows = queries.my_solutions(request.user, side)
    page = lists.Pages(rows, rows.count()).get_page(request.GET.get("page"))
    shown = queries.seen_rows(page.object_list, request.user)
    return render(request, "exchange/solutions.html", {"page": page, "rows": shown, "side": side})


@require_http_methods(["GET", "POST"])
def new_need(request: HttpRequest) -> HttpResponse:
    """First one box for the pasted problem; the empty card for those who want it; saving as for every verb."""
    if request.method == "POST" or request.GET.get("blank") or not request.user.is_authenticated:
        return verbs.new(request, "needs")
    return render(request, "exchange/need_new.html", {"text": request.GET.get("text", ""), "writer": writer.host()})


@require_POST
@login_required
def coached(request: HttpRequest) -> HttpResponse:
    """The pasted text as a card to correct, with what is missing. Nothing is saved yet."""
    text = request.POST.get("text", "")
    if problem := coach.problem_of(text):
        again = {"text": text, "problem": problem, "writer": writer.host()}
        return render(request, "exchange/need_new.html", again, status=422)
    card = coach.read(text, timezone.localdate())
    suggested = writer.helped(card, text) if "writer" in request.POST else writer.Help()
    form = NeedForm(initial=card.as_initial(), row=None, actor=request.user)
    context = {"form": form, "card": card, "workflow": NEED, "step": NEED.verb("create"), "key": uuid.uuid4().hex}
    context["suggested"] = suggested
    return render(request, "exchange/need_create.html", context)


@require_GET
@login_required
def alikes(request: HttpRequest, resource: str, pk: int) -> HttpResponse:
    """A fragment: records that say nearly the same."""
    user = request.user
    row = queries.find(Need, pk, user) if resource == "needs" else queries.find(Achievement, pk, user)
    return render(request, "exchange/_alikes.html", {"alikes": alike(row, user), "show_alikes": True})


@require_GET
def find_fields(request: HttpRequest) -> HttpResponse:
    """A fragment of the field picker: fields that fit what was typed."""
    found = taxonomy.search(request.GET.get("field_search", "")[:40])
    parents = [(term, taxonomy.ancestors(taxonomy.fields(), term.code)[:-1]) for term in found]
    name = "fields"
    return render(request, "exchange/widgets/_found.html", {"found": parents, "name": name})


@require_GET
def pick_fields(request: HttpRequest) -> HttpResponse:
    """A fragment: the field picker after a field was added or taken away."""
    codes = list(dict.fromkeys(c for c in [*request.GET.getlist("fields"), request.GET.get("add", "")] if c))
    codes = [code for code in codes if code != request.GET.get("drop")]
    field = NeedForm.base_fields["fields"]
    return HttpResponse(field.widget.render("fields", codes, {"id": "id_fields"}))
