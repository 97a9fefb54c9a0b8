"""Pages that belong to no room: home, desk, definitions, health."""

from __future__ import annotations

from django.urls import path

from keqiao.web import files, gallery, views

urlpatterns = [
    path("", views.home, name="home"),
    path("desk/", views.desk, name="desk"),
    path("definitions/", views.definitions, name="definitions"),
    path("definitions/<slug:name>/", views.number, name="number"),
    path("about/", views.words, {"page": "about"}, name="about"),
    path("privacy/", views.words, {"page": "privacy"}, name="privacy"),
    path("terms/", views.words, {"page": "terms"}, name="terms"),
    path("gallery/", gallery.gallery, name="gallery"),
    path("healthz", views.health, name="health"),
    path("favicon.ico", views.favicon, name="favicon"),
    path("files/<int:pk>/", files.download, name="file"),
]
