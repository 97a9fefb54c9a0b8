"""How often somebody may ask for what is expensive: so many times a minute by address, more often when signed in.

The table names the requests; `KEQIAO_RATE` is how many a minute an anonymous address has of each (0: no limit).
Logins, sign-ups and passwords have limits of their own in django-allauth.
"""

from __future__ import annotations

import ipaddress
import time
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from keqiao.api.errors import problem
from keqiao.kernel.middleware import AnswerMiddleware

MINUTE = 60
KNOWN = 4
"""How many times as often those may ask who have signed in or bring a token."""
LOCAL = 50
"""The same for this machine itself: behind it stand all visitors, if its proxy is not named in `KEQIAO_PROXIES`."""

LIMITS = {
    "POST match/": 1,
    "POST match/figures/": 2,
    "GET search/": 2,
    "GET compare/": 1,
    "GET organisations/": 2,
    "GET people/": 2,
    "POST api/v1/match": 1,
    "POST api/v1/coach": 1,
    "GET api/v1/search": 2,
    "POST api/v1/tokens": 1,
}
"""Method and route → how many times `KEQIAO_RATE`. What people do while they type or leaf through has more."""


class Limits(AnswerMiddleware):
    """Refuses the one request too many before the view has begun to work."""

    def process_view(self, request: HttpRequest, view: Any, args: Any, named: Any) -> HttpResponse | None:
        route = request.resolver_match.route if request.resolver_match else ""
        name = f"{request.method} {route}"
        if name not in LIMITS or not settings.KEQIAO_RATE:
            return None
        who, factor = caller_of(request)
        wait = seconds_to_wait(f"{request.method}:{route}:{who}", LIMITS[name] * factor * settings.KEQIAO_RATE)
        return too_many(request, wait) if wait else None


def caller_of(request: HttpRequest) -> tuple[str, int]:
    """Whom a request is counted for, and how many times the usual they have."""
    if request.user.is_authenticated:
        return f"person:{request.user.pk}", KNOWN
    who, is_local = neighbourhood(request.META.get("REMOTE_ADDR", ""))
    return who, LOCAL if is_local else KNOWN if "Authorization" in request.headers else 1


def neighbourhood(text: str) -> tuple[str, bool]:
    """An IPv4 address, or the /64 network of an IPv6 one, which is one household's; and whether it is this machine."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return "here", True  # a socket of this machine has no address
    place = text if address.version == 4 else str(ipaddress.ip_network((address, 64), strict=False))
    return place, address.is_loopback


def seconds_to_wait(key: str, allowed: int) -> int:
    """Count one request in this minute; 0 while it is within `allowed`, else the seconds until the next minute."""
    now = time.time()
    window = f"limit:{int(now // MINUTE)}:{key}"
    cache.add(window, 0, timeout=MINUTE + 5)
    try:
        count = cache.incr(window)
    except ValueError:  # thrown out of a full cache in this very moment
        return 0
    return 0 if count <= allowed else MINUTE - int(now % MINUTE)


def too_many(request: HttpRequest, wait: int = MINUTE) -> HttpResponse:
    """What went wrong and when to come again, as a page or as a problem."""
    if request.path.startswith("/api/"):
        detail = _("请求太频繁，请 %(wait)d 秒后再试。") % {"wait": wait}
        answer = problem(429, _("请求太频繁"), detail)
    else:
        answer = render(request, "429.html", {"wait": wait}, status=429)
    answer.headers["Retry-After"] = str(wait)
    return answer
