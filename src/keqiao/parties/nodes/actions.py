"""What the verbs of nodes, posts and the working calendar do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from keqiao.kernel import clocks
from keqiao.kernel.models import CalendarDay
from keqiao.parties.nodes.forms import WORKING

if TYPE_CHECKING:
    from keqiao.parties.models import Person, Post


def appoint(row: Post, data: dict[str, Any], actor: Person) -> None:
    """Put a person into a staff role at a node."""
    row.person, row.node, row.role = data["person"], data["node"], data["role"]
    row.caseload_limit = data["caseload_limit"] or row.caseload_limit
    row.person.forget_standing()


def set_day(row: CalendarDay, data: dict[str, Any], actor: Person) -> dict[str, Any]:
    """A day made working or free; what was promised for it is reckoned again."""
    if "day" in data:
        row.day, row.node = data["day"], data["node"].code if data["node"] else ""
    row.is_working, row.name = data["works"] == WORKING, data["name"]
    return reckon(row)


def withdraw_day(row: CalendarDay, data: dict[str, Any], actor: Person) -> dict[str, Any]:
    """The day is again what the law says, or the line for all nodes."""
    return reckon(row)


def reckon(row: CalendarDay) -> dict[str, Any]:
    """Running clocks by the calendar as it is now. The entry says how many are due at another moment."""
    row.save()
    return {"clocks_moved": clocks.calendar_changed(row.node)}
