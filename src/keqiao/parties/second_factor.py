"""Second factors and passkeys: what the platform changes in django-allauth, and proof that it is still the person."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import Any, ClassVar

from allauth.account import app_settings
from allauth.account.authentication import get_authentication_records
from allauth.account.decorators import reauthentication_required
from allauth.core.exceptions import ReauthenticationRequired
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.utils import is_mfa_enabled
from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from keqiao.parties.models import Person

SIGNED_IN = "signed_in_at"
View = Callable[..., HttpResponse]


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Our name in the authenticator app, our words for what goes wrong."""

    error_messages: ClassVar[dict[str, Any]] = {
        "add_email_blocked": _("启用两步验证后不能添加邮箱。请先停用两步验证，换好邮箱再启用。"),
        "cannot_delete_authenticator": _("这个账号必须保留两步验证。"),
        "cannot_generate_recovery_codes": _("请先设置验证器或通行密钥，再生成恢复码。"),
        "incorrect_code": _("验证码不对，或者已经过期。请输入现在显示的一个。"),
        "unverified_email": _("请先验证邮箱，再设置两步验证。"),
    }

    def _get_site_name(self) -> str:
        return settings.SITE_NAME

    def generate_authenticator_name(self, user: Person, type: Authenticator.Type) -> str:  # noqa: A002 (its name)
        """A name to begin with; the person can change it."""
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return gettext("我的通行密钥") if number == 1 else gettext("通行密钥 %(number)d") % {"number": number}


class KeyNameForm(EditWebAuthnForm):  # type: ignore[misc]
    """Another name for a passkey."""

    name = forms.CharField(label=_("名称"), max_length=60)


class PasskeyForm(AddWebAuthnForm):  # type: ignore[misc]
    """A new passkey; it opens the account by itself unless the person says otherwise."""

    name = forms.CharField(
        label=_("名称"), max_length=60, required=False, help_text=_("以后能认出是哪台设备，例如：办公室电脑。")
    )
    passwordless = forms.BooleanField(
        label=_("用它直接登录，不再输入密码"),
        required=False,
        initial=True,
        help_text=_("需要指纹、人脸或设备密码。只当作密码之外的第二步，请取消勾选。"),
    )


class AppForm(ActivateTOTPForm):  # type: ignore[misc]
    """The first number of an authenticator app proves that it has the secret."""

    code = forms.CharField(
        label=_("输入应用里显示的六位数字"),
        max_length=12,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )


def code_field() -> forms.CharField:
    """A number of the app or a recovery code."""
    label = _("六位数字或恢复码")
    attributes = {"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}
    return forms.CharField(label=label, max_length=40, widget=forms.TextInput(attrs=attributes))


class SecondStepForm(AuthenticateForm):  # type: ignore[misc]
    """The second step of signing in."""

    code = code_field()


class SecondProofForm(ReauthenticateForm):  # type: ignore[misc]
    """The second factor once more, before something that matters."""

    code = code_field()


def seconds_since(moment: object) -> float:
    """How long ago a moment kept in the session was; for ever, if it was not."""
    return time.time() - moment if isinstance(moment, float | int) else float("inf")


def is_recent(moment: object) -> bool:
    return seconds_since(moment) < float(app_settings.REAUTHENTICATION_TIMEOUT)


def used_second_factor(request: HttpRequest) -> bool:
    """Whether the second factor was shown in this session within the last minutes."""
    records = get_authentication_records(request, request.user)
    return any(record["method"] == "mfa" and is_recent(record["at"]) for record in records)


def proven_again(view: View) -> View:
    """Let only a person through who has just shown the password and, where there is one, the second factor."""
    with_password: View = reauthentication_required(app="keqiao")(view)

    @wraps(view)
    def proven(request: HttpRequest, *args: Any, **named: Any) -> HttpResponse:
        if is_mfa_enabled(request.user) and not used_second_factor(request):
            raise ReauthenticationRequired
        return with_password(request, *args, **named)

    return proven
