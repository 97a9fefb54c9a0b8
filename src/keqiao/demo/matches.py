"""Matches: which need was brought together with which achievement, and how far it went."""

from __future__ import annotations

from random import Random

from keqiao.demo.achievements import figures_of, level_of
from keqiao.demo.cast import Cast
from keqiao.demo.chance import pick, source, weighted, with_numbers
from keqiao.demo.composing import phrases
from keqiao.demo.fields import field_of
from keqiao.demo.needs import present_of, targets_of, topic_of, turn_of
from keqiao.demo.records import Contract, Match, Round
from keqiao.demo.refusing import refusal, shortfall
from keqiao.demo.speaking import Slots, common_slots
from keqiao.demo.wording import Figure, between

STAGES = (("closed", 22), ("sampling", 15), ("contract", 14), ("accepted", 11), ("declined", 20), ("proposed", 18))
LONG_STAGES = (("closed", 34), ("sampling", 8), ("contract", 8), ("accepted", 6), ("declined", 36), ("proposed", 8))
_CONTRACTS = (
    ("development_entrusted", 38), ("development_cooperative", 14), ("transfer", 10), ("licence", 22), ("service", 12),
    ("consulting", 4),
)  # fmt: skip
_PAYMENTS = (("instalments", 60), ("lump_sum", 16), ("royalty_entry", 18), ("royalty", 6))


def grade_of(want: tuple[Figure, ...], give: tuple[Figure, ...]) -> int:
    """What staff grades a match on the same topic: 4 if every target is reached, 3 if most are, else 2."""
    short = shortfall(want, give)
    return 4 if not short else 3 if short < len(want) else 2


def match(cast: Cast, seed: int, index: int, need: int, achievement: int, stage: str, published: float) -> Match:
    """Match number `index`; the need was published so many days ago."""
    rng = source(seed, "match", index)
    want, give = targets_of(seed, need), figures_of(seed, achievement)
    related = topic_of(need) is topic_of(achievement)
    proposed = max(1, int(published) - rng.randrange(1, max(2, min(20, int(published)))))
    answered = None if stage == "proposed" else max(0, proposed - rng.randrange(1, 10))
    topic = topic_of(need)
    slots = common_slots(rng, field_of(topic.subject), topic, turn_of(need))
    declined = (
        _declined(rng, want, give, level_of(seed, achievement), related=related)
        if stage == "declined"
        else ("", "", "")
    )
    contract = (
        _contract(rng, index, answered, stage)
        if stage in ("contract", "sampling", "closed") and answered is not None
        else None
    )
    rounds = _rounds(rng, seed, need, give, stage, contract, slots)
    closed = max(0, rounds[-1].measured_days_ago - rng.randrange(3, 20)) if stage == "closed" else None
    return Match(
        index=index,
        need=need,
        achievement=achievement,
        manager=cast.manager_for(need),
        stage=stage,
        grade=_grade(rng, want, give, stage, related=related),
        reason=_reason(rng, want, give, slots),
        declined_by=declined[0],
        decline_reason=declined[1],
        decline_text=declined[2],
        contract=contract,
        rounds=rounds,
        result_note=_result(rng, rounds, contract.signed_days_ago) if contract and stage == "closed" else "",
        income=contract.amount * rng.choice((40, 60, 100, 100)) // 100 if contract and stage == "closed" else 0,
        reward=contract.amount * rng.randrange(28, 50) // 100 if contract and stage == "closed" else 0,
        asker_score=weighted(rng, ((5, 60), (4, 32), (3, 8))) if stage == "closed" else None,
        provider_score=weighted(rng, ((5, 66), (4, 28), (3, 6))) if stage == "closed" else None,
        proposed_days_ago=proposed,
        answered_days_ago=answered,
        closed_days_ago=closed,
    )


def _grade(rng: Random, want: tuple[Figure, ...], give: tuple[Figure, ...], stage: str, *, related: bool) -> int | None:
    if not related:
        return 1 if rng.random() < 0.7 else 2
    if stage == "proposed" and rng.random() < 0.6:
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


def _contract(rng: Random, index: int, answered: int, stage: str) -> Contract:
    signed = max(0, answered - rng.randrange(3, 30))
    amount = max(50_000, int(round(10 ** rng.uniform(5.0, 6.7), -4)))
    registered = stage == "closed" or (stage == "sampling" and rng.random() < 0.6)
    number = f"示例-{index + 1:06d}" if registered else ""
    return Contract(weighted(rng, _CONTRACTS), weighted(rng, _PAYMENTS), amount, signed, number)


def _rounds(
    rng: Random, seed: int, need: int, give: tuple[Figure, ...], stage: str, contract: Contract | None, slots: Slots
) -> tuple[Round, ...]:
    """Rounds whose values go from today's state towards what is offered; the last of a closed match reaches it all."""
    if contract is None or stage == "contract":
        return ()
    total = rng.randrange(2, 5)
    done = total if stage == "closed" else rng.randrange(1, total + 1)
    ends = [_end(target, give) for target in targets_of(seed, need)]
    starts = present_of(seed, need)
    rounds, day = [], contract.signed_days_ago
    gap = max(2, min(30, day // (total + 1)))
    for number in range(1, done + 1):
        share = 1.0 if number == total else 1 - 0.5 * (1 - number / total) ** 1.2 - rng.uniform(0.02, 0.08)
        values = tuple(between(start, end, share).line() for start, end in zip(starts, ends, strict=True))
        sent = max(0, day - gap // 2)
        day = max(0, day - gap)
        rounds.append(Round(number, sent, day, values, _note(rng, number, number == total, slots)))
    return tuple(rounds)


def _end(target: Figure, give: tuple[Figure, ...]) -> Figure:
    offered = next((figure for figure in give if figure.measure is target.measure), target)
    return offered if offered.reaches(target) else target


def _note(rng: Random, number: int, last: bool, slots: Slots) -> str:
    lines = phrases("matches")
    first = lines["rounds"][3 if last else min(number - 1, 2)]
    return with_numbers(rng, first + str(pick(rng, lines["kept"][2:] if last else lines["kept"])).format_map(slots))


def _result(rng: Random, rounds: tuple[Round, ...], signed: int) -> str:
    months = max(1, round((signed - rounds[-1].measured_days_ago) / 30))
    line = "，".join(rounds[-1].values)
    return with_numbers(
        rng, pick(rng, phrases("matches")["result"]).format(number=len(rounds), line=line, months=months)
    )
