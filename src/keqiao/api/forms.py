"""What the page of a new token asks for."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from keqiao.parties.fields import NameField

UNTIL_REVOKED = 0


class TokenForm(forms.Form):
    """What the token is for, and for how long."""

    name = NameField(
        label=_("用途"),
        max_length=60,
        help_text=_("写给自己看，以后能认出是哪个程序在用，例如：课题组成果同步。"),
    )
    days = forms.TypedChoiceField(
        label=_("有效期"),
        coerce=int,
        initial=90,
        widget=forms.RadioSelect,
        choices=[(30, _("30 天")), (90, _("90 天")), (365, _("一年")), (UNTIL_REVOKED, _("直到我停用"))],
        help_text=_("到期后令牌自动失效，平台会提醒您。"),
    )
