"""The language of the reader."""

from __future__ import annotations

from typing import Any

from django.utils.translation import get_language


def in_english() -> bool:
    """Whether the page is in English; Chinese is the language that everything has been written in."""
    return (get_language() or "").startswith("en")


def titled(row: Any) -> str:
    """The title of a row in the reader's language where there is one, else in the other; its name where it has none."""
    own, english = str(row.title or ""), str(getattr(row, "title_en", "") or "")
    return ((english or own) if in_english() else (own or english)) or str(row)
