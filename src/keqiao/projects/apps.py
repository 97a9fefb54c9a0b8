from __future__ import annotations

from django.apps import AppConfig


class ProjectsConfig(AppConfig):
    name = "keqiao.projects"
    label = "projects"

    def ready(self) -> None:
        from keqiao.projects import workflow  # noqa: F401, PLC0415 (registers its tables)
