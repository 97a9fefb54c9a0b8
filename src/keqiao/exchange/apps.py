from __future__ import annotations

from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "keqiao.exchange"
    label = "exchange"

    def ready(self) -> None:
        from keqiao.exchange import workflow  # noqa: F401, PLC0415 (registers its tables)
