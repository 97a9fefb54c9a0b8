"""When a verb of parties has to wait, and for what."""

from __future__ import annotations

from django.utils.translation import gettext as _

from keqiao.parties.enums import MembershipRole, MembershipState
from keqiao.parties.models import Membership, Organisation


def others_administer(row: Membership) -> dict[str, list[str]]:
    """An organisation with people in it keeps an administrator. Asked one at a time, by a lock on the organisation."""
    if row.role == MembershipRole.ADMIN:
        Organisation.objects.select_for_update().get(pk=row.organisation_id)
    working = Membership.objects.filter(organisation=row.organisation_id, state=MembershipState.ACTIVE)
    others = working.exclude(pk=row.pk)
    if row.role != MembershipRole.ADMIN or not others.exists():
        return {}
    if others.filter(role=MembershipRole.ADMIN).exists():
        return {}
    return {"role": [_("您是唯一的单位管理员。请先把另一位成员设为管理员。")]}


def is_not_admin(row: Membership) -> dict[str, list[str]]:
    return {"role": [_("这位成员已经是管理员。")]} if row.role == MembershipRole.ADMIN else {}


def is_admin(row: Membership) -> dict[str, list[str]]:
    if row.role != MembershipRole.ADMIN:
        return {"role": [_("这位成员不是管理员。")]}
    return others_administer(row)
