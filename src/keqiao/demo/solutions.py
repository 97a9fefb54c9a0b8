"""Solutions: answers of teams to published needs."""

from __future__ import annotations

from random import Random

from keqiao.demo.achievements import figures_of, level_of, route_of
from keqiao.demo.cast import Cast
from keqiao.demo.chance import pick, source, weighted, with_numbers
from keqiao.demo.composing import compose, phrases, reworded, tidy
from keqiao.demo.fields import field_of
from keqiao.demo.needs import contact_of, present_of, targets_of, topic_of, turn_of
from keqiao.demo.parties import person
from keqiao.demo.records import Solution
from keqiao.demo.refusing import refusal
from keqiao.demo.speaking import common_slots, need_slots, offer_slots

_STATES = {
    "open": (("submitted", 44), ("shortlisted", 18), ("declined", 26), ("draft", 8), ("withdrawn", 4)),
    "closed": (("declined", 82), ("withdrawn", 18)),
}
_ANSWERED_AFTER = 9
"""Days within which most answers were taken or declined."""


def solution(
    cast: Cast, seed: int, index: int, need: int, basis: int, need_state: str, span: tuple[float, float], *,
    is_first: bool,
) -> Solution:  # fmt: skip
    """Solution number `index` to a technology need that took answers from `span[0]` to `span[1]` days ago, on the
    ground of achievement number `basis`; the first one comes soon.
    """
    rng = source(seed, "solution", index)
    topic, route, level = topic_of(need), route_of(basis), level_of(seed, basis)
    field = field_of(topic.subject)
    leader = cast.researcher_for(topic.number, turn_of(basis))
    give, want, now = figures_of(seed, basis), targets_of(seed, need), present_of(seed, need)
    slots = common_slots(rng, field, topic, turn_of(need)) | need_slots(rng, topic, now, want)
    slots |= offer_slots(rng, topic, route, give, now[0], level, slots) | {"lab": cast.lab_of(leader)}
    state = weighted(rng, _STATES["open" if need_state == "open" else "closed"])
    days, answered = _days(rng, span, state, is_first=is_first)
    reason, words = refusal(rng, want, give, level) if state == "declined" else ("", "")
    lines = phrases("solutions")
    proofs = lines["evidence"].get(topic.mode, lines["evidence"]["lines"])
    evidence = reworded(rng, tidy(with_numbers(rng, pick(rng, proofs).format_map(slots))))
    ask = state == "submitted" and rng.random() < 0.3
    return Solution(
        index=index,
        need=need,
        achievement=basis if rng.random() < 0.7 else None,
        organisation=cast.school_of_researcher(leader),
        contact=leader,
        node=cast.city_of(cast.company_of_contact(contact_of(cast, need))).node,
        state=state,
        approach=compose(rng, "solutions", slots, index * 5 + rng.randrange(2), topic.mode),
        evidence=evidence,
        specifications=tuple(figure.line() for figure in give),
        maturity=level,
        maturity_evidence=f"{slots['stage']}。",
        price_idea=_price(rng, topic.mode),
        team=_team(rng, cast, seed, leader, slots["lab"], slots["skill"]),
        question=with_numbers(rng, pick(rng, lines["questions"]).format_map(slots)) if ask else "",
        decline_reason=reason,
        decline_text=words,
        created_days_ago=days,
        answered_days_ago=answered,
    )


def _days(rng: Random, span: tuple[float, float], state: str, *, is_first: bool) -> tuple[float, float | None]:
    """Days ago that a solution was handed in, and answered; who waits for an answer has not waited long."""
    opened, closed = span
    days = (
        max(closed, opened - rng.uniform(0.1, 3.0)) if is_first else closed + (opened - closed) * rng.uniform(0.1, 0.9)
    )
    if state in ("submitted", "draft"):
        days = min(days, rng.uniform(0.3, 13.0))
    answered = None if state in ("submitted", "draft") else max(closed, days - rng.uniform(1, _ANSWERED_AFTER))
    return round(days, 2), None if answered is None else round(answered, 2)


def _price(rng: Random, mode: str) -> str:
    """An idea of the price, in the way in which it is counted in such work."""
    lines = phrases("solutions")["prices"]
    line = str(pick(rng, [*lines["any"], *lines[mode]]))
    return line.format(cost=rng.randrange(3, 40) * 5, weeks=rng.randrange(8, 40))


def _team(rng: Random, cast: Cast, seed: int, leader: int, lab: str, skill: str) -> str:
    head = person(cast, seed, leader)
    others = f"{lab} {rng.randrange(4, 12)} 人参加，其中做{skill}的 {rng.randrange(1, 4)} 人。"
    return f"{head.name}（{head.title}）牵头，{others}"
