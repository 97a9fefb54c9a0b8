"""What the verbs of contracts ask for."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from keqiao.kernel.dates import day_in_words
from keqiao.kernel.fields import MoneyField
from keqiao.kernel.workflow import VerbForm
from keqiao.projects.enums import ContractType, OwnershipClause, PaymentMode, RateTrend, RoyaltyBase
from keqiao.projects.fields import DayField, InstalmentsField, RatesField
from keqiao.projects.models import Contract


def choice(choices: Any) -> list[tuple[str, Any]]:
    """The choices with an empty one first: drafts may leave it open."""
    return [("", _("请选择")), *choices]


class ContractForm(VerbForm):
    """The terms of a contract. Everything may be missing: drafts save at any time."""

    title = forms.CharField(label=_("合同名称"), max_length=120, required=False)
    type = forms.ChoiceField(label=_("合同类型"), choices=choice(ContractType.choices), required=False)
    subject = forms.CharField(
        label=_("标的与内容"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("做什么、交付什么、在哪里、到什么时候。"),
    )
    payment_mode = forms.ChoiceField(label=_("支付方式"), choices=choice(PaymentMode.choices), required=False)
    amount = MoneyField(
        label=_("合同金额或入门费（元）"),
        in_yuan=True,
        required=False,
        help_text=_("提成支付附加入门费时填入门费；纯提成支付不填。"),
    )
    instalments = InstalmentsField(
        label=_("分期"), required=False, help_text=_("每行一期：日期 金额 条件。各期之和须等于合同金额。")
    )
    royalty_base = forms.ChoiceField(label=_("提成基数"), choices=choice(RoyaltyBase.choices), required=False)
    rate_trend = forms.ChoiceField(label=_("提成比例的变化"), choices=choice(RateTrend.choices), required=False)
    rates = RatesField(
        label=_("提成比例（%）"), required=False, help_text=_("固定比例写一行；逐年递增或递减时每年一行。")
    )
    book_inspection = forms.CharField(
        label=_("查账办法"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("提成支付时，可以约定查阅有关会计账目的办法（民法典第八百四十六条）。"),
    )
    try_first = forms.BooleanField(label=_("先用后付：先试用，按事先约定的办法转正付费或归还"), required=False)
    trial_ends_on = DayField(label=_("试用截止"), required=False)
    trial_terms = forms.CharField(
        label=_("试用后如何计价、转正或归还"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    ownership = forms.ChoiceField(label=_("成果归属"), choices=choice(OwnershipClause.choices), required=False)
    ownership_text = forms.CharField(
        label=_("归属的具体约定"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    text = forms.CharField(
        label=_("其他条款"),
        max_length=20000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("风险、保密、违约、争议解决等。"),
    )


class SignForm(VerbForm):
    """The signature is on this very text: its hash comes along."""

    agree = forms.BooleanField(label=_("我已核对合同全文，代表本方签署"))
    digest = forms.CharField(label=_("合同文本的 SHA-256"), max_length=64, widget=forms.HiddenInput)

    def clean_digest(self) -> str:
        digest: str = self.cleaned_data["digest"]
        if self.row is not None and digest != self.row.digest:
            raise forms.ValidationError(_("合同文本在您打开之后改过。请重新核对全文再签署。"))
        return digest


class RegisterForm(VerbForm):
    """What the registry answered. Registration is voluntary; without it there is no tax relief."""

    registration_number = forms.RegexField(
        label=_("认定登记编号"),
        regex=r"^[0-9A-Za-z\-]{6,60}$",
        max_length=60,
        error_messages={"invalid": _("编号由 6 位以上的数字、字母或短横线组成。")},
    )
    registration_authority = forms.CharField(label=_("登记机构"), max_length=120)
    registered_on = DayField(label=_("登记日期"), past=True)
    technical_amount = MoneyField(label=_("技术交易额（元）"), in_yuan=True)
    rule_version = forms.CharField(
        label=_("适用的登记办法"), max_length=120, required=False, help_text=_("登记时适用的认定登记办法及版本。")
    )

    def clean_registration_number(self) -> str:
        number: str = self.cleaned_data["registration_number"].upper()
        others = Contract.objects.filter(registration_number=number)
        if (others.exclude(pk=self.row.pk) if self.row is not None else others).exists():
            raise forms.ValidationError(_("这个编号已经登记在另一份合同上，请核对。"))
        return number

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if self.row is None:
            return data
        day, amount = data.get("registered_on"), data.get("technical_amount")
        if day and self.row.signed_on and day < self.row.signed_on:
            signed = day_in_words(self.row.signed_on, with_year=True)
            self.add_error("registered_on", gettext("登记日期不能早于签订日期 %(day)s。") % {"day": signed})
        if amount is not None and self.is_fixed_price and amount > (self.row.amount or Decimal(0)):
            self.add_error("technical_amount", gettext("技术交易额不能超过合同金额。"))
        return data

    @property
    def is_fixed_price(self) -> bool:
        return self.row.payment_mode in {PaymentMode.LUMP_SUM, PaymentMode.INSTALMENTS}
