"""Files that belong to rows: type read from the bytes, size limited, permission asked on every download."""

from __future__ import annotations

import codecs
import hashlib
import unicodedata
import uuid
import zipfile
from pathlib import Path, PurePosixPath
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

OFFICE = {".docx": "word/", ".xlsx": "xl/", ".pptx": "ppt/"}
"""The folder that an office file of this ending has inside (ECMA-376 part 2: it is a zip archive of parts)."""

HEAD = 65536
LONGEST_NAME = 200
CONTROLS = frozenset(range(0x20)) - frozenset(b"\t\n\v\f\r")


def check(upload: UploadedFile[bytes], field: str = "file") -> str:
    """The content type of an upload, read from its bytes; `Invalid` when empty, too large or not what it says."""
    size = upload.size or 0
    if size == 0:
        raise refusal(field, gettext("文件是空的（0 字节）。请检查后重新选择。"))
    if size > settings.KEQIAO_UPLOAD_LIMIT:
        limit = settings.KEQIAO_UPLOAD_LIMIT // 2**20
        raise refusal(field, gettext("文件超过 %(limit)d MB。请压缩或拆分后再上传。") % {"limit": limit})
    ending = PurePosixPath(own_name(upload)).suffix.lower()
    expected = next((kind for kind, endings in TYPES.items() if ending in endings), None)
    if expected is None:
        allowed = "、".join(sorted(ending for endings in TYPES.values() for ending in endings))
        raise refusal(field, gettext("不支持这种文件。可以上传：%(allowed)s。") % {"allowed": allowed})
    if not looks_like(upload, ending, expected):
        raise refusal(field, gettext("文件内容与扩展名 %(ending)s 不符，可能被改过名。") % {"ending": ending})
    return expected


def refusal(field: str, message: str) -> Invalid:
    """The refusal of one file, on the field it came in."""
    return Invalid(_("文件没有保存。"), {field: [message]})


def own_name(upload: UploadedFile[bytes]) -> str:
    """The name as people read it: no folders, no characters that cannot be seen or that turn the text round.

    One that is too long keeps its ending.
    """
    given = PurePosixPath((upload.name or "").replace("\\", "/")).name
    kept = "".join(" " if char.isspace() else char for char in given if is_seen(char)).strip()
    path = PurePosixPath(kept)
    return kept if len(kept) <= LONGEST_NAME else f"{path.stem[: LONGEST_NAME - len(path.suffix)]}{path.suffix}"


def is_seen(char: str) -> bool:
    """Not a control or a format character (Unicode Cc, Cf, Cs); the joiner within emoji may stay."""
    return char == "\u200d" or unicodedata.category(char) not in {"Cc", "Cf", "Cs"}


def looks_like(upload: UploadedFile[bytes], ending: str, expected: str) -> bool:
    """Whether the bytes are of the type that the ending names."""
    upload.seek(0)
    head = upload.read(HEAD)
    upload.seek(0)
    if expected == "text/plain":
        return is_text(head, whole=len(head) < HEAD)
    if ending in OFFICE:
        return is_office(upload, OFFICE[ending])
    try:
        return ending in {match.extension for match in puremagic.magic_string(head)}
    except (puremagic.PureError, ValueError):
        return False


def is_office(upload: UploadedFile[bytes], folder: str) -> bool:
    """Whether it is an office file with this folder, without macros. Reads the archive's directory, unpacks nothing."""
    try:
        with zipfile.ZipFile(upload) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return False
    finally:
        upload.seek(0)
    macros = any(name.lower().endswith("vbaproject.bin") for name in names)
    return "[Content_Types].xml" in names and any(name.startswith(folder) for name in names) and not macros


def is_text(head: bytes, *, whole: bool) -> bool:
    """Whether these bytes can be text in UTF-8 or GB18030, without control characters; the last may be cut."""
    if CONTROLS & set(head):
        return False
    for encoding in ("utf-8", "gb18030"):
        try:
            codecs.getincrementaldecoder(encoding)().decode(head, final=whole)
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
    keep(upload, stored_path(name))
    return File.objects.create(
        object_type=row._meta.model_name or "",
        object_id=row.pk,
        level=level,
        name=own_name(upload),
        sha256=name,
        size=upload.size or 0,
        content_type=content_type,
        uploaded_by=actor,
        uploaded_at=timezone.now(),
    )


def keep(upload: UploadedFile[bytes], path: str) -> None:
    """Put the bytes in their place whole: a crash in the middle leaves nothing there, two at once do no harm."""
    if default_storage.exists(path):
        return
    upload.seek(0)
    draft = default_storage.save(f"incoming/{uuid.uuid4().hex}", DjangoFile(upload))
    place = Path(default_storage.path(path))
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    Path(default_storage.path(draft)).replace(place)


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
    model = next((m for m in apps.get_models() if m._meta.model_name == found.object_type), None)
    row = model._default_manager.filter(pk=found.object_id).first() if model else None
    if not isinstance(row, Visible) or row.clearance(actor) < found.level:
        raise NotVisible(_("没有找到文件。"))
    return found
