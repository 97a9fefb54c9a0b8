"""The box on the home page: what a pasted text asks for, and who may have it. The text is not kept anywhere."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from keqiao.engine import Figure
from keqiao.exchange import coach
from keqiao.matching.documents import ACHIEVEMENT, text_query
from keqiao.matching.figures import figures_of
from keqiao.matching.queries import Found, find

if TYPE_CHECKING:
    from keqiao.kernel.access import Actor

MOST = 3
"""How many missing things are named at once: more discourage."""
COLON = re.compile("[：:]")


@dataclass(frozen=True, slots=True)
class TextMatch:
    """What a pasted text finds before any login: figures read from it, and candidates."""

    figures: tuple[Figure, ...]
    found: list[Found]
    seconds: float
    missing: list[str] = field(default_factory=list)


def match_text(text: str, actor: Actor, limit: int = 3) -> TextMatch:
    """Candidates for a pasted text. The text is not kept anywhere."""
    started = time.perf_counter()
    query = text_query(text)
    found = find(query, (ACHIEVEMENT,), actor, limit)
    return TextMatch(
        figures=query.targets,
        found=found,
        seconds=time.perf_counter() - started,
        missing=reading_of(text)["missing"],
    )


def reading_of(text: str) -> dict[str, Any]:
    """What is read from a text while it is typed: the figures it asks for, and what it does not say yet."""
    card = coach.read(text, timezone.localdate())
    questions = [str(missing.question) for missing in card.missing] if text.strip() else []
    return {"figures": figures_of(card.targets), "missing": [COLON.split(question)[0] for question in questions][:MOST]}
