"""Addresses of notices and of the outbox."""

from __future__ import annotations

from django.urls import path

from keqiao.notices import views

urlpatterns = [
    path("notices/", views.notices, name="notices"),
    path("notices/read/", views.read, name="read_notices"),
    path("notices/<int:pk>/", views.open_notice, name="notice"),
    path("outbox/", views.outbox, name="outbox"),
    path("outbox/<int:pk>/retry/", views.retry, name="retry_mail"),
]
