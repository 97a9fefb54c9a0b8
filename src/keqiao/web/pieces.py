"""Files sent piece by piece, by the asynchronous server too."""

from __future__ import annotations

from collections.abc import AsyncIterator

from asgiref.sync import sync_to_async
from django.http import FileResponse


class InPieces(FileResponse):
    """A file that can be asked for its pieces in both ways.

    Django's own can only be read in one go there: it reads the whole file into memory, and warns.
    """

    block_size = 2**16

    async def __aiter__(self) -> AsyncIterator[bytes]:
        pieces = iter(self)
        while piece := await sync_to_async(lambda: next(pieces, b""), thread_sensitive=False)():
            yield piece
