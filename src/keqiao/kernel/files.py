"""Files that belong to rows: type read from the bytes, size limited, permission asked on every download."""

from __future__ import annotations

import hashlib
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

import puremagic
from django.conf import settings
from django.core.files.base import File as DjangoFile
from django.core.files.storage import default_storage
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from keqiao.kernel.access import Invalid, NotVisible
from keqiao.kernel.models import File
from keqiao.kernel.visibility import Level, Visible

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

    from keqiao.kernel.access import Actor

TYPES: dict[str, tuple[str, ...]] = {
    "application/pdf": (".pdf",),
    "image/png": (".png",),
    "image/jpeg": (".jpg", ".jpeg"),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": (".docx",),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": (".xlsx",),
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": (".pptx",),
    "application/zip": (".zip",),
    "text/plain": (".txt", ".csv", ".md"),
}
"""What may be uploaded: content type → endings that fit it."""


def check(upload: UploadedFile[bytes], field: str = "file") -> str:
    """The content type of an upload, read from its bytes; `Invalid` when empty, too large or not what it says."""
    size = upload.size or 0
    if size == 0:
        raise refusal(field, gettext("文件是空的（0 字节）。请检查后重新选择。"))
    if size > settings.KEQIAO_UPLOAD_LIMIT:
        limit = settings.KEQIAO_UPLOAD_LIMIT // 2**20
        raise refusal(field, gettext("文件超过 %(limit)d MB。请压缩或拆分后再上传。") % {"limit": limit})
    ending = PurePath(upload.name or "").suffix.lower()
    expected = next((kind for kind, endings in TYPES.items() if ending in endings), None)
    if expected is None:
        allowed = "、".join(sorted(ending for endings in TYPES.values() for ending in endings))
        raise refusal(field, gettext("不支持这种文件。可以上传：%(allowed)s。") % {"allowed": allowed})
    head = upload.read(65536)
    upload.seek(0)
    if not looks_like(head, ending, expected):
        raise refusal(field, gettext("文件内容与扩展名 %(ending)s 不符，可能被改过名。") % {"ending": ending})
    return expected


def refusal(field: str, message: str) -> Invalid:
    """The refusal of one file, on the field it came in."""
    return Invalid(_("文件没有保存。"), {field: [message]})


def looks_like(head: bytes, ending: str, expected: str) -> bool:
    """Whether the first bytes are those of the type that the ending names."""
    if expected == "text/plain":
        return is_text(head)
    try:
        found = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError):
        return False
    endings = {match.extension for match in found}
    if expected.startswith("application/vnd.openxml"):
        return head.startswith(b"PK\x03\x04")
    return bool(endings & set(TYPES[expected])) or ending in endings


def is_text(head: bytes) -> bool:
    """Whether these bytes can be text in UTF-8 or GB18030, without control characters."""
    if b"\x00" in head:
        return False
    for encoding in ("utf-8", "gb18030"):
        try:
            head[: len(head) - 4 or None].decode(encoding)
        except UnicodeDecodeError:
            continue
        return True
    return False


def attach(row: Visible, upload: UploadedFile[bytes], *, actor: Any, level: Level = Level.NDA) -> File:
    """Keep an upload with a row. The same bytes are stored once. Runs inside the verb's transaction."""
    content_type = check(upload)
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    name = digest.hexdigest()
    path = stored_path(name)
    if not default_storage.exists(path):
        upload.seek(0)
        default_storage.save(path, DjangoFile(upload))
    return File.objects.create(
        object_type=row._meta.model_name or "",
        object_id=row.pk,
        level=level,
        name=PurePath(upload.name or "file").name[-200:],
        sha256=name,
        size=upload.size or 0,
        content_type=content_type,
        uploaded_by=actor,
        uploaded_at=timezone.now(),
    )


def stored_path(sha256: str) -> str:
    """Where the bytes with this hash lie in the storage."""
    return f"files/{sha256[:2]}/{sha256}"


def of(row: models.Model, clearance: int) -> models.QuerySet[File]:
    """The files of a row that somebody with this clearance may have."""
    return File.objects.filter(object_type=row._meta.model_name, object_id=row.pk, level__lte=clearance).order_by("pk")


def load(pk: int, actor: Actor) -> File:
    """The file, if the actor may see the row it belongs to well enough."""
    from django.apps import apps  # noqa: PLC0415 (leaf)

    found = File.objects.filter(pk=pk).first()
    if found is None:
        raise NotVisible(_("没有找到文件。"))
    model = next(m for m in apps.get_models() if m._meta.model_name == found.object_type)
    row = model._default_manager.filter(pk=found.object_id).first()
    if not isinstance(row, Visible) or row.clearance(actor) < found.level:
        raise NotVisible(_("没有找到文件。"))
    return found
