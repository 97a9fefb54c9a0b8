"""What must be there before a verb runs: problems by field, each with its remedy."""

from __future__ import annotations

from django.utils.translation import gettext as _

from keqiao.exchange.models import Need


def need_is_complete(row: Need) -> dict[str, list[str]]:
    """A need can be judged only with a title, a problem, a field, a region and, for technology, a measurable target."""
    problems: dict[str, list[str]] = {}
    if not row.title:
        problems["title"] = [_("请写一个标题，一句话说清要什么。")]
    if len(row.problem) < 30:
        problems["problem"] = [_("请把问题写到 30 个字以上：现在怎样，难在哪里，想要什么。")]
    if not row.fields:
        problems["fields"] = [_("请选择至少一个技术领域。")]
    if row.kind == "technology" and not row.targets:
        problems["targets"] = [_("请至少写一个可以测量的指标，例如“吸光率 ≥ 98 %”。")]
    return problems
