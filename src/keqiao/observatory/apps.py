from __future__ import annotations

from django.apps import AppConfig


class ObservatoryConfig(AppConfig):
    name = "keqiao.observatory"
    label = "observatory"

    def ready(self) -> None:
        from keqiao.observatory import counters  # noqa: F401, PLC0415 (registers its projection)
