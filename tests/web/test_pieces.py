"""Files over ASGI, as the server asks for them: whole, in pieces, and without a warning (which is an error here)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from asgiref.testing import ApplicationCommunicator
from django.core.asgi import get_asgi_application
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from keqiao.exchange.models import Need
from keqiao.kernel import files
from keqiao.parties.models import Organisation, Person
from tests.together import in_a_loop

pytestmark = pytest.mark.django_db(transaction=True)


async def asked(path: str, cookie: str = "") -> tuple[int, list[bytes]]:
    """Status and pieces of what the application sends."""
    headers = [(b"host", b"localhost"), (b"cookie", cookie.encode())]
    scope = {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": headers}
    talk = ApplicationCommunicator(get_asgi_application(), scope)
    await talk.send_input({"type": "http.request"})
    status = (await talk.receive_output(10))["status"]
    pieces: list[bytes] = []
    while True:
        message: dict[str, Any] = await talk.receive_output(10)
        pieces += [message["body"]] if message.get("body") else []
        if not message.get("more_body"):
            await talk.wait(10)
            return status, pieces


def test_download_over_asgi_comes_in_pieces(
    owner: Person, company_a: Organisation, client: Client, tmp_path: Path, settings: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    need = Need.objects.create(title="消光涂层", contact=owner, organisation=company_a, node=company_a.node)
    content = "测量值 98.6 %\n".encode() * 8_000
    row = files.attach(need, SimpleUploadedFile("报告.txt", content), actor=owner)
    client.force_login(owner)
    cookie = "; ".join(f"{name}={value.value}" for name, value in client.cookies.items())
    status, pieces = in_a_loop(asked(f"/files/{row.pk}/", cookie))
    assert (status, [len(piece) for piece in pieces], b"".join(pieces)) == (200, [65_536, 65_536, 4928], content)


def test_static_file_over_asgi_comes_without_a_warning(settings: Any, tmp_path: Path) -> None:
    settings.STATIC_ROOT = tmp_path
    (tmp_path / "sign.svg").write_text("<svg/>")
    assert in_a_loop(asked("/static/sign.svg")) == (200, [b"<svg/>"])
