"""Files of a project: wrong ones are refused with the remedy, right ones come back as attachments."""

from __future__ import annotations

import io
import zipfile
from typing import Any
from urllib.parse import quote

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from keqiao.kernel.access import Invalid
from keqiao.kernel.models import Entry, File
from keqiao.projects.models import Project
from tests.stages import PDF, pdf

pytestmark = pytest.mark.django_db

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"


def workbook() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
    return made.getvalue()


def upload(steps: Any, project: Project, file: SimpleUploadedFile) -> File:
    steps.on(project, "upload", steps.asker, {"file": file}, reach="staff")
    return File.objects.latest("pk")


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("报告.pdf", PDF, "application/pdf"),
        ("照片.PNG", PNG, "image/png"),
        ("数据.xlsx", workbook(), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("国标编码.csv", "轮次,吸光率\n1,93.1\n".encode("gb18030"), "text/plain"),
    ],
)
def test_file_is_kept_with_the_type_read_from_its_bytes(
    project: Project, steps: Any, name: str, content: bytes, kind: str
):
    file = upload(steps, project, SimpleUploadedFile(name, content, content_type="text/html"))
    assert (file.name, file.content_type, file.size) == (name, kind, len(content))


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (SimpleUploadedFile("空.pdf", b""), "0 字节"),
        (SimpleUploadedFile("改名.pdf", PNG), "可能被改过名"),
        (SimpleUploadedFile("改名.png", b"<html><script>alert(1)</script>"), "可能被改过名"),
        (SimpleUploadedFile("网页.html", b"<html></html>"), "不支持这种文件"),
        (SimpleUploadedFile("程序.exe", b"MZ"), "不支持这种文件"),
        (SimpleUploadedFile("无扩展名", PDF), "不支持这种文件"),
        (SimpleUploadedFile("二进制.txt", b"\x00\x01\x02"), "可能被改过名"),
    ],
)
def test_wrong_file_is_refused_and_nothing_is_kept(project: Project, steps: Any, file: Any, words: str):
    entries = Entry.objects.count()
    with pytest.raises(Invalid) as raised:
        upload(steps, project, file)
    assert words in raised.value.errors["file"][0]
    assert (File.objects.count(), Entry.objects.count()) == (0, entries)
    assert not default_storage.exists("files")


def test_too_large_file_says_the_limit(project: Project, steps: Any, settings: Any):
    settings.KEQIAO_UPLOAD_LIMIT = 2**20
    with pytest.raises(Invalid) as raised:
        upload(steps, project, pdf(content=PDF + b" " * 2**20))
    assert raised.value.errors["file"] == ["文件超过 1 MB。请压缩或拆分后再上传。"]
    assert upload(steps, project, pdf(content=PDF + b" " * (2**20 - len(PDF)))).size == 2**20


def test_missing_file_is_asked_for(project: Project, steps: Any):
    with pytest.raises(Invalid) as raised:
        steps.on(project, "upload", steps.asker, reach="staff")
    assert list(raised.value.errors) == ["file"]


def test_refused_verb_keeps_no_file(project: Project, steps: Any):
    """The report is fine, the value is not: neither is kept."""
    steps.running(project)
    steps.sample(project)
    with pytest.raises(Invalid):
        steps.on(
            project, "measure", steps.asker, {"report": pdf()}, received_on="2026-01-01", measured_on="", value_1="高"
        )
    assert not File.objects.exists()


def download(person: Any, file: File) -> Any:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client.get(f"/files/{file.pk}/")


def test_download_is_an_attachment_under_its_own_name(project: Project, steps: Any):
    file = upload(steps, project, pdf("测试 报告“三”;x.pdf"))
    answer = download(steps.provider, file)
    assert b"".join(answer.streaming_content) == PDF
    assert answer.headers["Content-Disposition"] == f"attachment; filename*=utf-8''{quote(file.name)}"
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["Content-Length"] == str(len(PDF))


def test_download_needs_the_method_get(project: Project, steps: Any):
    file = upload(steps, project, pdf())
    client = Client()
    client.force_login(steps.asker, backend="django.contrib.auth.backends.ModelBackend")
    assert client.post(f"/files/{file.pk}/").status_code == 405


def test_lost_bytes_say_so(project: Project, steps: Any, settings: Any):
    file = upload(steps, project, pdf())
    default_storage.delete(f"files/{file.sha256[:2]}/{file.sha256}")
    answer = download(steps.asker, file)
    assert (answer.status_code, "文件暂时取不到" in answer.text) == (404, True)


def test_same_bytes_are_stored_once(project: Project, steps: Any):
    first, second = upload(steps, project, pdf("一.pdf")), upload(steps, project, pdf("二.pdf"))
    assert first.sha256 == second.sha256
    _folders, names = default_storage.listdir(f"files/{first.sha256[:2]}")
    assert names == [first.sha256]
