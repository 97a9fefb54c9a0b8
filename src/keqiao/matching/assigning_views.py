"""The page of managers for all open needs: what is proposed today, why, and accepting it."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from keqiao.kernel.access import NotAllowed
from keqiao.matching.assigning import accept, propose_managers, waiting_for
from keqiao.parties.models import standing_of

SHOWN = 100
"""How many needs the page proposes a manager for at once, those that have waited longest: more nobody reads."""


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def assignments(request: HttpRequest) -> HttpResponse:
    """Today's proposal; posting `pair` (need-manager, as often as one likes) accepts these."""
    if not standing_of(request.user).operates:
        raise NotAllowed(_("只有平台运营人员可以指派技术经理人。"))
    if request.method == "POST":
        return accepted(request)
    found = propose_managers(request.user, SHOWN)
    context = {
        "given": [one for one in found if one.manager],
        "left": [one for one in found if one.manager is None],
        "total": waiting_for(request.user).count(),
        "shown": SHOWN,
    }
    return render(request, "matching/assignments.html", context)


def accepted(request: HttpRequest) -> HttpResponse:
    """Carry out what was accepted, and say what came of it."""
    pairs = [pair for text in request.POST.getlist("pair")[:SHOWN] if (pair := pair_of(text))]
    done = accept(pairs, request.user)
    made = sum(not one.trouble for one in done)
    if made:
        words = ngettext("已指派 %(n)d 项需求的技术经理人。", "已指派 %(n)d 项需求的技术经理人。", made)
        messages.success(request, words % {"n": made})
    for one in done:
        if one.trouble:
            messages.error(request, _("需求 %(need)d 没有指派：%(why)s") % {"need": one.need, "why": one.trouble})
    if not pairs:
        messages.warning(request, _("没有选中任何需求。请勾选后再接受。"))
    return redirect("assignments")


def pair_of(text: str) -> tuple[int, int] | None:
    """`12-7` as need and manager; None for anything else."""
    need, _dash, manager = text.partition("-")
    whole = all(part.isascii() and part.isdigit() and len(part) < 18 for part in (need, manager))
    return (int(need), int(manager)) if whole else None
