"""Form fields of parties."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from keqiao.kernel.visibility import Level
from keqiao.parties import taxonomy
from keqiao.parties.codes import normalise, problem_of
from keqiao.parties.enums import NodeState
from keqiao.parties.models import Node


class CreditCodeField(forms.CharField):
    """Takes the code as people type it (full width, spaces, lower case); gives it normalised or says what is wrong."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label=_("统一社会信用代码"),
            max_length=60,
            help_text=_("18 位，见营业执照或法人证书；空格、全角和小写会自动整理。"),
            **kwargs,
        )

    def clean(self, value: Any) -> str:
        code = normalise(super().clean(value))
        if code and (problem := problem_of(code)):
            raise ValidationError(problem)
        return code


class NameField(forms.CharField):
    """A name on one line: compatibility forms and runs of spaces made plain."""

    def to_python(self, value: Any) -> str:
        return " ".join(unicodedata.normalize("NFKC", super().to_python(value) or "").split())


class TagsField(forms.CharField):
    """Words separated by commas, 、 or spaces; a list in the row. At most `most`, each at most 30 characters."""

    most = 12
    api_type = list[str]

    def prepare_value(self, value: Any) -> Any:
        return gettext("，").join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> list[str]:  # type: ignore[override]
        if isinstance(value, list):
            words = [str(word) for word in value]
        else:
            words = unicodedata.normalize("NFKC", super().to_python(value) or "").replace("、", ",").split(",")
        return list(dict.fromkeys(word.strip() for word in words if word.strip()))

    def validate(self, value: Any) -> None:
        super().validate(value)
        if len(value) > self.most:
            raise ValidationError(_("最多填写 %(most)d 个，请删去一些。"), params={"most": self.most})
        for word in value:
            if len(word) > 30:
                raise ValidationError(_("“%(word)s…”太长，每个不超过 30 字。"), params={"word": word[:10]})

    def run_validators(self, value: Any) -> None:
        """A list has no length in characters; `validate` looks at each word."""


class KnownFieldsField(TagsField):
    """What somebody knows, in words of one's own or by the names of technical fields, which become their codes.

    Codes are shown by their names, and read back whole: many a name has commas of its own.
    """

    def prepare_value(self, value: Any) -> Any:
        return super().prepare_value([taxonomy.name_of(one) for one in value] if isinstance(value, list) else value)

    def to_python(self, value: Any) -> list[str]:  # type: ignore[override]
        words = value if isinstance(value, list) else self.parted(forms.CharField.to_python(self, value) or "")
        return super().to_python([taxonomy.code_of(str(word)) or str(word) for word in words])

    def parted(self, text: str) -> list[str]:
        """The longest runs between commas that are the name of a field, and what stands between them."""
        pieces = re.split(r"([,，、;；])", text)
        words: list[str] = []
        while pieces:
            end = next((n for n in range(len(pieces), 1, -1) if taxonomy.code_of("".join(pieces[:n]))), 1)
            words.append(unicodedata.normalize("NFKC", "".join(pieces[:end])) if end == 1 else "".join(pieces[:end]))
            pieces = pieces[end + 1 :]
        return words


class NodeField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """One of the nodes, by its code."""

    def __init__(self, **kwargs: Any) -> None:
        choices = Node.objects.filter(state=NodeState.OPEN)
        super().__init__(queryset=choices, to_field_name="code", empty_label=_("请选择"), **kwargs)


class NodesField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Several nodes, by their codes."""

    def __init__(self, **kwargs: Any) -> None:
        choices = Node.objects.filter(state=NodeState.OPEN)
        super().__init__(queryset=choices, to_field_name="code", widget=forms.CheckboxSelectMultiple, **kwargs)


WHO = {
    Level.PUBLIC: _("所有人"),
    Level.REGISTERED: _("注册用户"),
    Level.NDA: _("同事和平台工作人员"),
    Level.STAFF: _("只有平台工作人员"),
}
"""The levels as people ask: who sees it?"""


class LevelField(forms.TypedChoiceField):
    """Who may see a field of one's own record."""

    def __init__(self, label: Any, levels: tuple[Level, ...]) -> None:
        choices = [(int(level), WHO[level]) for level in levels]
        super().__init__(label=label, choices=choices, coerce=int, required=False, empty_value=None)
