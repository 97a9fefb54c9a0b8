"""Contracts of the made-up world: the terms, and how they were drafted, signed and registered."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from keqiao.demo import records
from keqiao.demo.loading.ledger import Ledger
from keqiao.demo.loading.project_rows import yuan
from keqiao.kernel.freeze import sha256_of
from keqiao.kernel.journal import plain
from keqiao.projects.models import Contract, Project

REGISTRY_OFFICE = "江汉科创中心技术合同登记处（示例）"
REGISTERED_AFTER = 8
"""Days from the signature to the registration."""

ROYALTIES = frozenset({"royalty", "royalty_entry"})


def contract_of(one: records.Contract, project: Project, ledger: Ledger) -> Contract:
    """The contract of a project with everything that was agreed."""
    contract = Contract(
        project=project,
        title=f"{project.title[:100]}技术合同",
        type=one.type,
        subject=subject_of(project),
        payment_mode=one.payment_mode,
        amount=yuan(one.amount) if one.amount else None,
        instalments=instalments_of(one, ledger),
        ownership=one.ownership,
        text="双方对合作中获知的技术信息和经营信息保密。样品由供给方提供，测试由需求方完成，报告双方各存一份。",
        targets=project.targets,
    )
    if one.payment_mode in ROYALTIES:
        contract.royalty_base, contract.rates = "sales", list(one.rates)
        contract.rate_trend = trend_of(one.rates)
        contract.book_inspection = "每年一季度末，供给方可查阅与本合同产品有关的销售账目一次。"
    contract.digest = sha256_of(plain(contract.content()))
    if one.registration_number and one.signed_days_ago is not None:
        register(one, contract, ledger)
    return contract


def subject_of(project: Project) -> str:
    """What is promised, to whom."""
    return (
        f"供给方围绕“{project.title}”提供技术方案、样品和工艺文件，配合需求方完成测试与试用；"
        "验收以第二条所列指标为准，在需求方现场按双方确认的方法测定。"
    )


def instalments_of(one: records.Contract, ledger: Ledger) -> list[dict[str, str]]:
    """The payments, as the form keeps them."""
    return [
        {"due_on": ledger.ago(days).date().isoformat(), "amount": str(amount), "condition": condition}
        for days, amount, condition in one.instalments
    ]


def trend_of(rates: tuple[str, ...]) -> str:
    """Whether the rates stay, rise or fall from year to year."""
    if len(rates) == 1:
        return "fixed"
    return "rising" if Decimal(rates[0]) < Decimal(rates[1]) else "falling"


def register(one: records.Contract, contract: Contract, ledger: Ledger) -> None:
    """What the registry answered."""
    contract.registration_number = one.registration_number
    contract.registration_authority = REGISTRY_OFFICE
    contract.registered_on = ledger.ago(max(0, (one.signed_days_ago or 0) - REGISTERED_AFTER)).date()
    contract.technical_amount = contract.amount or yuan(0)


def tell_contract(one: records.Contract, contract: Contract, ledger: Ledger) -> None:
    """Drafted within the project, put up for signature, signed by the offering side and by the asking one; registered.

    A contract without a day of signature has the first signature and waits for the second.
    """
    project = contract.project
    drafted = ledger.ago(one.drafted_days_ago)
    if one.signed_days_ago is None:
        drafted = min(drafted + timedelta(hours=8), ledger.now - timedelta(hours=7))
    ledger.did(project, "draft_contract", by=project.manager_id, at=drafted, extra={"contract": contract.pk})
    ledger.born(contract, drafted)
    at = drafted + timedelta(hours=4)
    ledger.did(contract, "propose", by=project.manager_id, at=at, digest=contract.digest)
    tell_signature(contract, "provider", at + timedelta(hours=2), ledger)
    if one.signed_days_ago is None:
        return
    signed = max(at + timedelta(hours=3), ledger.ago(one.signed_days_ago))
    contract.signed_on = timezone.localdate(signed)
    tell_signature(contract, "asker", signed, ledger)
    if contract.registered_on is not None:
        names = ("registration_number", "registration_authority", "registered_on", "technical_amount")
        answer: dict[str, Any] = {name: getattr(contract, name) for name in names}
        at = signed + timedelta(days=REGISTERED_AFTER)
        ledger.did(contract, "register", by=project.manager_id, at=at, **answer)


def tell_signature(contract: Contract, side: str, at: Any, ledger: Ledger) -> None:
    """One side signs the text under its hash."""
    person = getattr(contract.project, side)
    setattr(contract, f"{side}_signed_by", person)
    setattr(contract, f"{side}_signed_at", at)
    values = {f"{side}_signed_by": person.pk, f"{side}_signed_at": at}
    if contract.signed_on is not None:
        values["signed_on"] = contract.signed_on
    ledger.did(contract, "sign", by=person.pk, at=at, extra={"side": side, "digest": contract.digest}, **values)
