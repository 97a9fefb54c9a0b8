"""The language of the reader."""

from __future__ import annotations

from django.utils.translation import get_language


def in_english() -> bool:
    """Whether the page is in English; Chinese is the language that everything has been written in."""
    return (get_language() or "").startswith("en")
