"""Fields that name something of a classification: technical fields, regions."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.choices import CallableChoiceIterator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from keqiao.exchange.widgets import FieldPicker
from keqiao.parties import taxonomy


class FieldCodesField(forms.Field):
    """Codes of technical fields; at most `most`. Takes codes as people write them, or exact names."""

    most = 5
    api_type = list[str]
    widget = FieldPicker

    def clean(self, value: Any) -> list[str]:
        given = [value] if isinstance(value, str) else list(value or [])
        words = [word for text in given for word in self.words_of(str(text).strip())]
        codes = list(dict.fromkeys(self.code_of(word) for word in words))
        if len(codes) > self.most:
            raise ValidationError(
                _("最多选择 %(most)d 个技术领域，请去掉不太相关的。"), params={"most": self.most}, code="most"
            )
        return codes

    def words_of(self, text: str) -> list[str]:
        """One name with its spaces and commas, or several parted by them."""
        if text.lower() in taxonomy.field_names():
            return [text]
        return [word for word in re.split(r"[,，、;；\s]+", text) if word]

    def code_of(self, word: str) -> str:
        code = taxonomy.code_of(word)
        if not code:
            raise ValidationError(
                _("没有“%(word)s”这个技术领域。请输入两三个字，从列出的领域中选择。"),
                params={"word": word[:30]},
                code="unknown",
            )
        return code


def region_choices() -> list[tuple[str, Any]]:
    """Provinces as groups; a province stands first in its own group."""
    choices: list[tuple[str, Any]] = [("", gettext("（不限）"))]
    for province in taxonomy.children(taxonomy.regions(), ""):
        cities = taxonomy.children(taxonomy.regions(), province.code)
        group = [(province.code, province.label), *((city.code, city.label) for city in cities)]
        choices.append((province.label, group))
    return choices


class RegionField(forms.CharField):
    """A province or city, by code or by name."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=60, required=False, widget=forms.Select(), **kwargs)
        self.widget.choices = CallableChoiceIterator(region_choices)

    def clean(self, value: Any) -> str:
        typed = super().clean(value)
        code = taxonomy.region_code(typed) if typed else ""
        if typed and not code:
            raise ValidationError(
                _("没有找到地区“%(typed)s”。请写省或市的名称，例如“湖北省武汉市”。"),
                params={"typed": typed},
                code="unknown",
            )
        return code
