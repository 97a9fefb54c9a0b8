"""States and kinds of parties."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class OrganisationKind(TextChoices):
    COMPANY = "company", _("企业")
    UNIVERSITY = "university", _("高校")
    INSTITUTE = "institute", _("科研院所")
    SERVICE = "service", _("服务机构")
    PARK = "park", _("园区")
    FUND = "fund", _("基金")
    GOVERNMENT = "government", _("政府部门")


class OrganisationState(TextChoices):
    UNVERIFIED = "unverified", _("待核验")
    VERIFIED = "verified", _("已核验")
    REJECTED = "rejected", _("核验未通过")


class MembershipState(TextChoices):
    REQUESTED = "requested", _("待确认")
    ACTIVE = "active", _("在职")
    DECLINED = "declined", _("未通过")
    LEFT = "left", _("已离开")


class MembershipRole(TextChoices):
    ADMIN = "admin", _("单位管理员")
    MEMBER = "member", _("成员")


class PostRole(TextChoices):
    OPERATOR = "operator", _("平台运营")
    MANAGER = "manager", _("技术经理人")
    AUDITOR = "auditor", _("审计")


class Purpose(TextChoices):
    """What a person comes for, asked in plain words when joining."""

    ASK = "ask", _("我们有难题，想找技术、人才、资金或场地")
    OFFER = "offer", _("我有科研成果，想找企业用起来")
    BROKER = "broker", _("我帮别人牵线，是技术经理人或服务机构")
    LOOK = "look", _("先看看")
