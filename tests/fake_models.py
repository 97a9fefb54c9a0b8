"""Models over real HTTP on this machine, which answer as they are told: well, wrong, or not at all."""

from __future__ import annotations

import json
import threading
import zlib
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np

Body = dict[str, Any]
KEY = "key-for-tests"


@dataclass
class Said:
    """One answer: a status, what is in it (None: what a good server says), headers; `hangs` says nothing at all."""

    status: int = 200
    content: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)
    hangs: bool = False


class FakeModels:
    """What a server has been asked, and what it says to the next requests; afterwards it answers well."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Body]] = []
        self.keys: list[str] = []
        self.next: deque[Said] = deque()
        self.always: Said | None = None
        self.answers: dict[str, Callable[[Body], Any]] = {"/v1/embeddings": embeddings}
        self.closing = threading.Event()
        self.url = ""

    def says(self, *answers: Said) -> None:
        self.next.extend(answers)

    def bodies(self, path: str) -> list[Body]:
        return [body for asked, body in self.asked if asked == path]


def vector(text: str, dimensions: int = 32) -> list[float]:
    """Pairs of characters, hashed: texts that share many are near."""
    found = np.zeros(dimensions)
    for place in range(len(text) - 1):
        found[zlib.crc32(text[place : place + 2].encode()) % dimensions] += 1.0
    return (found + 1e-3).tolist()


def embeddings(body: Body) -> Any:
    rows = [{"index": place, "embedding": vector(text)} for place, text in enumerate(body["input"])]
    return {"data": list(reversed(rows)), "model": body["model"]}


@contextmanager
def serving() -> Iterator[FakeModels]:
    """A server on a free port, gone at the end."""
    fake = FakeModels()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            fake.asked.append((self.path, body))
            fake.keys.append(self.headers.get("Authorization", ""))
            said = fake.next.popleft() if fake.next else fake.always or Said()
            if said.hangs:
                fake.closing.wait(30)
                return
            content = said.content
            if content is None:
                content = json.dumps(fake.answers[self.path](body)).encode() if said.status == 200 else b"no"
            self.send_response(said.status)
            for name, value in (said.headers | {"Content-Length": str(len(content))}).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_arguments: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_arguments: object) -> None:
            """Whoever asked has gone away."""

    server = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    fake.url = f"http://127.0.0.1:{server.server_port}/v1"
    try:
        yield fake
    finally:
        fake.closing.set()
        server.shutdown()
        server.server_close()
        thread.join()
