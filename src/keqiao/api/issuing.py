"""Access tokens over the API: the list and the verbs of the table, and a token for e-mail and password."""

from __future__ import annotations

import datetime

from allauth.account.adapter import get_adapter
from allauth.core import ratelimit
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth import authenticate
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from ninja import Schema
from ninja.errors import Throttled
from pydantic import Field

from keqiao.api import actions
from keqiao.api.resources import router_of
from keqiao.api.schemas import Problem, Strict
from keqiao.api.workflow import TOKENS
from keqiao.kernel.access import Invalid, NotAllowed
from keqiao.parties.models import Person

LONGEST = 3650
USUAL = 365
WAIT = 300

router = router_of(TOKENS)


class Credentials(Strict):
    email: str = Field(max_length=254)
    password: str = Field(max_length=200)
    name: str = Field(
        default="API", min_length=1, max_length=60, description=gettext_noop("令牌的用途，用自己的话写。")
    )
    days: int | None = Field(default=USUAL, ge=1, le=LONGEST, description=gettext_noop("有效天数；null 表示直到停用。"))


class TokenOut(Schema):
    id: int
    name: str
    token: str = Field(description=gettext_noop("只显示一次。放在请求头里：Authorization: Bearer …"))
    expires_at: datetime.datetime | None


@router.post(
    "",
    response={200: TokenOut, 403: Problem, 422: Problem, 429: Problem},
    auth=None,
    operation_id="tokens_issue",
    summary=gettext_noop("用邮箱和密码换令牌"),
)
def issue_token(request: HttpRequest, data: Credentials) -> TokenOut:
    """Exchange e-mail and password for a token. Accounts with a second factor make theirs on the account page."""
    person = person_of(request, data.email.lower().replace("\x00", ""), data.password)
    if is_mfa_enabled(person):
        page = settings.PUBLIC_URL + reverse("new_access_token")
        raise NotAllowed(_("该账号启用了两步验证，请登录后在“我的访问令牌”页面创建令牌：%(page)s") % {"page": page})
    token, text = actions.issue(person, name=data.name.replace("\x00", " "), days=data.days)
    get_adapter(request).send_notification_mail("api/token_issued", person, {"name": token.name})
    return TokenOut(id=token.pk, name=token.name, token=text, expires_at=token.expires_at)


def person_of(request: HttpRequest, email: str, password: str) -> Person:
    """Whose e-mail and password these are; guessing is slowed down as on the login page."""
    if not ratelimit.consume(request, action="login_failed", key=email, dry_run=True):
        raise Throttled(wait=WAIT)
    person = authenticate(request, username=email, password=password)
    if not isinstance(person, Person):
        ratelimit.consume(request, action="login_failed", key=email)
        raise Invalid(_("邮箱或密码不对。"), {"password": [_("请检查邮箱和密码；忘记密码可以在登录页重置。")]})
    return person
