"""Downloads: permission is asked on every one, and the browser is told to keep the file, not to run it."""

from __future__ import annotations

from django.core.files.storage import default_storage
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from keqiao.kernel import files
from keqiao.kernel.access import NotVisible
from keqiao.web.pieces import InPieces


@require_safe
def download(request: HttpRequest, pk: int) -> HttpResponse | InPieces:
    """The bytes of a file under its own name (RFC 5987), as an attachment, never sniffed, kept by no cache."""
    found = files.load(pk, request.user)
    path = files.stored_path(found.sha256)
    if not default_storage.exists(path):
        raise NotVisible(_("文件暂时取不到，请联系平台运营人员。"))
    response = InPieces(
        default_storage.open(path), as_attachment=True, filename=found.name, content_type=found.content_type
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
