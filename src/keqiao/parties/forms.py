"""What the verbs of organisations and memberships ask for."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from keqiao.kernel.workflow import VerbForm
from keqiao.parties.enums import (
    Industry,
    MembershipRole,
    OrganisationKind,
    OrganisationSize,
    VerificationReason,
)
from keqiao.parties.fields import CreditCodeField, NameField, NodeField
from keqiao.parties.models import Membership, Organisation, Person
from keqiao.parties.queries import LookAlike, look_alikes


class ReasonForm(VerbForm):
    """A reason in words, for the person who is told."""

    reason = forms.CharField(label=_("原因"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


class RegistrationForm(VerbForm):
    """Who an organisation is: what staff verifies."""

    name = NameField(label=_("单位全称"), max_length=120, help_text=_("与营业执照或法人证书一致。"))
    kind = forms.ChoiceField(label=_("类型"), choices=OrganisationKind.choices)
    credit_code = CreditCodeField(required=False)
    node = NodeField(label=_("所在节点"))
    is_different = forms.BooleanField(
        label=_("已核对，与上面列出的单位不是同一家"), required=False, widget=forms.CheckboxInput
    )

    alikes: list[LookAlike]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.alikes = []
        self.taken: Organisation | None = None

    def clean_credit_code(self) -> str:
        code: str = self.cleaned_data["credit_code"]
        if not code:
            return ""
        taken = Organisation.objects.filter(credit_code=code).exclude(pk=self.own_pk or 0).first()
        if taken is None:
            return code
        if Organisation.objects.visible_to(self.actor).filter(pk=taken.pk).exists():
            self.taken = taken
            words = gettext("这个代码已经登记为“%(name)s”。请找到这家单位，申请加入。") % {"name": taken.name}
        else:
            words = gettext("这个代码已经登记，但核验没有通过。请联系平台运营人员。")
        raise ValidationError(words, code="taken")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if name := data.get("name"):
            self.alikes = look_alikes(name, self.actor, but=self.own_pk)
        if self.alikes and not data.get("is_different"):
            names = gettext("、").join(f"“{alike.organisation.name}”" for alike in self.alikes[:3])
            words = gettext("与已登记的%(names)s名称相近。如果就是它，请申请加入；确实不是，请勾选后再提交。")
            self.add_error("is_different", words % {"names": names})
        return data

    @property
    def own_pk(self) -> int | None:
        return self.row.pk if self.row is not None else None


class OrganisationForm(RegistrationForm):
    """A new organisation, with the position of the person who registers it."""

    position = NameField(label=_("您的职务"), max_length=60, required=False)


class OrganisationProfileForm(VerbForm):
    """What an organisation says about itself; changes here need no new verification."""

    name_en = NameField(label=_("英文名称"), max_length=200, required=False)
    industry = forms.ChoiceField(label=_("行业"), choices=[("", "—"), *Industry.choices], required=False)
    size = forms.ChoiceField(label=_("规模"), choices=[("", "—"), *OrganisationSize.choices], required=False)
    website = forms.URLField(label=_("网站"), required=False, assume_scheme="https", max_length=200)
    introduction = forms.CharField(
        label=_("简介"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 6})
    )
    introduction_en = forms.CharField(
        label=_("英文简介"), max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 6})
    )


class VerifyForm(VerbForm):
    """Staff accepts an organisation; without a code the note says on what ground."""

    note = forms.CharField(
        label=_("核验依据"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("平台工作人员和这家单位可见。没有统一社会信用代码时必填。"),
    )

    def clean_note(self) -> str:
        note: str = self.cleaned_data["note"]
        if not self.row.credit_code and not note.strip():
            raise ValidationError(gettext("这家单位没有填写统一社会信用代码，请写明凭什么核验通过。"))
        return note


class RejectForm(ReasonForm):
    """Staff does not accept an organisation: a coded reason, and words for its people."""

    code = forms.ChoiceField(label=_("原因类别"), choices=VerificationReason.choices)
    field_order = ["code", "reason"]


class InviteForm(VerbForm):
    """An administrator invites somebody by e-mail address."""

    email = forms.EmailField(label=_("对方的电子邮箱"))
    position = NameField(label=_("对方的职务"), max_length=60, required=False)


class RequestForm(VerbForm):
    """Somebody asks to join an organisation."""

    organisation = forms.ModelChoiceField(
        label=_("单位"),
        queryset=Organisation.objects.none(),
        error_messages={"invalid_choice": _("没有找到这家单位，请重新搜索选择。")},
    )
    position = NameField(label=_("您的职务"), max_length=60, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.actor is not None:
            self.fields["organisation"].queryset = Organisation.objects.visible_to(self.actor)  # type: ignore[attr-defined]

    def clean_organisation(self) -> Organisation:
        organisation: Organisation = self.cleaned_data["organisation"]
        refuse_second(self.actor, organisation)
        return organisation


class AdmitForm(VerbForm):
    """What the platform itself says when it makes a member: never filled in by a person."""

    person = forms.ModelChoiceField(queryset=Person.objects.all())
    organisation = forms.ModelChoiceField(queryset=Organisation.objects.all())
    role = forms.ChoiceField(choices=MembershipRole.choices)
    position = NameField(max_length=60, required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if "person" in data and "organisation" in data:
            refuse_second(data["person"], data["organisation"])
        return data


def refuse_second(person: Person, organisation: Organisation) -> None:
    """One membership of a person in an organisation at a time."""
    standing = Membership.objects.filter(person=person.pk, organisation=organisation).exclude(
        state__in=("declined", "left")
    )
    found = standing.first()
    if found is not None:
        words = gettext("您与“%(name)s”的成员关系已经存在，状态是“%(state)s”。") % {
            "name": organisation.name,
            "state": found.get_state_display(),
        }
        raise ValidationError(words, code="exists")
