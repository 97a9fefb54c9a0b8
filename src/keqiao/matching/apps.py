from __future__ import annotations

from django.apps import AppConfig


class MatchingConfig(AppConfig):
    name = "keqiao.matching"
    label = "matching"

    def ready(self) -> None:
        from keqiao.matching import (  # noqa: F401, PLC0415 (registers its tables)
            embedding,
            projection,
            reactions,
            training,
            workflow,
        )
