"""Forms of the exchange."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from keqiao.exchange.enums import NeedKind, RejectReason
from keqiao.kernel.workflow import VerbForm


class ReasonForm(VerbForm):
    """A reason in words."""

    reason = forms.CharField(label=_("原因"), max_length=2000, widget=forms.Textarea)


class CodedReasonForm(ReasonForm):
    """A coded reason, so that it can be counted, and the words for the person."""

    code = forms.ChoiceField(label=_("原因类别"), choices=RejectReason.choices)


class NeedForm(VerbForm):
    """The need card. Everything may be missing: drafts save at any time."""

    kind = forms.ChoiceField(label=_("需求类型"), choices=NeedKind.choices, required=False)
    title = forms.CharField(label=_("标题"), max_length=120, required=False)
    problem = forms.CharField(label=_("要解决的问题"), max_length=8000, required=False, widget=forms.Textarea)
