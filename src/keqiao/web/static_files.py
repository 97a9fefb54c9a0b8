"""Style sheets, scripts and icons, sent by WhiteNoise in a way that the asynchronous server takes without a warning."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from whitenoise.middleware import WhiteNoiseFileResponse, WhiteNoiseMiddleware

from keqiao.web.pieces import InPieces


class StaticAnswer(InPieces, WhiteNoiseFileResponse):  # type: ignore[misc]
    """A static file; its headers are WhiteNoise's."""


class StaticFiles(WhiteNoiseMiddleware):  # type: ignore[misc]
    """WhiteNoise with an answer of ours."""

    @staticmethod
    def serve(static_file: Any, request: HttpRequest) -> StaticAnswer:
        found = static_file.get_response(request.method, request.META)
        answer = StaticAnswer(found.file or (), status=int(found.status))
        del answer["content-type"]
        for name, value in found.headers:
            answer[name] = value
        return answer
