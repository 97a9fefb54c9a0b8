"""What fits a need: ranked achievements, people and solved needs, each with evidence, each through `seen_by`."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from keqiao.engine.asking import Asked, Query
from keqiao.engine.document import Filter
from keqiao.engine.rank import Candidate
from keqiao.engine.reranking import FIRST as SECOND_LOOK
from keqiao.engine.reranking import reranked
from keqiao.exchange.models import Achievement, Need
from keqiao.kernel.access import NotAllowed, NotVisible
from keqiao.kernel.visibility import OWNER, Level, Seen
from keqiao.matching.documents import (
    ACHIEVEMENT,
    PERSON,
    PUBLIC,
    SOLVED,
    document_id,
    need_query,
    row_of,
)
from keqiao.matching.enums import GOING_ON, GradeState, KeptState, MatchState
from keqiao.matching.evidence import Evidence, benefits_of, evidence_of
from keqiao.matching.index import NoIndex, engine
from keqiao.matching.meanings import reranker
from keqiao.matching.models import Grade, Match, Proposal, Shortlisted
from keqiao.matching.projection import SOURCES
from keqiao.matching.rules import may_propose
from keqiao.matching.spread import Spread, spread

if TYPE_CHECKING:
    from keqiao.kernel.access import Actor

RELEVANCE, NEWEST = "relevance", "newest"
THREAD = 0.3
"""From this score on, the home page draws a thread between a need and an achievement."""
BESIDES = 3
"""People and solved needs shown with a need's achievements."""
FAINT = 0.35
"""A candidate of less than this share of the best one's score is only noise beside it."""
NEAREST = 40
"""How many of the most relevant are put in order of time, or spread over organisations."""


@dataclass(frozen=True, slots=True)
class Found:
    """Something found, as the person who looks may see it, and why."""

    kind: str
    row: Seen
    evidence: Evidence
    behind: int = 0
    """How many of the same organisation were moved down behind this one (see `spread`)."""

    @property
    def score(self) -> float:
        return float(self.evidence["score"])

    def as_json(self) -> dict[str, Any]:
        """For the API and the command line."""
        return {
            "kind": self.kind,
            "id": self.row.pk,
            "title": str(self.row),
            "url": self.row.get_absolute_url(),
            "score": self.score,
            "more_of_organisation": self.behind,
            "evidence": {
                name: (joined(value) if name in {"title", "theirs", "ours"} else value)
                for name, value in self.evidence.items()
                if name != "score"
            },
        }


def joined(segments: Sequence[Sequence[Any]]) -> str:
    """Highlights as brackets, for where there is no markup: `宽谱超黑【消光涂层】工艺`."""
    return "".join(f"【{text}】" if is_marked else text for text, is_marked in segments)


@dataclass(frozen=True, slots=True)
class Candidates:
    """What was found for one need, and how long that took."""

    achievements: list[Found]
    people: list[Found]
    solved: list[Found]
    seconds: float
    order: str = RELEVANCE
    more: int = 0
    """How many achievements were found besides those that are written out here."""
    by_words: bool = False
    """Whether the encoder should have counted and did not answer."""


def need_for(pk: int, actor: Actor, *, to_read: bool = False) -> Need:
    """A need that this person may match: its people, its manager, its staff; `to_read`: whoever sees all of it."""
    need = Need.objects.visible_to(actor).filter(pk=pk).first()
    if need is None:
        raise NotVisible(_("没有找到这项需求，或者您无权查看。"))
    sees_all = need.seen_by(actor).clearance >= (Level.STAFF if to_read else OWNER)
    if not (sees_all or may_propose(need, actor)):
        raise NotAllowed(_("候选只给需求方、负责的技术经理人和平台运营人员看。"))
    return need


def candidates(
    need: Need, actor: Actor, limit: int = 10, order: str = RELEVANCE, first: int | None = None
) -> Candidates:
    """What may answer a need, in the words of it that this person may see. Never by what others hide.

    With `first`, only so many achievements are explained: that takes longer than finding them.
    """
    started = time.perf_counter()
    query = engine().ask(need_query(need.seen_by(actor)))
    without = [document_id("need", need.pk)]
    aside = Filter(without=[document_id("achievement", pk) for pk in set_aside(need)])
    hits, behind = best(query, (ACHIEVEMENT,), limit, order, aside)
    achievements = seen(hits, query, actor, first or limit, behind)
    return Candidates(
        achievements=achievements,
        people=find(query, (PERSON,), actor, BESIDES, order=order),
        solved=find(query, (SOLVED,), actor, BESIDES, order=order, only=Filter(without=without)),
        seconds=time.perf_counter() - started,
        order=order,
        more=max(0, min(len(hits), limit) - len(achievements)),
        by_words=bool(query.trouble),
    )


def fresh_threads(needs: Sequence[int], achievements: Sequence[int]) -> list[tuple[int, int]]:
    """Which of the newest needs and achievements fit each other, by their public words: (need, achievement).

    Threads adorn the home page: while there is no index, it does without.
    """
    try:
        return threads_between(needs, achievements)
    except NoIndex:
        return []


def threads_between(needs: Sequence[int], achievements: Sequence[int]) -> list[tuple[int, int]]:
    index = engine().index
    asked = index.retrieve([document_id("need", pk) for pk in needs])
    only = Filter(ids=[document_id("achievement", pk) for pk in achievements])
    threads = []
    for document in asked:
        hits = engine().search(Query.of(document), audience=(PUBLIC,), limit=1, filter=only, explain=False)
        threads += [(row_of(document.id)[1], row_of(hit.id)[1]) for hit in hits if hit.score >= THREAD]
    return threads


def grades_by(need: Need, actor: Actor) -> dict[int, int]:
    """The grades that this person gave to achievements for this need."""
    given = Grade.objects.filter(need=need, by=actor.pk, state=GradeState.GIVEN)
    return dict(given.values_list("achievement_id", "grade"))


def kept_by(actor: Actor) -> set[int]:
    """The achievements on a person's shortlist."""
    kept = Shortlisted.objects.filter(person=actor.pk, state=KeptState.KEPT)
    return set(kept.values_list("achievement_id", flat=True))


def proposals_on(need: Need) -> dict[int, int]:
    """The achievements that are being talked about for this need, with their proposals."""
    going_on = Proposal.objects.filter(need=need, state__in=GOING_ON, achievement__isnull=False)
    return dict(going_on.values_list("achievement_id", "pk"))


def set_aside(need: Need) -> list[int]:
    """The achievements that the people of this need said do not fit."""
    dismissed = Match.objects.filter(need=need, state=MatchState.DISMISSED)
    return list(dismissed.values_list("achievement_id", flat=True))


def find(
    query: Query | Asked,
    kinds: Sequence[str],
    actor: Actor,
    limit: int,
    *,
    order: str = RELEVANCE,
    only: Filter | None = None,
) -> list[Found]:
    """The best of some kinds, as this person may see them. Asks the public documents only."""
    asked = engine().ask(query)
    hits, behind = best(asked, kinds, limit, order, only)
    return seen(hits, asked, actor, limit, behind)


def best(asked: Asked, kinds: Sequence[str], limit: int, order: str, only: Filter | None) -> Spread:
    """The candidates to choose from, in the order asked for, without what is noise beside the best.

    By relevance they are spread over organisations; the newest first are not.
    """
    second = reranker() if order == RELEVANCE and ACHIEVEMENT in kinds else None
    wanted = max(NEAREST, SECOND_LOOK, limit)
    hits = engine().search(asked, kinds=kinds, audience=(PUBLIC,), limit=wanted, filter=only, explain=False)
    hits = [hit for hit in hits if hit.score >= FAINT * hits[0].score]
    if order == NEWEST:
        return Spread(sorted(hits, key=lambda hit: -hit.document.created), {})
    return spread(reranked(second, asked.query, hits), limit)


def seen(
    hits: Sequence[Candidate],
    asked: Asked,
    actor: Actor,
    limit: int | None = None,
    behind: Mapping[str, int] = MappingProxyType({}),
) -> list[Found]:
    """The first hits that this person may see, in the same order, each with its evidence.

    A hit whose document is not what its row says today is left out: the index may be a moment behind a record that
    was withdrawn or closed just now.
    """
    rows = rows_of((hit.id for hit in hits), actor)
    current = [hit for hit in hits if row_of(hit.id) in rows and is_current(hit, rows[row_of(hit.id)])]
    return [
        found(hit, rows[row_of(hit.id)].seen_by(actor), asked.query, behind.get(hit.id, 0))
        for hit in engine().explain(asked, current[:limit])
    ]


def found(hit: Candidate, row: Seen, query: Query, behind: int = 0) -> Found:
    """A hit with its evidence, and with what its benefits come to for whoever asks."""
    benefits = benefits_of(row, query) if hit.document.kind == ACHIEVEMENT else []
    evidence = evidence_of(hit, query) | ({"benefits": benefits} if benefits else {})
    return Found(hit.document.kind, row, evidence, behind)


def rows_of(identifiers: Iterable[str], actor: Actor) -> dict[tuple[str, int], Any]:
    """The rows behind documents that this person may see, one query for each table."""
    wanted: dict[str, set[int]] = {}
    for identifier in identifiers:
        table, pk = row_of(identifier)
        wanted.setdefault(table, set()).add(pk)
    rows: dict[tuple[str, int], Any] = {}
    for table, pks in wanted.items():
        model = SOURCES[table][0]
        found = model._default_manager.visible_to(actor).filter(pk__in=pks)  # type: ignore[attr-defined]
        rows |= {(table, row.pk): row for row in with_organisation(found)}
    return rows


def with_organisation(rows: Any) -> Any:
    """Fetch the organisation along, where the table has one."""
    return rows.select_related("organisation") if hasattr(rows.model, "organisation") else rows


def is_current(hit: Candidate, row: Any) -> bool:
    """Whether the document is what the row says now."""
    documents_of = SOURCES[row_of(hit.id)[0]][1]
    now = documents_of(row, reading=False)
    return any(document.id == hit.id and same_words(document, hit.document) for document in now)


def same_words(one: Any, other: Any) -> bool:
    return (one.kind, one.title, one.text) == (other.kind, other.title, other.text)


def weigh(query: Query, achievement: Achievement) -> Evidence:
    """The evidence for one pair, whatever its rank; empty when they share nothing or it is not published."""
    only = Filter(ids=[document_id("achievement", achievement.pk)])
    hits = engine().search(query, audience=(PUBLIC,), limit=1, filter=only)
    return evidence_of(hits[0], query) if hits else {}


def shared_evidence(need: Need, achievement: Achievement) -> Evidence:
    """The evidence that both sides may read: what any registered person sees of the need, and the public offer."""
    return weigh(need_query(need.at(Level.REGISTERED)), achievement)
