"""What must be there before a verb runs: problems by field, each with its remedy."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _

from keqiao.exchange.enums import NeedKind, NeedState
from keqiao.exchange.models import Achievement, Listing, Need, Solution

Problems = dict[str, list[str]]
SHORTEST_PROBLEM = 30
SHORTEST_PROBLEM_EN = 60


def need_is_complete(row: Need) -> Problems:
    """A need can be judged only with a title, a problem, a field and, for technology, a measurable target."""
    problems = common_problems(row)
    if is_short(row.problem, row.problem_en):
        problems["problem"] = [_("请把问题写到 30 个字以上：现在怎样，难在哪里，想要什么。")]
    if row.kind == NeedKind.TECHNOLOGY and not row.targets:
        problems["targets"] = [_("请至少写一个可以测量的指标，例如“吸光率 ≥ 98 %”。")]
    if row.deadline and row.deadline <= timezone.now():
        problems["deadline"] = [_("截止时间已经过去。请选择将来的时间，或者留空。")]
    return problems | names_in_sealed(
        row, {"title": row.title, "problem": row.problem, "current_state": row.current_state}
    )


def achievement_is_complete(row: Achievement) -> Problems:
    """An achievement can be judged only with a title, a summary, a field and a word on its rights."""
    problems = common_problems(row)
    if is_short(row.summary, row.summary_en):
        problems["summary"] = [_("请把简介写到 30 个字以上：原理、做到了什么、在哪里验证过。")]
    if not row.intellectual_property:
        problems["intellectual_property"] = [_("请选择知识产权状况；还没有保护就选“尚未保护”。")]
    return problems | names_in_sealed(row, {"title": row.title, "summary": row.summary})


def common_problems(row: Listing) -> Problems:
    """What needs and achievements must both have."""
    problems: Problems = {}
    if not (row.title or row.title_en):
        problems["title"] = [_("请写一个标题，一句话说清是什么。")]
    if not row.fields:
        problems["fields"] = [_("请选择至少一个技术领域。")]
    return problems


def is_short(text: str, english: str) -> bool:
    return len(text.strip()) < SHORTEST_PROBLEM and len(english.strip()) < SHORTEST_PROBLEM_EN


def names_in_sealed(row: Listing, texts: dict[str, str]) -> Problems:
    """A sealed record must not name its organisation in what everybody can read."""
    if not row.is_sealed or row.organisation is None:
        return {}
    name = row.organisation.name
    words = _("匿名发布的内容里写出了单位名称“%(name)s”，请删去。") % {"name": name}
    return {field: [words] for field, text in texts.items() if name and name in text}


def solution_is_complete(row: Solution) -> Problems:
    """A solution can be weighed only with its approach and some evidence or figures, while the need is open."""
    problems: Problems = {}
    if row.need.state != NeedState.OPEN:
        problems["need"] = [_("这项需求现在不接受应答。")]
    if len(row.approach.strip()) < SHORTEST_PROBLEM:
        problems["approach"] = [_("请把技术路线写到 30 个字以上：打算怎样做到，关键步骤是什么。")]
    if not row.specifications and len(row.evidence.strip()) < 10:
        problems["evidence"] = [_("请写至少一个能达到的指标，或者写出依据：数据、样品、案例。")]
    return problems


def is_shared(row: Listing) -> Problems:
    return {} if row.shared_with else {"nodes": [_("现在没有共享给其他节点。")]}


def is_asked_to_share(row: Listing) -> Problems:
    return {} if row.share_asked else {"nodes": [_("现在没有待答复的共享请求。")]}


def is_asked(row: Solution) -> Problems:
    """A reply needs a question before it."""
    waiting = bool(row.dialogue) and row.dialogue[-1]["side"] == "asker"
    return {} if waiting else {"reply": [_("现在没有待回复的提问。")]}
