"""What the verbs of the exchange do. The only place of this room that writes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone

from keqiao.exchange.models import Need

if TYPE_CHECKING:
    from keqiao.parties.models import Person


def create_need(row: Need, data: dict[str, Any], actor: Person) -> None:
    """A new draft belongs to the person who writes it, and to the node of the organisation, else the first centre."""
    row.contact = actor
    save_need(row, data, actor)


def save_need(row: Need, data: dict[str, Any], actor: Person) -> None:
    """Keep what the form says; levels are chosen per field."""
    for name, value in data.items():
        setattr(row, name, value)


def publish_need(row: Need, data: dict[str, Any], actor: Person) -> None:
    """Accepted by triage: from now on it is matched and can be answered."""
    row.published_at = row.published_at or timezone.now()


def record_reason(row: Any, data: dict[str, Any], actor: Person) -> dict[str, Any]:
    """Keep a coded reason on the row and the words with the entry."""
    row.reject_reason = data.get("code", "")
    return {"reason": data["reason"], "code": data.get("code", "")}
