"""The records that are written by hand: two needs, the achievements that answer them, and their matches.

The first need has come to its measured result; the second is waiting for an answer to a proposal. What they say is in
`phrases/story.toml`; people and companies are invented like all others.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from keqiao.demo.cast import Cast
from keqiao.demo.composing import phrases
from keqiao.demo.fields import all_topics
from keqiao.demo.parties import organisation
from keqiao.demo.records import Achievement, Contract, Match, Need, Round


@dataclass(frozen=True, slots=True)
class StoryNeed:
    """What is written by hand of a need."""

    subject: str
    thing: str
    state: str
    title: str
    title_en: str
    problem: str
    problem_en: str
    current: tuple[str, ...]
    targets: tuple[str, ...]
    background: str
    budget: tuple[int, int]
    deadline_days: int
    modes: tuple[str, ...]
    published_days_ago: float


@dataclass(frozen=True, slots=True)
class StoryAchievement:
    """What is written by hand of an achievement."""

    title: str
    title_en: str
    summary: str
    summary_en: str
    advantages: str
    applications: str
    specifications: tuple[str, ...]
    note: str
    maturity: int
    evidence: str
    price_idea: str
    details: str


@dataclass(frozen=True, slots=True)
class StoryMatch:
    """Which need was brought together with which achievement of the story."""

    need: int
    stage: str
    reason: str


def _told() -> dict[str, list[dict[str, Any]]]:
    """What the file says, lists as tuples."""
    return {
        group: [{key: tuple(value) if isinstance(value, list) else value for key, value in row.items()} for row in rows]
        for group, rows in phrases("story").items()
    }


NEEDS = tuple(StoryNeed(**row) for row in _told()["needs"])
ACHIEVEMENTS = tuple(StoryAchievement(**row) for row in _told()["achievements"])
MATCHES = tuple(StoryMatch(**row) for row in _told()["matches"])
ROUNDS = tuple(Round(**row) for row in _told()["rounds"])

_FIELDS = (("C3976", "3.4"), ("I6450", "7.1"))


def story_need(cast: Cast, seed: int, index: int) -> Need:
    """The need of the story with this number."""
    told = NEEDS[index]
    contact = cast.contact_for(_topic(told), 0)
    company = organisation(cast, seed, cast.company_of_contact(contact))
    return Need(
        index=index,
        subject=told.subject,
        kind="technology",
        state=told.state,
        language="both",
        title=told.title,
        title_en=told.title_en,
        organisation=company.index,
        contact=contact,
        manager=cast.manager_for(index),
        node=company.node,
        region=company.region,
        fields=_FIELDS[index],
        problem=told.problem,
        problem_en=told.problem_en,
        current=told.current,
        targets=told.targets,
        background=told.background,
        budget_minimum=told.budget[0],
        budget_maximum=told.budget[1],
        deadline_days=told.deadline_days,
        cooperation_modes=told.modes,
        confidentiality=(),
        created_days_ago=told.published_days_ago + 0.5,
        published_days_ago=told.published_days_ago,
        reject_reason="",
        reject_text="",
    )


def story_achievement(cast: Cast, seed: int, index: int) -> Achievement:
    """The achievement of the story with this number."""
    told = ACHIEVEMENTS[index]
    leader = cast.researcher_for(_topic(NEEDS[index]), 0)
    school = organisation(cast, seed, cast.school_of_researcher(leader))
    return Achievement(
        index=index,
        subject=NEEDS[index].subject,
        state="published",
        language="both",
        title=told.title,
        title_en=told.title_en,
        organisation=school.index,
        contact=leader,
        node=school.node,
        region=school.region,
        fields=_FIELDS[index],
        summary=told.summary,
        summary_en=told.summary_en,
        advantages=told.advantages,
        applications=told.applications,
        specifications=told.specifications,
        intellectual_property="patent_granted",
        intellectual_property_note=told.note,
        maturity=told.maturity,
        maturity_evidence=told.evidence,
        maturity_assessor="第三方评价机构",
        maturity_days_ago=40,
        cooperation_modes=("licence", "development"),
        price_idea=told.price_idea,
        details=told.details,
        team=((leader, "负责人"),),
        created_days_ago=300.0,
        published_days_ago=299.0,
        reject_reason="",
        reject_text="",
    )


def story_match(cast: Cast, seed: int, index: int) -> Match:
    """The match of the story with this number."""
    told = MATCHES[index]
    closed = told.stage == "closed"
    return Match(
        index=index,
        need=told.need,
        achievement=told.need,
        manager=cast.manager_for(told.need),
        stage=told.stage,
        grade=4 if closed else None,
        reason=told.reason,
        declined_by="",
        decline_reason="",
        decline_text="",
        contract=Contract("development_entrusted", "instalments", 980_000, 240, "示例-000001") if closed else None,
        rounds=ROUNDS if closed else (),
        result_note="经 3 轮送样，吸光率 98.68 %，关键部件可以量产，同意验收。" if closed else "",
        income=980_000 if closed else 0,
        reward=392_000 if closed else 0,
        asker_score=5 if closed else None,
        provider_score=5 if closed else None,
        proposed_days_ago=258 if closed else 2,
        answered_days_ago=255 if closed else None,
        closed_days_ago=138 if closed else None,
    )


def _topic(told: StoryNeed) -> int:
    """The topic whose people tell the story: the first of its field."""
    return next(topic.number for topic in all_topics() if topic.subject == told.subject)
