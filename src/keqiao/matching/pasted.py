"""The box on the home page: what a pasted text asks for, and who may have it. The text is not kept anywhere."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from keqiao.engine.specs import Figure
from keqiao.matching.documents import ACHIEVEMENT, text_query
from keqiao.matching.figures import wanted_figures
from keqiao.matching.queries import Found, find

if TYPE_CHECKING:
    from keqiao.kernel.access import Actor

USUAL = (
    (
        _lazy("批量规模"),
        re.compile(r"批量|量产|年产|月产|产能|[万千百\d]+ ?[件台套吨只片]|volume|per year", re.IGNORECASE),
    ),
    (
        _lazy("交付时间"),
        re.compile(r"交付|工期|周期|[\d一二三四五六七八九十两半]+ ?个?[年月周天]|deadline|within", re.IGNORECASE),
    ),
    (_lazy("预算"), re.compile(r"预算|经费|万元|亿元|报价|成本|价格|budget|cost", re.IGNORECASE)),
)
"""What most needs should say besides their targets, and how one sees that a text does."""


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
        missing=missing_from(text, query.targets),
    )


def reading_of(text: str) -> dict[str, Any]:
    """What is read from a text while it is typed: the figures it asks for, and what it does not say yet."""
    found = wanted_figures(text)
    return {"figures": found, "missing": missing_from(text, found)}


def missing_from(text: str, targets: Sequence[Figure]) -> list[str]:
    """What a good need would say as well."""
    missing = [] if targets else [_("可以测量的指标（例如“吸光率 ≥ 98 %”）")]
    return missing + [str(label) for label, said in USUAL if not said.search(text)]
