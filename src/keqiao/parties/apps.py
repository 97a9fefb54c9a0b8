from __future__ import annotations

from django.apps import AppConfig


class PartiesConfig(AppConfig):
    name = "keqiao.parties"
    label = "parties"

    def ready(self) -> None:
        from keqiao.parties import workflow  # noqa: F401, PLC0415 (registers its tables)
        from keqiao.parties.nodes import workflow as nodes  # noqa: F401, PLC0415 (the same)
