"""What a card does not say yet."""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from keqiao.exchange.coach.card import Card, Missing

SCALE = re.compile(
    r"批量|产量|年产|月产|产能|规模|用量|处理量|每[年月]|/[年月]|一年用|万[件台吨只]|batch|per (?:year|month)|volume",
    re.IGNORECASE,
)
SALARY = re.compile(r"薪|待遇|salary", re.IGNORECASE)
BUDGET = {
    "technology": _("预算：大约准备投入多少？可以只给注册用户看。"),
    "talent": _("待遇：大约准备给多少？可以只给注册用户看。"),
    "finance": _("金额：需要多少资金？可以只给注册用户看。"),
    "site": _("租金：每月或总共大约准备付多少？可以只给注册用户看。"),
}
DEADLINE = {
    "technology": _("时间：希望什么时候前得到答复或样品？"),
    "talent": _("时间：希望什么时候到岗？"),
    "finance": _("时间：资金什么时候要到位？"),
    "site": _("时间：希望什么时候入驻？"),
}


def missing_of(card: Card) -> Iterator[Missing]:
    """What somebody who wants to answer would ask next, the weightiest first."""
    if len(card.problem) < SHORT:
        yield Missing("problem", _("问题太短：现在怎样，难在哪里，想要什么结果？"))
    if card.kind == "technology":
        yield from missing_of_technology(card)
    if not card.fields:
        yield Missing("fields", _("技术领域：选一到三个，匹配会准得多。"))
    if not card.budget_maximum and not (card.kind == "talent" and SALARY.search(card.problem)):
        yield Missing("budget_maximum", BUDGET[card.kind])
    if not card.deadline:
        yield Missing("deadline", DEADLINE[card.kind])
    if not card.cooperation_modes and card.kind == "technology":
        yield Missing("cooperation_modes", _("合作方式：委托开发、买断、许可，还是共建？"))
    if not card.region:
        yield Missing("region", _("地区：在哪里使用或合作？"))


SHORT = 30
"""A problem of fewer characters is asked to be told at all before it is asked for detail."""


def missing_of_technology(card: Card) -> Iterator[Missing]:
    if not card.targets:
        yield Missing("targets", _("目标指标：做到多少算解决？写出数值和单位，例如“吸光率 ≥ 98 %”。"))
    if not card.current_state:
        yield Missing("current_state", _("现状：现在能做到多少，试过什么办法？"))
    if len(card.problem) >= SHORT and not SCALE.search(card.problem):
        yield Missing("problem", _("批量规模：一年用多少，单件成本上限是多少？"))
