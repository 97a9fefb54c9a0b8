"""The money of a project: what the contract promises, what came in, what was passed on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from keqiao.kernel.money import total
from keqiao.projects.enums import IncomeState

if TYPE_CHECKING:
    from keqiao.projects.models import Project


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
