"""Organisations as rows of a table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keqiao.exchange.fields import RegionField, TextField
from keqiao.parties.enums import Industry, OrganisationKind
from keqiao.parties.fields import CreditCodeField, NameField
from keqiao.parties.models import Organisation

PARTY_FIELDS: dict[str, Any] = {
    "name": NameField(label=gettext_lazy("单位全称"), max_length=120),
    "name_en": NameField(max_length=200, required=False),
    "kind": forms.ChoiceField(choices=OrganisationKind.choices),
    "credit_code": CreditCodeField(required=False),
    "region": RegionField(),
    "industry": forms.ChoiceField(choices=Industry.choices, required=False),
    "website": forms.URLField(required=False, assume_scheme="https", max_length=200),
    "introduction": TextField(max_length=2000),
}


@dataclass(slots=True)
class Register:
    """Codes and names that are already there, in the database or further up in the table."""

    codes: set[str]
    names: set[str]

    @classmethod
    def now(cls) -> Register:
        pairs = list(Organisation.objects.values_list("credit_code", "name"))
        return cls({code for code, _name in pairs if code}, {name for _code, name in pairs})

    def problems(self, cleaned: dict[str, Any]) -> Iterable[tuple[str, str]]:
        """What is wrong with one more organisation; it counts as there from now on."""
        cleaned.setdefault("kind", kind_by_name(cleaned.get("name", "")))
        code, name = cleaned.get("credit_code", ""), cleaned.get("name", "")
        if not name:
            yield "", _("缺少单位名称。")
        if code and code in self.codes:
            yield "", _("统一社会信用代码 %(code)s 已经登记，或在表中重复。") % {"code": code}
        if not code and name in self.names:
            yield "", _("单位“%(name)s”已经登记，或在表中重复。") % {"name": name}
        self.codes.add(code)
        self.names.add(name)


def kind_by_name(name: str) -> str:
    """The kind that a name gives away; a company when none does."""
    for ending, kind in BY_ENDING.items():
        if ending in name:
            return kind
    return OrganisationKind.COMPANY.value


BY_ENDING = {
    word: kind
    for kind, words in {
        "university": "大学 学院",
        "institute": "研究院 研究所",
        "park": "产业园 园区 孵化器",
        "fund": "基金",
        "government": "人民政府 管委会 科技局",
    }.items()
    for word in words.split()
}
