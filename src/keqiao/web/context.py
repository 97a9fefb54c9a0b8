"""What every page needs around its content."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from keqiao.notices.queries import unread_count
from keqiao.parties.models import Node, standing_of


def shell(request: HttpRequest) -> dict[str, Any]:
    """Nodes for the switch, what the viewer is, and how many notices wait. Nothing is fetched before it is shown."""
    return {
        "nodes": SimpleLazyObject(lambda: list(Node.objects.order_by("parent_id", "code"))),
        "standing": SimpleLazyObject(lambda: standing_of(request.user)),
        "unread_notices": SimpleLazyObject(lambda: unread_count(request.user)),
    }
