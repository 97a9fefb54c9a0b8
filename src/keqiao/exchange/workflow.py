"""What can happen to a need, an achievement and a solution, who may do it, and what it sets off."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from keqiao.exchange import actions, clocks
from keqiao.exchange.enums import NeedState as S
from keqiao.exchange.forms import CodedReasonForm, NeedForm, ReasonForm
from keqiao.exchange.guards import need_is_complete
from keqiao.exchange.models import Need
from keqiao.exchange.rules import is_manager, is_owner
from keqiao.kernel.access import is_signed_in, is_system
from keqiao.kernel.models import Entry
from keqiao.kernel.workflow import NEW, Verb, Workflow
from keqiao.parties.models import Person, PostRole
from keqiao.parties.rules import is_operator_of_node


def owner(row: Any, entry: Entry) -> list[Person]:
    """The person who published it."""
    return [row.contact]


def operators(row: Any, entry: Entry) -> list[Person]:
    """The operators of the node the row belongs to."""
    return list(
        Person.objects.filter(posts__node=row.node_id, posts__role=PostRole.OPERATOR, posts__is_active=True).distinct()
    )


NEED = Workflow(
    name="needs",
    model=Need,
    states=S,
    audiences={"owner": owner, "operators": operators},
    verbs=(
        Verb(name="create", label=_("新建需求"), source=NEW, target=S.DRAFT, who=is_signed_in, form=NeedForm,
             do=actions.create_need, quiet=True),
        Verb(name="save", label=_("保存草稿"), source=(S.DRAFT, S.TRIAGE, S.OPEN), who=is_owner, form=NeedForm,
             do=actions.save_need, quiet=True),
        Verb(name="submit", label=_("提交给平台初审"), source=S.DRAFT, target=S.TRIAGE, who=is_owner,
             guard=need_is_complete, starts=(clocks.TRIAGE,), tells=("operators",), freezes=True, tone="primary"),
        Verb(name="return", label=_("退回修改"), source=S.TRIAGE, target=S.DRAFT, who=is_operator_of_node,
             form=ReasonForm, do=actions.record_reason, stops=(clocks.TRIAGE,), tells=("owner",)),
        Verb(name="reject", label=_("不予通过"), source=S.TRIAGE, target=S.REJECTED, who=is_operator_of_node,
             form=CodedReasonForm, do=actions.record_reason, stops=(clocks.TRIAGE,), tells=("owner",), tone="danger"),
        Verb(name="publish", label=_("通过并发布"), source=S.TRIAGE, target=S.OPEN, who=is_operator_of_node,
             do=actions.publish_need, stops=(clocks.TRIAGE,), starts=(clocks.FIRST_ANSWER,), tells=("owner",),
             in_feed=True, freezes=True, tone="primary"),
        Verb(name="withdraw", label=_("撤回需求"), source=(S.DRAFT, S.TRIAGE, S.OPEN), target=S.WITHDRAWN,
             who=is_owner, form=ReasonForm, do=actions.record_reason, stops=(clocks.TRIAGE, clocks.FIRST_ANSWER),
             tells=("operators",), tone="danger"),
        Verb(name="start_project", label=_("进入合作"), source=S.OPEN, target=S.IN_PROJECT, who=is_system,
             stops=(clocks.FIRST_ANSWER,), tells=("owner",)),
        Verb(name="reopen", label=_("重新开放"), source=S.IN_PROJECT, target=S.OPEN, who=is_system, tells=("owner",)),
        Verb(name="solve", label=_("已解决"), source=S.IN_PROJECT, target=S.SOLVED, who=is_system, tells=("owner",),
             in_feed=True),
        Verb(name="expire", label=_("到期关闭"), source=S.OPEN, target=S.EXPIRED, who=is_system, at="deadline",
             stops=(clocks.FIRST_ANSWER,), tells=("owner",)),
    ),
)

__all__ = ["NEED", "is_manager"]
