"""Sums of money of a project: yuan as `Decimal`, exact to the cent."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from keqiao.projects.enums import IncomeState

if TYPE_CHECKING:
    from keqiao.projects.models import Project

CENT = Decimal("0.01")
LARGEST = Decimal("999999999999.99")
"""What a column of 14 digits with 2 decimals can hold."""

MULTIPLIERS = {"": Decimal(1), "万": Decimal(10_000), "亿": Decimal(100_000_000)}
PATTERN = re.compile(r"[¥￥]?(\d+(?:\.\d+)?|\.\d+)(万|亿)?(?:元|人民币)?")


class NotMoney(ValueError):
    """The text is no amount; `reason` is `shape`, `cents` or `size`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def parse_yuan(text: str) -> Decimal:
    """The amount in yuan that a person wrote: ``１２，０００.５``, ``12,000.50 元``, ``30万元``.

    Raises:
        NotMoney: not an amount (`shape`), more than two decimals (`cents`), or too large (`size`).
    """
    plain = re.sub(r"[\s,，]", "", unicodedata.normalize("NFKC", text))
    found = PATTERN.fullmatch(plain)
    if found is None:
        raise NotMoney("shape")
    if len(found[1]) > 20:
        raise NotMoney("size")
    amount = Decimal(found[1]) * MULTIPLIERS[found[2] or ""]
    if amount > LARGEST:
        raise NotMoney("size")
    if amount != amount.quantize(CENT):
        raise NotMoney("cents")
    return amount.quantize(CENT)


def total(amounts: Iterable[Decimal | None]) -> Decimal:
    """The exact sum, to the cent."""
    return sum((amount for amount in amounts if amount is not None), Decimal(0)).quantize(CENT)


def balance(project: Project) -> dict[str, Any]:
    """Contract, confirmed and waiting income, and rewards of a project."""
    incomes = list(project.income_rows.all())
    contract = project.current_contract
    return {
        "contract": contract.amount if contract else None,
        "confirmed": total(row.amount for row in incomes if row.state == IncomeState.CONFIRMED),
        "waiting": total(row.amount for row in incomes if row.state == IncomeState.RECORDED),
        "disputed": total(row.amount for row in incomes if row.state == IncomeState.DISPUTED),
        "rewards": total(row.amount for row in project.reward_rows.all()),
    }
