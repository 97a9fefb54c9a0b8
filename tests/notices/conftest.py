"""A real mail server on this machine, that tests can make refuse."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from keqiao.kernel.models import Entry
from keqiao.kernel.workflow import REGISTRY, run
from keqiao.parties.models import Node, Person
from tests.factories import credit_code


class Postbox:
    """Takes mails, or answers as `replies` says for the next ones."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.replies: list[str] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 (aiosmtpd's name)
        if self.replies:
            return self.replies.pop(0)
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        return "250 OK"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(autouse=True)
def outbox_backend(settings: Any) -> None:
    """Mails go the way they go outside of tests."""
    settings.EMAIL_BACKEND = "keqiao.notices.backend.OutboxBackend"


@pytest.fixture
def postbox(settings: Any) -> Iterator[Postbox]:
    """A listening mail server, and the settings that lead to it."""
    box = Postbox()
    server = Controller(box, hostname="127.0.0.1", port=free_port())
    server.start()
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
    yield box
    server.stop()


@pytest.fixture
def register(wuhan: Node) -> Callable[..., Entry]:
    """Register an organisation: the operators of its node are told."""

    def create(person: Person, name: str = "壬子试验陶瓷有限公司", number: int = 4711) -> Entry:
        data = {"name": name, "kind": "company", "credit_code": credit_code(number), "node": wuhan.code}
        return run(REGISTRY["organisations"], None, "create", actor=person, data=data)

    return create
