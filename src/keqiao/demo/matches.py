"""Matches: which need was brought together with which achievement, and how far it went."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from keqiao.demo import projects
from keqiao.demo.achievements import figures_of, level_of
from keqiao.demo.cast import Cast
from keqiao.demo.chance import pick, source, weighted, with_numbers
from keqiao.demo.composing import phrases
from keqiao.demo.fields import field_of
from keqiao.demo.needs import contact_of, present_of, targets_of, topic_of, turn_of
from keqiao.demo.projects import DONE, SIGNED, Plan
from keqiao.demo.records import Contract, Match, Milestone, Round
from keqiao.demo.refusing import refusal, shortfall
from keqiao.demo.speaking import Slots, common_slots
from keqiao.demo.wording import Figure

STAGES = (
    ("closed", 22), ("sampling", 13), ("accepting", 4), ("contract", 9), ("signing", 6), ("accepted", 8), ("half", 6),
    ("declined", 18), ("proposed", 14),
)  # fmt: skip
LONG_STAGES = (
    ("closed", 34), ("sampling", 8), ("accepting", 2), ("contract", 6), ("signing", 2), ("accepted", 4), ("half", 2),
    ("declined", 36), ("proposed", 6),
)  # fmt: skip
STARTED = frozenset({"signing", *SIGNED})
"""Stages at which there is a project."""


def grade_of(want: tuple[Figure, ...], give: tuple[Figure, ...]) -> int:
    """What staff grades a match on the same topic: 4 if every target is reached, 3 if most are, else 2."""
    short = shortfall(want, give)
    return 4 if not short else 3 if short < len(want) else 2


def match(cast: Cast, seed: int, index: int, need: int, achievement: int, stage: str, published: float) -> Match:
    """Match number `index`; the need was published so many days ago."""
    rng = source(seed, "match", index)
    want, give = targets_of(seed, need), figures_of(seed, achievement)
    related = topic_of(need) is topic_of(achievement)
    proposed, answered = _days(rng, stage, int(published))
    topic = topic_of(need)
    slots = common_slots(rng, field_of(topic.subject), topic, turn_of(need))
    refused = ("", "", "")
    if stage == "declined":
        refused = _declined(rng, want, give, level_of(seed, achievement), related=related)
    end = tuple(_end(target, give) for target in want)
    plan = Plan(rng, index, stage, answered or 0, topic.mode, slots, want, present_of(seed, need), end)
    told = _Told.of(plan) if stage in STARTED else _Told()
    closed = told.asked - rng.randrange(2, 12) if stage == "closed" and told.asked is not None else None
    closed = None if closed is None else max(0, closed)
    incomes = () if closed is None or told.contract is None else projects.incomes(plan, told.contract, closed)
    return Match(
        index=index,
        need=need,
        achievement=achievement,
        manager=cast.manager_for(need, cast.city_of(cast.company_of_contact(contact_of(cast, need))).node),
        stage=stage,
        grade=_grade(rng, want, give, stage, related=related),
        reason=_reason(rng, want, give, slots),
        declined_by=refused[0],
        decline_reason=refused[1],
        decline_text=refused[2],
        contract=told.contract,
        milestones=told.milestones,
        rounds=told.rounds,
        result_note=told.result,
        incomes=incomes,
        reward=projects.reward(plan, told.contract, incomes) if told.contract and incomes else 0,
        asker_score=weighted(rng, ((5, 60), (4, 32), (3, 8))) if closed is not None else None,
        asker_comment=pick(rng, phrases("projects")["comments"]["asker"]) if closed is not None else "",
        provider_score=weighted(rng, ((5, 66), (4, 28), (3, 6))) if closed is not None else None,
        provider_comment=pick(rng, phrases("projects")["comments"]["provider"]) if closed is not None else "",
        case_summary="",
        proposed_days_ago=proposed,
        answered_days_ago=answered,
        asked_days_ago=told.asked,
        closed_days_ago=closed,
    )


def _days(rng: Random, stage: str, published: int) -> tuple[int, int | None]:
    """Days ago that a match was proposed and answered; who waits for an answer has not waited long."""
    proposed = max(1, published - rng.randrange(1, max(2, min(20, published))))
    if stage in ("proposed", "half"):
        proposed = min(proposed, rng.randrange(1, 8))
    if stage == "proposed":
        return proposed, None
    return proposed, max(0, proposed - rng.randrange(1, 10))


@dataclass(frozen=True, slots=True)
class _Told:
    """The project of a match, as far as it has come."""

    contract: Contract | None = None
    milestones: tuple[Milestone, ...] = ()
    rounds: tuple[Round, ...] = ()
    result: str = ""
    asked: int | None = None

    @classmethod
    def of(cls, plan: Plan) -> _Told:
        deal = projects.contract(plan)
        if deal.signed_days_ago is None:
            return cls(deal)
        tested = projects.rounds(plan, deal.signed_days_ago)
        steps = projects.milestones(plan, deal, tested)
        asked = None
        if plan.stage in DONE:
            done = [tested[-1].measured_days_ago or 0, *(step.accepted_days_ago or 0 for step in steps)]
            asked = max(0, min(done) - plan.rng.randrange(0, 6))
        return cls(deal, steps, tested, projects.result(plan, deal.signed_days_ago, tested), asked)


def _grade(rng: Random, want: tuple[Figure, ...], give: tuple[Figure, ...], stage: str, *, related: bool) -> int | None:
    if not related:
        return 1 if rng.random() < 0.7 else 2
    if stage in ("proposed", "half") and rng.random() < 0.6:
        return None
    return grade_of(want, give)


def _declined(
    rng: Random, want: tuple[Figure, ...], give: tuple[Figure, ...], level: int, *, related: bool
) -> tuple[str, str, str]:
    if not related:
        return "asker", "not_related", pick(rng, phrases("refusals")["not_related"])
    if rng.random() < 0.2:
        return "provider", "no_capacity", with_numbers(rng, pick(rng, phrases("refusals")["no_capacity"]))
    return ("asker", *refusal(rng, want, give, level))


def _reason(rng: Random, want: tuple[Figure, ...], give: tuple[Figure, ...], slots: Slots) -> str:
    target = want[0]
    figure = next((one for one in give if one.measure is target.measure), give[0])
    template = (
        phrases("matches")["reason"][0]
        if figure.measure is target.measure and rng.random() < 0.5
        else pick(rng, phrases("matches")["reason"][1:])
    )
    return str(template).format_map(
        slots
        | {
            "name": target.measure.name,
            "want": f"{target.measure.relation} {target.quantity}",
            "give": figure.quantity,
            "give_line": figure.line(),
        }
    )


def _end(target: Figure, give: tuple[Figure, ...]) -> Figure:
    """What the last sample shows: what the team offers, or just the target where they had to learn to reach it."""
    offered = next((figure for figure in give if figure.measure is target.measure), target)
    return offered if offered.reaches(target) else target
