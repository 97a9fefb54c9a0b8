from __future__ import annotations

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "keqiao.notices"
    label = "notices"

    def ready(self) -> None:
        from keqiao.notices import jobs, projection  # noqa: F401, PLC0415 (registers them)
