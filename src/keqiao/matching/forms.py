"""Forms of matching."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from keqiao.exchange.enums import DeclineReason, NeedState
from keqiao.exchange.models import Achievement, Need
from keqiao.kernel.access import SYSTEM
from keqiao.kernel.workflow import VerbForm
from keqiao.matching.enums import Relevance
from keqiao.parties.models import Person

NDA_WORDING = _(
    "我方将获知需求方的名称、联系方式和标为“签署保密协议后可见”的内容。我方只把这些内容用于评估和洽谈这项需求，"
    "不向第三方披露，不用于其他目的；已为公众所知的内容和依法必须披露的内容除外。洽谈终止后，保密义务继续有效，"
    "直至这些内容依法公开。我有权代表本方签署。"
)
NO_NAMES = _("双方都会看到这段话。对方身份未公开时，请不要写单位名称和联系方式。")


class PairForm(VerbForm):
    """A need and an achievement."""

    need = forms.ModelChoiceField(
        label=_("需求"),
        queryset=Need.objects.none(),
        error_messages={"invalid_choice": _("没有这项需求，或者它不在对接中。")},
    )
    achievement = forms.ModelChoiceField(
        label=_("成果"),
        queryset=Achievement.objects.none(),
        error_messages={"invalid_choice": _("没有这项成果，或者它没有公开发布。")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        actor = self.actor or SYSTEM
        needs = Need.objects.visible_to(actor).select_related("organisation")
        published = Achievement.objects.visible_to(actor).filter(state__in=Achievement.shown_states)
        self.fields["need"].queryset = self.of_needs(needs)  # type: ignore[attr-defined]
        self.fields["achievement"].queryset = published.select_related("organisation")  # type: ignore[attr-defined]

    def of_needs(self, needs: Any) -> Any:
        return needs.filter(state=NeedState.OPEN)


class ProposalForm(PairForm):
    """A need and what is offered for it: an achievement or a listed person."""

    achievement = forms.ModelChoiceField(
        label=_("成果"),
        queryset=Achievement.objects.none(),
        required=False,
        error_messages={"invalid_choice": _("没有这项成果，或者它没有公开发布。")},
    )
    person = forms.ModelChoiceField(
        label=_("人才"),
        queryset=Person.objects.none(),
        required=False,
        error_messages={"invalid_choice": _("没有这个人，或者没有在人才目录中公开。")},
    )
    note = forms.CharField(
        label=_("给双方的话"), max_length=2000, required=False, widget=forms.Textarea, help_text=NO_NAMES
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        listed = Person.objects.visible_to(self.actor or SYSTEM).filter(is_listed=True, is_active=True)
        self.fields["person"].queryset = listed  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        offers = [name for name in ("achievement", "person") if data.get(name)]
        if len(offers) != 1 and not self.errors:
            self.add_error("achievement", gettext("请在成果和人才中选择一项，而且只选一项。"))
        return data


class GradeForm(PairForm):
    """How well an achievement answers a need; closed needs can be graded as well."""

    grade = forms.TypedChoiceField(label=_("相关程度"), choices=Relevance.choices, coerce=int)

    def of_needs(self, needs: Any) -> Any:
        return needs.exclude(state=NeedState.DRAFT)


class NewGradeForm(VerbForm):
    """Another grade for the same pair."""

    grade = forms.TypedChoiceField(label=_("相关程度"), choices=Relevance.choices, coerce=int)


class WordsForm(VerbForm):
    """A reason in words."""

    reason = forms.CharField(label=_("原因"), max_length=2000, widget=forms.Textarea)


class DeclineForm(WordsForm):
    """A coded reason, so that it can be counted, and words for the other side: everybody gets an answer."""

    code = forms.ChoiceField(label=_("原因类别"), choices=DeclineReason.choices)
    field_order = ("code", "reason")


class CloseForm(DeclineForm):
    """Why the platform ends a proposal: the need or the offer is no longer there."""


class SetAsideForm(PairForm):
    """A candidate that does not fit, and why; the words may be left out, nobody waits for them."""

    code = forms.ChoiceField(label=_("原因类别"), choices=DeclineReason.choices)
    reason = forms.CharField(label=_("说明"), max_length=2000, required=False, widget=forms.Textarea)


class DismissForm(VerbForm):
    """A match that does not fit, and why."""

    code = forms.ChoiceField(label=_("原因类别"), choices=DeclineReason.choices)
    reason = forms.CharField(label=_("说明"), max_length=2000, required=False, widget=forms.Textarea)


class NonDisclosureForm(VerbForm):
    """The agreement on confidentiality, in the words that are kept with their hash."""

    agree = forms.BooleanField(label=_("我已阅读并代表本方同意"), help_text=NDA_WORDING)


class KeepForm(VerbForm):
    """An achievement for the shortlist."""

    achievement = forms.ModelChoiceField(
        label=_("成果"),
        queryset=Achievement.objects.none(),
        error_messages={"invalid_choice": _("没有这项成果，或者您无权查看。")},
    )
    note = forms.CharField(label=_("备注"), max_length=300, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["achievement"].queryset = Achievement.objects.visible_to(self.actor or SYSTEM)  # type: ignore[attr-defined]

    def clean_achievement(self) -> Achievement:
        achievement: Achievement = self.cleaned_data["achievement"]
        if self.actor and self.actor.shortlist.filter(achievement=achievement).exists():
            raise forms.ValidationError(gettext("这项成果已经在收藏里，可以直接恢复或查看。"))
        return achievement


class NoteForm(VerbForm):
    """A note on a shortlisted achievement."""

    note = forms.CharField(label=_("备注"), max_length=300, required=False)


class SaveSearchForm(VerbForm):
    """A search to come back to: the name, the words, and the filters of the address."""

    name = forms.CharField(label=_("名称"), max_length=80)
    query = forms.CharField(label=_("搜索词"), max_length=500, required=False)
    filters = forms.JSONField(label=_("筛选条件"), required=False)

    def clean_filters(self) -> dict[str, list[str]]:
        from keqiao.matching.filters import cleaned  # noqa: PLC0415 (leaf)

        given = self.cleaned_data.get("filters") or {}
        if not isinstance(given, dict):
            raise forms.ValidationError(_('筛选条件须是“名称：值”的对照表，例如 {"field": ["C39"]}。'))
        return cleaned(given)
