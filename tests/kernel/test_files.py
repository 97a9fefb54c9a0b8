"""Files: what they are is read from their bytes, their names are harmless, every download is asked about."""

from __future__ import annotations

import hashlib
import io
import os
import stat
import struct
import threading
import zipfile
import zlib
from pathlib import Path
from urllib.parse import quote

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client

from keqiao.exchange.models import Need
from keqiao.kernel import files
from keqiao.kernel.access import Invalid, NotVisible
from keqiao.kernel.models import File
from keqiao.kernel.visibility import Level
from keqiao.parties.models import Person
from tests.personas import Personas

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    b"\x00\x00\x00\nIDATx\x9cc\x00\x01\x00\x00\x05\x00\x01\r\n-\xb4\x00\x00\x00\x00IEND\xaeB`\x82"
)
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00\xff\xd9"
EXE = b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff\x00\x00" + b"\x00" * 48
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def archive(*names: str, content: bytes = b"x", compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip archive with these members."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", compression) as target:
        for name in names:
            target.writestr(name, content)
    return made.getvalue()


def office(folder: str, *more: str) -> bytes:
    return archive("[Content_Types].xml", f"{folder}/document.xml", *more)


def upload(name: str, content: bytes) -> SimpleUploadedFile:
    """An upload that calls itself HTML: what a browser says of the type counts for nothing."""
    return SimpleUploadedFile(name, content, content_type="text/html")


def refused(name: str, content: bytes) -> str:
    with pytest.raises(Invalid) as raised:
        files.check(upload(name, content))
    return "".join(raised.value.errors["file"])


# ---- what it is -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.pdf", PDF, "application/pdf"),
        ("A.PDF", PDF, "application/pdf"),
        ("a.png", PNG, "image/png"),
        ("a.jpg", JPEG, "image/jpeg"),
        ("a.jpeg", JPEG, "image/jpeg"),
        ("a.zip", archive("读我.txt"), "application/zip"),
        ("a.docx", office("word"), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("a.xlsx", office("xl"), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("a.pptx", office("ppt"), "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
        ("a.txt", "吸光率".encode(), "text/plain"),
        ("a.txt", "率".encode(), "text/plain"),
        ("a.md", "# 吸光率 ≥ 98 %\n".encode(), "text/plain"),
        ("a.csv", "﻿轮次,吸光率\r\n1,93.1\r\n".encode(), "text/plain"),
        ("a.csv", "轮次,吸光率\n".encode("gb18030"), "text/plain"),
        ("a.csv", "率".encode("gb18030"), "text/plain"),
        ("a.txt", "吸".encode() * 40_000, "text/plain"),
        ("a.txt", b"x" + "吸".encode() * 40_000, "text/plain"),
        ("a.txt", b"xx" + "吸".encode() * 40_000, "text/plain"),
        ("a.txt", b"x" + "𠮷".encode("gb18030") * 40_000, "text/plain"),
    ],
)
def test_type_is_read_from_the_bytes(name: str, content: bytes, kind: str) -> None:
    assert files.check(upload(name, content)) == kind


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("exe.pdf", EXE),
        ("exe.docx", EXE),
        ("exe.txt", EXE),
        ("exe.zip", EXE + archive("a.txt")),  # a self-extracting archive
        ("png.pdf", PNG),
        ("pdf.png", PDF),
        ("svg.png", SVG),
        ("html.pdf", b"<html><script>alert(1)</script></html>"),
        ("html-before.pdf", b"<script>alert(1)</script>" + PDF),
        ("pdf.zip", PDF + archive("a.txt")),
        ("zip.docx", archive("a.txt")),
        ("xlsx.docx", office("xl")),
        ("apk.xlsx", archive("AndroidManifest.xml", "classes.dex")),
        ("macros.docx", office("word", "word/vbaProject.bin")),
        ("macros.xlsx", office("xl", "xl/vbaproject.BIN")),
        ("head-of-zip.docx", b"PK\x03\x04" + b"\x00" * 200),
        ("cut.xlsx", office("xl")[:-30]),
        ("nul.txt", b"a\x00b"),
        ("bell.txt", b"a\x07b"),
        ("escape.txt", b"\x1b[2J"),
        ("two.txt", b"\xff\xfe"),
        ("cut-character.txt", "率".encode("gb18030")[:-1]),
        ("late.csv", "轮次".encode() * 10 + b"\xff"),
        ("utf-16.txt", "吸光率".encode("utf-16")),
        ("short.pdf", b"%"),
    ],
)
def test_what_is_not_what_its_name_says_is_refused(name: str, content: bytes) -> None:
    assert refused(name, content).endswith("不符，可能被改过名。")


@pytest.mark.parametrize("name", ["a.svg", "a.html", "a.exe", "a.docm", "a.xls", "a", "a.", ".pdf", "a.pdf.exe", "pdf"])
def test_other_endings_are_refused_with_those_that_are_taken(name: str) -> None:
    assert refused(name, PDF) == (
        "不支持这种文件。可以上传：.csv、.docx、.jpeg、.jpg、.md、.pdf、.png、.pptx、.txt、.xlsx、.zip。"
    )


@pytest.mark.parametrize("name", ["空.pdf", "空.txt", "空.exe"])
def test_an_empty_file_is_said_to_be_empty(name: str) -> None:
    assert refused(name, b"") == "文件是空的（0 字节）。请检查后重新选择。"


def test_size_may_be_the_limit_and_not_a_byte_more(settings: object) -> None:
    settings.KEQIAO_UPLOAD_LIMIT = 2**20
    assert files.check(upload("a.pdf", PDF.ljust(2**20))) == "application/pdf"
    assert refused("a.pdf", PDF.ljust(2**20 + 1)) == "文件超过 1 MB。请压缩或拆分后再上传。"


def test_a_bomb_is_looked_at_and_not_unpacked() -> None:
    """A gigabyte of zeros in a workbook of a megabyte: only the archive's list of names is read."""
    member = b"xl/worksheets/sheet1.xml"
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = bytes(2**20)
    packed = b"".join(packer.compress(block) for _ in range(1024)) + packer.flush()
    head = struct.pack("<HHHHHIIIHH", 20, 0, 8, 0, 33, 0, len(packed), 2**30, len(member), 0)
    local = b"PK\x03\x04" + head + member + packed
    made = io.BytesIO(local)
    with zipfile.ZipFile(made, "a") as target:
        target.writestr("[Content_Types].xml", "<Types/>")
        target.writestr("xl/workbook.xml", "<workbook/>")
    assert files.check(upload("a.xlsx", made.getvalue())).endswith("spreadsheetml.sheet")


def test_checking_leaves_the_upload_at_its_beginning() -> None:
    for name, content in (("a.pdf", PDF), ("a.docx", office("word")), ("a.txt", b"text")):
        sent = upload(name, content)
        sent.read(3)
        files.check(sent)
        assert sent.read() == content


# ---- what it is called ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("测试 报告.pdf", "测试 报告.pdf"),
        ("../../etc/报告.pdf", "报告.pdf"),
        ("C:\\temp\\..\\报告.pdf", "报告.pdf"),
        ("报告\u202efdp.exe.pdf", "报告fdp.exe.pdf"),  # shown as "报告fdp.exe" turned round
        ("报\u200b告\ufeff.pdf", "报告.pdf"),
        ("报告\x00\x07\n.pdf", "报告.pdf"),
        ("全角\u3000空格.pdf", "全角 空格.pdf"),
        ("👩\u200d🔬 样品.pdf", "👩\u200d🔬 样品.pdf"),
        ("名" * 300 + ".pdf", "名" * 196 + ".pdf"),
        ("a;b\"c'd<e>.pdf", "a;b\"c'd<e>.pdf"),
    ],
)
def test_name_is_kept_as_people_read_it(given: str, kept: str) -> None:
    sent = upload("x.pdf", PDF)
    sent._name = given  # past Django's own cleaning: this is the last door
    assert files.own_name(sent) == kept
    assert files.check(sent) == "application/pdf"


def test_name_that_only_seems_to_end_well_is_refused() -> None:
    sent = upload("x.pdf", EXE)
    sent._name = "报告.exe\u202e.pdf\u202c.exe"
    with pytest.raises(Invalid, match="文件没有保存"):
        files.check(sent)


# ---- keeping it -------------------------------------------------------------------------------------------------


def place_of(content: bytes) -> Path:
    return Path(default_storage.path(files.stored_path(hashlib.sha256(content).hexdigest())))


def unique(text: str) -> bytes:
    """Bytes that no other test has stored."""
    return f"{text} {os.urandom(8).hex()}".encode()


def drafts() -> list[str]:
    folder = Path(default_storage.path("incoming"))
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def test_attached_file_says_all_about_itself(need: Need, owner: Person) -> None:
    content = unique("text")
    row = files.attach(need, upload("../记录.TXT", content), actor=owner)
    assert (row.object_type, row.object_id, row.level) == ("need", need.pk, Level.NDA)
    assert (row.name, row.size, row.content_type) == ("记录.TXT", len(content), "text/plain")
    assert (row.sha256, row.uploaded_by) == (hashlib.sha256(content).hexdigest(), owner)
    assert place_of(content).read_bytes() == content
    assert drafts() == []


def test_stored_bytes_can_be_read_by_the_platform_alone(need: Need, owner: Person) -> None:
    content = unique("private")
    files.attach(need, upload("a.txt", content), actor=owner)
    assert stat.S_IMODE(place_of(content).stat().st_mode) == 0o600
    assert stat.S_IMODE(place_of(content).parent.stat().st_mode) == 0o700


def test_bytes_of_a_row_that_was_rolled_back_serve_the_next(need: Need, owner: Person) -> None:
    content = unique("undone")

    def undone() -> None:
        with transaction.atomic():
            files.attach(need, upload("a.txt", content), actor=owner)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        undone()
    assert not File.objects.exists()
    assert place_of(content).read_bytes() == content
    assert files.attach(need, upload("b.txt", content), actor=owner).name == "b.txt"
    assert place_of(content).read_bytes() == content


def test_a_draft_that_a_killed_process_left_is_in_nobody_s_way(need: Need, owner: Person) -> None:
    """Half of the bytes never stand in the file's place: they are written beside it and moved there whole."""
    content = unique("half")
    default_storage.save("incoming/of-the-dead", upload("a.txt", content[:7]))
    try:
        files.attach(need, upload("a.txt", content), actor=owner)
        assert place_of(content).read_bytes() == content
    finally:
        default_storage.delete("incoming/of-the-dead")


@pytest.mark.django_db(transaction=True)
def test_the_same_bytes_from_two_people_at_once_are_stored_once(need: Need, owner: Person, colleague: Person) -> None:
    content = unique("together") * 20_000
    gate = threading.Barrier(2)

    def send(person: Person) -> None:
        try:
            gate.wait(10)
            files.attach(need, upload(f"{person.pk}.txt", content), actor=person)
        finally:
            connection.close()

    threads = [threading.Thread(target=send, args=(person,)) for person in (owner, colleague)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert File.objects.filter(sha256=hashlib.sha256(content).hexdigest()).count() == 2
    assert [path.read_bytes() == content for path in place_of(content).parent.iterdir() if path.is_file()] == [True]
    assert drafts() == []


# ---- giving it out ----------------------------------------------------------------------------------------------

SIGNED_IN = "owner colleague competitor professor manager operator other_operator centre_operator auditor"
LEVELS = {
    Level.PUBLIC: f"{SIGNED_IN} stranger",
    Level.REGISTERED: SIGNED_IN,
    Level.NDA: "owner colleague operator centre_operator auditor",
    Level.STAFF: "owner colleague operator centre_operator auditor",
}
"""Who may have a file of a published need of company A, by the file's level."""


def get(person: object, row: File) -> object:
    client = Client()
    if person.is_authenticated:
        client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client.get(f"/files/{row.pk}/")


def status(person: object, row: File) -> int:
    answer = get(person, row)
    _bytes = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return int(answer.status_code)


@pytest.mark.parametrize("level", list(Level))
def test_download_for_each_persona(need: Need, personas: Personas, level: Level) -> None:
    Need.objects.update(state="open")
    content = unique("level")
    row = files.attach(need, upload("a.txt", content), actor=personas["owner"], level=level)
    seen = {name: get(person, row) for name, person in personas.items()}
    allowed = {name for name, answer in seen.items() if answer.status_code == 200}
    assert allowed == set(LEVELS[level].split())
    assert {b"".join(seen[name].streaming_content) for name in allowed} == {content}
    denied = [answer for name, answer in seen.items() if name not in allowed]
    assert {answer.status_code for answer in denied} <= {404}
    assert not any(content in answer.content for answer in denied)


def test_files_of_a_draft_are_its_owners(need: Need, personas: Personas) -> None:
    row = files.attach(need, upload("a.txt", unique("draft")), actor=personas["owner"], level=Level.PUBLIC)
    assert {name for name, person in personas.items() if status(person, row) == 200} == {"owner", "colleague"}


def test_list_of_files_holds_what_the_clearance_opens(need: Need, owner: Person) -> None:
    for level in Level:
        files.attach(need, upload(f"{level.name}.txt", b"x"), actor=owner, level=level)
    assert [row.name for row in files.of(need, Level.REGISTERED)] == ["PUBLIC.txt", "REGISTERED.txt"]
    assert [row.name for row in files.of(need, Level.STAFF)] == ["PUBLIC.txt", "REGISTERED.txt", "NDA.txt", "STAFF.txt"]


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("图“一”;x.png", PNG, "image/png"),
        ("<script>.txt", SVG, "text/plain"),
        ("国标.csv", "轮次".encode("gb18030"), "text/plain"),
    ],
)
def test_headers_let_no_browser_run_or_keep_it(need: Need, owner: Person, name: str, content: bytes, kind: str) -> None:
    answer = get(owner, files.attach(need, upload(name, content), actor=owner))
    headers = answer.headers
    assert headers["Content-Type"].partition(";")[0] == kind
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "private, no-store"
    assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    shown = f"filename*=utf-8''{quote(name)}" if not name.isascii() else f'filename="{name}"'
    assert headers["Content-Disposition"] == f"attachment; {shown}"
    assert b"".join(answer.streaming_content) == content


@pytest.mark.django_db
@pytest.mark.parametrize("pk", [1, 0, 2**31, 2**63, 10**30])
def test_a_file_that_does_not_exist_is_not_found(pk: int) -> None:
    assert Client().get(f"/files/{pk}/").status_code == 404


def test_a_file_whose_record_is_gone_or_unknown_is_not_found(need: Need, owner: Person) -> None:
    row = files.attach(need, upload("a.txt", b"x"), actor=owner, level=Level.PUBLIC)
    for kind, pk in (("need", 999_999), ("kind of a room that is gone", need.pk), ("cursor", 1)):
        File.objects.update(object_type=kind, object_id=pk)
        with pytest.raises(NotVisible):
            files.load(row.pk, owner)


def test_bytes_that_are_gone_are_said_to_be(need: Need, owner: Person) -> None:
    content = unique("gone")
    row = files.attach(need, upload("a.txt", content), actor=owner)
    place_of(content).unlink()
    answer = get(owner, row)
    assert (answer.status_code, "文件暂时取不到" in answer.content.decode()) == (404, True)
