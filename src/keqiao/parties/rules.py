"""Who may, among parties: predicates that every room uses."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from keqiao.kernel.access import rule
from keqiao.parties.models import standing_of


@rule(_("只有本节点的平台运营人员可以执行这一步。"))
def is_operator_of_node(row: Any, actor: Any) -> bool:
    """Of the row's node, or of the centre. Seeing everywhere (an auditor of the centre) is no licence to act."""
    standing = standing_of(actor)
    return row is not None and (standing.directs or row.node_id in standing.operates)


@rule(_("只有单位管理员可以执行这一步。"))
def administers_organisation(row: Any, actor: Any) -> bool:
    """For whatever belongs to an organisation (`organisation_id`)."""
    return getattr(row, "organisation_id", None) in standing_of(actor).administers


@rule(_("只有单位管理员可以执行这一步。"))
def administers_it(row: Any, actor: Any) -> bool:
    """For the organisation itself."""
    return row is not None and row.pk in standing_of(actor).administers


@rule(_("只有本人可以执行这一步。"))
def is_the_person(row: Any, actor: Any) -> bool:
    """For whatever belongs to a person (`person_id`)."""
    return row is not None and actor.pk is not None and row.person_id == actor.pk


@rule(_("只有本人可以修改自己的资料。"))
def is_oneself(row: Any, actor: Any) -> bool:
    """For the person's own record."""
    return row is not None and actor.pk is not None and row.pk == actor.pk
