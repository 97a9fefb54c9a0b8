"""Form fields of their own: lines, uploads, dates that have passed."""

from __future__ import annotations

import datetime
import decimal
from decimal import Decimal
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from keqiao.kernel import files
from keqiao.kernel.access import Invalid
from keqiao.kernel.money import leading_yuan


class DayField(forms.DateField):
    """A date; with `past` it may not lie in the future, with `future` not in the past."""

    default_error_messages = {
        "invalid": _("请填写日期，例如 2026-03-01。"),
        "past": _("日期不能晚于今天。"),
        "future": _("日期不能早于今天。"),
    }

    def __init__(self, *, past: bool = False, future: bool = False, **kwargs: Any) -> None:
        self.past, self.future = past, future
        kwargs.setdefault("widget", forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
        super().__init__(**kwargs)

    def validate(self, value: datetime.date | None) -> None:
        super().validate(value)
        if value is None:
            return
        if self.past and value > timezone.localdate():
            raise forms.ValidationError(self.error_messages["past"], code="past")
        if self.future and value < timezone.localdate():
            raise forms.ValidationError(self.error_messages["future"], code="future")
        if not 2000 <= value.year <= 2100:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")


class UploadField(forms.FileField):
    """A file whose type is read from its bytes (`kernel.files.check`)."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(allow_empty_file=True, **kwargs)

    def clean(self, data: Any, initial: Any = None) -> Any:
        upload = super().clean(data, initial)
        if isinstance(upload, UploadedFile):
            try:
                files.check(upload)
            except Invalid as refusal:
                raise forms.ValidationError([m for found in refusal.errors.values() for m in found]) from None
        return upload


class LinesField(forms.CharField):
    """One item per line in a text area, kept as a list. Subclasses say how a line reads and is written."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.Textarea(attrs={"rows": 4}))
        super().__init__(max_length=4000, **kwargs)

    def read(self, line: str) -> Any:
        raise NotImplementedError

    def written(self, item: Any) -> str:
        raise NotImplementedError

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(self.written(item) for item in value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[Any]:
        text = super().clean(self.prepare_value(value))
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        if len(lines) > 60:
            raise forms.ValidationError(_("最多 60 行。"))
        return [self.read(line) for line in lines]


class InstalmentsField(LinesField):
    """``2026-03-01 100000 合同签订后`` on each line."""

    def read(self, line: str) -> dict[str, str]:
        day, _space, rest = line.partition(" ")
        try:
            due = datetime.date.fromisoformat(day)
            amount, condition = leading_yuan(rest)
        except ValueError:
            raise forms.ValidationError(
                _("这一行看不懂：“%(line)s”。请写成“2026-03-01 100000.00 付款条件”。"), params={"line": line[:60]}
            ) from None
        return {"due_on": due.isoformat(), "amount": str(amount), "condition": condition}

    def written(self, item: dict[str, str]) -> str:
        return f"{item['due_on']} {item['amount']} {item['condition']}".strip()


class RatesField(LinesField):
    """A rate in per cent on each line, one for each year."""

    def read(self, line: str) -> str:
        try:
            rate = Decimal(line.rstrip("%％ "))
        except decimal.InvalidOperation:
            rate = Decimal("NaN")
        if not rate.is_finite() or not 0 < rate <= 100 or rate != round(rate, 4):
            raise forms.ValidationError(
                _("提成比例须在 0 与 100 之间，例如 3.5：“%(line)s”。"), params={"line": line[:60]}
            )
        return str(rate)

    def written(self, item: str) -> str:
        return str(item)
