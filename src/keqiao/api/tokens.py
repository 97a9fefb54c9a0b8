"""Who calls: a session of the browser, a token of a program, or a stranger."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja.security import HttpBearer, SessionAuth

from keqiao.api import actions
from keqiao.api.models import AccessToken
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


READERS: list[Any] = [TokenAuth(), Anyone(csrf=False)]
WRITERS: list[Any] = [TokenAuth(), SessionAuth(csrf=True)]
