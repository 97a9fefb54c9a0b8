"""Near-duplicates: records that say nearly the same, found before anything is published twice."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils.translation import gettext as _

from keqiao.engine.document import Document
from keqiao.engine.statistics import Statistics
from keqiao.engine.weighting import cosines, count_documents, row_vector
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
    """A record that says nearly the same, with the likeness of the texts in percent and what they share."""

    row: Seen
    likeness: int
    reason: str = ""

    @property
    def is_same(self) -> bool:
        return self.likeness >= 100 * SAME


def alike(row: Any, actor: Actor, limit: int = 5) -> list[Alike]:
    """Records that `actor` may see whose title and text are nearly those of `row`, the most alike first.

    Both sides are compared as far as `actor` reads them: a likeness with what is hidden would give it away by and by.

    Candidates are the newest of the same fields, of the same organisation, and those with the very same title or
    text; texts are compared by the engine's character pairs and words (cosine). All terms weigh the same: how rare a
    term is cannot be told from a handful of candidates.
    """
    found = [one.seen_by(actor) for one in candidates(row, actor)]
    if not found:
        return []
    own = row.seen_by(actor)
    asked = row_vector(count_documents([document_of(own)]), 0, Statistics())
    terms = count_documents([document_of(seen) for seen in found])
    scores = cosines(asked, terms, Statistics())
    ranked = sorted(zip(scores.tolist(), range(len(found)), strict=True), key=lambda pair: (-pair[0], pair[1]))
    close = [(found[i], round(100 * score)) for score, i in ranked[:limit] if score >= ALIKE]
    return [Alike(seen, likeness, reason_of(own, seen)) for seen, likeness in close]


def candidates(row: Any, actor: Actor) -> list[Any]:
    """The rows worth comparing: drafts of other people are none."""
    model: type[Listing] = type(row)
    near = Q(pk__in=[])
    for name in ("title", "title_en", *TEXTS[model._meta.model_name or ""]):
        near |= Q(**{name: getattr(row, name)}) if getattr(row, name) else Q(pk__in=[])
    if row.organisation_id:
        near |= Q(organisation=row.organisation_id)
    for code in row.fields:
        near |= Q(field_path__contains=[code])
    rows = model._default_manager.visible_to(actor).filter(near)  # type: ignore[attr-defined]
    rows = rows.exclude(pk=row.pk).exclude(state__in=NOT_COMPARED)
    return list(rows.order_by("-pk")[:MOST_CANDIDATES])


def document_of(seen: Seen) -> Document:
    """Title and text in both languages, as far as they may be seen."""
    return Document(id=str(seen.pk), title=f"{seen.title} {seen.title_en}", text=text_of(seen))


TEXTS = {"need": ("problem", "problem_en"), "achievement": ("summary", "summary_en")}


def text_of(seen: Seen) -> str:
    names = TEXTS["need" if hasattr(seen, "problem") else "achievement"]
    return " ".join(str(getattr(seen, name)) for name in names)


def reason_of(own: Seen, other: Seen) -> str:
    """What both say, in words: so that a person can tell at a glance whether it is the same thing."""
    reasons = []
    if str(own) == str(other):
        reasons.append(_("标题相同"))
    if own.organisation and other.organisation and own.organisation.pk == other.organisation.pk:
        reasons.append(_("同一家单位"))
    if shared := longest_shared(text_of(own), text_of(other)):
        reasons.append(_("都写了“%(words)s”") % {"words": shared})
    return _("；").join(reasons)


LONGEST_COMPARED = 2000
SHORTEST_SHARED = 8
LONGEST_SHOWN = 40


def longest_shared(one: str, other: str) -> str:
    """The longest stretch that stands in both texts, cut to what can be read at a glance; none when it is short."""
    first, second = one[:LONGEST_COMPARED], other[:LONGEST_COMPARED]
    match = SequenceMatcher(None, first, second, autojunk=False).find_longest_match()
    shared = " ".join(first[match.a : match.a + match.size].strip(" ，。；、,.;\n").split())
    if len(shared) < SHORTEST_SHARED:
        return ""
    return shared if len(shared) <= LONGEST_SHOWN else f"{shared[:LONGEST_SHOWN]}…"
