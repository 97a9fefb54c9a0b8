"""The ASGI application: pages, API and, in the default of one process, the runtime beside them."""

from __future__ import annotations

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "keqiao.config.settings")

django_application = get_asgi_application()

from keqiao.config.runtime import with_runtime  # noqa: E402 (the app registry must be ready first)

application = with_runtime(django_application)
