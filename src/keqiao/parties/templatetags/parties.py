"""Filters of the pages of parties."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import template

from keqiao.parties.models import Node
from keqiao.parties.names import called
from keqiao.parties.queries import memberships_of

register = template.Library()


@register.filter
def node_name(code: str, nodes: Iterable[Node]) -> str:
    """The name of a node in the reader's language."""
    found = next((node for node in nodes if node.code == code), None)
    return called(found) or code


@register.inclusion_tag("parties/_my_organisations.html", takes_context=True)
def my_organisations(context: dict[str, Any]) -> dict[str, Any]:
    """The reader's organisations and where each stands (being verified, waiting to be confirmed), for the desk."""
    return {"memberships": memberships_of(context["user"]), "standing": context["standing"]}
