"""Who may set up nodes and give posts."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from keqiao.kernel.access import rule
from keqiao.parties.models import standing_of


@rule(_("只有中心的平台运营人员可以设立、修改和关闭节点。"))
def directs(row: Any, actor: Any) -> bool:
    """Operates the centre, and so every node."""
    return standing_of(actor).directs


@rule(_("只有平台运营人员可以执行这一步。"))
def operates_somewhere(row: Any, actor: Any) -> bool:
    """For what is made new: the form then offers only the person's own nodes."""
    return standing_of(actor).directs or bool(standing_of(actor).operates)
