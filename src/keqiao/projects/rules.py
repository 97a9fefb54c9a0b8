"""Who may, in projects. A rule asks the project, or the project of a part."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from keqiao.kernel.access import rule
from keqiao.parties.rules import is_operator_of_node
from keqiao.projects.enums import Side


def project_of(row: Any) -> Any:
    """The project that a row is or belongs to."""
    return getattr(row, "project", row) if row is not None else None


def side_of(row: Any, actor: Any) -> str:
    """The side of the project on which the actor may act, or nothing."""
    project = project_of(row)
    return "" if project is None else project.side_of(actor)


@rule(_("只有需求方负责人或其单位管理员可以执行这一步。"))
def is_asker(row: Any, actor: Any) -> bool:
    return side_of(row, actor) == Side.ASKER


@rule(_("只有供给方负责人或其单位管理员可以执行这一步。"))
def is_provider(row: Any, actor: Any) -> bool:
    return side_of(row, actor) == Side.PROVIDER


@rule(_("只有合作双方的负责人或其单位管理员可以执行这一步。"))
def is_party(row: Any, actor: Any) -> bool:
    return bool(side_of(row, actor))


@rule(_("只有代表单位合作的一方可以更换负责人，由其负责人或单位管理员操作。"))
def acts_for_organisation(row: Any, actor: Any) -> bool:
    """The contact or an administrator of a side that is an organisation: somebody else there can take over."""
    side = side_of(row, actor)
    return bool(side) and project_of(row).contact_of(side)[1] is not None


@rule(_("只有本项目的技术经理人可以执行这一步。"))
def is_manager(row: Any, actor: Any) -> bool:
    project = project_of(row)
    return project is not None and project.is_managed_by(actor)


@rule(_("只有合作双方或本项目的技术经理人可以执行这一步。"))
def is_party_or_manager(row: Any, actor: Any) -> bool:
    return bool(is_party(row, actor)) or bool(is_manager(row, actor))


@rule(_("只有本项目的技术经理人或本节点的平台运营人员可以执行这一步。"))
def is_manager_or_operator(row: Any, actor: Any) -> bool:
    return bool(is_manager(row, actor)) or bool(is_operator_of_node(project_of(row), actor))


@rule(_("只有合作双方、技术经理人或本节点的平台运营人员可以执行这一步。"))
def is_anybody_involved(row: Any, actor: Any) -> bool:
    return bool(is_party(row, actor)) or bool(is_manager_or_operator(row, actor))


@rule(_("本方已经签署保密协议，或者您不是合作方的负责人。"))
def has_not_agreed(row: Any, actor: Any) -> bool:
    side = side_of(row, actor)
    return bool(side) and getattr(row, f"{side}_agreed_at") is None


@rule(_("本方已经签署，或者您不是合作方的负责人。"))
def has_not_signed(row: Any, actor: Any) -> bool:
    side = side_of(row, actor)
    return bool(side) and getattr(row, f"{side}_signed_at") is None


@rule(_("本方已经评价，或者您不是合作方的负责人。"))
def has_not_rated(row: Any, actor: Any) -> bool:
    side = side_of(row, actor)
    return bool(side) and getattr(row, f"{side}_score") is None


@rule(_("本方已经同意公开，或者您不是合作方的负责人。"))
def has_not_agreed_to_case(row: Any, actor: Any) -> bool:
    side = side_of(row, actor)
    return bool(side) and getattr(row, f"{side}_case_at") is None


@rule(_("只有曾同意公开的一方可以收回同意。"))
def has_agreed_to_case(row: Any, actor: Any) -> bool:
    side = side_of(row, actor)
    return bool(side) and getattr(row, f"{side}_case_at") is not None


@rule(_("到账须由另一方确认：登记人不能确认自己的登记。"))
def is_other_side(row: Any, actor: Any) -> bool:
    side = side_of(row, actor)
    return bool(side) and side != row.side and actor.pk != row.recorded_by_id


@rule(_("只有登记这笔到账的一方可以撤回。"))
def is_recording_side(row: Any, actor: Any) -> bool:
    return bool(side_of(row, actor) == row.side)


@rule(_("验收须由需求方作出，且不能由提出验收申请的人自己作出。"))
def may_accept(row: Any, actor: Any) -> bool:
    if not is_asker(row, actor):
        return False
    last = row.last_acceptance
    return last is None or last.requested_by_id != actor.pk


@rule(_("里程碑须由需求方验收，且不能由交付人自己验收。"))
def may_accept_milestone(row: Any, actor: Any) -> bool:
    return bool(is_asker(row, actor)) and row.delivered_by_id != actor.pk
