"""Form fields that every room may use: an amount of money."""

from __future__ import annotations

import math
import re
from decimal import Decimal
from typing import Annotated, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from pydantic import BeforeValidator, WithJsonSchema

from keqiao.kernel.money import LARGEST, NotMoney, in_words, lacks_unit, parse_yuan

LONGEST_AMOUNT = 40
DECIMAL = re.compile(r"[0-9]+(?:\.[0-9]+)?")


def as_yuan(value: Any) -> Any:
    """A JSON number or a plain decimal as an amount in yuan; whatever else there is, for the form to judge."""
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        value = f"{Decimal(str(value)):f}" if math.isfinite(value) else str(value)
    return f"{value} CNY" if isinstance(value, str) and DECIMAL.fullmatch(value) else value


Amount = Annotated[
    str,
    BeforeValidator(as_yuan),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "pattern": r"^[0-9]{1,12}(\.[0-9]{1,2})?$"},
                {"type": "number", "minimum": 0, "maximum": float(LARGEST)},
            ],
            "description": "Yuan (CNY), a decimal with at most two places.",
            "examples": ["3000000.00"],
        }
    ),
]
"""An amount over the API: yuan as a decimal. What people write on pages (`300万元`) is read as well."""


class MoneyField(forms.CharField):
    """An amount of yuan as people write it: `300万`, `３００ 万元`, `1.2亿`, `CNY 3 million`; a `Decimal`, or `None`.

    A small number without a unit is asked back, unless the label says that the field is in yuan (`in_yuan`).
    """

    api_type: Any = Amount
    default_error_messages = {
        "shape": _("看不懂这个金额。请写成“300 万元”或“50000 元”。"),
        "cents": _("金额精确到分，最多两位小数。"),
        "size": _("金额太大，请检查是不是多写了“万”或“亿”。"),
        "negative": _("金额不能是负数，请去掉负号。"),
        "currency": _("只接受人民币。请换算成人民币再填写，例如“300 万元”。"),
        "range": _("这是一个范围。请只填一个金额，例如“300 万元”。"),
        "positive": _("金额须大于 0。"),
        "unit": _("请写明单位：%(number)s 万元还是 %(number)s 元？"),
    }

    def __init__(self, *, positive: bool = False, in_yuan: bool = False, **kwargs: Any) -> None:
        self.positive, self.in_yuan = positive, in_yuan
        kwargs.setdefault("help_text", "" if in_yuan else _("例如“300 万元”或“50000 元”。"))
        super().__init__(**kwargs)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return super().widget_attrs(widget) | {"maxlength": str(LONGEST_AMOUNT)}

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, Decimal):
            return value
        return f"{value:,.2f}" if self.in_yuan else in_words(value)

    def clean(self, value: Any) -> Decimal | None:
        text = super().clean(format(value, "f") if isinstance(value, Decimal) else value)
        if not text:
            return None
        try:
            amount = self.read(text)
        except NotMoney as problem:
            raise ValidationError(self.error_messages[problem.reason], code=problem.reason) from None
        if self.positive and not amount:
            raise ValidationError(self.error_messages["positive"], code="positive")
        return amount

    def read(self, text: str) -> Decimal:
        """The amount in the text."""
        if len(text) > LONGEST_AMOUNT:
            raise NotMoney("shape")
        amount = parse_yuan(text)
        if not self.in_yuan and lacks_unit(text):
            number = f"{amount.normalize():f}"
            raise ValidationError(self.error_messages["unit"], params={"number": number}, code="unit")
        return amount
