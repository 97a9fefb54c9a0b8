"""Solutions: answers of teams to published needs."""

from __future__ import annotations

from random import Random

from keqiao.demo.achievements import figures_of, level_of, route_of
from keqiao.demo.cast import Cast
from keqiao.demo.chance import pick, source, weighted, with_numbers
from keqiao.demo.composing import compose, phrases, reworded, tidy
from keqiao.demo.fields import field_of
from keqiao.demo.needs import present_of, targets_of, topic_of, turn_of
from keqiao.demo.parties import person
from keqiao.demo.records import Solution
from keqiao.demo.refusing import refusal
from keqiao.demo.speaking import common_slots, need_slots, offer_slots

_STATES = {
    "open": (("submitted", 46), ("shortlisted", 20), ("declined", 22), ("draft", 8), ("withdrawn", 4)),
    "closed": (("declined", 62), ("accepted", 26), ("withdrawn", 12)),
}


def solution(cast: Cast, seed: int, index: int, need: int, basis: int, need_state: str, days: float) -> Solution:
    """Solution number `index` to a technology need, on the ground of achievement number `basis`, `days` ago."""
    rng = source(seed, "solution", index)
    topic, route, level = topic_of(need), route_of(basis), level_of(seed, basis)
    field = field_of(topic.subject)
    leader = cast.researcher_for(topic.number, turn_of(basis))
    school = cast.school_of_researcher(leader)
    give, want, now = figures_of(seed, basis), targets_of(seed, need), present_of(seed, need)
    slots = common_slots(rng, field, topic, turn_of(need)) | need_slots(rng, topic, now, want)
    slots |= offer_slots(rng, topic, route, give, now[0], level, slots) | {"lab": cast.lab_of(leader)}
    state = weighted(rng, _STATES["open" if need_state == "open" else "closed"])
    reason, words = refusal(rng, want, give, level) if state == "declined" else ("", "")
    cost, weeks = rng.randrange(3, 40) * 5, rng.randrange(8, 40)
    evidence = pick(rng, phrases("solutions")["evidence"]["lines"]).format_map(slots)
    return Solution(
        index=index,
        need=need,
        achievement=basis if rng.random() < 0.7 else None,
        organisation=school,
        contact=leader,
        node=cast.city_of(school).node,
        state=state,
        approach=compose(rng, "solutions", slots, index * 5 + rng.randrange(2), topic.mode),
        evidence=reworded(rng, tidy(with_numbers(rng, evidence))),
        specifications=tuple(figure.line() for figure in give),
        maturity=level,
        price_idea=pick(
            rng,
            (
                f"开发费 {cost} 万元，周期 {weeks} 周",
                f"总价 {cost} 万元，验收后付 40 %",
                f"打样免费，批量后按件计价，预估 {cost} 万元／年",
                "面议，可先用后付",
            ),
        ),
        team=_team(rng, cast, seed, leader, slots["lab"], slots["skill"]),
        decline_reason=reason,
        decline_text=words,
        created_days_ago=days,
    )


def _team(rng: Random, cast: Cast, seed: int, leader: int, lab: str, skill: str) -> str:
    head = person(cast, seed, leader)
    others = f"{lab} {rng.randrange(4, 12)} 人参加，其中做{skill}的 {rng.randrange(1, 4)} 人。"
    return f"{head.name}（{head.title}）牵头，{others}"
