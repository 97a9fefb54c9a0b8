"""Reverse matching: a newly published achievement against all open needs; the owners of fitting needs are told."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace

from keqiao.engine.asking import Query
from keqiao.engine.document import Document
from keqiao.exchange.enums import AchievementState, NeedState
from keqiao.exchange.models import Achievement, Need
from keqiao.kernel import workflow as kernel
from keqiao.kernel.access import SYSTEM
from keqiao.kernel.jobs import job
from keqiao.kernel.visibility import OWNER
from keqiao.matching.documents import (
    ACHIEVEMENT,
    NEED,
    PLATFORM,
    PUBLIC,
    achievement_documents,
    need_query,
    row_of,
)
from keqiao.matching.evidence import Evidence, evidence_of
from keqiao.matching.index import engine
from keqiao.matching.models import Match

log = logging.getLogger("keqiao.matching")

NEAR = 50
"""How many open needs a new achievement is weighed against, the most alike first."""
FIRST = 5
"""It is worth telling only if it would stand among the first so many candidates of the need."""
FLOOR = 0.30
"""And only from this score on. Measured on 121 real needs graded by transfer staff: of the pairs that are among the
first five and score 0.30 or more, 54 % are graded 较强 or 强相关; of all graded pairs, 13 %."""


@job
def match_achievements(achievements: list[int]) -> None:
    """Match newly published achievements against all open needs. Doing it twice finds nothing new."""
    for pk in achievements:
        match_achievement(pk)


def match_achievement(pk: int, near: int = NEAR) -> int:
    """Tell the owners of fitting needs, `near` of which are looked at. Returns how many nobody had been told of."""
    achievement = Achievement.objects.filter(pk=pk, state=AchievementState.PUBLISHED).first()
    if achievement is None:
        return 0
    told = 0
    for need, evidence in fitting_needs(achievement, near):
        if not Match.objects.filter(need=need, achievement=achievement).exists():
            pair = {"need": need.pk, "achievement": achievement.pk, "evidence": evidence}
            kernel.run(kernel.REGISTRY["matches"], None, "find", actor=SYSTEM, data=pair)
            told += 1
    return told


def fitting_needs(achievement: Achievement, near: int = NEAR) -> Iterator[tuple[Need, Evidence]]:
    """Open needs of other people for which this achievement is among the first candidates.

    The needs are looked up in their full text, hidden words included: only their own people are told.
    """
    for document in achievement_documents(achievement):
        pks = nearest_needs(document, near)
        needs = Need.objects.filter(pk__in=pks, state=NeedState.OPEN).in_bulk()
        for pk in pks:
            need = needs.get(pk)
            if need is not None and not is_own(need, achievement) and (evidence := among_first(need, document)):
                yield need, evidence


def nearest_needs(document: Document, near: int = NEAR) -> list[int]:
    """Open needs by how alike they are to an achievement, each once."""
    query = replace(Query.of(document), targets=())
    hits = engine().search(query, kinds=(NEED,), audience=(PUBLIC, PLATFORM), limit=near * 2, explain=False)
    return list(dict.fromkeys(row_of(hit.id)[1] for hit in hits))[:near]


def among_first(need: Need, document: Document) -> Evidence:
    """The evidence, if the achievement is among the need's first candidates, with a score that says something."""
    query = need_query(need.at(OWNER))
    best = engine().search(query, kinds=(ACHIEVEMENT,), audience=(PUBLIC,), limit=FIRST)
    hit = next((hit for hit in best if hit.id == document.id), None)
    if (
        hit is None
        or hit.score < FLOOR
        or any(check.hard and check.verdict == "missed" for check in hit.evidence.checks)
    ):
        return {}
    return evidence_of(hit, query)


def is_own(need: Need, achievement: Achievement) -> bool:
    """Whether both come from the same people."""
    same_organisation = need.organisation_id is not None and need.organisation_id == achievement.organisation_id
    return same_organisation or need.contact_id == achievement.contact_id
