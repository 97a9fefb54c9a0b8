"""The team of an achievement, typed as lines."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from keqiao.exchange.fields import TextField
from keqiao.parties.models import Person, standing_of

MOST = 30
Member = tuple[Person, str]


class TeamField(TextField):
    """One member a line: the e-mail address they log in with, then the role."""

    api_type = list[str]

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            max_length=3000,
            widget=forms.Textarea(attrs={"rows": 3, "placeholder": _("shen@example.com 负责人")}),
            help_text=_("一行一人：登录邮箱、空格、角色。对方需是同单位成员，或已公开在人才目录中。"),
            **kwargs,
        )

    def to_python(self, value: Any) -> str:
        return super().to_python("\n".join(str(line) for line in value) if isinstance(value, list) else value)

    @staticmethod
    def lines_of(row: Any) -> str:
        """The present team as lines."""
        if row.pk is None:
            return ""
        return "\n".join(
            f"{m.person.email} {m.role}".strip() for m in row.members.select_related("person").order_by("pk")
        )

    @staticmethod
    def people_of(lines: str, actor: Any, row: Any) -> list[Member]:
        """The people and their roles; who cannot be found is named with the remedy."""
        pairs = [line.split(maxsplit=1) for line in lines.splitlines() if line.strip()]
        if len(pairs) > MOST:
            raise ValidationError(_("团队最多写 %(most)d 人。"), params={"most": MOST})
        wanted = {pair[0].lower(): pair[1][:60] if len(pair) > 1 else "" for pair in pairs}
        known = {person.email: person for person in reachable(actor, row).filter(email__in=wanted)}
        unknown = [ValidationError(UNKNOWN, params={"email": email[:80]}) for email in wanted if email not in known]
        if unknown:
            raise ValidationError(unknown)
        return [(known[email], role) for email, role in wanted.items()]


UNKNOWN = _("没有找到 %(email)s。请让对方先注册并加入本单位，或在人才目录中公开。")


def reachable(actor: Any, row: Any) -> Any:
    """Whom this person may name: colleagues, listed people, and those already in the team."""
    colleagues = Q(memberships__organisation__in=standing_of(actor).organisations, memberships__state="active")
    already = Q(achievements_of_team=row) if row is not None and row.pk else Q(pk__in=[])
    return Person.objects.filter(colleagues | Q(is_listed=True) | Q(pk=actor.pk) | already, is_active=True).distinct()
