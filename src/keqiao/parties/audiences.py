"""Who is told, in the words of more than one table."""

from __future__ import annotations

from typing import Any

from keqiao.kernel.models import Entry
from keqiao.parties.models import Person


def the_person(row: Any, entry: Entry) -> list[Person]:
    """Whose it is: a membership, a post, an access token."""
    return [row.person]
