"""What can happen to nodes, posts and days of the working calendar, who may do it, and who is told."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from keqiao.kernel.access import is_system
from keqiao.kernel.models import CalendarDay, DayState
from keqiao.kernel.workflow import NEW, Verb, Workflow, assign
from keqiao.parties.audiences import the_person
from keqiao.parties.enums import NodeState, PostState
from keqiao.parties.models import Node, Post
from keqiao.parties.nodes import actions, forms, guards
from keqiao.parties.nodes.rules import directs, operates_somewhere
from keqiao.parties.rules import is_operator_of_node

NODE = Workflow(
    name="nodes",
    model=Node,
    states=NodeState,
    verbs=(
        Verb(
            name="create",
            label=_("设立节点"),
            source=NEW,
            target=NodeState.OPEN,
            who=directs | is_system,
            form=forms.NodeForm,
            do=assign,
            tone="primary",
            notice=_("节点已设立。接下来任命它的运营人员；在那之前，它的事务由中心处理。"),
        ),
        Verb(
            name="save",
            label=_("修改名称"),
            source=(NodeState.OPEN, NodeState.CLOSED),
            who=directs,
            form=forms.NodeNamesForm,
            do=assign,
            quiet=True,
        ),
        Verb(
            name="close",
            label=_("关闭节点"),
            source=NodeState.OPEN,
            target=NodeState.CLOSED,
            who=directs,
            guard=guards.can_close,
            tone="danger",
            confirm=_("关闭后，新登记的单位不能再选这个节点。已有的单位和记录留在原处，由中心处理。以后可以重新开放。"),
        ),
        Verb(
            name="reopen",
            label=_("重新开放"),
            source=NodeState.CLOSED,
            target=NodeState.OPEN,
            who=directs,
        ),
    ),
)

POST = Workflow(
    name="posts",
    model=Post,
    states=PostState,
    audiences={"person": the_person},
    verbs=(
        Verb(
            name="create",
            label=_("任命"),
            source=NEW,
            target=PostState.ACTIVE,
            who=operates_somewhere | is_system,
            form=forms.PostForm,
            do=actions.appoint,
            tells=("person",),
            tone="primary",
        ),
        Verb(
            name="end",
            label=_("结束任命"),
            source=PostState.ACTIVE,
            target=PostState.ENDED,
            who=is_operator_of_node | is_system,
            guard=guards.a_director_stays,
            tells=("person",),
            tone="danger",
            confirm=_("结束后，这个人立即失去这项职责的权限。以后可以重新任命。"),
        ),
    ),
)

CALENDAR = Workflow(
    name="calendar",
    model=CalendarDay,
    states=DayState,
    verbs=(
        Verb(
            name="create",
            label=_("设定一天"),
            source=NEW,
            target=DayState.SET,
            who=operates_somewhere | is_system,
            form=forms.CalendarDayForm,
            do=actions.set_day,
            tone="primary",
            notice=_("日历已更新，正在计时的时限已按新的日历重算。"),
        ),
        Verb(
            name="save",
            label=_("修改"),
            source=DayState.SET,
            who=is_operator_of_node,
            form=forms.CalendarForm,
            do=actions.set_day,
            notice=_("日历已更新，正在计时的时限已按新的日历重算。"),
        ),
        Verb(
            name="withdraw",
            label=_("撤销"),
            source=DayState.SET,
            target=DayState.WITHDRAWN,
            who=is_operator_of_node,
            do=actions.withdraw_day,
            notice=_("已撤销，这一天重新按法定安排计算。"),
        ),
    ),
)
