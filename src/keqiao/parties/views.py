"""Pages of organisations and people: lists, the record, the verification queue."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from keqiao.kernel import clocks
from keqiao.kernel.access import NotAllowed, NotVisible
from keqiao.parties import queries
from keqiao.parties.enums import OrganisationKind, OrganisationState
from keqiao.parties.models import Node, Organisation, Person, standing_of
from keqiao.parties.workflow import MEMBERSHIP, ORGANISATION, PERSON

PAGE = 20


@require_safe
def organisations(request: HttpRequest) -> HttpResponse:
    """The directory of organisations, with search and filters."""
    filters = {name: request.GET.get(name, "") for name in ("q", "kind", "node", "state")}
    page = Paginator(queries.organisation_list(request.user, filters), PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [row.seen_by(request.user) for row in page.object_list],
        "filters": filters,
        "kinds": OrganisationKind.choices,
        "states": OrganisationState.choices,
        "all_nodes": Node.objects.order_by("parent_id", "code"),
    }
    return render(request, "parties/organisations.html", context)


@require_safe
def organisation(request: HttpRequest, pk: int) -> HttpResponse:
    """One organisation: what it says, its people, what the viewer can do."""
    row = Organisation.objects.visible_to(request.user).select_related("node").filter(pk=pk).first()
    if row is None:
        raise NotVisible(_("没有找到这家单位，或者您无权查看。"))
    seen = row.seen_by(request.user)
    is_staff = standing_of(request.user).sees_node(row.node_id)
    context = {
        "row": seen,
        "node": row.node,
        "verbs": ORGANISATION.available(row, request.user),
        "workflow": ORGANISATION,
        "clock": clocks.running(row).first() if is_staff or seen.is_owner else None,
        "alikes": queries.look_alikes(row.name, request.user, but=row.pk) if is_staff and not row.is_verified else [],
        "members": queries.member_lines(row, request.user),
        "own": queries.own_membership(row, request.user),
        "memberships": MEMBERSHIP,
    }
    return render(request, "parties/organisation.html", context)


@login_required
@require_safe
def verification(request: HttpRequest) -> HttpResponse:
    """Organisations that wait to be verified, with what they look like beside them."""
    if not standing_of(request.user).watched and not standing_of(request.user).everywhere:
        raise NotAllowed(_("只有平台运营人员可以查看核验队列。"))
    node = request.GET.get("node", "")
    page = Paginator(queries.verification_queue(request.user, node), PAGE).get_page(request.GET.get("page"))
    lines = queries.with_evidence(list(page.object_list), request.user)
    return render(request, "parties/verification.html", {"page": page, "lines": lines, "workflow": ORGANISATION})


@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """The directory of people who chose to be in it."""
    typed = request.GET.get("q", "")
    page = Paginator(queries.directory(request.user, typed), PAGE).get_page(request.GET.get("page"))
    places = queries.places_of(list(page.object_list), request.user)
    rows = [(row.seen_by(request.user), places[row.pk]) for row in page.object_list]
    return render(request, "parties/people.html", {"page": page, "rows": rows, "typed": typed})


@require_safe
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """One person, through the levels that the person chose."""
    row = Person.objects.visible_to(request.user).filter(pk=pk).first()
    if row is None:
        raise NotVisible(_("没有找到，或者这位用户没有公开资料。"))
    context = {
        "row": row.seen_by(request.user),
        "places": queries.places_of([row], request.user)[row.pk],
        "waiting": queries.memberships_of(request.user) if row.pk == request.user.pk else [],
        "verbs": [verb for verb in PERSON.available(row, request.user) if verb.name == "save"],
        "workflow": PERSON,
    }
    return render(request, "parties/person.html", context)
