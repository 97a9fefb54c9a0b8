"""What pages ask about needs, achievements and solutions."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from django.db.models import Q, QuerySet

from keqiao.engine.specs import Check, compare
from keqiao.exchange.enums import NeedState, SolutionState
from keqiao.exchange.fields.figures import figure_of
from keqiao.exchange.guards import is_asked, is_asked_to_share, is_shared
from keqiao.exchange.models import Achievement, Listing, Need, Solution
from keqiao.exchange.rules import has_standing
from keqiao.kernel import clocks, journal
from keqiao.kernel.access import NotVisible
from keqiao.kernel.languages import in_english
from keqiao.kernel.models import ClockRun, Entry
from keqiao.kernel.visibility import OWNER, Level, Seen
from keqiao.kernel.workflow import Verb, Workflow
from keqiao.parties.sides import belongs_to

if TYPE_CHECKING:
    from keqiao.kernel.access import Actor

L = TypeVar("L", Need, Achievement, Solution)


def find(model: type[L], pk: int, actor: Actor) -> L:
    """The row with what a page shows of it, if the actor may know of it."""
    related = ("organisation", "contact", "node")
    more = {Need: ("manager",), Achievement: (), Solution: ("need__organisation", "need__manager", "achievement")}
    rows = model._default_manager.visible_to(actor)
    row: L | None = rows.select_related(*related, *more[model]).filter(pk=pk).first()
    if row is None:
        raise NotVisible
    return row


def as_known(row: Any, actor: Actor) -> Seen:
    """A row that something of the actor's own points to: once it is no longer theirs to see, only that it is there."""
    try:
        return row.seen_by(actor)  # type: ignore[no-any-return]
    except NotVisible:
        return row.at(Level.PUBLIC)  # type: ignore[no-any-return]


# Verbs that exist only while something waits for them: the button is shown when their guard is content.
ONLY_WHEN: dict[str, Callable[[Any], dict[str, list[str]]]] = {
    "unshare": is_shared,
    "refuse_share": is_asked_to_share,
    "reply": is_asked,
}


def offered(workflow: Workflow[Any], row: Any, actor: Actor) -> list[Verb]:
    """The buttons of a page: what the actor may do now, without what has nothing to act on."""
    verbs = workflow.available(row, actor)
    return [verb for verb in verbs if verb.name not in ONLY_WHEN or not ONLY_WHEN[verb.name](row)]


# ---- languages --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Reading:
    """A text in the reader's language where there is one, else in the other; whether it is the original."""

    text: Any
    language: str
    is_original: bool


def reading(seen: Seen, name: str) -> Reading:
    """A field that exists in two languages, as this reader reads it. A hidden field stays `Hidden`."""
    texts = {"zh": getattr(seen, name), "en": getattr(seen, f"{name}_en")}
    first = "en" if in_english() else "zh"
    chosen = first if texts[first] else next((code for code in ("zh", "en") if texts[code]), first)
    return Reading(texts[chosen], chosen, chosen == seen.source_language)


# ---- what happened ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened to a row: when, what, by whom, and the words that went with it."""

    at: Any
    label: Any
    actor: Seen | None
    words: list[str]
    version: str


QUIET = ("save", "receive_answer")


def track(workflow: Workflow[Any], row: Any, seen: Seen, actor: Actor) -> list[Step]:
    """The steps that this reader may know of: everything for owners and staff, the public states for others."""
    entries = (
        journal.history(row).exclude(verb__in=QUIET).select_related("actor", "version").prefetch_related("secrets")
    )
    inside = seen.clearance >= Level.STAFF
    public = getattr(row, "shown_states", ())
    return [
        step_of(workflow, entry, inside=inside, actor=actor)
        for entry in entries
        if inside or (entry.to_state in public and entry.to_state != entry.from_state)
    ]


def step_of(workflow: Workflow[Any], entry: Entry, *, inside: bool, actor: Actor) -> Step:
    """An entry in words."""
    moved = entry.to_state != entry.from_state
    state = dict(workflow.states.choices).get(entry.to_state, entry.to_state)
    label = state if moved else workflow.verb(entry.verb).label
    words = list(journal.words_of(entry).values()) if inside else []
    who = person_seen(entry.actor, actor) if inside and entry.actor else None
    version = getattr(entry, "version", None)
    return Step(entry.at, label, who, words, version.sha256 if version and inside else "")


def person_seen(person: Any, actor: Actor) -> Seen:
    """A person as any signed-in reader sees them."""
    return person.at(Level.REGISTERED if actor.is_authenticated else Level.PUBLIC)  # type: ignore[no-any-return]


def keeps_back(row: Any, seen: Seen) -> bool:
    """Whether something of a published record opens to this reader by signing a non-disclosure agreement."""
    if not isinstance(row, Listing) or row.state not in row.shown_states:
        return False
    return row.opens_under_agreement and seen.clearance < Level.NDA


def running_clocks(row: Any, seen: Seen) -> list[ClockRun]:
    """Clocks on the row, for those who work with it."""
    return list(clocks.running(row)) if seen.clearance >= Level.STAFF else []


# ---- solutions of a need ----------------------------------------------------------------------------------------


def solutions_of(need: Need, actor: Actor) -> list[Seen]:
    """The solutions to a need that this person may see: all that were handed in for the asker, else one's own."""
    rows = Solution.objects.visible_to(actor).filter(need=need).select_related("organisation", "contact", "need")
    return [row.seen_by(actor) for row in rows.order_by("state", "-submitted_at", "-pk")]


def may_answer(need: Need, seen: Seen, actor: Actor) -> bool:
    """Whether the page offers to answer."""
    return need.state == NeedState.OPEN and seen.clearance < OWNER and bool(has_standing(None, actor))


def my_solutions(actor: Actor, side: str) -> QuerySet[Solution]:
    """Solutions that I gave, or that were given to my needs, newest first."""
    given = belongs_to(actor, "contact", "organisation")
    received = belongs_to(actor, "need__contact", "need__organisation")
    rows = Solution.objects.visible_to(actor).filter(
        given if side == "given" else received & ~Q(state=SolutionState.DRAFT)
    )
    return rows.select_related("need", "organisation", "contact").order_by("-updated_at", "-pk")


def team_of(row: Achievement, seen: Seen, actor: Actor) -> list[dict[str, Any]]:
    """The team with their roles, if this reader may know it."""
    if "team" in seen.hidden:
        return []
    members = row.members.select_related("person").order_by("pk")
    return [{"person": person_seen(member.person, actor), "role": member.role} for member in members]


def mine(model: type[Listing], actor: Actor) -> QuerySet[Any]:
    """One's own listings in every state, newest first."""
    own = belongs_to(actor, "contact", "organisation")
    rows = model._default_manager.visible_to(actor).filter(own)  # type: ignore[attr-defined]
    return rows.select_related("organisation", "contact", "node").order_by("-updated_at", "-pk")  # type: ignore[no-any-return]


def seen_rows(rows: Iterable[Any], actor: Actor) -> list[Seen]:
    return [row.seen_by(actor) for row in rows]


def checks(solution: Solution, need: Seen) -> list[Check]:
    """Each target of the need against the figures of the solution; none when the targets are hidden."""
    offered_figures = [figure_of(item) for item in solution.specifications]
    return [compare(figure_of(item), offered_figures) for item in need.targets or ()]
