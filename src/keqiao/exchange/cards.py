"""The cards: what a need, an achievement and a solution say. Everything may be missing: drafts save at any time."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from keqiao.exchange.benefits import problems
from keqiao.exchange.enums import (
    AchievementState,
    CooperationMode,
    IntellectualProperty,
    Language,
    Maturity,
    NeedKind,
    NeedState,
)
from keqiao.exchange.fields import (
    ZONES,
    BenefitsField,
    DeadlineField,
    FieldCodesField,
    FiguresField,
    LevelsField,
    LineField,
    RegionField,
    TextField,
    in_zone,
)
from keqiao.exchange.fields.figures import figure_of
from keqiao.exchange.maturity import MATURITY_NEEDS, MaturityForm
from keqiao.exchange.models import Achievement, Listing, Need
from keqiao.exchange.team import TeamField
from keqiao.exchange.together import CardForm
from keqiao.kernel.fields import MoneyField
from keqiao.kernel.visibility import Level
from keqiao.parties.models import Organisation, Person, standing_of

SEALED = {"organisation": int(Level.NDA), "contact": int(Level.NDA)}


class ListingForm(CardForm):
    """What the cards of needs and achievements share."""

    field_groups: tuple[tuple[Any, tuple[str, ...]], ...] = ()
    asked: tuple[str, ...] = ()
    """What a draft may leave open but triage asks for."""

    title = LineField(label=_("标题"), max_length=120, help_text=_("一句话说清是什么、用在哪里。"))
    title_en = LineField(label=_("英文标题"), max_length=240)
    source_language = forms.ChoiceField(label=_("原文语言"), choices=Language.choices, required=False)
    fields_ = FieldCodesField(label=_("技术领域"), required=False)
    region = RegionField(label=_("地区"))
    cooperation_modes = forms.MultipleChoiceField(
        label=_("合作方式"),
        choices=CooperationMode.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    organisation = forms.ModelChoiceField(
        label=_("以哪家单位的名义"),
        queryset=Organisation.objects.none(),
        required=False,
        empty_label=_("（我的单位；没有单位时为个人）"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = Q(pk__in=standing_of(self.actor).organisations) if self.actor is not None else Q(pk__in=[])
        if self.row is not None and self.row.organisation_id:
            own |= Q(pk=self.row.organisation_id)
        self.fields["organisation"].queryset = Organisation.objects.filter(own)  # type: ignore[attr-defined]

    @classmethod
    def content_of(cls, row: Any) -> dict[str, Any]:
        """The row's values, related records by id."""
        names = [name for name in cls.base_fields if hasattr(row, name)]
        values = {name: getattr(row, name) for name in names if name != "organisation"}
        sealed = {"sealed": row.is_sealed} if "sealed" in cls.base_fields else {}
        return values | sealed | {"organisation": row.organisation_id}

    def clean_source_language(self) -> str:
        return self.cleaned_data["source_language"] or Language.CHINESE.value

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.pop("sealed", False):
            data["levels"] = {**data.get("levels", {}), **SEALED}
        return data

    def sections(self) -> list[tuple[Any, list[forms.BoundField]]]:
        """The fields in the groups of the page."""
        return [(title, [self[name] for name in names]) for title, names in self.field_groups]


# A form keeps its fields in an attribute called `fields`, so that a form field of this name has to be put in by hand.
ListingForm.base_fields["fields"] = ListingForm.base_fields.pop("fields_")


def levels_of(model: type[Listing]) -> LevelsField:
    """One choice of level for each field of the model that leaves one."""
    names = sorted(model.choosable, key=list(model.field_levels).index)
    labels = {name: getattr(model._meta.get_field(name), "verbose_name", name) for name in names}
    return LevelsField(labels | {name: OWN_LABELS[name] for name in names if name in OWN_LABELS}, label=_("谁可以看"))


OWN_LABELS = {"budget_maximum": _("预算"), "team": _("团队成员")}


class NeedForm(ListingForm):
    """The need card."""

    together = (("budget_minimum", "budget_maximum"), ("deadline", "deadline_zone"))
    asked = ("title", "problem", "targets", "fields")
    field_groups = (
        (_("要解决什么"), ("kind", "title", "problem", "current_state", "targets")),
        (_("领域与地区"), ("fields", "region")),
        (
            _("条件"),
            ("cooperation_modes", "budget_minimum", "budget_maximum", "deadline", "deadline_zone", "background"),
        ),
        (_("英文内容（可选）"), ("source_language", "title_en", "problem_en")),
        (_("保密"), ("sealed", "levels", "organisation")),
    )

    kind = forms.ChoiceField(label=_("需求类型"), choices=NeedKind.choices, required=False, widget=forms.RadioSelect)
    problem = TextField(
        label=_("要解决的问题"), max_length=8000, rows=8, help_text=_("现在怎样，难在哪里，想要什么结果。")
    )
    current_state = TextField(label=_("现状"), max_length=2000, rows=3, help_text=_("现在能做到多少，用过什么办法。"))
    targets = FiguresField(
        label=_("目标指标"),
        help_text=_("一行一个，例如“吸光率 ≥ 98 %”。不是必须达到的，在行末写“（期望）”。"),
    )
    budget_minimum = MoneyField(label=_("预算下限"), required=False)
    budget_maximum = MoneyField(label=_("预算上限"), required=False)
    deadline = DeadlineField(label=_("截止时间"), help_text=_("只写日期时，到当天结束为止。"))
    deadline_zone = forms.ChoiceField(label=_("时区"), choices=list(ZONES.items()), required=False)
    background = TextField(label=_("单位背景"), max_length=4000, rows=4)
    problem_en = TextField(label=_("英文描述"), max_length=16000, rows=6)
    sealed = forms.BooleanField(
        label=_("匿名发布：签署保密协议之前不显示单位和联系人"),
        required=False,
        help_text=_("标题和问题描述里也不要写出单位名称。"),
    )
    levels = levels_of(Need)

    def clean_kind(self) -> str:
        return self.cleaned_data["kind"] or (self.row.kind if self.row else NeedKind.TECHNOLOGY.value)

    def clean_deadline_zone(self) -> str:
        return self.cleaned_data["deadline_zone"] or "Asia/Shanghai"

    @classmethod
    def content_of(cls, row: Any) -> dict[str, Any]:
        """The deadline as the clock on the wall of its own time zone says it."""
        values = super().content_of(row)
        if isinstance(row.deadline, datetime):
            there = row.deadline.astimezone(ZoneInfo(row.deadline_zone))
            values["deadline"] = there.strftime("%Y-%m-%dT%H:%M")
        return values

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if moment := data.get("deadline"):
            try:
                data["deadline"] = in_zone(moment, data.get("deadline_zone") or "Asia/Shanghai")
            except ValidationError as error:
                self.add_error("deadline", error)
        low, high = data.get("budget_minimum"), data.get("budget_maximum")
        if isinstance(low, Decimal) and isinstance(high, Decimal) and low > high:
            self.add_error("budget_minimum", _("预算下限大于上限，请对调。"))
        return data


class AchievementForm(MaturityForm, ListingForm):
    """The achievement card."""

    asked = ("title", "summary", "fields", "intellectual_property")
    field_groups = (
        (_("是什么"), ("title", "summary", "advantages", "applications", "specifications", "benefits")),
        (_("领域与地区"), ("fields", "region")),
        (_("成熟到哪一步"), ("maturity", "maturity_evidence", "maturity_assessor", "maturity_date")),
        (
            _("权属与合作"),
            ("intellectual_property", "intellectual_property_note", "cooperation_modes", "price_idea", "team"),
        ),
        (_("英文内容（可选）"), ("source_language", "title_en", "summary_en")),
        (_("保密"), ("details", "levels", "organisation")),
    )

    summary = TextField(label=_("成果简介"), max_length=8000, rows=8, help_text=_("原理、做到了什么、在哪里验证过。"))
    advantages = TextField(label=_("与现有方案相比"), max_length=2000, rows=3)
    applications = TextField(label=_("可以用在哪里"), max_length=2000, rows=3)
    specifications = FiguresField(label=_("指标表"), help_text=_("一行一个实测或标称值，例如“吸光率 98.68 %”。"))
    benefits = BenefitsField(
        label=_("效益估算"),
        help_text=_(
            "一行一个“名称（单位）= 公式”，例如“年省电费（元）= 负荷[kW] * (现状.PUE - PUE) * 8760 h * 0.6 元/kWh”。"
            "指标表里有的名称直接写；要读者提供的写“现状.名称[单位]”或“目标.名称[单位]”。"
        ),
    )
    intellectual_property = forms.ChoiceField(
        label=_("知识产权"), choices=[("", _("未填写")), *IntellectualProperty.choices], required=False
    )
    intellectual_property_note = LineField(label=_("专利号等"), max_length=300)
    price_idea = LineField(label=_("价格设想"), max_length=200, help_text=_("例如“许可费 80 万元起，另加销售额 3 %”。"))
    team = TeamField(label=_("团队成员"))
    summary_en = TextField(label=_("英文简介"), max_length=16000, rows=6)
    details = TextField(label=_("保密细节"), max_length=8000, rows=5, help_text=_("只有签署保密协议后才能看到。"))
    levels = levels_of(Achievement)

    @classmethod
    def content_of(cls, row: Any) -> dict[str, Any]:
        return super().content_of(row) | {"team": TeamField.lines_of(row)}

    def clean_team(self) -> Any:
        return TeamField.people_of(self.cleaned_data["team"], self.actor, self.row)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        own = [figure_of(item) for item in data.get("specifications") or ()]
        for what in problems(data.get("benefits") or (), own):
            self.add_error("benefits", what)
        return data


class SolutionForm(CardForm):
    """An answer to a need: how, with what evidence, how mature, at about what price, by whom."""

    together = (("maturity", "maturity_evidence"),)
    need = forms.ModelChoiceField(
        label=_("需求"),
        queryset=Need.objects.none(),
        widget=forms.HiddenInput,
        error_messages={"invalid_choice": _("这项需求不存在，或者现在不接受应答。")},
    )
    organisation = forms.ModelChoiceField(
        label=_("以哪家单位的名义"),
        queryset=Organisation.objects.none(),
        required=False,
        empty_label=_("（我的单位；没有单位时为个人）"),
    )
    achievement = forms.ModelChoiceField(
        label=_("相关成果"), queryset=Achievement.objects.none(), required=False, empty_label=_("（没有或尚未发布）")
    )
    approach = TextField(label=_("技术路线"), max_length=4000, rows=7, help_text=_("打算怎样做到，关键步骤是什么。"))
    specifications = FiguresField(
        label=_("能达到的指标"), help_text=_("逐条对应需求的目标指标，一行一个，例如“吸光率 98.68 %”。")
    )
    evidence = TextField(
        label=_("依据（数据、样品、案例）"),
        max_length=4000,
        rows=4,
        help_text=_("测试数据、样品、已有用户；能否寄样。"),
    )
    maturity = forms.TypedChoiceField(
        label=_("技术就绪度"),
        choices=[("", _("未评估")), *Maturity.choices],
        coerce=int,
        empty_value=None,
        required=False,
    )
    maturity_evidence = LineField(label=_("就绪度依据"), max_length=400)
    price_idea = LineField(label=_("价格设想"), max_length=200)
    team = TextField(label=_("团队"), max_length=1000, rows=3)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        standing = standing_of(self.actor)
        self.fields["organisation"].queryset = Organisation.objects.filter(pk__in=standing.organisations)  # type: ignore[attr-defined]
        self.fields["need"].queryset = self.needs()  # type: ignore[attr-defined]
        mine = Q(contact=self.actor.pk) | Q(organisation__in=standing.organisations) if self.actor else Q(pk__in=[])
        self.fields["achievement"].queryset = Achievement.objects.filter(  # type: ignore[attr-defined]
            mine, state=AchievementState.PUBLISHED
        )

    def needs(self) -> Any:
        """Needs that can be answered; for a draft, its own."""
        if self.row is not None:
            return Need.objects.filter(pk=self.row.need_id)
        return Need.objects.visible_to(self.actor).filter(state=NeedState.OPEN)

    @classmethod
    def content_of(cls, row: Any) -> dict[str, Any]:
        values = {name: getattr(row, name) for name in cls.base_fields if name != "version"}
        related = {"need": row.need_id, "organisation": row.organisation_id, "achievement": row.achievement_id}
        return values | related

    def clean_need(self) -> Need:
        need: Need = self.cleaned_data["need"]
        own = self.actor.pk == need.contact_id or need.organisation_id in standing_of(self.actor).organisations
        if own:
            raise ValidationError(_("这是您自己单位的需求，不能由自己应答。"))
        return need

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("maturity") is not None and not data.get("maturity_evidence"):
            self.add_error("maturity_evidence", MATURITY_NEEDS["maturity_evidence"])
        return data


__all__ = ["AchievementForm", "NeedForm", "Person", "SolutionForm"]
