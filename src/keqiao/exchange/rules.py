"""Who may, on needs, achievements and solutions."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from keqiao.kernel.access import rule
from keqiao.parties.models import standing_of


@rule(_("只有发布人或其单位管理员可以执行这一步。"))
def is_owner(row: Any, actor: Any) -> bool:
    if row is None or not actor.pk:
        return False
    return row.contact_id == actor.pk or row.organisation_id in standing_of(actor).administers


@rule(_("只有需求方可以执行这一步。"))
def is_asker(row: Any, actor: Any) -> bool:
    return row is not None and bool(is_owner(row.need, actor))


@rule(_("只有负责这项需求的技术经理人可以执行这一步。"))
def is_manager(row: Any, actor: Any) -> bool:
    return row is not None and actor.pk is not None and row.manager_id == actor.pk
