"""Why a solution or a partner is declined: a coded reason that fits the figures, and a text."""

from __future__ import annotations

from random import Random

from keqiao.demo.chance import pick, weighted, with_numbers
from keqiao.demo.composing import phrases
from keqiao.demo.wording import Figure

_REASONS = (
    ("cost", 20), ("chosen_other", 22), ("no_capacity", 14), ("evidence", 16), ("benefit_unclear", 14), ("rights", 8),
    ("other", 6),
)  # fmt: skip


def missed(want: tuple[Figure, ...], give: tuple[Figure, ...]) -> list[tuple[Figure, Figure]]:
    """The targets that an offer does not reach, each with what is offered; targets it says nothing of are left out."""
    offered = {figure.measure: figure for figure in give}
    pairs = [(target, offered[target.measure]) for target in want if target.measure in offered]
    return [(target, figure) for target, figure in pairs if not figure.reaches(target)]


def shortfall(want: tuple[Figure, ...], give: tuple[Figure, ...]) -> int:
    """How many targets are missed or not spoken of."""
    offered = {figure.measure for figure in give}
    return len(missed(want, give)) + sum(target.measure not in offered for target in want)


def refusal(rng: Random, want: tuple[Figure, ...], give: tuple[Figure, ...], level: int) -> tuple[str, str]:
    """A coded reason and its text; a missed target or low maturity is named first."""
    short = missed(want, give)
    if short and rng.random() < 0.7:
        target, figure = short[0]
        slots = {
            "name": target.measure.name,
            "target": f"{target.measure.relation} {target.quantity}",
            "offered": figure.quantity,
        }
        return "target_missed", pick(rng, phrases("refusals")["target_missed"]).format_map(slots)
    reason = "too_early" if level <= 3 and rng.random() < 0.8 else weighted(rng, _REASONS)
    return reason, with_numbers(rng, pick(rng, phrases("refusals")[reason])).format(level=level)
