from __future__ import annotations

from django.apps import AppConfig


class KernelConfig(AppConfig):
    name = "keqiao.kernel"
    label = "kernel"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from keqiao.kernel import deadlines  # noqa: F401, PLC0415 (registers its job)
