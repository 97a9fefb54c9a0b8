"""Who calls: a session of the browser, a token of a program, or a stranger."""

from __future__ import annotations

from typing import Any

from allauth.core import ratelimit
from allauth.mfa.utils import is_mfa_enabled
from django.contrib.auth import authenticate
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Router, Schema
from ninja.errors import Throttled
from ninja.security import HttpBearer, SessionAuth
from pydantic import Field

from keqiao.api import actions
from keqiao.api.models import AccessToken, digest_of
from keqiao.api.schemas import Problem, Strict
from keqiao.kernel.access import Invalid, NotAllowed
from keqiao.parties.models import Person


class TokenAuth(HttpBearer):
    """`Authorization: Bearer kq_…` acts as the token's person."""

    def authenticate(self, request: HttpRequest, token: str) -> Person | None:
        found = AccessToken.objects.select_related("person").filter(digest=digest_of(token), revoked_at=None).first()
        if found is None or not found.person.is_active:
            return None
        actions.note_use(found)
        request.user = found.person
        return found.person


class Anyone(SessionAuth):
    """Reading is open to strangers too; each sees what the levels allow. A wrong token is still refused."""

    def authenticate(self, request: HttpRequest, key: str | None) -> Any:
        return request.user if "Authorization" not in request.headers else None


READERS: list[Any] = [TokenAuth(), Anyone(csrf=False)]
WRITERS: list[Any] = [TokenAuth(), SessionAuth(csrf=True)]

router = Router(tags=["tokens"])


class Credentials(Strict):
    email: str = Field(max_length=254)
    password: str = Field(max_length=200)
    name: str = Field(default="API", max_length=60, description="What the token is for, in your words.")


class TokenOut(Schema):
    id: int
    name: str
    token: str = Field(description="Shown once. Send it as `Authorization: Bearer …`.")


@router.post(
    "", response={200: TokenOut, 403: Problem, 422: Problem, 429: Problem}, auth=None, operation_id="tokens_issue"
)
def issue_token(request: HttpRequest, data: Credentials) -> TokenOut:
    """Exchange e-mail and password for a token. Accounts with a second factor make theirs on the account page."""
    email = data.email.lower().replace("\x00", "")
    if not ratelimit.consume(request, action="login_failed", key=email, dry_run=True):
        raise Throttled(wait=300)
    person = authenticate(request, username=email, password=data.password)
    if not isinstance(person, Person):
        ratelimit.consume(request, action="login_failed", key=email)
        raise Invalid(_("邮箱或密码不对。"), {"password": [_("请检查邮箱和密码；忘记密码可以在登录页重置。")]})
    if is_mfa_enabled(person):
        raise NotAllowed(_("该账号启用了第二因素，请登录后在“账号”页面创建令牌。"))
    token, text = actions.issue(person, name=data.name)
    return TokenOut(id=token.pk, name=token.name, token=text)
