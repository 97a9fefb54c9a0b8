"""What the verbs of the exchange ask for, besides the cards themselves (`cards.py`)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import Count, OuterRef, Q, Subquery
from django.utils.translation import gettext_lazy as _

from keqiao.exchange.enums import DeclineReason, NeedState, RejectReason
from keqiao.exchange.fields import TextField
from keqiao.kernel.workflow import VerbForm
from keqiao.parties.enums import PostRole, PostState
from keqiao.parties.fields import NodesField
from keqiao.parties.models import Person, Post


class ReasonForm(VerbForm):
    """A reason in words."""

    reason = TextField(label=_("原因"), max_length=2000, required=True, rows=4)


class ReturnForm(ReasonForm):
    """What has to be mended before it can be published."""

    reason = TextField(
        label=_("退回原因"),
        max_length=2000,
        required=True,
        rows=4,
        help_text=_("逐条写清缺什么、怎样改，发布人会照着修改。"),
    )


class CodedReasonForm(VerbForm):
    """A coded reason, so that it can be counted, and the words for the person."""

    code = forms.ChoiceField(label=_("原因类别"), choices=RejectReason.choices)
    reason = TextField(label=_("说明"), max_length=2000, required=True, rows=4, help_text=_("发布人会收到这段话。"))


class QuestionForm(VerbForm):
    """What staff wants to know before it decides; the clock waits for the answer."""

    question = TextField(label=_("需要补充什么"), max_length=2000, required=True, rows=4)


class AnswerForm(VerbForm):
    """The answer to staff's question."""

    answer = TextField(label=_("答复"), max_length=4000, required=True, rows=4)


SHARING_WORDS = _("同意把这条内容（含保密字段）共享给所选节点的平台工作人员，用于对接；可以随时收回。")


class NodesForm(VerbForm):
    """Other nodes than the record's own."""

    nodes = NodesField(label=_("共享给"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = self.fields["nodes"]
        others.queryset = others.queryset.exclude(code=self.row.node_id)  # type: ignore[attr-defined]

    def clean_nodes(self) -> list[str]:
        return sorted(node.code for node in self.cleaned_data["nodes"])


class ShareForm(NodesForm):
    """To which other nodes the record may be shown, with consent in the words that are shown here."""

    consent = forms.BooleanField(label=SHARING_WORDS)

    @classmethod
    def initial_of(cls, row: Any) -> dict[str, Any]:
        return {"nodes": sorted({*row.shared_with, *row.share_asked})}


class AskToShareForm(NodesForm):
    """Staff asks the owner to share with other nodes, and says why."""

    nodes = NodesField(label=_("希望共享给"))
    reason = TextField(label=_("理由"), max_length=1000, required=True, rows=3)


class ManagerField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A technology manager; the label says how many cases they have of how many they take."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj} · {obj.in_hand}/{obj.limit}"


class AssignForm(VerbForm):
    """Which technology manager takes the need."""

    manager = ManagerField(label=_("技术经理人"), queryset=Person.objects.none())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.row is not None:
            self.fields["manager"].queryset = managers_for(self.row)  # type: ignore[attr-defined]

    @classmethod
    def initial_of(cls, row: Any) -> dict[str, Any]:
        return {"manager": row.manager_id}

    def clean_manager(self) -> Person:
        manager: Person = alone(self.cleaned_data["manager"], self.row)
        taken, limit = manager.in_hand, manager.limit  # type: ignore[attr-defined]
        if taken >= limit and manager.pk != self.row.manager_id:
            raise ValidationError(
                _("%(name)s 已有 %(taken)d 项在办，达到上限。请选择其他人。"), params={"name": manager, "taken": taken}
            )
        return manager


def alone(manager: Person, row: Any) -> Person:
    """The manager counted again under a lock, so that of two assignments at once the second one sees the first.

    A form that is only shown again is in no transaction, decides nothing, and locks nothing.
    """
    if not connection.in_atomic_block:
        return manager
    Person.objects.select_for_update(no_key=True).get(pk=manager.pk)
    counted: Person = managers_for(row).get(pk=manager.pk)
    return counted


def managers_for(row: Any) -> Any:
    """Active managers of the row's node and of its centre, the least busy first, each with `in_hand` and `limit`."""
    nodes = [code for code in (row.node_id, row.node.parent_id) if code]
    posts = Post.objects.filter(node__in=nodes, role=PostRole.MANAGER, state=PostState.ACTIVE)
    busy = Count("managed_needs", filter=Q(managed_needs__state__in=(NeedState.OPEN, NeedState.IN_PROJECT)))
    people = Person.objects.filter(is_active=True, pk__in=posts.values("person"))
    limit = posts.filter(person=OuterRef("pk")).order_by("-caseload_limit").values("caseload_limit")
    return people.annotate(in_hand=busy, limit=Subquery(limit[:1])).order_by("in_hand", "pk")


class DeclineForm(VerbForm):
    """Why a solution is not taken: a coded reason and words, which its author gets."""

    code = forms.ChoiceField(
        label=_("原因类别"), choices=[c for c in DeclineReason.choices if c[0] != DeclineReason.NEED_CLOSED]
    )
    reason = TextField(
        label=_("说明"),
        max_length=2000,
        required=True,
        rows=4,
        help_text=_("对方会收到这段话。说清差在哪里，对双方都有用。"),
    )


class AcceptForm(VerbForm):
    """A solution is taken; the others stay open unless the asker says otherwise."""

    note = TextField(label=_("给对方的话"), max_length=2000, rows=3)
    decline_others = forms.BooleanField(
        label=_("同时婉拒其余方案（原因：已选择其他方案）"),
        required=False,
        help_text=_("不勾选时，其余方案继续保留，可以之后逐个答复。"),
    )


class SolutionQuestionForm(VerbForm):
    """A question to the author of a solution."""

    question = TextField(label=_("想了解什么"), max_length=2000, required=True, rows=4)


class ReplyForm(VerbForm):
    """The reply to the asker's question."""

    reply = TextField(label=_("答复"), max_length=4000, required=True, rows=4)
