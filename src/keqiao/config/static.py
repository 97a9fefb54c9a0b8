"""Static files, kept beside their compressed form."""

from __future__ import annotations

from typing import Any

from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage


class CompressedFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Names that change with the content, and gzip alone: brotli would hold up a first start for little."""

    def create_compressor(self, **options: Any) -> Compressor:
        return Compressor(use_brotli=False, **options)
