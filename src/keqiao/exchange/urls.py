"""Addresses of the exchange. The verbs' own pages are in `config.urls`."""

from __future__ import annotations

from django.urls import path, re_path

from keqiao.exchange import triage_views, views

urlpatterns = [
    path("needs/", views.needs, name="needs"),
    path("needs/new/", views.new_need, name="need_new"),
    path("needs/coach/", views.coached, name="need_coach"),
    path("needs/<int:pk>/", views.need, name="need"),
    path("achievements/", views.achievements, name="achievements"),
    path("achievements/<int:pk>/", views.achievement, name="achievement"),
    re_path(r"^(?P<resource>needs|achievements)/(?P<pk>[0-9]{1,18})/alike/$", views.alikes, name="alike"),
    re_path(
        r"^organisations/(?P<pk>[0-9]{1,18})/(?P<resource>needs|achievements)/$", views.published, name="published"
    ),
    path("solutions/", views.solutions, name="solutions"),
    path("solutions/<int:pk>/", views.solution, name="solution"),
    path("triage/", triage_views.triage, name="triage"),
    path("fields/search/", views.find_fields, name="field_search"),
    path("fields/pick/", views.pick_fields, name="field_pick"),
]
