"""Addresses of projects. Verbs have theirs in `config/urls.py`."""

from __future__ import annotations

from django.urls import path

from keqiao.projects import views

urlpatterns = [
    path("projects/", views.projects, name="projects"),
    path("projects/<int:pk>/", views.project, name="project"),
    path("projects/<int:pk>/frozen/", views.frozen, name="frozen"),
    path("projects/<int:pk>/frozen/<int:version>/", views.frozen_version, name="frozen_version"),
    path("projects/<int:pk>/frozen/<int:version>/text/", views.frozen_text, name="frozen_text"),
    path("contracts/<int:pk>/", views.contract, name="contract"),
]
