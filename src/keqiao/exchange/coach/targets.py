"""Which figures of a text are targets, and which are conditions of the need."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from keqiao.engine.specs import Figure
from keqiao.engine.specs.units import convert
from keqiao.exchange.coach import words
from keqiao.exchange.coach.clauses import HAN, Clause
from keqiao.exchange.fields import as_target

MOST_TARGETS = 20


def targets_of(text: str, found: Sequence[Figure], clauses: list[Clause]) -> list[dict[str, Any]]:
    """Figures in clauses that wish; without any, those with a floor or ceiling outside what is said of now."""
    named = [figure for figure in found if figure.name and not is_condition(figure, text)]
    wished = [figure for figure in named if role_at(clauses, figure) == "wish"]
    if not wished:
        open_ended = [f for f in named if f.min is None or f.max is None or f.min != f.max]
        wished = [figure for figure in open_ended if role_at(clauses, figure) != "present"]
    known = [renamed for figure in wished if (renamed := with_name(figure, found, text)) is not None]
    unique = {(f.name, f.min, f.max, f.unit): f for f in known}
    return [as_target(figure, said(figure, text)) for figure in unique.values()][:MOST_TARGETS]


WANTING = re.compile(
    r"^(?:现在|目前|不能影响|不影响|希望|想要|想做到|想|做到|需要|要求|要|达到|降到|降至|提高到|控制在|目标)+"
)


PARTIES = frozenset(words.listed("客户 主机厂 甲方 用户 厂家 标准 国标 行业 公司 我们"))
"""Who asks for a figure is not what is measured."""
MEASURE = re.compile(rf"[{HAN}]{{1,6}}(?:率|度|量|值|比|寿命|成本|时间)")


def with_name(figure: Figure, found: Sequence[Figure], text: str) -> Figure | None:
    """`想要 ≤ 2 %` after `收缩率 8 %` is about that; None where nothing before it is of its kind."""
    own = WANTING.sub("", figure.name).rstrip("到至要需")
    if own and own not in PARTIES:
        return figure if own == figure.name else replace(figure, name=own)
    for earlier in reversed(found[: found.index(figure)]):
        name = WANTING.sub("", earlier.name).rstrip("要需达")
        if name and convert(1.0, earlier.unit, figure.unit) is not None:
            return replace(figure, name=name)
    measures = MEASURE.findall(text[max(0, figure.span[0] - 40) : figure.span[0]])
    return replace(figure, name=measures[-1]) if measures else None


def said(figure: Figure, text: str) -> str:
    """The figure in the author's own words, from its name on, when they are few: the form reads them back."""
    own = " ".join(text[figure.span[0] : figure.span[1]].split())
    if len(own) > 40 or figure.name not in own:
        return ""
    named = own[own.index(figure.name) :]
    return named if re.search(r"\d", named) else own  # `1200 平方米洁净室` has its name behind the number


def is_condition(figure: Figure, text: str) -> bool:
    """Money and time limits are conditions of the need, not targets of the technology."""
    if figure.unit == "CNY":
        return any(word in figure.name.lower() for word in words.BUDGET) or before(text, figure.span[0], words.BUDGET)
    if figure.name.endswith(("用量", "采购量", "年薪", "年产", "年产量", "月产", "月产量")):
        return True
    around = text[figure.span[0] : figure.span[1] + 3]
    return figure.unit in {"month", "year", "day", "week"} and bool(TIME_LIMIT.search(around))


TIME_LIMIT = re.compile(r"[月年天日周]\s*(?:之?内|以内|完成|交付|之?前)|within|期限|周期|工期|时限", re.IGNORECASE)


def before(text: str, at: int, said: tuple[str, ...], reach: int = 14) -> bool:
    """Whether one of the words stands shortly before this place."""
    return any(word in text[max(0, at - reach) : at + 2].lower() for word in said)


def role_at(clauses: list[Clause], figure: Figure) -> str:
    """The role of the clause in which the figure's number stands."""
    place = figure.span[1] - 1
    return next((clause.role for clause in clauses if clause.start <= place < clause.end), "")
