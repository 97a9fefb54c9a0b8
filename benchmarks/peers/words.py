"""Words as the peers index them: cut by rjieba, folded, without single punctuation marks."""

from __future__ import annotations

import re
import unicodedata

import rjieba

_WORD = re.compile(r"\w")


def cut(text: str) -> str:
    """The words of a text, with blanks between them."""
    folded = unicodedata.normalize("NFKC", text).lower()
    return " ".join(word for word in (part.strip() for part in rjieba.cut(folded)) if _WORD.search(word))
