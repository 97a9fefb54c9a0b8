"""Filters of the pages of parties."""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import ip_address
from typing import Any

from django import template
from django.http import HttpRequest

from keqiao.parties.codes import CodeTyped, code_in
from keqiao.parties.models import Node
from keqiao.parties.names import called
from keqiao.parties.queries import memberships_of

register = template.Library()


@register.filter
def node_name(code: str, nodes: Iterable[Node]) -> str:
    """The name of a node in the reader's language."""
    found = next((node for node in nodes if node.code == code), None)
    return called(found) or code


@register.simple_tag
def code_typed(typed: str) -> CodeTyped:
    """What was typed, read as a credit code where it looks like one."""
    return code_in(typed)


@register.filter
def is_numeric(request: HttpRequest) -> bool:
    """Whether the page was opened at a numeric address: passkeys belong to names."""
    host = request.get_host().rsplit(":", 1)[0] if not request.get_host().endswith("]") else request.get_host()
    try:
        ip_address(host.strip("[]"))
    except ValueError:
        return False
    return True


@register.inclusion_tag("parties/_my_organisations.html", takes_context=True)
def my_organisations(context: dict[str, Any]) -> dict[str, Any]:
    """The reader's organisations and where each stands (being verified, waiting to be confirmed), for the desk."""
    return {"memberships": memberships_of(context["user"]), "standing": context["standing"]}
