"""A program that uses the API as somebody."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from keqiao.demo.accounts import BY_KEY, PASSWORD


@dataclass(frozen=True)
class Answer:
    """Status and JSON of an answer."""

    status: int
    body: Any


@dataclass(frozen=True)
class Caller:
    """Calls below /api/v1 with a token, or as a stranger without one."""

    url: str
    token: str = ""

    def ask(self, method: str, path: str, body: Any = None, key: str = "") -> Answer:
        headers = {"Content-Type": "application/json", "Accept-Language": "zh-hans"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        if key:
            headers["Idempotency-Key"] = key
        data = None if method == "GET" else json.dumps(body or {}).encode()
        request = urllib.request.Request(f"{self.url}/api/v1{path}", data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return Answer(answer.status, json.load(answer))
        except urllib.error.HTTPError as error:
            return Answer(error.code, json.load(error))

    def get(self, path: str) -> Any:
        """The body of an answer that must be good."""
        answer = self.ask("GET", path)
        assert answer.status == 200, answer
        return answer.body

    def run(self, path: str, body: Any = None, key: str = "") -> Any:
        """Run a verb that must go through; gives the row as it is now."""
        answer = self.ask("POST", path, body, key)
        assert answer.status == 200, answer
        return answer.body["row"]

    def post(self, path: str, body: Any) -> Any:
        """The body of a good answer to a POST that is no verb."""
        answer = self.ask("POST", path, body)
        assert answer.status == 200, answer
        return answer.body


def caller_for(url: str, who: str | None) -> Caller:
    """Log in over the API as one of the demo's people."""
    if who is None:
        return Caller(url)
    made = Caller(url).post("/tokens", {"email": BY_KEY[who].email, "password": PASSWORD})
    return Caller(url, made["token"])


Act = Callable[[str | None], Caller]
"""Who calls: `act("owner")` is a caller with the token of that person, kept between calls."""


def actors(url: str) -> Act:
    """The demo's people at one platform; each logs in once."""
    known: dict[str | None, Caller] = {}
    return lambda who: known.setdefault(who, caller_for(url, who))


def soon(question: Callable[[], Any], seconds: float = 15) -> Any:
    """The first answer that is not empty: projections lag by up to a second."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := question():
            return found
        time.sleep(0.2)
    raise AssertionError("it did not happen")


def settled(question: Callable[[], Any]) -> Any:
    """The answer, once it is the same two seconds later: what a test before this one did may still be arriving."""
    answer = question()
    for _look in range(15):
        time.sleep(2)
        if (again := question()) == answer:
            return answer
        answer = again
    raise AssertionError("it goes on changing")
