"""Pages for those who run the platform: nodes, who is in office there, and on which days they work."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from keqiao.kernel import calendar as kernel
from keqiao.kernel.access import NotAllowed, NotVisible
from keqiao.parties.models import Node, standing_of
from keqiao.parties.nodes import queries
from keqiao.parties.nodes.workflow import CALENDAR, NODE, POST


@login_required
@require_safe
def nodes(request: HttpRequest) -> HttpResponse:
    """The centre and its city nodes."""
    if not standing_of(request.user).runs:
        raise NotAllowed(_("只有平台运营和审计人员可以查看节点。"))
    context = {"rows": queries.nodes_with_counts(), "may_create": NODE.may(None, "create", request.user)}  # type: ignore[arg-type]
    return render(request, "parties/nodes.html", context)


@login_required
@require_safe
def node(request: HttpRequest, pk: int) -> HttpResponse:
    """One node: what it is called, and who is in office."""
    row = Node.objects.select_related("parent").filter(pk=pk).first()
    if row is None:
        raise NotVisible(_("没有这个节点。"))
    standing = standing_of(request.user)
    context = {
        "row": row.seen_by(request.user),
        "verbs": NODE.available(row, request.user),
        "workflow": NODE,
        "posts": queries.posts_at(row, request.user),
        "post_table": POST,
        "sees_posts": standing.sees_node(row.code),
        "may_appoint": row.state == "open" and (standing.directs or row.code in standing.operates),
    }
    return render(request, "parties/node.html", context)


@login_required
@require_safe
def calendar(request: HttpRequest) -> HttpResponse:
    """The working calendar of a node for a year: this one, or one of the next two."""
    this_year = timezone.localdate().year
    years = [this_year, this_year + 1, this_year + 2]
    code, asked = request.GET.get("node", ""), request.GET.get("year", "")
    shown = Node.objects.filter(code=code).first()
    if code and shown is None:
        raise NotVisible(_("没有这个节点。"))
    year = next((year for year in years if str(year) == asked), this_year)
    standing = standing_of(request.user)
    context = {
        "shown": shown,
        "year": year,
        "years": years,
        "weekdays": [(name, str(WEEKDAYS_ABBR[at]).removeprefix("星期")) for at, name in WEEKDAYS.items()],
        "months": queries.year_of(code, year),
        "lines": queries.lines_of(code, year, request.user),
        "workflow": CALENDAR,
        "known_until": kernel.known_until(),
        "may_set": standing.directs or (bool(code) and code in standing.operates),
        "all_nodes": Node.objects.order_by("parent_id", "code"),
    }
    return render(request, "parties/calendar.html", context)
