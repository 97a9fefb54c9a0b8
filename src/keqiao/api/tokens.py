"""Who calls: a session of the browser, a token of a program, or a stranger."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja.errors import HttpError
from ninja.security import HttpBearer, SessionAuth

from keqiao.api import actions
from keqiao.api.models import AccessToken
from keqiao.kernel.access import NotAllowed
from keqiao.parties.models import Person


class TokenAuth(HttpBearer):
    """`Authorization: Bearer kq_…` acts as the token's person."""

    def authenticate(self, request: HttpRequest, token: str) -> Person | None:
        found = AccessToken.objects.opening(token)
        if found is None:
            return None
        actions.note_use(found)
        request.user = found.person
        return found.person


class Anyone(SessionAuth):
    """Reading is open to strangers too; each sees what the levels allow. A wrong token is still refused."""

    def authenticate(self, request: HttpRequest, key: str | None) -> Any:
        return request.user if "Authorization" not in request.headers else None


class Session(SessionAuth):
    """A browser that is signed in, on a page of ours. Who is nobody is asked to sign in, not for a CSRF token."""

    def _get_key(self, request: HttpRequest) -> str | None:
        if not request.user.is_authenticated:
            return None
        try:
            return super()._get_key(request)
        except HttpError:
            raise NotAllowed(_("请求没有带上页面的 CSRF 令牌。程序请在 Authorization 头中给出访问令牌。")) from None


READERS: list[Any] = [TokenAuth(), Anyone(csrf=False)]
WRITERS: list[Any] = [TokenAuth(), Session()]
