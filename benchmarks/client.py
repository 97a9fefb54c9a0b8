"""A small browser that measures: cookies, forms with their token, one connection kept open. To 127.0.0.1 only."""

from __future__ import annotations

import http.client
import math
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urlsplit

PASSWORD = "keqiao-demo"
TIMEOUT = 30
WARMING = 5
"""Calls before the measured ones: templates, the index and the database's pages are read once and then stay."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back and how long it took, in milliseconds."""

    status: int
    text: str
    milliseconds: float


class Browser:
    """One visitor."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.hostname not in {"127.0.0.1", "localhost"}:
            raise SystemExit(f"{url} is not this machine: the benchmarks measure a server beside them")
        self.connection = http.client.HTTPConnection(parts.hostname, parts.port or 80, timeout=TIMEOUT)
        self.cookies: dict[str, str] = {}

    def ask(self, method: str, path: str, body: str = "", headers: dict[str, str] | None = None) -> Answer:
        sent = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())} | (headers or {})
        began = time.perf_counter()
        try:
            self.connection.request(method, path, body or None, sent)
            answer = self.connection.getresponse()
        except http.client.RemoteDisconnected:  # a connection that rested too long; browsers ask again as well
            self.connection.close()
            self.connection.request(method, path, body or None, sent)
            answer = self.connection.getresponse()
        content = answer.read()
        took = (time.perf_counter() - began) * 1000
        for line in answer.headers.get_all("Set-Cookie", []):
            self.cookies |= {name: morsel.value for name, morsel in SimpleCookie(line).items()}
        return Answer(answer.status, content.decode(errors="replace"), took)

    def get(self, path: str) -> Answer:
        return self.ask("GET", path)

    def post(self, path: str, values: dict[str, str], *, htmx: bool = False) -> Answer:
        """Send a form. A page with a form must have been fetched before: it brings the token."""
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "X-CSRFToken": self.cookies.get("csrftoken", ""),
        }
        if htmx:
            headers["HX-Request"] = "true"
        return self.ask("POST", path, urlencode(values), headers)

    def log_in(self, email: str) -> None:
        self.get("/accounts/login/")
        answer = self.post("/accounts/login/", {"login": email, "password": PASSWORD})
        if answer.status != 302:
            raise SystemExit(f"{email} cannot log in ({answer.status}): load the made-up world (keqiao up --demo seed)")

    def numbers(self, path: str, kind: str) -> list[str]:
        """The records that a list links to."""
        return list(dict.fromkeys(re.findall(rf'href="/{kind}/(\d+)/"', self.get(path).text)))


def percentile(values: list[float], share: float) -> float:
    """The smallest value that at least this share of the values do not exceed (nearest rank)."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def measure(call: Callable[[int], Answer], times: int, expected: int = 200) -> list[float]:
    """Milliseconds of each call, after some to warm up; an answer that is not the expected one ends the benchmark."""
    took = []
    for number in range(-WARMING, times):
        answer = call(number)
        if answer.status != expected:
            raise SystemExit(f"answered {answer.status} instead of {expected}: {answer.text[:200]}")
        if number >= 0:
            took.append(answer.milliseconds)
    return took
