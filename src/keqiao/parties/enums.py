"""States and kinds of parties."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class PersonState(TextChoices):
    ACTIVE = "active", _("正常")
    CLOSED = "closed", _("已注销")


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
    INVITED = "invited", _("已邀请")
    ACTIVE = "active", _("在职")
    DECLINED = "declined", _("未通过")
    LEFT = "left", _("已离开")


class MembershipRole(TextChoices):
    ADMIN = "admin", _("单位管理员")
    MEMBER = "member", _("成员")


class NodeState(TextChoices):
    OPEN = "open", _("运行中")
    CLOSED = "closed", _("已关闭")


class PostState(TextChoices):
    ACTIVE = "active", _("在任")
    ENDED = "ended", _("已结束")


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


class OrganisationSize(TextChoices):
    """Size by the number of people, as organisations say it themselves."""

    MICRO = "micro", _("20 人以下")
    SMALL = "small", _("20–299 人")
    MEDIUM = "medium", _("300–999 人")
    LARGE = "large", _("1000 人及以上")


class VerificationReason(TextChoices):
    """Why staff does not accept an organisation; counted."""

    CODE_UNKNOWN = "code_unknown", _("统一社会信用代码查无此单位")
    NAME_MISMATCH = "name_mismatch", _("名称与代码登记的不一致")
    DUPLICATE = "duplicate", _("单位已经登记过")
    NOT_LEGAL_PERSON = "not_legal_person", _("不是独立登记的单位")
    NOT_OPERATING = "not_operating", _("单位已注销或吊销")
    MISLEADING = "misleading", _("名称容易与其他单位混淆")
    OTHER = "other", _("其他")


class Industry(TextChoices):
    """Sections of the national classification of industries (GB/T 4754-2017)."""

    AGRICULTURE = "A", _("农、林、牧、渔业")
    MINING = "B", _("采矿业")
    MANUFACTURING = "C", _("制造业")
    ENERGY = "D", _("电力、热力、燃气及水生产和供应业")
    CONSTRUCTION = "E", _("建筑业")
    TRADE = "F", _("批发和零售业")
    TRANSPORT = "G", _("交通运输、仓储和邮政业")
    HOSPITALITY = "H", _("住宿和餐饮业")
    SOFTWARE = "I", _("信息传输、软件和信息技术服务业")
    FINANCE = "J", _("金融业")
    PROPERTY = "K", _("房地产业")
    BUSINESS = "L", _("租赁和商务服务业")
    RESEARCH = "M", _("科学研究和技术服务业")
    ENVIRONMENT = "N", _("水利、环境和公共设施管理业")
    RESIDENTS = "O", _("居民服务、修理和其他服务业")
    EDUCATION = "P", _("教育")
    HEALTH = "Q", _("卫生和社会工作")
    CULTURE = "R", _("文化、体育和娱乐业")
    PUBLIC = "S", _("公共管理、社会保障和社会组织")
    INTERNATIONAL = "T", _("国际组织")
