"""States, kinds and coded reasons of projects, contracts, milestones and income."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class ProjectState(TextChoices):
    PREPARING = "preparing", _("准备签约")
    CONTRACTED = "contracted", _("已签约")
    RUNNING = "running", _("进行中")
    TESTING = "testing", _("送样测试中")
    ACCEPTING = "accepting", _("待验收")
    ACCEPTED = "accepted", _("已验收")
    CLOSED = "closed", _("已结项")
    STOPPED = "stopped", _("已中止")


class ContractState(TextChoices):
    DRAFT = "draft", _("起草中")
    SIGNING = "signing", _("待双方签署")
    HALF_SIGNED = "half_signed", _("一方已签署")
    SIGNED = "signed", _("已生效")
    REGISTERED = "registered", _("已认定登记")
    CANCELLED = "cancelled", _("已作废")


class MilestoneState(TextChoices):
    PLANNED = "planned", _("计划中")
    DELIVERED = "delivered", _("已交付，待验收")
    ACCEPTED = "accepted", _("已通过")
    CANCELLED = "cancelled", _("已取消")


class IncomeState(TextChoices):
    RECORDED = "recorded", _("待对方确认")
    CONFIRMED = "confirmed", _("已确认")
    DISPUTED = "disputed", _("有异议")
    WITHDRAWN = "withdrawn", _("已撤回")


class Side(TextChoices):
    ASKER = "asker", _("需求方")
    PROVIDER = "provider", _("供给方")


class ContractType(TextChoices):
    """The technology contracts of the Civil Code (arts. 843, 851, 862, 863, 878); development has two forms."""

    DEVELOPMENT_ENTRUSTED = "development_entrusted", _("技术开发（委托）合同")
    DEVELOPMENT_COOPERATIVE = "development_cooperative", _("技术开发（合作）合同")
    TRANSFER = "transfer", _("技术转让合同")
    LICENCE = "licence", _("技术许可合同")
    CONSULTING = "consulting", _("技术咨询合同")
    SERVICE = "service", _("技术服务合同")


ROLES: dict[str, tuple[Promise | str, Promise | str]] = {
    ContractType.DEVELOPMENT_ENTRUSTED: (_("委托人"), _("研究开发人")),
    ContractType.DEVELOPMENT_COOPERATIVE: (_("合作方（需求方）"), _("合作方（供给方）")),
    ContractType.TRANSFER: (_("受让人"), _("让与人")),
    ContractType.LICENCE: (_("被许可人"), _("许可人")),
    ContractType.CONSULTING: (_("委托人"), _("受托人")),
    ContractType.SERVICE: (_("委托人"), _("受托人")),
}
"""What the Civil Code calls the two sides of each contract: who asks, who provides."""


WITHOUT_SAMPLES = frozenset({ContractType.CONSULTING})
"""What is delivered is a report, on which the asker decides at its own risk (arts. 878, 881): no sample is measured."""


class PaymentMode(TextChoices):
    """How the price is paid: Civil Code art. 846."""

    LUMP_SUM = "lump_sum", _("一次总付")
    INSTALMENTS = "instalments", _("一次总算、分期支付")
    ROYALTY = "royalty", _("提成支付")
    ROYALTY_ENTRY = "royalty_entry", _("提成支付附加预付入门费")


class RoyaltyBase(TextChoices):
    """What a royalty is a share of: Civil Code art. 846."""

    PRICE = "price", _("产品价格")
    ADDED_OUTPUT = "added_output", _("新增产值")
    PROFIT = "profit", _("利润")
    SALES = "sales", _("产品销售额")


class RateTrend(TextChoices):
    """How a royalty's rate goes from year to year: Civil Code art. 846."""

    FIXED = "fixed", _("固定比例")
    RISING = "rising", _("逐年递增")
    FALLING = "falling", _("逐年递减")


class OwnershipClause(TextChoices):
    """Who owns what comes out of it; the first three are the Civil Code's rules where nothing else is agreed."""

    DEVELOPER = "developer", _("归研究开发人，委托人可以依法实施（第八百五十九条）")
    SHARED = "shared", _("合作各方共有（第八百六十条）")
    IMPROVER = "improver", _("后续改进归改进方（第八百七十五条）")
    ASKER = "asker", _("约定归需求方")
    OTHER = "other", _("另行约定（写明内容）")


class Verdict(TextChoices):
    """What an acceptance says."""

    PASSED = "passed", _("通过")
    CONCESSION = "concession", _("让步接收（有指标未达到，双方同意）")


class StopReason(TextChoices):
    """Why a project ended before acceptance; counted, so that it can be learned from."""

    TARGET_MISSED = "target_missed", _("多轮测试仍达不到指标")
    TERMS = "terms", _("商务条件谈不拢")
    RIGHTS = "rights", _("权属或知识产权问题")
    MONEY = "money", _("经费不到位")
    PEOPLE = "people", _("人员或条件发生变化")
    MARKET = "market", _("市场或需求已变化")
    OTHER = "other", _("其他")


class Reach(TextChoices):
    """Who may open a document of the project."""

    PARTIES = "parties", _("仅合作双方和技术经理人")
    STAFF = "staff", _("另加本节点平台工作人员")
