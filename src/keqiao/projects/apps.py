from __future__ import annotations

from django.apps import AppConfig


class ProjectsConfig(AppConfig):
    name = "keqiao.projects"
    label = "projects"
