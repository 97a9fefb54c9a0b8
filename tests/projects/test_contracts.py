"""Contracts: types and ways of payment, the frozen text, two signatures on it, registration."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from keqiao.kernel.access import Invalid, NotAllowed, NotNow
from keqiao.kernel.freeze import versions_of
from keqiao.kernel.models import Entry, Secret
from keqiao.projects.enums import ContractType
from keqiao.projects.models import Contract, Project
from tests.stages import ABSORPTION, days_from_now, today

pytestmark = pytest.mark.django_db

INSTALMENTS = "2026-03-01 180000 签订后\n2026-06-01 300000.00 验收后"
ROYALTY = {"payment_mode": "royalty", "amount": "", "royalty_base": "sales", "rate_trend": "fixed", "rates": "3.5"}


def problems(steps: Any, contract: Contract) -> dict[str, list[str]]:
    with pytest.raises(Invalid) as raised:
        steps.on(contract, "propose", steps.manager)
    contract.refresh_from_db()
    assert (contract.state, contract.digest) == ("draft", "")
    return raised.value.errors


@pytest.mark.parametrize("kind", ContractType.values)
def test_every_contract_type_can_be_signed(project: Project, steps: Any, kind: str):
    assert steps.contracted(project, type=kind).state == "signed"
    assert project.state == "contracted"


@pytest.mark.parametrize(
    "terms",
    [
        {"payment_mode": "lump_sum"},
        {"payment_mode": "instalments", "instalments": INSTALMENTS},
        ROYALTY,
        ROYALTY | {"rate_trend": "rising", "rates": "2\n2.5\n3"},
        ROYALTY | {"rate_trend": "falling", "rates": "5 %\n4\n2.25"},
        ROYALTY | {"payment_mode": "royalty_entry", "amount": "10万元", "royalty_base": "profit"},
        ROYALTY | {"royalty_base": "price", "book_inspection": "每年一月查阅上年销售账目"},
        {"try_first": True, "trial_ends_on": "2027-01-31", "trial_terms": "达到 98 % 转正，按 48 万元支付；否则归还。"},
        {"ownership": "other", "ownership_text": "专利共有，工艺秘密归研究开发人。"},
    ],
)
def test_every_way_of_payment_can_be_proposed(project: Project, steps: Any, terms: dict[str, Any]):
    assert steps.proposed(project, **terms).state == "signing"


@pytest.mark.parametrize(
    ("terms", "fields"),
    [
        ({"title": " ", "type": ""}, {"type"}),
        ({"subject": ""}, {"subject"}),
        ({"payment_mode": ""}, {"payment_mode"}),
        ({"ownership": ""}, {"ownership"}),
        ({"ownership": "other"}, {"ownership_text"}),
        ({"amount": ""}, {"amount"}),
        ({"amount": "0"}, {"amount"}),
        ({"instalments": INSTALMENTS}, {"instalments"}),
        ({"rates": "3"}, {"rates"}),
        ({"payment_mode": "instalments"}, {"instalments"}),
        ({"payment_mode": "instalments", "instalments": "2026-03-01 480000"}, {"instalments"}),
        ({"payment_mode": "instalments", "instalments": INSTALMENTS.replace("00.00", "00.01")}, {"instalments"}),
        (ROYALTY | {"amount": "1"}, {"amount"}),
        (ROYALTY | {"royalty_base": ""}, {"royalty_base"}),
        (ROYALTY | {"rate_trend": ""}, {"rate_trend"}),
        (ROYALTY | {"rates": "3\n4"}, {"rates"}),
        (ROYALTY | {"rate_trend": "rising", "rates": "3"}, {"rates"}),
        (ROYALTY | {"rate_trend": "rising", "rates": "3\n3"}, {"rates"}),
        (ROYALTY | {"rate_trend": "falling", "rates": "3\n4"}, {"rates"}),
        (ROYALTY | {"payment_mode": "royalty_entry"}, {"amount"}),
        ({"try_first": True}, {"trial_ends_on", "trial_terms"}),
    ],
)
def test_incomplete_contract_names_each_field(project: Project, steps: Any, terms: dict[str, Any], fields: set[str]):
    found = problems(steps, steps.drafted(project, **terms))
    assert set(found) == fields
    assert all(message.endswith("。") for messages in found.values() for message in messages)


@pytest.mark.parametrize(
    ("terms", "field", "words"),
    [
        ({"amount": "一百万"}, "amount", "看不懂这个金额"),
        ({"amount": "-1"}, "amount", "金额不能是负数"),
        ({"amount": "1.005"}, "amount", "精确到分"),
        ({"amount": "9999999999999"}, "amount", "金额太大"),
        ({"amount": "NaN"}, "amount", "看不懂这个金额"),
        ({"type": "marriage"}, "type", "marriage"),
        ({"instalments": "下个月 100"}, "instalments", "这一行看不懂"),
        ({"instalments": "2026-02-30 100"}, "instalments", "这一行看不懂"),
        ({"rates": "101"}, "rates", "0 与 100 之间"),
        ({"rates": "NaN"}, "rates", "0 与 100 之间"),
        ({"rates": "sNaN"}, "rates", "0 与 100 之间"),
        ({"rates": "1e-9"}, "rates", "0 与 100 之间"),
        ({"trial_ends_on": "0001-01-01"}, "trial_ends_on", "请填写日期"),
        ({"text": "条" * 20001}, "text", "20000"),
    ],
)
def test_wrong_terms_are_named_and_nothing_is_written(
    project: Project, steps: Any, terms: dict[str, Any], field: str, words: str
):
    entries = Entry.objects.count()
    with pytest.raises(Invalid) as raised:
        steps.drafted(project, **terms)
    assert list(raised.value.errors) == [field]
    assert words in raised.value.errors[field][0]
    assert (Contract.objects.count(), Entry.objects.count()) == (0, entries)


def test_full_width_digits_and_commas_are_an_amount(project: Project, steps: Any):
    assert steps.drafted(project, amount="￥４８０，０００．５０ 元").amount == Decimal("480000.50")


def test_only_one_contract_at_a_time(project: Project, steps: Any):
    steps.drafted(project)
    with pytest.raises(Invalid) as raised:
        steps.drafted(project)
    assert list(raised.value.errors) == ["contract"]
    assert Contract.objects.count() == 1


def test_proposed_text_is_frozen_with_the_hash_that_is_signed(project: Project, steps: Any):
    contract = steps.proposed(project)
    version = versions_of(contract).get()
    assert (version.sha256, len(contract.digest)) == (contract.digest, 64)
    assert version.content["amount"] == "480000.00"
    assert version.content["targets"] == [ABSORPTION]


def test_both_signatures_make_it_effective(project: Project, steps: Any):
    contract = steps.proposed(project)
    steps.sign(contract, steps.provider)
    contract.refresh_from_db()
    project.refresh_from_db()
    assert (contract.state, project.state, contract.signed_on) == ("half_signed", "preparing", None)
    steps.sign(contract, steps.asker)
    contract.refresh_from_db()
    project.refresh_from_db()
    assert (contract.state, project.state) == ("signed", "contracted")
    assert contract.signed_on == timezone.localdate()
    assert (contract.asker_signed_by, contract.provider_signed_by) == (steps.asker, steps.provider)


def test_one_side_cannot_sign_twice(project: Project, steps: Any):
    contract = steps.proposed(project)
    steps.sign(contract, steps.asker)
    contract.refresh_from_db()
    with pytest.raises(NotAllowed):
        steps.sign(contract, steps.asker)
    contract.refresh_from_db()
    assert (contract.state, contract.provider_signed_at) == ("half_signed", None)


def test_signing_another_text_is_refused(project: Project, steps: Any):
    contract = steps.proposed(project)
    with pytest.raises(Invalid) as raised:
        steps.on(contract, "sign", steps.asker, agree=True, digest="0" * 64)
    assert "合同文本在您打开之后改过" in raised.value.errors["digest"][0]
    with pytest.raises(Invalid) as raised:
        steps.on(contract, "sign", steps.asker, digest=contract.digest)
    assert list(raised.value.errors) == ["agree"]
    contract.refresh_from_db()
    assert contract.state == "signing"


def test_redraft_voids_the_signature_and_the_old_hash(project: Project, steps: Any):
    contract = steps.proposed(project)
    old = contract.digest
    steps.sign(contract, steps.asker)
    steps.on(contract, "redraft", steps.provider, reason="金额要改")
    contract.refresh_from_db()
    assert (contract.state, contract.digest, contract.asker_signed_at) == ("draft", "", None)
    steps.on(
        contract,
        "save",
        steps.manager,
        title="改后",
        type="service",
        subject="检测与工艺服务。",
        payment_mode="lump_sum",
        amount="500000",
        ownership="improver",
    )
    steps.on(contract, "propose", steps.manager)
    contract.refresh_from_db()
    assert contract.digest not in {"", old}
    assert [version.content["amount"] for version in versions_of(contract)] == ["480000.00", "500000.00"]


def test_signed_contract_cannot_be_changed(project: Project, steps: Any):
    contract = steps.contracted(project)
    for verb in ("save", "propose", "redraft", "sign"):
        with pytest.raises((NotNow, NotAllowed)):
            steps.on(contract, verb, steps.manager, reason="x")
    contract.refresh_from_db()
    assert contract.amount == Decimal("480000.00")


def test_targets_are_those_of_the_signed_contract(project: Project, steps: Any):
    """The need's targets count as they were when the contract was proposed; later changes do not."""
    contract = steps.drafted(project)
    type(project.need).objects.update(targets=[ABSORPTION | {"min": 97}])
    steps.on(contract, "propose", steps.manager)
    type(project.need).objects.update(targets=[ABSORPTION | {"min": 50}])
    contract.refresh_from_db()
    steps.sign(contract, steps.asker)
    steps.sign(contract, steps.provider)
    project.refresh_from_db()
    assert project.targets == [ABSORPTION | {"min": 97}]


REGISTRATION = {
    "registration_number": "test-2026-000018",
    "registration_authority": "试验市技术市场管理办公室",
    "technical_amount": "450000",
}


def register(steps: Any, contract: Contract, **data: Any) -> None:
    steps.on(contract, "register", steps.manager, **(REGISTRATION | {"registered_on": today()} | data))


def test_registration_is_recorded(project: Project, steps: Any):
    contract = steps.contracted(project)
    register(steps, contract)
    contract.refresh_from_db()
    assert (contract.state, contract.registration_number) == ("registered", "TEST-2026-000018")
    assert contract.technical_amount == Decimal("450000.00")


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"registration_number": "编号一"}, "registration_number"),
        ({"registration_number": ""}, "registration_number"),
        ({"registered_on": "2999-01-01"}, "registered_on"),
        ({"registered_on": "2001-01-01"}, "registered_on"),
        ({"technical_amount": "480000.01"}, "technical_amount"),
        ({"technical_amount": "很多"}, "technical_amount"),
    ],
)
def test_wrong_registration_is_refused(project: Project, steps: Any, data: dict[str, str], field: str):
    contract = steps.contracted(project)
    with pytest.raises(Invalid) as raised:
        register(steps, contract, **data)
    assert list(raised.value.errors) == [field]
    contract.refresh_from_db()
    assert (contract.state, contract.registration_number) == ("signed", "")


def test_registration_number_belongs_to_one_contract(project: Project, steps: Any, need: Any, achievement: Any):
    from tests.stages import propose

    register(steps, steps.contracted(project))
    need.pk = None
    need.save()
    achievement.pk = None
    achievement.save()
    other = steps.contracted(steps.opened(propose(need, achievement, steps.manager)))
    with pytest.raises(Invalid) as raised:
        register(steps, other)
    assert "另一份合同" in raised.value.errors["registration_number"][0]


def test_terms_do_not_stand_in_clear_in_the_journal(project: Project, steps: Any):
    contract = steps.drafted(project)
    steps.on(contract, "save", steps.manager, title="改名", type="service", amount="123456.78")
    entry = Entry.objects.filter(object_type="contract").latest("seq")
    assert "123456" not in str(entry.changes)
    assert Secret.objects.get(entry=entry, field="amount").value == "123456.78"
    assert "480000" not in "".join(str(found.changes) for found in Entry.objects.all())


def test_contract_clock_runs_until_both_have_signed(project: Project, steps: Any):
    from keqiao.kernel import clocks

    assert [run.name for run in clocks.running(project)] == ["to_contract"]
    steps.contracted(project)
    assert [run.name for run in clocks.running(project)] == ["first_sample"]


def test_project_without_figures_promises_no_sample(project: Project, steps: Any):
    from keqiao.kernel import clocks

    type(project.need).objects.update(targets=[{"name": "外观", "min": None, "max": None, "unit": ""}])
    steps.contracted(project)
    assert not clocks.running(project).exists()


def test_draft_keeps_what_is_missing(project: Project, steps: Any):
    contract = steps.drafted(project, **dict.fromkeys(["type", "subject", "payment_mode", "amount", "ownership"], ""))
    assert (contract.state, contract.amount, contract.title) == ("draft", None, "消光涂层技术开发合同")


def test_milestone_payments_stay_within_the_contract(project: Project, steps: Any):
    steps.contracted(project)
    first = steps.milestone(project, "一", payment="300000")
    with pytest.raises(Invalid) as raised:
        steps.milestone(project, "二", payment="180000.01")
    assert raised.value.errors == {"payment": ["各里程碑的付款之和不能超过合同金额：这一项最多 180,000.00 元。"]}
    steps.on(first, "save", steps.manager, title="一", due_on=days_from_now(9), payment="480000")
    first.refresh_from_db()
    assert (first.payment, first.due_on) == (Decimal("480000.00"), timezone.localdate() + datetime.timedelta(days=9))
