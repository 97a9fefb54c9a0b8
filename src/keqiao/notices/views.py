"""What I was told, and what the platform has sent."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from keqiao.kernel.access import NotAllowed, NotVisible
from keqiao.notices import actions, queries
from keqiao.notices.enums import MailState
from keqiao.notices.models import Mail
from keqiao.notices.words import words_of
from keqiao.parties.models import standing_of

PAGE = 30


@login_required
@require_safe
def notices(request: HttpRequest) -> HttpResponse:
    """My notices, newest first, unread ones marked."""
    rows = queries.notices_of(request.user).select_related("entry")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    lines = [(notice, words_of(notice)) for notice in page.object_list]
    return render(request, "notices/notices.html", {"page": page, "lines": lines})


@login_required
@require_POST
def read(request: HttpRequest) -> HttpResponse:
    """Mark all of my notices as read."""
    actions.mark_read(request.user)
    return redirect("notices")


@login_required
@require_safe
def open_notice(request: HttpRequest, pk: int) -> HttpResponse:
    """Go to what a notice is about; it counts as read from then on."""
    notice = queries.notices_of(request.user).filter(pk=pk).first()
    if notice is None:
        raise NotVisible(_("没有这条通知。"))
    actions.mark_read(request.user, [pk])
    return redirect(notice.url or "notices")


def check_operator(request: HttpRequest) -> None:
    """The outbox is for those who run the platform: operators of the centre."""
    standing = standing_of(request.user)
    if not standing.directs:
        raise NotAllowed(_("只有中心的平台运营人员可以查看发件箱。"))


@login_required
@require_safe
def outbox(request: HttpRequest) -> HttpResponse:
    """Every mail with its fate. Codes and password links can be read only where no mail server takes them away."""
    check_operator(request)
    state = request.GET.get("state", "")
    rows = Mail.objects.filter(state=state) if state in MailState.values else Mail.objects.all()
    context = {
        "page": Paginator(rows, PAGE).get_page(request.GET.get("page")),
        "states": MailState.choices,
        "state": state,
        "has_server": bool(settings.EMAIL_HOST),
    }
    return render(request, "notices/outbox.html", context)


@login_required
@require_POST
def retry(request: HttpRequest, pk: int) -> HttpResponse:
    """Send a mail again that failed or was kept."""
    check_operator(request)
    actions.retry(pk)
    return redirect("outbox")
