"""Calling a Qdrant cluster: any node answers for all of it, and where one does not, the next is asked."""

from __future__ import annotations

import threading
import time
import warnings
from collections.abc import Callable, Sequence
from typing import TypeVar

from qdrant_client import QdrantClient
from qdrant_client.common.client_exceptions import ResourceExhaustedResponse
from qdrant_client.http.exceptions import ResponseHandlingException, UnexpectedResponse

from keqiao.engine.troubles import IndexUnavailable

R = TypeVar("R")

TIMEOUT = 20
"""Seconds for one answer: a node that hangs is left after so long."""
PATIENCE = 8.0
"""Seconds of trying: a cluster takes about two to notice that a node is gone, and answers with errors meanwhile."""
_FIRST_PAUSE, _LONGEST_PAUSE = 0.05, 0.5
_REST = 5.0
"""After nobody answered, for so many seconds one round is tried and no more: pages must not hang while it is away."""
_REFUSED = {401, 403}
_PASSING = {404, 408, 429}
"""404: a collection whose alias moved on while it was asked."""
_SERVERS_OWN = 500


class _NoAnswer(Exception):
    """No node has answered in this round; the text says what each did instead."""


class Nodes:
    """The nodes of a cluster, the one that answered last first.

    What is called has to be right when done twice: an answer may be lost after the work was done.
    `away` makes the exception for a cluster that does not answer.
    """

    def __init__(
        self,
        urls: Sequence[str],
        api_key: str = "",
        *,
        patience: float = PATIENCE,
        away: Callable[[str], IndexUnavailable] = IndexUnavailable,
    ) -> None:
        if not urls:
            raise ValueError("a cluster needs the address of at least one node")
        self.urls = [url.rstrip("/") for url in urls]
        self._away, self._patience = away, patience
        self._clients = [_client(url, api_key) for url in self.urls]
        self._first = 0
        self._failed_at = -_REST
        self._lock = threading.Lock()

    def call(self, ask: Callable[[QdrantClient], R]) -> R:
        """The answer of the first node that gives one.

        Raises what `away` makes when none does for `patience` seconds, or the key is refused.
        """
        start = time.monotonic()
        end = start if start < self._failed_at + _REST else start + self._patience
        return self._until(end, ask)

    def attempt(self, ask: Callable[[QdrantClient], object]) -> bool:
        """Try what may as well be done another time: whether some node did it, at once."""
        try:
            self._round(ask)
        except _NoAnswer:
            return False
        return True

    def _until(self, end: float, ask: Callable[[QdrantClient], R]) -> R:
        pause = _FIRST_PAUSE
        while True:
            try:
                return self._round(ask)
            except _NoAnswer as error:
                if time.monotonic() + pause > end:
                    self._failed_at = time.monotonic()
                    raise self._away(f"{self} does not answer ({error}): does it run, is QDRANT_URL right?") from error
            time.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)

    def _round(self, ask: Callable[[QdrantClient], R]) -> R:
        """Every node once, beginning with the one that answered last."""
        first, troubles = self._first, []
        for place in ((first + step) % len(self._clients) for step in range(len(self._clients))):
            try:
                answer = ask(self._clients[place])
            except ResponseHandlingException as error:
                troubles.append(str(error.source) or type(error.source).__name__)
            except ResourceExhaustedResponse as error:
                troubles.append(str(error))
            except UnexpectedResponse as error:
                troubles.append(self._passing(error))
            else:
                with self._lock:
                    self._first, self._failed_at = place, -_REST
                return answer
        raise _NoAnswer("; ".join(dict.fromkeys(troubles)))

    def _passing(self, error: UnexpectedResponse) -> str:
        """The trouble in words, if it may pass; what every node would answer the same way is raised."""
        status = error.status_code or 0
        if status in _REFUSED:
            raise self._away(f"{self} refuses the key (QDRANT_API_KEY)") from error
        if status < _SERVERS_OWN and status not in _PASSING:
            raise error
        return " ".join(str(error).split())

    def __str__(self) -> str:
        return f"the index cluster at {', '.join(self.urls)}"

    def close(self) -> None:
        """Let go of the connections."""
        for client in self._clients:
            client.close()


def _client(url: str, api_key: str) -> QdrantClient:
    with warnings.catch_warnings():
        # a key over plain http within one's own network is the operator's decision; docs/operator says what it means
        warnings.filterwarnings("ignore", "Api key is used with an insecure connection")
        return QdrantClient(url=url, api_key=api_key or None, timeout=TIMEOUT, check_compatibility=False)
