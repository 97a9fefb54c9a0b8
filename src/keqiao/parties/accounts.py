"""Joining: what the platform changes in django-allauth, and the language of an account."""

from __future__ import annotations

import time
from typing import Any, ClassVar
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import (
    ChangePasswordForm,
    ConfirmEmailVerificationCodeForm,
    ResetPasswordKeyForm,
    SignupForm,
)
from allauth.account.internal.flows.email_verification_by_code import EMAIL_VERIFICATION_CODE_SESSION_KEY
from allauth.account.views import email_verification_sent
from allauth.core import context as allauth_context
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django import forms
from django.conf import settings
from django.contrib import messages
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
from keqiao.parties.second_factor import SIGNED_IN, is_recent
from keqiao.parties.workflow import PERSON

REAUTHENTICATION = {
    "mfa_reauthenticate": _("用验证器或恢复码"),
    "mfa_reauthenticate:webauthn": _("用通行密钥"),
}


CHANGES = {
    "account/email/email_changed": _("主邮箱从 %(from_email)s 改为 %(to_email)s。"),
    "account/email/email_deleted": _("邮箱 %(deleted_email)s 已从账号移除。"),
    "account/email/email_confirm": _("邮箱已验证。"),
    "account/email/password_changed": _("密码已修改。"),
    "account/email/password_reset": _("密码已重新设置。"),
    "account/email/password_set": _("密码已设置。"),
    "mfa/email/recovery_codes_generated": _("恢复码已重新生成，原来的作废。"),
    "mfa/email/totp_activated": _("手机验证器已启用。"),
    "mfa/email/totp_deactivated": _("手机验证器已停用。"),
    "mfa/email/webauthn_added": _("通行密钥已添加。"),
    "mfa/email/webauthn_removed": _("通行密钥已移除。"),
    "api/token_issued": _("创建了访问令牌“%(name)s”。"),
}
"""What a person is told by mail after it happened to the account: one sentence, one mail for all."""


TOO_LATE = _("这个验证码不能再用：过了 15 分钟，或者输错太多次。用刚才的邮箱和密码登录，我们马上再发一个。")


PASSWORD_HELP = _("至少 10 个字符，不要全是数字，也不要用常见的密码。")


class JoinForm(SignupForm):  # type: ignore[misc]
    """E-mail address, password, consent; the rest is asked once the address is confirmed."""

    field_order = ("email", "password1", "consent")
    consent = forms.BooleanField(
        label=_("同意平台为技术供需对接处理我的账号和我填写的信息；未公开的内容只给我授权的人看，我可以随时撤回同意。"),
        error_messages={"required": _("没有您的同意，平台不能为您建立账号。")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password1"].help_text = PASSWORD_HELP

    @property
    def wordings(self) -> dict[str, str]:
        """What was agreed to, in the words that were shown."""
        return {"account": str(self.fields["consent"].label)}


class ChangedPasswordForm(ChangePasswordForm):  # type: ignore[misc]
    """Another password, asked for in the words of joining."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password1"].help_text = PASSWORD_HELP


class NewPasswordForm(ResetPasswordKeyForm):  # type: ignore[misc]
    """A new password in place of a forgotten one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password1"].help_text = PASSWORD_HELP


class MailedCodeForm(ConfirmEmailVerificationCodeForm):  # type: ignore[misc]
    """The code that came by mail."""

    code = forms.CharField(
        label=_("验证码"),
        max_length=20,
        help_text=_("大小写和横线都不要紧。"),
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "autofocus": True}),
    )


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts begin in the language they were made in, and with a record of what was agreed to."""

    error_messages: ClassVar[dict[str, Any]] = DefaultAccountAdapter.error_messages | {
        "incorrect_code": _("验证码不对。请看最新的一封邮件，照着输入。"),
        "rate_limited": _("请求太频繁，请过一分钟再试。"),
    }

    def save_user(self, request: HttpRequest, user: Person, form: Any, commit: bool = True) -> Person:
        person: Person = super().save_user(request, user, form, commit=False)
        person.language = known_language(get_language())
        if commit:
            actions.join(person, wordings=getattr(form, "wordings", {}))
        return person

    def get_signup_redirect_url(self, request: HttpRequest) -> str:
        return reverse("welcome")

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Whoever has not yet said who they are begins there."""
        usual: str = super().get_login_redirect_url(request)
        return usual if getattr(request.user, "name", "") else reverse("welcome")

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

    def send_notification_mail(
        self, template_prefix: str, user: Any, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        """One mail for every change, in our words."""
        change = str(CHANGES[template_prefix]) % (context or {})
        account = settings.PUBLIC_URL + reverse("mfa_index")
        super().send_notification_mail("account/email/change", user, {"change": change, "account_url": account}, email)

    def add_message(
        self, request: HttpRequest, level: int, message_template: str | None = None, *more: Any, **named: Any
    ) -> None:
        """What a page shows anyhow (that one is signed in), or says better (`confirm_email`), needs no message."""
        wrong_codes = request.path == reverse("account_email_verification_sent") and level == messages.ERROR
        if message_template != "account/messages/logged_in.txt" and not wrong_codes:
            super().add_message(request, level, message_template, *more, **named)

    def post_login(self, request: HttpRequest, user: Person, **options: Any) -> HttpResponse:
        """Pages go on in the language of the account."""
        response: HttpResponse = super().post_login(request, user, **options)
        request.session[SIGNED_IN] = time.time()
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, user.language, max_age=400 * 86_400, samesite="Lax")
        return response

    def is_reauthentication_required(self, *, app: str, **named: Any) -> bool:
        """Whoever signed in a moment ago in this very session is not asked for the password again."""
        asked: bool = super().is_reauthentication_required(app=app, **named)
        return asked and not is_recent(allauth_context.request.session.get(SIGNED_IN))

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """With a second factor, that one; a password alone proves too little then."""
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        second = [method for method in methods if method["id"] != "reauthenticate"]
        for method in second:
            method["description"] = REAUTHENTICATION[method["id"]]
        has_app = is_mfa_enabled(user, types=[Authenticator.Type.TOTP])
        return sorted(second, key=lambda method: (method["id"] != "mfa_reauthenticate") == has_app) or methods


def confirm_email(request: HttpRequest) -> HttpResponse:
    """The page of the code that came by mail. Where the code is no longer good, the way to another one is told."""
    waited = EMAIL_VERIFICATION_CODE_SESSION_KEY in request.session
    response: HttpResponse = email_verification_sent(request)
    if waited and response.headers.get("Location") == reverse("account_login"):
        messages.warning(request, str(TOO_LATE))
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
