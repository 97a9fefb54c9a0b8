"""Asking a model over HTTP: a deadline that holds, tries with growing pauses, and a rest after a failure."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import httpx

from keqiao.engine.encoders import ModelTrouble

REST = 30.0
"""Seconds after a failure in which whoever asks once is refused at once: pages must not hang while a model is away."""
LARGEST = 64 * 2**20
"""Bytes of an answer; more is refused."""
PAUSES = (0.5, 2.0, 8.0)
"""Seconds between the tries of somebody patient; a server that says how long to wait is believed, up to a minute."""
LONGEST_PAUSE = 60.0
_PASSING = {408, 409, 425, 429}
_SERVERS_OWN = 500


class _Passing(Exception):
    """A trouble that may be gone at the next try, and the seconds the server asks to wait."""

    def __init__(self, words: str, wait: float = 0.0) -> None:
        super().__init__(words)
        self.wait = wait


class Endpoint:
    """An address such as `https://models.example.org/v1#bge-m3` and what is asked of it. Threads may share it."""

    def __init__(
        self,
        address: str,
        key: str = "",
        *,
        pause: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        base, _hash, self.model = address.partition("#")
        parts = urlsplit(base)
        if parts.scheme not in {"http", "https"} or not parts.hostname or not self.model:
            raise ModelTrouble(f"{base!r} is not an address with a model, like https://models.example.org/v1#name")
        if parts.username or parts.password:
            raise ModelTrouble("a key does not belong into the address of a model: it has a setting of its own")
        self.base = base.rstrip("/")
        self._pause, self._clock = pause, clock
        self._rests_until = float("-inf")
        self._lock = threading.Lock()
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._client = httpx.Client(headers=headers, follow_redirects=False)

    def __str__(self) -> str:
        return f"{self.model} at {self.base}"

    def ask(self, path: str, body: dict[str, Any], *, seconds: float, patient: bool = False) -> Any:
        """What the address answers to a JSON body, read as JSON, within `seconds` for each try (ModelTrouble)."""
        pauses = list(PAUSES) if patient else []
        if not patient and self._clock() < self._rests_until:
            raise ModelTrouble(f"{self} did not answer a moment ago and is left alone for {REST:.0f} s")
        while True:
            try:
                answer = self._once(path, body, seconds)
            except _Passing as trouble:
                if not pauses:
                    self._rest()
                    raise ModelTrouble(f"{self} does not answer: {trouble}") from trouble
                self._pause(min(max(pauses.pop(0), trouble.wait), LONGEST_PAUSE))
            else:
                self._rests_until = float("-inf")
                return answer

    def _rest(self) -> None:
        with self._lock:
            self._rests_until = self._clock() + REST

    def _once(self, path: str, body: dict[str, Any], seconds: float) -> Any:
        end = self._clock() + seconds
        try:
            with self._client.stream("POST", f"{self.base}/{path}", json=body, timeout=seconds) as response:
                content = self._within(end, seconds, response)
        except httpx.HTTPError as error:
            raise _Passing(str(error) or type(error).__name__) from error
        return self._read(response, content)

    def _within(self, end: float, seconds: float, response: httpx.Response) -> bytes:
        """The content, if it is whole before the deadline: a server may also drip."""
        content = bytearray()
        for chunk in response.iter_bytes():
            content += chunk
            if self._clock() > end:
                raise _Passing(f"not done within {seconds:g} s")
            if len(content) > LARGEST:
                raise ModelTrouble(f"{self} answers with more than {LARGEST >> 20} MB")
        return bytes(content)

    def _read(self, response: httpx.Response, content: bytes) -> Any:
        status = response.status_code
        said = " ".join(content[:300].decode(errors="replace").split())
        if status in _PASSING or status >= _SERVERS_OWN:
            raise _Passing(f"status {status}: {said}", wait_of(response))
        if status != httpx.codes.OK:
            self._rest()
            raise ModelTrouble(f"{self} refuses: status {status}: {said}")
        try:
            return json.loads(content)
        except ValueError as error:
            self._rest()
            raise ModelTrouble(f"{self} answers with something else than JSON: {said}") from error

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()


def wait_of(response: httpx.Response) -> float:
    """The seconds in `Retry-After`; 0 without them, or where they are a date."""
    try:
        return max(0.0, float(response.headers.get("Retry-After", "0")))
    except ValueError:
        return 0.0
