"""Fields of text."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


def tidy(value: str) -> str:
    """Line ends made plain; half characters, which no database keeps, refused."""
    text = value.replace("\r\n", "\n").replace("\r", "\n")
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise ValidationError(gettext("含有无法保存的字符，请删去后重试。"), code="characters")
    return text


class TextField(forms.CharField):
    """Text with a limit that is said in full: how much there is, how much may be."""

    def __init__(self, *, rows: int = 5, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.Textarea(attrs={"rows": rows}))
        kwargs.setdefault("required", False)
        super().__init__(**kwargs)
        self.error_messages["max_length"] = _(
            "最多 %(limit_value)d 字，现在有 %(show_value)d 字。请删减，细节可以放在附件里。"
        )
        for validator in self.validators:
            if getattr(validator, "code", "") == "max_length":
                validator.message = self.error_messages["max_length"]  # type: ignore[attr-defined]

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Without a limit for the browser, which would cut off silently what somebody pastes."""
        return {name: value for name, value in super().widget_attrs(widget).items() if name != "maxlength"}

    def to_python(self, value: Any) -> str:
        return tidy(str(super().to_python(value) or ""))


class LineField(TextField):
    """One line of text: line breaks and runs of spaces become one space."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.TextInput(), **kwargs)

    def to_python(self, value: Any) -> str:
        return " ".join(super().to_python(value).split())
