"""Near-duplicates: records that say nearly the same, found before anything is published twice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Q

from keqiao.engine.document import Document
from keqiao.engine.statistics import Statistics
from keqiao.engine.weighting import cosines, count_documents
from keqiao.exchange.models import Listing
from keqiao.kernel.visibility import Seen

if TYPE_CHECKING:
    from keqiao.kernel.access import Actor

MOST_CANDIDATES = 300
NOT_COMPARED = ("draft", "discarded", "returned", "withdrawn", "rejected", "taken_down")
ALIKE = 0.6
SAME = 0.85


@dataclass(frozen=True, slots=True)
class Alike:
    """A record that says nearly the same, with the likeness of the texts in percent."""

    row: Seen
    likeness: int

    @property
    def is_same(self) -> bool:
        return self.likeness >= 100 * SAME


def alike(row: Any, actor: Actor, limit: int = 5) -> list[Alike]:
    """Records that `actor` may see whose title and text are nearly those of `row`, the most alike first.

    Both sides are compared as far as `actor` reads them: a likeness with what is hidden would give it away by and by.

    Candidates are the newest of the same fields, of the same organisation, and those with the very same title;
    texts are compared by the engine's character pairs and words (cosine). All terms weigh the same: how rare a
    term is cannot be told from a handful of candidates.
    """
    found = [one.seen_by(actor) for one in candidates(row, actor)]
    if not found:
        return []
    asked = count_documents([document_of(row.seen_by(actor))])
    terms = count_documents([document_of(seen) for seen in found])
    scores = cosines(asked, terms, Statistics())
    ranked = sorted(zip(scores.tolist(), range(len(found)), strict=True), key=lambda pair: (-pair[0], pair[1]))
    return [Alike(found[i], round(100 * score)) for score, i in ranked[:limit] if score >= ALIKE]


def candidates(row: Any, actor: Actor) -> list[Any]:
    """The rows worth comparing: drafts of other people are none."""
    model: type[Listing] = type(row)
    near = Q(title=row.title) if row.title else Q(pk__in=[])
    if row.organisation_id:
        near |= Q(organisation=row.organisation_id)
    for code in row.fields:
        near |= Q(field_path__contains=[code])
    rows = model._default_manager.visible_to(actor).filter(near)  # type: ignore[attr-defined]
    rows = rows.exclude(pk=row.pk).exclude(state__in=NOT_COMPARED)
    return list(rows.order_by("-pk")[:MOST_CANDIDATES])


def document_of(seen: Seen) -> Document:
    """Title and text in both languages, as far as they may be seen."""
    text, english = ("problem", "problem_en") if hasattr(seen, "problem") else ("summary", "summary_en")
    title = f"{seen.title} {seen.title_en}"
    return Document(id=str(seen.pk), title=title, text=f"{getattr(seen, text)} {getattr(seen, english)}")
