"""What the verbs of contracts do, and those of projects that make a contract or let it take effect."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone

from keqiao.kernel import freeze, journal
from keqiao.kernel.workflow import assign
from keqiao.projects.actions import as_system
from keqiao.projects.enums import WITHOUT_SAMPLES, ContractState, Side
from keqiao.projects.models import Contract, Project

if TYPE_CHECKING:
    from keqiao.parties.models import Person

Data = dict[str, Any]
Extra = dict[str, Any]


def draft_contract(row: Project, data: Data, actor: Person) -> Extra:
    """The first draft, with the need's targets as what will be accepted against."""
    contract = Contract(project=row)
    assign(contract, data, actor)
    contract.title = contract.title or row.title
    contract.targets = row.targets
    contract.save()
    return {"contract": contract.pk}


def propose_contract(row: Contract, data: Data, actor: Person) -> None:
    """Fix the text, targets included, under its hash: this is what both sides sign."""
    row.targets = [] if row.type in WITHOUT_SAMPLES else row.project.need.targets
    row.digest = freeze.sha256_of(journal.plain(row.content()))


def redraft_contract(row: Contract, data: Data, actor: Person) -> Extra:
    """Back to the draft: whatever was signed is void."""
    row.redraft_reason = data["reason"]
    row.digest = ""
    for side in Side:
        setattr(row, f"{side.value}_signed_by", None)
        setattr(row, f"{side.value}_signed_at", None)
    return {"reason": data["reason"]}


def sign_contract(row: Contract, data: Data, actor: Person) -> Extra:
    """One side's signature; the second one makes the contract effective."""
    side = row.project.side_of(actor)
    setattr(row, f"{side}_signed_by", actor)
    setattr(row, f"{side}_signed_at", timezone.now())
    if row.state == ContractState.SIGNED:
        row.signed_on = timezone.localdate()
        as_system("projects", row.project_id, "take_effect")
    return {"side": side, "digest": row.digest}


def take_effect(row: Project, data: Data, actor: Person) -> None:
    """From now on the contract's targets are what samples are measured against."""
    contract = row.current_contract
    row.targets = contract.targets if contract else row.targets
