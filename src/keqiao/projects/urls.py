"""Addresses of projects. Verbs have theirs in `config/urls.py`."""

from __future__ import annotations

from django.urls import path

from keqiao.projects import views

urlpatterns = [
    path("projects/", views.projects, name="projects"),
    path("projects/<int:pk>/", views.project, name="project"),
    path("contracts/<int:pk>/", views.contract, name="contract"),
]
