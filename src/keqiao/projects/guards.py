"""What must be there before a verb runs: problems by field, each with its remedy."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _

from keqiao.kernel.money import total
from keqiao.projects.enums import (
    IncomeState,
    MilestoneState,
    OwnershipClause,
    PaymentMode,
    RateTrend,
)
from keqiao.projects.measure import measurable

if TYPE_CHECKING:
    from keqiao.projects.models import Contract, Project

Problems = dict[str, list[str]]

RATING_TIME = timedelta(days=30)
"""How long after acceptance closing waits for ratings: a side that never rates does not keep a project open."""

ROYALTIES = frozenset({PaymentMode.ROYALTY, PaymentMode.ROYALTY_ENTRY})


def can_draft_contract(row: Project) -> Problems:
    """One contract at a time, and only after the non-disclosure agreement where one is asked for."""
    if row.current_contract is not None:
        return {"contract": [_("已有一份合同，请在那份合同上修改。")]}
    if row.is_confidential and not (row.asker_agreed_at and row.provider_agreed_at):
        return {"agree": [_("需求是保密发布的：请双方先签署保密协议，再起草合同。")]}
    return {}


def has_milestones(row: Project) -> Problems:
    if row.milestone_rows.exclude(state=MilestoneState.CANCELLED).exists():
        return {}
    return {"milestones": [_("请先排出至少一个里程碑，再启动项目。")]}


def has_targets(row: Project) -> Problems:
    if measurable(row.targets):
        return {}
    return {"targets": [_("合同没有可测量的指标，不需要送样测试；完成后可以直接申请验收。")]}


def milestones_are_done(row: Project) -> Problems:
    """Nothing that was planned may be left open at acceptance."""
    open_states = (MilestoneState.PLANNED, MilestoneState.DELIVERED)
    titles = list(row.milestone_rows.filter(state__in=open_states).values_list("title", flat=True))
    if not titles:
        return {}
    return {"milestones": [_("还有里程碑没有通过：%(titles)s。请先验收或取消。") % {"titles": "、".join(titles)}]}


def can_close(row: Project) -> Problems:
    """Both sides have rated or had their time to, and no income waits for an answer."""
    problems: Problems = {}
    waits = row.asker_score is None or row.provider_score is None
    if waits and row.accepted_at is not None and timezone.now() < row.accepted_at + RATING_TIME:
        words = _("请等双方都评价之后再结项；验收满 %(days)d 天后可以不再等。")
        problems["score"] = [words % {"days": RATING_TIME.days}]
    if row.income_rows.filter(state__in=(IncomeState.RECORDED, IncomeState.DISPUTED)).exists():
        problems["incomes"] = [_("还有到账没有确认或有异议，请先处理。")]
    return problems


def has_signed_contract(row: Project) -> Problems:
    """Money comes in under a contract; a project stopped before there was one has none."""
    contract = row.current_contract
    if contract is not None and contract.signed_on is not None:
        return {}
    return {"contract": [_("合同没有生效，没有可以登记的到账。")]}


def both_agreed_to_case(row: Project) -> Problems:
    if row.asker_case_at and row.provider_case_at:
        return {}
    return {"agree": [_("公开为案例须双方都同意，请先请双方同意。")]}


def contract_is_complete(row: Contract) -> Problems:
    """A contract can be signed only with its terms settled: what, how it is paid, to whom the result belongs."""
    problems = required_terms(row)
    problems |= payment_problems(row)
    if row.ownership == OwnershipClause.OTHER and not row.ownership_text:
        problems["ownership_text"] = [_("另行约定归属时，请写明内容。")]
    if row.try_first and not row.trial_ends_on:
        problems["trial_ends_on"] = [_("先用后付须写明试用截止日期。")]
    if row.try_first and not row.trial_terms:
        problems["trial_terms"] = [_("先用后付须事先约定试用后如何计价、转正或归还。")]
    return problems


def required_terms(row: Contract) -> Problems:
    """The terms that no contract can do without (Civil Code art. 845)."""
    words = {
        "title": _("请填写合同名称。"),
        "type": _("请选择合同类型。"),
        "subject": _("请写明标的与内容。"),
        "payment_mode": _("请选择支付方式。"),
        "ownership": _("请选择成果归属。"),
    }
    return {name: [word] for name, word in words.items() if not getattr(row, name)}


def payment_problems(row: Contract) -> Problems:
    """What the way of payment asks for (Civil Code art. 846)."""
    problems: Problems = {}
    if row.payment_mode == PaymentMode.ROYALTY:
        if row.amount:
            problems["amount"] = [_("纯提成支付没有入门费；如有，请选择“提成支付附加预付入门费”。")]
    elif row.payment_mode and not row.amount:
        problems["amount"] = [_("请填写金额。")]
    if row.payment_mode == PaymentMode.INSTALMENTS:
        problems |= instalment_problems(row)
    elif row.instalments:
        problems["instalments"] = [_("只有分期支付才填分期，请清空或改选支付方式。")]
    if row.payment_mode in ROYALTIES:
        problems |= royalty_problems(row)
    elif row.royalty_base or row.rates:
        problems["rates"] = [_("只有提成支付才填提成，请清空或改选支付方式。")]
    return problems


def instalment_problems(row: Contract) -> Problems:
    """At least two, which add up to the price, to the cent."""
    if len(row.instalments) < 2:
        return {"instalments": [_("分期支付至少两期。")]}
    added = total(Decimal(item["amount"]) for item in row.instalments)
    if row.amount is not None and added != row.amount:
        words = _("各期之和 %(added)s 元不等于合同金额 %(amount)s 元。")
        return {"instalments": [words % {"added": f"{added:,.2f}", "amount": f"{row.amount:,.2f}"}]}
    return {}


def royalty_problems(row: Contract) -> Problems:
    """A base, and rates that do what the trend says."""
    problems: Problems = {}
    if not row.royalty_base:
        problems["royalty_base"] = [_("请选择提成基数。")]
    if not row.rate_trend:
        problems["rate_trend"] = [_("请选择提成比例是固定、逐年递增还是逐年递减。")]
    elif not rates_fit(row.rate_trend, [Decimal(rate) for rate in row.rates]):
        problems["rates"] = [_("固定比例写一行；逐年递增或递减至少写两年，且每年确实递增或递减。")]
    return problems


def rates_fit(trend: str, rates: list[Decimal]) -> bool:
    """Whether the yearly rates are what the trend says."""
    if trend == RateTrend.FIXED:
        return len(rates) == 1
    if trend == RateTrend.FALLING:
        rates.reverse()
    return len(rates) > 1 and all(earlier < later for earlier, later in pairwise(rates))
