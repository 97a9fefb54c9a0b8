"""Pages that belong to no room: home, desk, definitions, health."""

from __future__ import annotations

from django.urls import path

from keqiao.web import files, gallery, views

urlpatterns = [
    path("", views.home, name="home"),
    path("desk/", views.desk, name="desk"),
    path("definitions/", views.definitions, name="definitions"),
    path("gallery/", gallery.gallery, name="gallery"),
    path("healthz", views.health, name="health"),
    path("files/<int:pk>/", files.download, name="file"),
]
