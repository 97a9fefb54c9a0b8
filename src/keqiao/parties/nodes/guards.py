"""When a node or a post has to stay as it is."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from keqiao.parties.enums import PostRole, PostState
from keqiao.parties.models import Node, Post


def can_close(row: Node) -> dict[str, list[str]]:
    """A centre stays; a city node is closed when nobody is in office there any more."""
    if row.is_centre:
        return {"code": [_("中心不能关闭。")]}
    held = Post.objects.filter(node=row, state=PostState.ACTIVE).count()
    if held:
        words = ngettext(
            "这个节点还有 %(n)d 个岗位在任。请先逐个结束，它的事务就由中心接手。",
            "这个节点还有 %(n)d 个岗位在任。请先逐个结束，它的事务就由中心接手。",
            held,
        )
        return {"posts": [words % {"n": held}]}
    return {}


def a_director_stays(row: Post) -> dict[str, list[str]]:
    """The centre keeps an operator, or nobody could give posts again. Asked one at a time, by a lock on the centres."""
    if row.role != PostRole.OPERATOR or not row.node.is_centre:
        return {}
    list(Node.objects.select_for_update().filter(parent=None).order_by("pk"))
    others = Post.objects.filter(
        role=PostRole.OPERATOR, state=PostState.ACTIVE, node__parent=None, person__is_active=True
    ).exclude(pk=row.pk)
    if others.exclude(person=row.person).exists():
        return {}
    return {"role": [_("这是中心最后一位平台运营人员。请先任命另一位，再结束这个岗位。")]}
