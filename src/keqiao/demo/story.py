"""The records that are written by hand: two needs, the achievements that answer them, and their matches.

The first need has come to its measured result; the second is waiting for an answer to a proposal. What they say is in
`phrases/story.toml`; people and companies are invented like all others.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from keqiao.demo.cast import Cast
from keqiao.demo.composing import phrases
from keqiao.demo.fields import all_topics
from keqiao.demo.parties import organisation
from keqiao.demo.records import Achievement, Contract, Match, Milestone, Need, Round


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
    benefits: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StoryMatch:
    """Which need was brought together with which achievement of the story."""

    need: int
    stage: str
    reason: str
    case_summary: str


def _told() -> dict[str, list[dict[str, Any]]]:
    """What the file says, lists as tuples."""
    return {
        group: [{key: tuple(value) if isinstance(value, list) else value for key, value in row.items()} for row in rows]
        for group, rows in phrases("story").items()
    }


NEEDS = tuple(StoryNeed(**row) for row in _told()["needs"])
ACHIEVEMENTS = tuple(StoryAchievement(**row) for row in _told()["achievements"])
MATCHES = tuple(StoryMatch(**row) for row in _told()["matches"])
DRAFT = _told()["drafts"][0]
ROUNDS = tuple(Round(**row) for row in _told()["rounds"])
MILESTONES = tuple(Milestone(**row) for row in _told()["milestones"])
INCOMES = (
    (232, 294_000, "第一期，合同生效"),
    (148, 392_000, "第二期，样品指标确认"),
    (138, 294_000, "第三期，验收合格"),
)
CONTRACT = Contract(
    type="development_entrusted",
    payment_mode="instalments",
    amount=980_000,
    instalments=(
        (230, 294_000, "合同生效后 10 个工作日内"),
        (150, 392_000, "吸光率连续两批不低于 98 % 后"),
        (130, 294_000, "验收合格后"),
    ),
    rates=(),
    ownership="developer",
    drafted_days_ago=250,
    signed_days_ago=240,
    registration_number="DEMO-000001",
)

_FIELDS = (("C3976", "3.4"), ("I6450", "7.1"))


def story_need(cast: Cast, seed: int, index: int) -> Need:
    """The need of the story with this number."""
    told = NEEDS[index]
    contact = cast.story_contact(story_topic(index))
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
        manager=cast.manager_for(0, company.node),
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


def story_draft(cast: Cast, seed: int, index: int) -> Need:
    """What the owner's colleague is writing, as need number `index`."""
    contact = cast.story_contact(story_topic(0))
    company = organisation(cast, seed, cast.company_of_contact(contact))
    return Need(
        index=index,
        subject=NEEDS[0].subject,
        kind="technology",
        state="draft",
        language="zh",
        title=DRAFT["title"],
        title_en="",
        organisation=company.index,
        contact=cast.colleague,
        manager=None,
        node=company.node,
        region=company.region,
        fields=_FIELDS[0],
        problem=DRAFT["problem"],
        problem_en="",
        current=DRAFT["current"],
        targets=(),
        background=NEEDS[0].background,
        budget_minimum=None,
        budget_maximum=None,
        deadline_days=90,
        cooperation_modes=(),
        confidentiality=(),
        created_days_ago=1.2,
        published_days_ago=None,
        reject_reason="",
        reject_text="",
    )


def story_achievement(cast: Cast, seed: int, index: int) -> Achievement:
    """The achievement of the story with this number."""
    told = ACHIEVEMENTS[index]
    leader = cast.researcher_for(story_topic(index), 0)
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
        benefits=told.benefits,
    )


def story_match(cast: Cast, seed: int, index: int) -> Match:
    """The match of the story with this number."""
    told = MATCHES[index]
    closed = told.stage == "closed"
    asker = cast.company_of_contact(cast.story_contact(story_topic(told.need)))
    return Match(
        index=index,
        need=told.need,
        achievement=told.need,
        manager=cast.manager_for(0, cast.city_of(asker).node),
        stage=told.stage,
        grade=4 if closed else None,
        reason=told.reason,
        declined_by="",
        decline_reason="",
        decline_text="",
        contract=CONTRACT if closed else None,
        milestones=MILESTONES if closed else (),
        rounds=ROUNDS if closed else (),
        result_note="经 3 轮送样，吸光率 98.68 %，关键部件可以量产，同意验收。" if closed else "",
        incomes=INCOMES if closed else (),
        reward=392_000 if closed else 0,
        asker_score=5 if closed else None,
        asker_comment="三轮样品把差距讲得明白，工艺文件交接后一周就出了合格件。" if closed else "",
        provider_score=5 if closed else None,
        provider_comment="企业给了真实冷屏和 77 K 测试条件，数据对后续研究很有价值。" if closed else "",
        case_summary=told.case_summary,
        proposed_days_ago=258 if closed else 2,
        answered_days_ago=255 if closed else None,
        asked_days_ago=141 if closed else None,
        closed_days_ago=138 if closed else None,
    )


@cache
def story_topics() -> frozenset[int]:
    """The topics that have a story."""
    return frozenset(map(story_topic, range(len(NEEDS))))


def story_topic(index: int) -> int:
    """The topic whose people tell story `index`: the first of its field."""
    return next(topic.number for topic in all_topics() if topic.subject == NEEDS[index].subject)
