"""What the verbs of nodes, posts and the working calendar ask for."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from keqiao.kernel.models import CalendarDay, DayState
from keqiao.kernel.workflow import VerbForm
from keqiao.parties.enums import NodeState, PostRole, PostState
from keqiao.parties.fields import NameField, NodeField
from keqiao.parties.models import Node, Person, Post, standing_of

WORKING, FREE = "working", "free"
YEARS_AHEAD = 2


class NodeNamesForm(VerbForm):
    """What a node is called."""

    name = NameField(label=_("名称"), max_length=60, help_text=_("例如：武汉节点"))
    name_en = NameField(label=_("英文名称"), max_length=60, required=False)
    region = forms.CharField(
        label=_("行政区划代码"),
        max_length=6,
        required=False,
        validators=[RegexValidator(r"^[0-9]{6}\Z", _("行政区划代码是六位数字，例如 420100。"))],
        help_text=_("六位数字，例如 420100（武汉市）。"),
    )


class NodeForm(NodeNamesForm):
    """A new node. Only the machine's own command line makes one without a centre above it."""

    code = forms.CharField(
        label=_("代码"),
        max_length=20,
        validators=[RegexValidator(r"^[a-z][a-z0-9-]*\Z", _("代码用小写字母开头，只能有小写字母、数字和“-”。"))],
        help_text=_("出现在网址和导出的数据里，以后不能改。例如：wuhan"),
    )
    parent = NodeField(label=_("所属中心"))
    field_order = ["name", "name_en", "code", "parent", "region"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if getattr(self.actor, "is_system", False):
            self.fields["parent"].required = False
            return
        centres = Node.objects.filter(parent=None, state=NodeState.OPEN)
        self.fields["parent"].queryset = centres  # type: ignore[attr-defined]
        self.fields["parent"].initial = centres.first()

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        if taken := Node.objects.filter(code=code).first():
            raise ValidationError(gettext("这个代码已经属于“%(name)s”，请换一个。") % {"name": taken.name})
        return code


def own_nodes(actor: Any) -> QuerySet[Node]:
    """The open nodes at which this person decides: every one for the centre's operators."""
    nodes = Node.objects.filter(state=NodeState.OPEN).order_by("parent_id", "code")
    standing = standing_of(actor)
    everywhere = standing.directs or getattr(actor, "is_system", False)
    return nodes if everywhere else nodes.filter(code__in=standing.operates)


class PostForm(VerbForm):
    """Who gets which post where."""

    email = forms.EmailField(label=_("对方的电子邮箱"), help_text=_("对方须已在平台注册。"))
    role = forms.ChoiceField(label=_("职责"), choices=PostRole.choices)
    node = NodeField(label=_("节点"))
    caseload_limit = forms.IntegerField(
        label=_("在办上限"),
        min_value=1,
        max_value=500,
        required=False,
        help_text=_("只对技术经理人有用：同时负责多少项需求；不填就是 40 项。"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        node = self.fields["node"]
        node.queryset = own_nodes(self.actor)  # type: ignore[attr-defined]
        node.error_messages["invalid_choice"] = gettext("只能在您自己的、运行中的节点任命岗位。")

    def clean_email(self) -> str:
        """The address, once it is somebody's: `person` is who."""
        email: str = self.cleaned_data["email"]
        self.person = Person.objects.filter(email__iexact=email, is_active=True).first()
        if self.person is None:
            raise ValidationError(gettext("没有人用这个邮箱注册。请对方先在平台注册，再来任命。"))
        return email

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if "email" not in data or "node" not in data or "role" not in data:
            return data
        held = Post.objects.filter(person=self.person, node=data["node"], role=data["role"], state=PostState.ACTIVE)
        if held.exists():
            raise ValidationError(gettext("这个人已经在这个节点担任这项职责。"), code="held")
        return data | {"person": self.person}


class CalendarForm(VerbForm):
    """Whether people work on a day, and why."""

    works = forms.ChoiceField(
        label=_("这一天"), choices=[(FREE, _("休息")), (WORKING, _("上班"))], widget=forms.RadioSelect
    )
    name = NameField(label=_("说明"), max_length=60, help_text=_("例如：春节、国庆节调休"))

    @classmethod
    def initial_of(cls, row: Any) -> dict[str, Any]:
        return super().initial_of(row) | {"works": WORKING if row.is_working else FREE}


class CalendarDayForm(CalendarForm):
    """A day of the calendar that says something else than the law."""

    node = NodeField(label=_("节点"), required=False, help_text=_("不选就是全部节点，只有中心可以这样设定。"))
    day = forms.DateField(label=_("日期"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    field_order = ["day", "works", "name", "node"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        node = self.fields["node"]
        node.queryset = own_nodes(self.actor)  # type: ignore[attr-defined]
        node.required = not (standing_of(self.actor).directs or getattr(self.actor, "is_system", False))
        node.empty_label = gettext("请选择") if node.required else gettext("全部节点")  # type: ignore[attr-defined]
        node.error_messages["invalid_choice"] = gettext("只能设定您自己的、运行中的节点的日历。")

    def clean_day(self) -> date:
        day: date = self.cleaned_data["day"]
        first = timezone.localdate().replace(month=1, day=1)
        last = date(first.year + YEARS_AHEAD, 12, 31)
        if not first <= day <= last:
            words = gettext("请填 %(first)s 至 %(last)s 之间的日期。")
            raise ValidationError(words % {"first": first.isoformat(), "last": last.isoformat()})
        return day

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if "day" not in data or "node" in self.errors:
            return data
        code = data["node"].code if data["node"] else ""
        if CalendarDay.objects.filter(node=code, day=data["day"], state=DayState.SET).exists():
            self.add_error("day", gettext("这一天已经设定过。请在日历下面的清单里修改或撤销那一条。"))
        return data
