"""Evidence as plain values: what pages show, what the API sends, and what a proposal keeps frozen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from keqiao.engine.asking import Query
from keqiao.engine.explain import Relation
from keqiao.engine.rank import Candidate
from keqiao.engine.specs import Check, Figure, figures
from keqiao.exchange.benefits import Sides, estimates, figures_of
from keqiao.matching.excerpts import Segment, excerpt, titled
from keqiao.matching.figures import plain
from keqiao.matching.showing import spelled

Evidence = dict[str, Any]


def evidence_of(candidate: Candidate, query: Query) -> Evidence:
    """Why a candidate was found: parts of the score, words of both sides, field, and each target checked."""
    phrases = candidate.evidence.phrases
    asked = [place for phrase in phrases for place in phrase.in_query]
    offered = [place for phrase in phrases for place in phrase.in_document]
    return {
        "score": round(candidate.score, 4),
        "parts": [{"name": part.name, "value": round(part.value, 4)} for part in candidate.parts],
        "title": titled(candidate.document.title, offered),
        "theirs": excerpt(candidate.document.text, offered, like=query.text) or opening(candidate.document.text),
        "ours": excerpt(query.text, asked) or titled_if_marked(query.title, asked),
        "words": [phrase.text for phrase in phrases[:8]],
        "field": relation(candidate.evidence.field),
        "region": relation(candidate.evidence.region),
        "checks": [check_of(check) for check in candidate.evidence.checks],
    }


def titled_if_marked(title: str, places: Sequence[Any]) -> list[Segment]:
    """The title, when it is where the shared words are."""
    pieces = titled(title, places)
    return pieces if any(is_marked for _text, is_marked in pieces) else []


def opening(text: str) -> list[Segment]:
    """How a text begins, where nothing of it can be highlighted."""
    first = text.partition("\n")[0]
    return [(first[:90] + ("…" if len(first) > 90 else ""), False)] if first else []


def relation(found: Relation | None) -> dict[str, str] | None:
    """How two codes relate, unless they have nothing to do with each other."""
    if found is None or found.kind == "apart":
        return None
    return {"query": found.query, "document": found.document, "kind": found.kind}


def check_of(check: Check) -> dict[str, Any]:
    """One line of the target table: 要求 · 提供 · 余量 · ✓✗?. Figures stay figures: pages write them for their reader.

    `margin` and `share` say by how much the target is met (above 0) or missed; `gap` only by how much it is missed.
    """
    gap = f"Δ {plain(check.gap)} {spelled(check.target.unit)}".strip() if check.gap else ""
    return {
        "target": figure_json(check.target),
        "offered": figure_json(check.offered) if check.offered else None,
        "hard": check.hard,
        "verdict": check.verdict,
        "margin": check.margin,
        "share": check.share,
        "gap": check.gap,
        "gap_text": gap,
    }


def figure_json(figure: Figure) -> dict[str, Any]:
    """A figure without its place in a text."""
    return {name: value for name, value in figure.as_json().items() if name != "span"}


def benefits_of(row: Any, query: Query) -> list[dict[str, Any]]:
    """What an achievement's formulas give with the figures of what was asked: its targets, and what it says besides."""
    written = getattr(row, "benefits", ())
    if not written:
        return []
    target = (*query.targets, *query.wishes)
    known = {(one.name, one.min, one.max) for one in target}
    present = [one for one in figures(query.text) if one.name and (one.name, one.min, one.max) not in known]
    sides = Sides(figures_of(row.specifications), present, target)
    return [estimate.as_json() for estimate in estimates(written, sides)]
