"""Two people, or two windows, at one card: what was saved meanwhile is noticed, and decided by whoever saves next."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy

from keqiao.kernel import journal
from keqiao.kernel.workflow import VerbForm

OUTDATED = "outdated"


class VersionField(forms.CharField):
    """From which content of the card a form was filled in; a form shown again goes on from what is saved now."""

    now = ""

    def __init__(self) -> None:
        label = gettext_lazy("修改所依据的版本")
        super().__init__(label=label, max_length=64, required=False, widget=forms.HiddenInput)

    def bound_data(self, data: Any, initial: Any) -> Any:
        return self.now


class CardForm(VerbForm):
    """A card that several people may have open: it is not saved over what somebody else saved meanwhile.

    Who sends no version (a program that writes the whole card) is taken at its word.
    """

    version = VersionField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        now = self.version_of(self.row) if self.row is not None else ""
        self.fields["version"].now = self.fields["version"].initial = now  # type: ignore[attr-defined]

    @classmethod
    def content_of(cls, row: Any) -> dict[str, Any]:
        """The row's values as the form shows them."""
        return super().initial_of(row)

    @classmethod
    def initial_of(cls, row: Any) -> dict[str, Any]:
        return cls.content_of(row) | {"version": cls.version_of(row)}

    @classmethod
    def version_of(cls, row: Any) -> str:
        """The same for the same content, whoever wrote it and when."""
        text = json.dumps(cls.content_of(row), default=str, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        given = data.pop("version", "")
        self.said = dict(data)
        if given and self.row is not None and given != self.fields["version"].now:  # type: ignore[attr-defined]
            labels = self.different()
            if labels:
                raise ValidationError(self.words(labels), code=OUTDATED)
        return data

    def different(self) -> list[str]:
        """What would be changed by saving: the labels of the fields that say something else than the row."""
        content = {name: value for name, value in journal.plain(self.content_of(self.row)).items() if value is not None}
        saved = type(self)(content, row=self.row, actor=self.actor)
        saved.full_clean()
        left_open = {"organisation"} if self.said.get("organisation") is None else set()
        names = [name for name in self.fields if name not in {"version", *left_open}]
        return [str(self[name].label) for name in names if self.said.get(name) != saved.said.get(name)]

    def words(self, labels: list[str]) -> str:
        """Who saved meanwhile, what is different, and the two ways out."""
        entry = journal.history(self.row).order_by("-pk").select_related("actor").first()
        mine = entry is None or entry.actor_id is None or entry.actor_id == self.actor.pk
        who = gettext("您自己（在别的窗口里）") if mine or entry is None else str(entry.actor)
        at = timezone.localtime(entry.at if entry else None)
        return gettext(
            "您打开之后，%(who)s在 %(time)s 保存过，所以这次没有保存。不同的是：%(labels)s。您写的都还在下面："
            "再点一次保存，就以您写的为准；想先看已保存的，请打开最新内容。"
        ) % {"who": who, "time": f"{at:%H:%M}", "labels": gettext("、").join(labels)}

    @property
    def is_outdated(self) -> bool:
        """Whether somebody saved meanwhile: the next save is a decision, so nothing saves by itself."""
        return self.is_bound and self.has_error(NON_FIELD_ERRORS, OUTDATED)
