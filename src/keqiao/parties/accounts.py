"""Joining: what the platform changes in django-allauth, and the language of an account."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import SignupForm
from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.i18n import set_language as django_set_language

from keqiao.kernel.workflow import run
from keqiao.parties import actions
from keqiao.parties.models import Person
from keqiao.parties.workflow import PERSON


class JoinForm(SignupForm):  # type: ignore[misc]
    """E-mail address, password, consent; the rest is asked once the address is confirmed."""

    consent = forms.BooleanField(
        label=_("同意平台为技术供需对接处理我的账号和我填写的信息；未公开的内容只给我授权的人看，我可以随时撤回同意。"),
        error_messages={"required": _("没有您的同意，平台不能为您建立账号。")},
    )

    @property
    def wordings(self) -> dict[str, str]:
        """What was agreed to, in the words that were shown."""
        return {"account": str(self.fields["consent"].label)}


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts begin in the language they were made in, and with a record of what was agreed to."""

    def save_user(self, request: HttpRequest, user: Person, form: Any, commit: bool = True) -> Person:
        person: Person = super().save_user(request, user, form, commit=False)
        person.language = known_language(get_language())
        if commit:
            actions.join(person, wordings=getattr(form, "wordings", {}))
        return person

    def get_signup_redirect_url(self, request: HttpRequest) -> str:
        return reverse("welcome")

    def format_email_subject(self, subject: str) -> str:
        return f"{settings.SITE_NAME} · {subject}"

    def post_login(self, request: HttpRequest, user: Person, **options: Any) -> HttpResponse:
        """Pages go on in the language of the account."""
        response: HttpResponse = super().post_login(request, user, **options)
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, user.language, max_age=400 * 86_400, samesite="Lax")
        return response


def known_language(code: str | None) -> str:
    """The language as the settings name it, else the first of them."""
    known = [language for language, _name in settings.LANGUAGES]
    return code if code in known else known[0]


def set_language(request: HttpRequest) -> HttpResponse:
    """Switch the language of the pages, and of the account of whoever is signed in."""
    response: HttpResponse = django_set_language(request)
    chosen = request.POST.get("language", "")
    person = request.user
    if isinstance(person, Person) and chosen == known_language(chosen) and chosen != person.language:
        run(PERSON, person.pk, "choose_language", actor=person, data={"language": chosen})
    return response
