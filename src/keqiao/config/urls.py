"""Where everything is. Rooms bring their own pages; verbs of every room share two addresses."""

from __future__ import annotations

from django.urls import include, path

from keqiao.api.urls import api
from keqiao.observatory.stream import stream
from keqiao.parties.accounts import confirm_email, set_language
from keqiao.web import verbs

handler429 = "keqiao.web.limits.too_many"
urlpatterns = [
    path("api/v1/feed/stream", stream, name="feed_stream"),
    path("api/v1/", api.urls),
    path("accounts/tokens/", include("keqiao.api.pages")),
    path("accounts/confirm-email/", confirm_email),
    path("accounts/", include("allauth.urls")),
    path("i18n/setlang/", set_language, name="set_language"),
    path("", include("keqiao.web.urls")),
    path("", include("keqiao.parties.urls")),
    path("", include("keqiao.exchange.urls")),
    path("", include("keqiao.matching.urls")),
    path("", include("keqiao.projects.urls")),
    path("", include("keqiao.notices.urls")),
    path("<slug:resource>/new/", verbs.new, name="new"),
    path("<slug:resource>/<int:pk>/<slug:verb>/", verbs.verb, name="verb"),
]
