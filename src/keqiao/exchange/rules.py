"""Who may, on needs, achievements and solutions."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from keqiao.kernel.access import rule
from keqiao.parties.models import standing_of
from keqiao.parties.sides import speaks_for


@rule(_("只有发布人或其单位管理员可以执行这一步。"))
def is_owner(row: Any, actor: Any) -> bool:
    return row is not None and speaks_for(actor, row.contact_id, row.organisation_id)


@rule(_("只有需求方可以执行这一步。"))
def is_asker(row: Any, actor: Any) -> bool:
    return row is not None and bool(is_owner(row.need, actor))


@rule(_("只有负责这项需求的技术经理人可以执行这一步。"))
def is_manager(row: Any, actor: Any) -> bool:
    """For a need, or for a solution to it."""
    need = getattr(row, "need", row)
    return need is not None and actor.pk is not None and need.manager_id == actor.pk


@rule(_("应答需求前，请先加入一家单位，或在人才目录中公开自己的资料。"))
def has_standing(row: Any, actor: Any) -> bool:
    """Somebody who can be held to an answer: a member of an organisation, or a listed person."""
    return bool(actor.pk) and (bool(standing_of(actor).organisations) or actor.is_listed)


@rule(_("只有平台运营人员可以执行这一步。"))
def is_operator(row: Any, actor: Any) -> bool:
    """An operator of some node (for what does not exist yet)."""
    return bool(standing_of(actor).operates)
