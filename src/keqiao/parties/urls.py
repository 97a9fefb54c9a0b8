"""Addresses of people and organisations. Verbs have theirs from the workflow tables."""

from __future__ import annotations

from django.urls import path

from keqiao.parties import joining, views
from keqiao.parties.nodes import views as nodes

urlpatterns = [
    path("organisations/", views.organisations, name="organisations"),
    path("organisations/find/", joining.find, name="find_organisation"),
    path("organisations/<int:pk>/", views.organisation, name="organisation"),
    path("organisations/<int:pk>/request/", joining.request_membership, name="request_membership"),
    path("verification/", views.verification, name="verification"),
    path("nodes/", nodes.nodes, name="nodes"),
    path("nodes/<int:pk>/", nodes.node, name="node"),
    path("calendar/", nodes.calendar, name="calendar"),
    path("people/", views.people, name="people"),
    path("people/<int:pk>/", views.person, name="person"),
    path("welcome/", joining.welcome, name="welcome"),
    path("welcome/organisation/", joining.welcome_organisation, name="welcome_organisation"),
    path("welcome/security/", joining.welcome_security, name="welcome_security"),
    path("invitations/<str:token>/", joining.invitation, name="invitation"),
]
