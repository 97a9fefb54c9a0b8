"""Projects for the pages of what they came from."""

from __future__ import annotations

from typing import Any

from django import template

from keqiao.kernel.visibility import Seen
from keqiao.projects import queries

register = template.Library()


@register.simple_tag(takes_context=True)
def projects_from(context: Any, kind: str, pk: int) -> list[Seen]:
    """The projects that came from a need or an achievement, for those who see them from inside."""
    return queries.projects_from(kind, pk, context["request"].user)
