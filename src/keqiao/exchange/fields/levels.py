"""The field that says who may see each field of a record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from keqiao.exchange.widgets import LevelTable
from keqiao.kernel.visibility import Level


class LevelsField(forms.Field):
    """Who may see each of the fields that leave a choice: `{"budget_maximum": "nda"}`; names or numbers of levels."""

    api_type = dict[str, str]

    def __init__(self, labels: Mapping[str, Any], **kwargs: Any) -> None:
        self.labels = dict(labels)
        super().__init__(required=False, widget=LevelTable(self.labels), **kwargs)

    def clean(self, value: Any) -> dict[str, int]:
        given = value if isinstance(value, Mapping) else {}
        levels: dict[str, int] = {}
        for name, chosen in given.items():
            if name not in self.labels:
                raise ValidationError(_("“%(name)s”不能选择保密级别。"), params={"name": str(name)[:40]})
            if chosen not in (None, ""):
                levels[name] = level_named(chosen)
        return levels


def level_named(chosen: Any) -> int:
    """The level by its name (`nda`) or number."""
    text = str(chosen).strip().upper()
    if text in Level.__members__:
        return int(Level[text])
    if text.isdigit() and int(text) in Level.values:
        return int(text)
    raise ValidationError(
        _("没有“%(chosen)s”这个保密级别。可以是 public、registered、nda、staff。"), params={"chosen": str(chosen)[:20]}
    )
