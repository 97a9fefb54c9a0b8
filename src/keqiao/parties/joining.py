"""From a confirmed e-mail address to the desk in a few answers: what for, who, where, how secure."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from keqiao.kernel.access import Invalid, NotAllowed, NotNow, NotVisible
from keqiao.kernel.workflow import run
from keqiao.parties import actions, invitations, queries
from keqiao.parties.forms import RequestForm
from keqiao.parties.models import Organisation, Person
from keqiao.parties.profile_forms import WelcomeForm
from keqiao.parties.workflow import MEMBERSHIP, PERSON

SESSION_KEY = "invitation"
OVER = gettext_lazy("邀请您的单位没有通过核验，所以现在不能加入。请联系邀请您的人；单位重新通过核验后，链接仍然有效。")


@login_required
@require_http_methods(["GET", "POST"])
def welcome(request: HttpRequest) -> HttpResponse:
    """What brings you here, what is your name."""
    person = cast("Person", request.user)
    if request.method == "GET":
        form = WelcomeForm(initial=WelcomeForm.initial_of(person), row=person, actor=person)
        return render(request, "parties/welcome.html", {"form": form})
    try:
        run(PERSON, person.pk, "welcome", actor=person, data=request.POST, key=request.POST.get("key", ""))
    except Invalid as refusal:
        form = WelcomeForm(request.POST, row=person, actor=person)
        return render(request, "parties/welcome.html", {"form": form, "refusal": refusal}, status=422)
    token = request.session.pop(SESSION_KEY, "")
    if token and actions.take_up_invitation(token, Person.objects.get(pk=person.pk)):
        messages.success(request, _("您已加入邀请您的单位。"))
        return redirect("welcome_security")
    if token and invitations.is_over(token):
        messages.warning(request, str(OVER))
    return redirect("welcome_organisation")


@login_required
@require_safe
def welcome_organisation(request: HttpRequest) -> HttpResponse:
    """Find one's organisation or register it; can be left for later."""
    typed = request.GET.get("q", "")
    context = {
        "typed": typed,
        "found": queries.found_for(request.user, typed),
        "memberships": queries.memberships_of(request.user),
    }
    return render(request, "parties/welcome_organisation.html", context)


@login_required
@require_safe
def welcome_security(request: HttpRequest) -> HttpResponse:
    """A second factor and passkeys are offered, not forced."""
    return render(request, "parties/welcome_security.html", {"memberships": queries.memberships_of(request.user)})


@login_required
@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """The list under the search box, while one types."""
    typed = request.GET.get("q", "")
    context = {"typed": typed, "found": queries.found_for(request.user, typed)}
    return render(request, "parties/_found.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def request_membership(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask to join an organisation."""
    organisation = Organisation.objects.visible_to(request.user).filter(pk=pk).first()
    if organisation is None:
        raise NotVisible(_("没有找到这家单位，或者您无权查看。"))
    person, form, refusal = cast("Person", request.user), RequestForm(actor=request.user), None
    if request.method == "POST":
        data = {"organisation": pk, "position": request.POST.get("position", "")}
        try:
            run(MEMBERSHIP, None, "request", actor=person, data=data, key=request.POST.get("key", ""))
        except Invalid as found:
            form, refusal = RequestForm(data, actor=person), found
        else:
            messages.success(request, str(MEMBERSHIP.verb("request").notice))
            return redirect("welcome_security" if request.POST.get("after") == "welcome" else organisation)
    context = {
        "row": organisation.seen_by(person),
        "form": form,
        "refusal": refusal,
        "after": request.GET.get("after", ""),
    }
    return render(request, "parties/request_membership.html", context, status=422 if refusal else 200)


@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Take up an invitation that came by mail; whoever has no account is led to make one first."""
    found = invitations.read(token)
    organisation = Organisation.objects.filter(pk=found["organisation"]).first() if found else None
    if found is None or organisation is None:
        raise NotVisible(_("这个邀请链接不完整，或者已经过期。请对方重新邀请。"))
    if not request.user.is_authenticated:
        request.session[SESSION_KEY] = token
        return redirect(f"{reverse('account_signup')}?next={reverse('welcome')}")
    if invitations.is_over(token):
        raise NotNow(str(OVER))
    if request.user.email.lower() != found["email"]:
        raise NotAllowed(_("这份邀请发给了另一个邮箱。请用收到邀请的邮箱登录，或请对方邀请您现在的邮箱。"))
    if request.method == "POST":
        actions.take_up_invitation(token, request.user)
        return redirect(organisation)
    return render(request, "parties/invitation.html", {"row": organisation.at(1)})
