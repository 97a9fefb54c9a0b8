"""States, kinds and coded reasons of what is asked and what is offered."""

from __future__ import annotations

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _


class NeedState(TextChoices):
    DRAFT = "draft", _("草稿")
    TRIAGE = "triage", _("待初审")
    INFORMATION = "information", _("待补充")
    RETURNED = "returned", _("退回修改")
    OPEN = "open", _("对接中")
    IN_PROJECT = "in_project", _("合作中")
    SOLVED = "solved", _("已解决")
    REJECTED = "rejected", _("未通过")
    WITHDRAWN = "withdrawn", _("已撤回")
    EXPIRED = "expired", _("已到期")
    TAKEN_DOWN = "taken_down", _("已由平台下架")
    DISCARDED = "discarded", _("已放弃的草稿")


class NeedKind(TextChoices):
    TECHNOLOGY = "technology", _("技术")
    TALENT = "talent", _("人才")
    FINANCE = "finance", _("资金")
    SITE = "site", _("场地")


class AchievementState(TextChoices):
    DRAFT = "draft", _("草稿")
    TRIAGE = "triage", _("待初审")
    INFORMATION = "information", _("待补充")
    RETURNED = "returned", _("退回修改")
    PUBLISHED = "published", _("已发布")
    REJECTED = "rejected", _("未通过")
    WITHDRAWN = "withdrawn", _("已撤回")
    TAKEN_DOWN = "taken_down", _("已由平台下架")
    DISCARDED = "discarded", _("已放弃的草稿")


class SolutionState(TextChoices):
    DRAFT = "draft", _("草稿")
    SUBMITTED = "submitted", _("已提交")
    SHORTLISTED = "shortlisted", _("入围")
    ACCEPTED = "accepted", _("已采纳")
    DECLINED = "declined", _("未采纳")
    WITHDRAWN = "withdrawn", _("已撤回")


class CooperationMode(TextChoices):
    """Ways of transfer: art. 16 of the 2015 law, with the contract types of the Civil Code."""

    DEVELOPMENT = "development", _("委托或合作开发")
    TRANSFER = "transfer", _("技术转让")
    LICENCE = "licence", _("技术许可")
    EQUITY = "equity", _("作价入股")
    CONSULTING = "consulting", _("技术咨询")
    SERVICE = "service", _("技术服务")
    JOINT_LABORATORY = "joint_laboratory", _("共建实验室")
    TRY_FIRST = "try_first", _("先用后付")


class IntellectualProperty(TextChoices):
    PATENT_GRANTED = "patent_granted", _("专利已授权")
    PATENT_PENDING = "patent_pending", _("专利申请中")
    SOFTWARE = "software", _("软件著作权")
    KNOW_HOW = "know_how", _("技术秘密")
    VARIETY = "variety", _("植物新品种或其他")
    NONE = "none", _("尚未保护")


class Maturity(IntegerChoices):
    """Technology readiness, the nine levels of GB/T 22900-2022, each described in words of our own."""

    REPORT = 1, _("1 级：发现了原理并有报告")
    CONCEPT = 2, _("2 级：有了技术方案和用途设想")
    FUNCTION = 3, _("3 级：关键功能在实验中验证")
    SIMULATION = 4, _("4 级：实验室里整体跑通")
    FIRST_SAMPLE = 5, _("5 级：初样在模拟环境中合格")
    SAMPLE = 6, _("6 级：正样在模拟环境中演示")
    ENVIRONMENT = 7, _("7 级：样机在真实环境中演示")
    PRODUCT = 8, _("8 级：产品定型，通过检验")
    SYSTEM = 9, _("9 级：产品批量使用，稳定可靠")


class Language(TextChoices):
    """In which language a text was first written."""

    CHINESE = "zh", _("中文")
    ENGLISH = "en", _("英文")


class RejectReason(TextChoices):
    """Why triage rejects; counted and shown as a trend."""

    OFF_TOPIC = "off_topic", _("不是科技需求或成果")
    UNCLEAR = "unclear", _("问题描述不清，补充后仍无法判断")
    DUPLICATE = "duplicate", _("与已发布内容重复")
    NOT_GENUINE = "not_genuine", _("真实性无法核实")
    SECRECY = "secrecy", _("涉及国家秘密或不宜公开")
    EXPORT_CONTROL = "export_control", _("涉及技术出口管制")
    UNLAWFUL = "unlawful", _("违反法律法规")
    OTHER = "other", _("其他")


class DeclineReason(TextChoices):
    """Why a solution or a proposed partner is declined; everybody who is declined gets one, with a text."""

    TOO_EARLY = "too_early", _("成熟度不够")
    TARGET_MISSED = "target_missed", _("达不到关键指标")
    EVIDENCE = "evidence", _("缺少数据或样品证明")
    COST = "cost", _("成本或报价不合适")
    BENEFIT_UNCLEAR = "benefit_unclear", _("优势不明显")
    NO_CAPACITY = "no_capacity", _("目前没有精力或条件合作")
    RIGHTS = "rights", _("权属或许可条件不合适")
    CHOSEN_OTHER = "chosen_other", _("已选择其他方案")
    NOT_RELATED = "not_related", _("与需求不相关")
    NEED_CLOSED = "need_closed", _("需求已关闭")
    OTHER = "other", _("其他")
