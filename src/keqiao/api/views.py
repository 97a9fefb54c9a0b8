"""Pages of a person's own access tokens, in the account area."""

from __future__ import annotations

import uuid
from typing import cast

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from keqiao.api import actions
from keqiao.api.forms import TokenForm
from keqiao.api.models import AccessToken
from keqiao.api.workflow import TOKENS
from keqiao.kernel import replays
from keqiao.parties.models import Person
from keqiao.parties.second_factor import proven_again

PAGE = 20


@login_required
@require_safe
def tokens(request: HttpRequest) -> HttpResponse:
    """My tokens: those that open something first, then the newest."""
    rows = AccessToken.objects.visible_to(request.user).order_by("state", "-pk")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    lines = [(row.seen_by(request.user), TOKENS.available(row, request.user)) for row in page.object_list]
    return render(request, "api/tokens.html", {"page": page, "lines": lines, "workflow": TOKENS})


@login_required
@proven_again
@require_http_methods(["GET", "POST"])
def new_token(request: HttpRequest) -> HttpResponse:
    """A new token; its text is on this one answer and nowhere else."""
    person = cast("Person", request.user)
    form = TokenForm(request.POST or None)
    key = request.POST.get("key", "")[: replays.LONGEST] or uuid.uuid4().hex
    if not form.is_valid():
        return render(request, "api/token_new.html", {"form": form, "key": key}, status=422 if form.is_bound else 200)
    data = form.cleaned_data
    made = actions.issue_once(person, name=data["name"], days=data["days"] or None, key=key)
    if made is None:
        messages.info(request, _("这个令牌已经创建，内容只显示一次。没有记下来的话，请停用它，再创建一个。"))
        return redirect("access_tokens")
    get_adapter(request).send_notification_mail("api/token_issued", person, {"name": made[0].name})
    response = render(request, "api/token_made.html", {"token": made[0].seen_by(person), "text": made[1]})
    response.headers["Cache-Control"] = "no-store"
    return response
