"""Who may, in matching."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from keqiao.exchange.models import Need
from keqiao.exchange.rules import is_owner
from keqiao.kernel.access import rule
from keqiao.parties.models import standing_of
from keqiao.parties.rules import is_operator_of_node
from keqiao.parties.sides import speaks_for


@rule(_("只有需求方的联系人或单位管理员可以执行这一步。"))
def is_asking_side(row: Any, actor: Any) -> bool:
    return row is not None and speaks_for(actor, row.asker_id, row.asker_organisation_id)


@rule(_("只有供给方的联系人或单位管理员可以执行这一步。"))
def is_providing_side(row: Any, actor: Any) -> bool:
    return row is not None and speaks_for(actor, row.provider_id, row.provider_organisation_id)


@rule(_("这项需求不要求签保密协议，可以直接进入合作。"))
def needs_agreement(row: Any, actor: Any) -> bool:
    return row is not None and bool(row.is_sealed)


@rule(_("这项需求没有要签保密协议才能看的内容。"))
def may_look_closer(row: Any, actor: Any) -> bool:
    """Nothing has to be signed before the project, but something opens by signing."""
    return row is not None and not row.is_sealed and bool(row.need.opens_under_agreement)


@rule(_("只有发起人、负责的技术经理人或平台运营人员可以执行这一步。"))
def is_broker(row: Any, actor: Any) -> bool:
    if row is None or not actor.pk:
        return False
    return actor.pk in (row.manager_id, row.proposed_by_id) or bool(is_operator_of_node(row, actor))


@rule(_("只有需求方、负责这项需求的技术经理人或平台运营人员可以执行这一步。"))
def works_on_need(row: Any, actor: Any) -> bool:
    """On a row that belongs to a need."""
    return row is not None and may_propose(row.need, actor)


@rule(_("只有评分人本人可以执行这一步。"))
def is_grader(row: Any, actor: Any) -> bool:
    return row is not None and actor.pk is not None and row.by_id == actor.pk


@rule(_("只有中心的平台运营人员可以切换排序模型。"))
def runs_the_platform(row: Any, actor: Any) -> bool:
    return standing_of(actor).directs


@rule(_("只有本人可以执行这一步。"))
def is_own(row: Any, actor: Any) -> bool:
    return row is not None and actor.pk is not None and row.person_id == actor.pk


def may_propose(need: Need, actor: Any) -> bool:
    """Whether somebody may bring this need together with an offer: its people, its manager, its operators."""
    return bool(is_owner(need, actor)) or may_grade(need, actor)


def may_grade(need: Need, actor: Any) -> bool:
    """Whether somebody is transfer staff for this need."""
    if not actor.pk:
        return False
    return need.manager_id == actor.pk or bool(is_operator_of_node(need, actor))
