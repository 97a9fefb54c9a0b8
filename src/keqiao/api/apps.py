from __future__ import annotations

from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "keqiao.api"
    label = "api"

    def ready(self) -> None:
        from keqiao.api import workflow  # noqa: F401, PLC0415 (registers its table)
