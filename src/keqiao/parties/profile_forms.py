"""What people say about themselves, and who may see it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from keqiao.kernel.visibility import Level
from keqiao.kernel.workflow import VerbForm
from keqiao.parties import taxonomy
from keqiao.parties.enums import Purpose
from keqiao.parties.fields import KnownFieldsField, LevelField, NameField

EVERYBODY = (Level.PUBLIC, Level.REGISTERED, Level.NDA, Level.STAFF)
CONTACT = (Level.REGISTERED, Level.NDA, Level.STAFF)


class WelcomeForm(VerbForm):
    """Three questions on the first page: what for, what name, what position."""

    purposes = forms.MultipleChoiceField(
        label=_("您来这里做什么？"),
        choices=Purpose.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("请至少选一项；还没想好就选“先看看”。")},
    )
    name = NameField(label=_("姓名"), max_length=60)
    title = NameField(label=_("职务或职称"), max_length=60, required=False)


class PersonForm(VerbForm):
    """The profile. Each of the fields that may be kept back has its level beside it."""

    name = NameField(label=_("姓名"), max_length=60)
    name_en = NameField(label=_("英文姓名"), max_length=80, required=False)
    title = NameField(label=_("职务或职称"), max_length=60, required=False)
    fields_known = KnownFieldsField(
        label=_("擅长的领域"), required=False, help_text=_("用逗号隔开，例如：红外镀膜，真空工艺")
    )
    introduction = forms.CharField(
        label=_("简介"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 5})
    )
    level_introduction = LevelField(_("谁能看到简介"), EVERYBODY)
    introduction_en = forms.CharField(
        label=_("英文简介"), max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 5})
    )
    level_introduction_en = LevelField(_("谁能看到英文简介"), EVERYBODY)
    phone = forms.RegexField(
        r"^\+?[0-9][0-9 \-]{5,28}$",
        label=_("电话"),
        max_length=30,
        required=False,
        error_messages={"invalid": _("电话只能有数字、空格、“-”和开头的“+”，例如 027-87654321。")},
    )
    level_phone = LevelField(_("谁能看到电话"), CONTACT)
    level_email = LevelField(_("谁能看到邮箱"), CONTACT)
    is_listed = forms.BooleanField(
        label=_("在人才目录中公开"),
        required=False,
        help_text=_("打开后，任何人都能在人才目录里看到您的姓名、职务和领域。"),
    )
    language = forms.ChoiceField(label=_("界面和邮件的语言"), choices=settings.LANGUAGES)

    @classmethod
    def initial_of(cls, row: Any) -> dict[str, Any]:
        levels = {f"level_{field}": int(row.level_of(field)) for field in row.choosable}
        return super().initial_of(row) | levels | {"fields_known": row.fields}

    def clean_fields_known(self) -> list[str]:
        """A name that two fields share stands for the one that the profile has already."""
        had = {taxonomy.code_of(taxonomy.name_of(code)): code for code in (self.row.fields if self.row else [])}
        return [had.get(word, word) for word in self.cleaned_data["fields_known"]]


class LanguageForm(VerbForm):
    """The language of pages and mails."""

    language = forms.ChoiceField(label=_("界面和邮件的语言"), choices=settings.LANGUAGES)
