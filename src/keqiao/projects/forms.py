"""What the verbs of projects, milestones and income ask for."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from keqiao.kernel.dates import day_in_words
from keqiao.kernel.fields import MoneyField
from keqiao.kernel.money import total
from keqiao.kernel.workflow import VerbForm
from keqiao.matching.enums import ProposalState
from keqiao.matching.models import Proposal
from keqiao.matching.showing import unit_text
from keqiao.parties.enums import MembershipState
from keqiao.parties.models import Person
from keqiao.projects import measure
from keqiao.projects.enums import MilestoneState, Reach, StopReason, Verdict
from keqiao.projects.fields import DayField, UploadField
from keqiao.projects.measure import NotANumber, measurable, parse_value, written

LONG = forms.Textarea(attrs={"rows": 4})

CONFIDENTIALITY = _(
    "我方对因本项目获知的对方技术信息与经营信息保密，只用于本项目的评估与实施，未经对方书面同意不向第三方披露；"
    "已为公众所知的信息、依法必须披露的信息除外。项目终止后保密义务继续有效，直至信息依法公开。"
)
CASE_CONSENT = _(
    "同意平台公开本项目的名称、领域、节点和案例介绍，作为合作案例展示。金额、测量值、合同与联系方式不公开。可以随时收回同意。"
)


def pair(proposal: Proposal) -> str:
    """A proposal by what it brings together."""
    return f"{proposal.title} ⟷ {proposal.offer_title}"


class OpenForm(VerbForm):
    """Which agreed proposal becomes a project."""

    proposal = forms.ModelChoiceField(
        label=_("已达成意向的对接"),
        queryset=Proposal.objects.none(),
        error_messages={"invalid_choice": _("没有这项对接，或者它还没有得到双方同意。")},
    )
    title = forms.CharField(label=_("项目名称"), max_length=120, required=False, help_text=_("不填则用需求的标题。"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        proposal: Any = self.fields["proposal"]
        proposal.label_from_instance = pair
        if self.actor is not None:
            agreed = (ProposalState.AGREED, ProposalState.NDA_SIGNED)
            open_ones = Proposal.objects.visible_to(self.actor).filter(state__in=agreed, project=None)
            proposal.queryset = open_ones.select_related("need", "achievement", "solution", "person")


class AgreeForm(VerbForm):
    """The non-disclosure agreement, in the words that are kept."""

    agree = forms.BooleanField(label=_("我已阅读并代表本方同意"), help_text=CONFIDENTIALITY)


class HandOverForm(VerbForm):
    """Who acts for this side from now on: a member of its organisation."""

    person = forms.ModelChoiceField(
        label=_("新的负责人"),
        queryset=Person.objects.none(),
        empty_label=_("请选择"),
        help_text=_("本单位的在册成员。之后由新负责人签署、交付、验收和确认；单位管理员也可以代为操作。"),
        error_messages={"invalid_choice": _("请从本单位的在册成员中选择。")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        person: Any = self.fields["person"]
        if self.row is not None and (side := self.row.side_of(self.actor)):
            _contact, organisation = self.row.contact_of(side)
            members = Person.objects.filter(
                memberships__organisation=organisation, memberships__state=MembershipState.ACTIVE, is_active=True
            )
            person.queryset = members.exclude(pk__in=(self.row.asker_id, self.row.provider_id)).order_by("pk")


class MilestoneForm(VerbForm):
    """A step with a date. Payments of all steps may not exceed the contract."""

    title = forms.CharField(label=_("里程碑"), max_length=120)
    due_on = DayField(label=_("应完成日期"), future=True)
    payment = MoneyField(label=_("对应付款（元）"), in_yuan=True, required=False)

    def clean_payment(self) -> Decimal | None:
        payment: Decimal | None = self.cleaned_data.get("payment")
        project = getattr(self.row, "project", self.row)
        contract = project.current_contract if project is not None else None
        if payment is None or contract is None or not contract.amount:
            return payment
        others = project.milestone_rows.exclude(state=MilestoneState.CANCELLED)
        if self.row is not project:
            others = others.exclude(pk=self.row.pk)
        left = contract.amount - total(others.values_list("payment", flat=True))
        if payment > left:
            raise forms.ValidationError(
                _("各里程碑的付款之和不能超过合同金额：这一项最多 %(left)s 元。"), params={"left": f"{left:,.2f}"}
            )
        return payment


class DeliverForm(VerbForm):
    delivery_note = forms.CharField(label=_("交付了什么"), max_length=2000, widget=LONG)
    evidence = UploadField(label=_("交付物或证明"), required=False)


class ReasonForm(VerbForm):
    reason = forms.CharField(label=_("原因"), max_length=2000, widget=LONG)


class SampleForm(VerbForm):
    """A sample on its way."""

    sent_on = DayField(label=_("送样日期"), past=True, initial=timezone.localdate)
    sample = forms.CharField(
        label=_("样品说明"), max_length=1000, widget=LONG, help_text=_("批号、数量、与上一轮相比改了什么。")
    )


class MeasureForm(VerbForm):
    """One value for each target of the contract; a target that was not measured stays empty.

    Pages post `value_1`, `value_2`, …; the API may send `values` instead: a list in the order of the targets, or an
    object by name.
    """

    received_on = DayField(label=_("收样日期"), past=True, initial=timezone.localdate)
    measured_on = DayField(label=_("测试日期"), past=True, initial=timezone.localdate)
    values = forms.JSONField(label=_("测量值"), required=False, widget=forms.HiddenInput)
    note = forms.CharField(label=_("测试条件与说明"), max_length=2000, required=False, widget=LONG)
    report = UploadField(label=_("测试报告"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.targets = measurable(self.row.targets) if self.row is not None else []
        for number, target in enumerate(self.targets, start=1):
            unit = unit_text(target.get("unit", ""))
            hint = gettext("单位：%(unit)s") % {"unit": unit} if unit else ""
            self.fields[f"value_{number}"] = forms.CharField(
                label=written(target), max_length=40, required=False, help_text=hint
            )
        self.order_fields(["received_on", "measured_on", *self.value_names, "note", "report"])

    @property
    def value_names(self) -> list[str]:
        return [f"value_{number}" for number in range(1, len(self.targets) + 1)]

    def typed(self) -> list[str]:
        """What was entered for each target, from whichever way it came."""
        given = self.cleaned_data.get("values")
        if isinstance(given, dict):
            unknown = set(given) - {target["name"] for target in self.targets}
            if unknown:
                self.add_error("values", gettext("没有这个指标：%(names)s。") % {"names": "、".join(sorted(unknown))})
            given = [given.get(target["name"]) for target in self.targets]
        elif isinstance(given, list) and len(given) > len(self.targets):
            self.add_error("values", gettext("测量值比指标多。"))
        if isinstance(given, list):
            padded = [*given, *[None] * len(self.targets)][: len(self.targets)]
            return ["" if value is None else str(value) for value in padded]
        return [self.cleaned_data.get(name, "") for name in self.value_names]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        data["judged"] = self.judged()
        received, measured_on = data.get("received_on"), data.get("measured_on")
        current = self.row.round_rows.last() if self.row is not None else None
        if received and current and received < current.sent_on:
            sent = day_in_words(current.sent_on, with_year=True)
            self.add_error("received_on", gettext("收样日期不能早于送样日期 %(day)s。") % {"day": sent})
        if received and measured_on and measured_on < received:
            self.add_error("measured_on", gettext("测试日期不能早于收样日期。"))
        return data

    def judged(self) -> list[dict[str, Any]]:
        """Every target with its value and verdict."""
        found = []
        for name, target, text in zip(self.value_names, self.targets, self.typed(), strict=True):
            try:
                value = parse_value(text, target.get("unit", "")) if text else None
            except NotANumber:
                words = gettext("“%(target)s”请填写数字或范围，单位与指标相同，例如 98.68。")
                self.add_error(name, words % {"target": written(target)})
                continue
            found.append(measure.judge(target, value))
        if self.targets and all(item["low"] is None for item in found) and not self.errors:
            self.add_error(None, gettext("请至少填写一个指标的测量值。"))
        return found


class RequestAcceptanceForm(VerbForm):
    request = forms.CharField(label=_("完成情况"), max_length=4000, widget=LONG)


class AcceptForm(VerbForm):
    """The verdict. “Passed” only when every target was met in the last round."""

    verdict = forms.ChoiceField(label=_("结论"), choices=Verdict.choices, widget=forms.RadioSelect)
    evidence = forms.CharField(label=_("验收依据"), max_length=4000, widget=LONG)
    file = UploadField(label=_("验收报告"), required=False)

    def clean_verdict(self) -> str:
        verdict: str = self.cleaned_data["verdict"]
        missed = self.missed()
        if verdict == Verdict.PASSED and missed:
            raise forms.ValidationError(
                _("最后一轮测试中这些指标没有达到：%(names)s。请再测一轮，或选择“让步接收”并在依据中写明理由。"),
                params={"names": "、".join(missed)},
            )
        return verdict

    def missed(self) -> list[str]:
        """The targets that the last round did not meet (all of them, without a round)."""
        if self.row is None:
            return []
        last = self.row.round_rows.exclude(measured_on=None).last()
        return measure.missed(last.values) if last else [item["name"] for item in measurable(self.row.targets)]


class IncomeForm(VerbForm):
    """Money that came in."""

    received_on = DayField(label=_("到账日期"), past=True)
    amount = MoneyField(label=_("金额（元）"), in_yuan=True, positive=True)
    note = forms.CharField(label=_("款项说明"), max_length=200, required=False)
    evidence = UploadField(label=_("到账凭证"), required=False)


class RewardForm(VerbForm):
    """Money paid to the people who did it."""

    recipient = forms.CharField(label=_("获奖人或团队"), max_length=120)
    amount = MoneyField(label=_("金额（元）"), in_yuan=True, positive=True)
    paid_on = DayField(label=_("发放日期"), past=True)
    basis = forms.CharField(label=_("依据"), max_length=200, required=False, help_text=_("本单位的奖励办法或协议。"))


class RateForm(VerbForm):
    score = forms.TypedChoiceField(
        label=_("评分"),
        coerce=int,
        choices=[
            ("", _("请选择")),
            (5, _("5 很满意")),
            (4, _("4 满意")),
            (3, _("3 一般")),
            (2, _("2 不满意")),
            (1, _("1 很不满意")),
        ],
    )
    comment = forms.CharField(label=_("一句话评价"), max_length=1000, required=False, widget=LONG)


class StopForm(ReasonForm):
    """The kind of reason is counted, so none is chosen beforehand."""

    code = forms.ChoiceField(label=_("原因类别"), choices=[("", _("请选择")), *StopReason.choices])
    field_order = ("code", "reason")


class DisputeForm(VerbForm):
    dispute = forms.CharField(label=_("异议"), max_length=1000, widget=LONG, help_text=_("哪里不符，应为多少。"))


class CaseConsentForm(VerbForm):
    agree = forms.BooleanField(label=_("我代表本方同意"), help_text=CASE_CONSENT)


class PublishCaseForm(VerbForm):
    case_summary = forms.CharField(
        label=_("案例介绍"), max_length=2000, widget=LONG, help_text=_("所有人可见：不要写金额、保密指标和联系方式。")
    )


class UploadForm(VerbForm):
    file = UploadField(label=_("文件"))
    reach = forms.ChoiceField(
        label=_("谁可以看"), choices=Reach.choices, widget=forms.RadioSelect, initial=Reach.PARTIES
    )
