"""Pages of matching: load, ask, render."""

from __future__ import annotations

import json
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from keqiao.exchange.enums import DeclineReason, NeedState
from keqiao.exchange.models import Achievement, Need
from keqiao.kernel import clocks
from keqiao.kernel import workflow as kernel
from keqiao.kernel.access import NotVisible
from keqiao.kernel.visibility import Hidden, Seen
from keqiao.matching import pasted, queries
from keqiao.matching.board import ROLES, board, track
from keqiao.matching.comparing import comparison
from keqiao.matching.enums import KeptState, Relevance
from keqiao.matching.filters import FACET_LABELS, Filters
from keqiao.matching.managers import suggest_managers
from keqiao.matching.models import Grade, Match, Proposal, SavedSearch, Shortlisted
from keqiao.matching.rules import may_grade, may_propose
from keqiao.matching.search import fresh, kind_facets, search
from keqiao.matching.turn import turn_of
from keqiao.matching.workflow import GRADES, MATCHES, PROPOSALS, SAVED_SEARCHES, SHORTLIST
from keqiao.web import verbs

LONGEST_TEXT = 2000
FIRST = 3
"""Achievements that the candidates panel opens with."""


@require_POST
def match(request: HttpRequest) -> HttpResponse:
    """The box of the home page: three candidates for a pasted text, which is not kept."""
    text = request.POST.get("text", "").strip()
    problem = problem_of(text)
    result = None if problem else pasted.match_text(text, request.user)
    names = ["matching/_home_candidates.html"] if request.htmx else ["matching/match.html"]  # type: ignore[attr-defined]
    context = {"problem": problem, "result": result, "text": text}
    return render(request, names, context, status=422 if problem else 200)


@require_POST
def match_figures(request: HttpRequest) -> HttpResponse:
    """The figures read from a text while it is typed, and what a good need would say as well."""
    text = request.POST.get("text", "")[:LONGEST_TEXT]
    return render(request, "matching/_figures.html", pasted.reading_of(text))


def problem_of(text: str) -> str:
    """What is wrong with a pasted text, with the remedy."""
    if len(text) < 4:
        return _("请写下要解决的问题，至少一句话：现在怎样，想达到什么指标。")
    if len(text) > LONGEST_TEXT:
        return _("最多 %(limit)d 字，现在有 %(count)d 字。请只留下问题、现状和指标。") % {
            "limit": LONGEST_TEXT,
            "count": len(text),
        }
    return ""


def number(text: str | None) -> int:
    """A number from an address or a form; 0, which is no row, for anything else."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 18 else 0


def order_of(request: HttpRequest) -> str:
    """Relevance or newest first, as this person last chose (PIPL art. 24)."""
    asked = request.GET.get("order", "")
    if asked in (queries.RELEVANCE, queries.NEWEST) and asked != request.session.get("order", queries.RELEVANCE):
        request.session["order"] = asked
    return str(request.session.get("order", queries.RELEVANCE))


@require_safe
def search_page(request: HttpRequest) -> HttpResponse:
    """Search with facets."""
    text = request.GET.get("q", "").strip()
    filters = Filters.from_query(request.GET)
    page = min(number(request.GET.get("page")), 10**6)
    results = search(text, filters, actor=request.user, order=order_of(request), page=page)
    context = {
        "text": text,
        "filters": filters,
        "filters_json": json.dumps(filters.as_dict()),
        "address": filters.address(q=text),
        "results": results,
        "facet_labels": FACET_LABELS,
        "kinds": [] if text else kind_facets(filters),
    }
    name = "matching/_results.html" if request.htmx and not request.htmx.boosted else "matching/search.html"  # type: ignore[attr-defined]
    return render(request, name, context)


@login_required
@require_safe
def need_candidates(request: HttpRequest, pk: int) -> HttpResponse:
    """The candidates panel of a need's page: the first achievements, or with `all` every one."""
    need = queries.need_for(pk, request.user, to_read=True)
    first = None if "all" in request.GET else FIRST
    found = queries.candidates(need, request.user, order=order_of(request), first=first)
    staff = may_grade(need, request.user)
    may = may_propose(need, request.user) and need.state == NeedState.OPEN
    context: dict[str, Any] = {
        "need": need.seen_by(request.user),
        "found": found,
        "may_propose": may,
        "may_grade": staff,
        "relevance": Relevance.choices,
        "grades": queries.grades_by(need, request.user) if staff else {},
        "decline_reasons": DeclineReason.choices,
        "proposals": queries.proposals_on(need),
        "kept": queries.kept_by(request.user),
        "managers": suggest_managers(need, request.user) if staff and need.manager_id is None else [],
    }
    return render(request, "matching/_candidates.html", context)


@login_required
@require_POST
def propose(request: HttpRequest, pk: int) -> HttpResponse:
    """“感兴趣” of the side that asks, or a proposal by staff to both sides."""
    need = queries.need_for(pk, request.user)
    verb = "create" if may_grade(need, request.user) else "interested"
    data = {**request.POST.dict(), "need": str(need.pk)}
    entry = kernel.run(PROPOSALS, None, verb, actor=request.user, data=data, key=request.POST.get("key", ""))
    return redirect("proposal", entry.object_id)


@login_required
@require_POST
def set_aside(request: HttpRequest, pk: int) -> HttpResponse:
    """A candidate that does not fit is not shown again; a match found for the need is dismissed with it."""
    need = queries.need_for(pk, request.user)
    data = {**request.POST.dict(), "need": str(need.pk)}
    found = Match.objects.filter(need=need, achievement=number(data.get("achievement"))).first()
    kernel.run(MATCHES, found.pk if found else None, "dismiss" if found else "set_aside", actor=request.user, data=data)
    return redirect(need)


@login_required
@require_POST
def grade(request: HttpRequest, pk: int) -> HttpResponse:
    """A grade for a pair: the first, or another one."""
    need = queries.need_for(pk, request.user)
    data = {**request.POST.dict(), "need": str(need.pk)}
    pair = Grade.objects.filter(need=need, achievement=number(data.get("achievement")))
    given = pair.filter(by_id=request.user.pk).first()
    kernel.run(GRADES, given.pk if given else None, "revise" if given else "create", actor=request.user, data=data)
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "matching/_graded.html", {"grade": Relevance(int(data["grade"])).label})
    return redirect(need)


@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    """Up to four achievements side by side; with `need`, checked against its targets."""
    pks = [number(pk) for pk in request.GET.getlist("a")]
    need = Need.objects.visible_to(request.user).filter(pk=number(request.GET.get("need"))).first()
    return render(request, "matching/compare.html", {"comparison": comparison(pks, request.user, need)})


@login_required
@require_safe
def shortlist(request: HttpRequest) -> HttpResponse:
    """The achievements that a person put aside."""
    rows = Shortlisted.objects.visible_to(request.user).filter(state=KeptState.KEPT).order_by("-created_at")
    kept = list(rows.values_list("pk", "achievement_id", "note"))
    visible = Achievement.objects.visible_to(request.user).select_related("organisation")
    achievements = visible.in_bulk([achievement for _pk, achievement, _note in kept])
    items = [
        {"pk": pk, "note": note, "achievement": achievements[achievement].seen_by(request.user)}
        for pk, achievement, note in kept
        if achievement in achievements
    ]
    return render(request, "matching/shortlist.html", {"items": items, "workflow": SHORTLIST})


@login_required
@require_POST
def toggle_shortlist(request: HttpRequest) -> HttpResponse:
    """Put an achievement on the shortlist, or take it off."""
    pk = number(request.POST.get("achievement"))
    row = Shortlisted.objects.filter(person=request.user.pk, achievement=pk).first()
    verb = "create" if row is None else "remove" if row.state == KeptState.KEPT else "restore"
    kernel.run(SHORTLIST, row.pk if row else None, verb, actor=request.user, data={"achievement": pk})
    if request.htmx:  # type: ignore[attr-defined]
        return render(request, "matching/_keep_button.html", {"pk": pk, "is_kept": verb != "remove"})
    return redirect(verbs.own_address(request) or "shortlist")


@login_required
@require_safe
def saved_searches(request: HttpRequest) -> HttpResponse:
    """The searches that a person saved, with how much is new in each."""
    rows = SavedSearch.objects.visible_to(request.user).filter(state=KeptState.KEPT)
    items = [(row.seen_by(request.user), news_of(row, request.user)) for row in rows[:50]]
    return render(request, "matching/saved_searches.html", {"items": items, "workflow": SAVED_SEARCHES})


def news_of(row: SavedSearch, actor: Any) -> int:
    """How much a saved search finds that is newer than the last look."""
    return fresh(row.query, Filters.of(row.filters), int(row.looked_at.timestamp()), actor)


@login_required
@require_safe
def found_match(request: HttpRequest, pk: int) -> HttpResponse:
    """What the platform found for a need."""
    row = Match.objects.visible_to(request.user).select_related("need", "achievement").filter(pk=pk).first()
    if row is None:
        raise NotVisible(_("没有找到，或者您无权查看。"))
    context = {"match": row.seen_by(request.user), "workflow": MATCHES, "verbs": MATCHES.available(row, request.user)}
    return render(request, "matching/found_match.html", context)


@login_required
@require_safe
def proposals(request: HttpRequest) -> HttpResponse:
    """The board, for one role or all."""
    role = request.GET.get("role", "")
    roles = {name: label for name, (label, _condition) in ROLES.items()}
    columns = board(request.user, role)
    has_any = any(column.total for column in columns)
    context = {"columns": columns, "has_any": has_any, "role": role, "roles": roles}
    return render(request, "matching/proposals.html", context)


@login_required
@require_safe
def proposal(request: HttpRequest, pk: int) -> HttpResponse:
    """One proposal: both sides as far as they may be known, why they fit, what happened, what can be done now."""
    row = Proposal.objects.visible_to(request.user).with_sides().filter(pk=pk).first()
    if row is None:
        raise NotVisible(_("没有找到这项对接，或者您无权查看。"))
    seen = row.seen_by(request.user)
    context = {
        "proposal": seen,
        "turn": turn_of(row, request.user),
        "clock": clocks.running(row).first(),
        "project": getattr(row, "project", None),
        "workflow": PROPOSALS,
        "verbs": PROPOSALS.available(row, request.user),
        "steps": track(row),
        "may_open": row.is_ready_for_project and (row.is_asker(request.user) or seen.clearance >= 3),
        "offer_address": address_of(seen.achievement or seen.solution or seen.person),
    }
    return render(request, "matching/proposal.html", context)


def address_of(offer: Seen | Hidden | None) -> str:
    """The page of what is offered, unless this person may not know it yet."""
    return str(offer.get_absolute_url()) if isinstance(offer, Seen) else ""
