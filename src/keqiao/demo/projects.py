"""What a match became: contract, milestones, rounds of samples, acceptance and money, in the order of time."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from keqiao.demo.chance import pick, weighted, with_numbers
from keqiao.demo.composing import phrases
from keqiao.demo.records import Contract, Milestone, Round
from keqiao.demo.speaking import Slots
from keqiao.demo.wording import Figure, between

_CONTRACTS = (
    ("development_entrusted", 38), ("development_cooperative", 14), ("transfer", 10), ("licence", 22), ("service", 16),
)  # fmt: skip
"""No consulting: that is accepted on its report, and every project here measures samples."""
_PAYMENTS = (("instalments", 60), ("lump_sum", 16), ("royalty_entry", 18), ("royalty", 6))
_RATES = ((("3",), 30), (("2.5",), 20), (("5", "4", "3"), 30), (("2", "3", "4"), 20))
_OWNERSHIP = {
    "development_entrusted": "developer", "development_cooperative": "shared", "transfer": "asker",
    "licence": "improver", "service": "asker",
}  # fmt: skip
SIGNED = frozenset({"contract", "sampling", "accepting", "closed"})
TESTED = frozenset({"sampling", "accepting", "closed"})
DONE = frozenset({"accepting", "closed"})
"""Stages of a match from which on its contract is signed, samples are measured, and nothing is left to do."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is known of a project before it is told."""

    rng: Random
    index: int
    stage: str
    agreed: int
    """Days ago that both sides agreed."""
    mode: str
    slots: Slots
    want: tuple[Figure, ...]
    start: tuple[Figure, ...]
    end: tuple[Figure, ...]
    """Today's figures of the company, and those that the last sample will have."""


def contract(plan: Plan) -> Contract:
    """The contract, signed some weeks after the agreement; one that is being signed still waits for one side."""
    rng, is_signed = plan.rng, plan.stage in SIGNED
    kind, payment = weighted(rng, _CONTRACTS), weighted(rng, _PAYMENTS)
    amount = max(50_000, int(round(10 ** rng.uniform(5.0, 6.7), -4)))
    latest = 26 if plan.stage == "contract" else plan.agreed
    signed = max(1, min(latest, plan.agreed - rng.randrange(3, 30))) if is_signed else -5
    may_register = payment != "royalty" and plan.stage in TESTED and signed > 20
    is_registered = may_register and (plan.stage == "closed" or rng.random() < 0.6)
    return Contract(
        type=kind,
        payment_mode=payment,
        amount=0 if payment == "royalty" else amount,
        instalments=_instalments(amount, signed) if payment == "instalments" else (),
        rates=weighted(rng, _RATES) if payment.startswith("royalty") else (),
        ownership=_OWNERSHIP[kind],
        drafted_days_ago=max(signed, plan.agreed - 2) if is_signed else max(1, plan.agreed - 2),
        signed_days_ago=signed if is_signed else None,
        registration_number=f"DEMO-{plan.index + 1:06d}" if is_registered else "",
    )


def _instalments(amount: int, signed: int) -> tuple[tuple[int, int, str], ...]:
    """Three payments that add up to the price, the first of them soon after the signature."""
    first, second = amount * 3 // 10, amount * 4 // 10
    names = phrases("projects")["instalments"]
    days = (signed - 10, signed - 60, signed - 120)
    return tuple(zip(days, (first, second, amount - first - second), names, strict=True))


def rounds(plan: Plan, signed: int) -> tuple[Round, ...]:
    """Rounds whose values go from today's state towards what is offered, seldom straight; the last reaches it."""
    if plan.stage not in TESTED:
        return ()
    rng = plan.rng
    total = rng.randrange(3, 6)
    done = total if plan.stage in DONE else rng.randrange(1, total)
    days = _days(plan, signed, done)
    told = [_round(plan, number, total, days[number - 1]) for number in range(1, done + 1)]
    if plan.stage == "sampling" and rng.random() < 0.45:
        sent = min(told[-1].measured_days_ago or 0, rng.randrange(1, 10))
        told.append(Round(done + 1, sent, None, _sample(plan, done + 1), (), ""))
    return tuple(told)


def _days(plan: Plan, signed: int, done: int) -> list[tuple[int, int]]:
    """When the samples were sent and measured, evenly between the signature and the last round."""
    last = {"closed": max(12, signed - 130), "accepting": 8, "sampling": 12}[plan.stage]
    gap = max(2, (signed - min(last, signed)) // done)
    sent = [max(1, signed - gap * number) for number in range(1, done + 1)]
    return [(day, max(0, day - min(8, gap - 1))) for day in sent]


def _round(plan: Plan, number: int, total: int, days: tuple[int, int]) -> Round:
    values = tuple(
        between(start, end, _share(plan.rng, number, total)) for start, end in zip(plan.start, plan.end, strict=True)
    )
    missed = [value for target, value in zip(plan.want, values, strict=True) if not value.reaches(target)]
    lines = tuple(value.line() for value in values)
    return Round(number, *days, _sample(plan, number), lines, _note(plan, number, total, missed))


def _share(rng: Random, number: int, total: int) -> float:
    """How much of the way a round has made; now and then one falls back a little."""
    if number == total:
        return 1.0
    setback = rng.uniform(0.1, 0.25) if number > 1 and rng.random() < 0.2 else 0.0
    way: float = 0.75 * (1 - number / total) ** 1.3
    return 1 - way - rng.uniform(0.0, 0.1) - setback


def _sample(plan: Plan, number: int) -> str:
    lines = phrases("projects")["samples"][plan.mode]
    line = lines[0] if number == 1 else pick(plan.rng, lines[1:])
    return with_numbers(plan.rng, str(line).format_map(plan.slots | {"number": str(number)}))


def _note(plan: Plan, number: int, total: int, missed: list[Figure]) -> str:
    """What was said of a round: what is missing is named, and nothing is praised that missed."""
    lines = phrases("projects")["notes"]
    kind = "last" if number == total else "missed" if missed else "met"
    slots = plan.slots | {"name": (missed or list(plan.want))[0].measure.name, "number": str(number)}
    return with_numbers(plan.rng, str(pick(plan.rng, lines[kind])).format_map(slots))


def milestones(plan: Plan, deal: Contract, tested: tuple[Round, ...]) -> tuple[Milestone, ...]:
    """Three steps from the signature to the end, paid as the contract says; done as far as the project has come."""
    signed = deal.signed_days_ago
    if signed is None or (plan.stage == "contract" and plan.rng.random() < 0.3):
        return ()
    last = (tested[-1].measured_days_ago or 0) if tested else 0
    days = {
        "contract": (-plan.rng.randrange(12, 30), -plan.rng.randrange(45, 70), -plan.rng.randrange(85, 120)),
        "sampling": (signed * 7 // 10, -plan.rng.randrange(6, 40), -plan.rng.randrange(50, 110)),
    }.get(plan.stage, (signed - (signed - last) // 3, signed - (signed - last) * 2 // 3, last))
    reached = {"contract": 0, "sampling": 1}.get(plan.stage, 3)
    shares = [amount for _day, amount, _name in deal.instalments] or [0, 0, 0]
    steps = phrases("projects")["milestones"][plan.mode]
    return tuple(
        _milestone(plan, step, share, day, signed, is_done=place < reached)
        for place, (step, share, day) in enumerate(zip(steps, shares, days, strict=True))
    )


def _milestone(plan: Plan, step: list[str], share: int, due: int, signed: int, *, is_done: bool) -> Milestone:
    if not is_done:
        return Milestone(step[0], due, share, "", None, None)
    delivered = min(signed, due + plan.rng.randrange(0, 6))
    accepted = max(0, delivered - plan.rng.randrange(1, 5))
    return Milestone(step[0], due, share, with_numbers(plan.rng, step[1]), delivered, accepted)


def incomes(plan: Plan, deal: Contract, closed: int) -> tuple[tuple[int, int, str], ...]:
    """What was paid until a project was closed: what the contract promised for that time, and the first royalties."""
    names = phrases("projects")["incomes"]
    signed = deal.signed_days_ago or closed
    paid = [(max(closed, min(day, signed)), amount, name) for day, amount, name in deal.instalments]
    if deal.payment_mode in ("lump_sum", "royalty_entry"):
        paid = [(max(closed, signed - 12), deal.amount, names[deal.payment_mode])]
    if deal.rates:
        paid.append((closed, plan.rng.randrange(2, 40) * 10_000, names["royalty"]))
    return tuple(paid)


def reward(plan: Plan, deal: Contract, paid: tuple[tuple[int, int, str], ...]) -> int:
    """What the team got: more than half where rights were given away (as the law asks), less for work by contract."""
    total = sum(amount for _day, amount, _name in paid)
    low, high = (50, 71) if deal.type in ("transfer", "licence") else (28, 50)
    return total * plan.rng.randrange(low, high) // 100


def result(plan: Plan, signed: int, tested: tuple[Round, ...]) -> str:
    """What the acceptance says of a project that has come to its end."""
    if plan.stage not in DONE:
        return ""
    months = max(1, round((signed - (tested[-1].measured_days_ago or 0)) / 30))
    slots = {"number": len(tested), "line": "，".join(tested[-1].values), "months": months}
    return with_numbers(plan.rng, str(pick(plan.rng, phrases("projects")["result"])).format_map(slots))
