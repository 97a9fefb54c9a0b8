"""Addresses of matching. Verbs have theirs in `config/urls.py`."""

from __future__ import annotations

from django.urls import path

from keqiao.matching import assigning_views, ranking_views, views

urlpatterns = [
    path("match/", views.match, name="match"),
    path("match/figures/", views.match_figures, name="match_figures"),
    path("search/", views.search_page, name="search"),
    path("compare/", views.compare, name="compare"),
    path("shortlist/", views.shortlist, name="shortlist"),
    path("shortlist/toggle/", views.toggle_shortlist, name="toggle_shortlist"),
    path("saved-searches/", views.saved_searches, name="saved_searches"),
    path("matches/<int:pk>/", views.found_match, name="found_match"),
    path("needs/<int:pk>/candidates/", views.need_candidates, name="need_candidates"),
    path("needs/<int:pk>/grade/", views.grade, name="grade_pair"),
    path("needs/<int:pk>/set-aside/", views.set_aside, name="set_aside"),
    path("needs/<int:pk>/propose/", views.propose, name="propose"),
    path("rankings/", ranking_views.rankings, name="rankings"),
    path("managers/", assigning_views.assignments, name="assignments"),
    path("proposals/", views.proposals, name="proposals"),
    path("proposals/<int:pk>/", views.proposal, name="proposal"),
]
