"""Addresses of the pages of access tokens, below those of the account."""

from __future__ import annotations

from django.urls import path

from keqiao.api import views

urlpatterns = [
    path("", views.tokens, name="access_tokens"),
    path("new/", views.new_token, name="new_access_token"),
]
