"""How mature an achievement is: the level with its evidence, asked for on its card and after publication."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from keqiao.exchange.enums import Maturity
from keqiao.exchange.fields import LineField, TextField
from keqiao.kernel.workflow import VerbForm


class MaturityForm(VerbForm):
    """A readiness level: never a bare number, always with evidence, who assessed it and when."""

    together = (("maturity", "maturity_evidence", "maturity_assessor", "maturity_date"),)

    maturity = forms.TypedChoiceField(
        label=_("技术就绪度"),
        choices=[("", _("未评估")), *Maturity.choices],
        coerce=int,
        empty_value=None,
        required=False,
        help_text=_("按 GB/T 22900-2022 的九级。"),
    )
    maturity_evidence = TextField(
        label=_("就绪度依据"), max_length=1000, rows=3, help_text=_("检测报告、样机照片、用户证明等，写出编号和日期。")
    )
    maturity_assessor = LineField(label=_("评估人或机构"), max_length=120)
    maturity_date = forms.DateField(
        label=_("评估日期"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def clean_maturity_date(self) -> Any:
        day = self.cleaned_data["maturity_date"]
        if day and day > timezone.localdate():
            raise ValidationError(_("评估日期不能晚于今天。"))
        return day

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("maturity") is not None:
            for name, words in MATURITY_NEEDS.items():
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, words)
        return data


MATURITY_NEEDS = {
    "maturity_evidence": _("写了就绪度就要写依据，例如检测报告的编号。"),
    "maturity_assessor": _("请写谁评估的：本团队、第三方机构或专家。"),
    "maturity_date": _("请写评估日期。"),
}


class MaturityUpdateForm(MaturityForm):
    """A new readiness level of something already published."""

    maturity = forms.TypedChoiceField(
        label=_("技术就绪度"), choices=Maturity.choices, coerce=int, help_text=_("按 GB/T 22900-2022 的九级。")
    )
