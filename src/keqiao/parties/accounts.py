"""Joining: what the platform changes in django-allauth, and the language of an account."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import SignupForm
from allauth.core import context as allauth_context
from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template import TemplateDoesNotExist
from django.template.loader import get_template
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

    field_order = ("email", "password1", "consent")
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

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """In our words where we have some, and with addresses of ours: never with the host that a request named."""
        request = allauth_context.request
        asked = request.build_absolute_uri("/")
        ours = {name: own_address(value, asked) for name, value in context.items()}
        site = {"name": settings.SITE_NAME, "domain": urlsplit(settings.PUBLIC_URL).netloc}
        own = template_prefix.replace("account/email/", "parties/mail/")
        message = self.render_mail(
            own if has_template(f"{own}_message.txt") else template_prefix,
            email,
            {"request": request, "email": email, "current_site": site} | ours,
        )
        message.send()

    def add_message(
        self, request: HttpRequest, level: int, message_template: str | None = None, *more: Any, **named: Any
    ) -> None:
        """What a page shows anyhow (that one is signed in) needs no message."""
        if message_template != "account/messages/logged_in.txt":
            super().add_message(request, level, message_template, *more, **named)

    def post_login(self, request: HttpRequest, user: Person, **options: Any) -> HttpResponse:
        """Pages go on in the language of the account."""
        response: HttpResponse = super().post_login(request, user, **options)
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, user.language, max_age=400 * 86_400, samesite="Lax")
        return response


def own_address(value: Any, asked: str) -> Any:
    """A link made from the request's host, made again from the address that the platform is set to have."""
    if isinstance(value, str) and value.startswith(asked):
        return f"{settings.PUBLIC_URL}/{value.removeprefix(asked)}"
    return value


def has_template(name: str) -> bool:
    try:
        get_template(name)
    except TemplateDoesNotExist:
        return False
    return True


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
