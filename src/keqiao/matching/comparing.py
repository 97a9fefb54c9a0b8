"""Up to four achievements side by side: targets first, then conditions, then team and track record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from keqiao.engine.specs import Figure, compare
from keqiao.engine.specs.checking import likeness
from keqiao.exchange.enums import CooperationMode, NeedState
from keqiao.exchange.models import Achievement, Need
from keqiao.kernel.visibility import Hidden, Level, Seen
from keqiao.matching.documents import achievement_text, need_targets
from keqiao.matching.enums import ProposalState
from keqiao.matching.figures import figures_of, offered_figures
from keqiao.matching.showing import figure_text
from keqiao.parties.names import called

if TYPE_CHECKING:
    from keqiao.kernel.access import Actor

MOST = 4
SAME = 0.85
"""From this likeness of names on, two figures stand in one row."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What one achievement says in a row; `level` where this person may not see it."""

    text: str = ""
    verdict: str = ""
    level: Level | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One property of all of them. `wanted` is what the need asks for."""

    label: str
    cells: list[Cell]
    wanted: str = ""

    @property
    def differs(self) -> bool:
        """Whether two of them say different things, or meet a target differently; silence is no difference."""
        said = {cell.text for cell in self.cells if cell.text}
        return len(said) > 1 or len({cell.verdict for cell in self.cells}) > 1


@dataclass(frozen=True, slots=True)
class Comparison:
    """The columns, and the rows in their three groups."""

    columns: list[Seen]
    groups: list[tuple[str, list[Row]]]
    need: Seen | None = None


def comparison(pks: Sequence[int], actor: Actor, need: Need | None = None) -> Comparison:
    """The achievements that this person may see, in the order asked for, at most four."""
    solved = Q(proposals__state=ProposalState.IN_PROJECT, proposals__need__state=NeedState.SOLVED)
    rows = (
        Achievement.objects.visible_to(actor)
        .select_related("organisation", "contact", "node")
        .prefetch_related("team")
        .annotate(solved=Count("proposals", filter=solved, distinct=True))
        .in_bulk(list(dict.fromkeys(pks))[:MOST])
    )
    found = [rows[pk] for pk in dict.fromkeys(pks) if pk in rows]
    columns = [row.seen_by(actor) for row in found]
    seen_need = need.seen_by(actor) if need is not None else None
    groups = [
        (_("指标"), figure_rows(columns, need_targets(seen_need) if seen_need is not None else ())),
        (_("条件"), condition_rows(columns)),
        (_("团队与业绩"), team_rows(columns, [getattr(row, "solved", 0) for row in found])),
    ]
    return Comparison(columns, [(label, lines) for label, lines in groups if lines], seen_need)


def figure_rows(columns: Sequence[Seen], targets: Sequence[Figure]) -> list[Row]:
    """The need's targets checked, then every other figure that one of them names."""
    offered = [offered_figures(column.specifications, achievement_text(column)) for column in columns]
    rows = []
    for target in targets:
        checks = [compare(target, figures) for figures in offered]
        cells = [Cell(figure_text(check.offered) if check.offered else "", check.verdict) for check in checks]
        rows.append(Row(target.name, cells, figure_text(target)))
    names = [target.name for target in targets]
    for figure in (figure for column in columns for figure in figures_of(column.specifications)):
        if all(likeness(figure.name, name) < SAME for name in names):
            names.append(figure.name)
            rows.append(Row(figure.name, [Cell(best(figure.name, figures)) for figures in offered]))
    return rows


def best(name: str, figures: Sequence[Figure]) -> str:
    """The figure of that name, as it reads."""
    alike = max(figures, key=lambda figure: likeness(name, figure.name), default=None)
    return figure_text(alike) if alike is not None and likeness(name, alike.name) >= SAME else ""


def condition_rows(columns: Sequence[Seen]) -> list[Row]:
    """Maturity, rights, ways of cooperation, price, place."""
    modes = dict(CooperationMode.choices)
    return [
        Row(_("技术就绪度"), [Cell(f"TRL {column.maturity}" if column.maturity else "") for column in columns]),
        Row(_("知识产权"), [Cell(str(column.get_intellectual_property_display())) for column in columns]),
        Row(_("合作方式"), [Cell(_("、").join(str(modes.get(m, m)) for m in c.cooperation_modes)) for c in columns]),
        Row(_("价格设想"), [cell(column.price_idea) for column in columns]),
        Row(_("与现有方案相比"), [cell(column.advantages) for column in columns]),
        Row(_("节点"), [cell(column.node) for column in columns]),
    ]


def team_rows(columns: Sequence[Seen], solved: Sequence[int]) -> list[Row]:
    """Who is behind it, and what they have done here."""
    return [
        Row(_("单位"), [cell(column.organisation) for column in columns]),
        Row(_("联系人"), [cell(column.contact) for column in columns]),
        Row(_("团队"), [team(column.team) for column in columns]),
        Row(_("在本平台解决的需求"), [Cell(_("%(count)d 项") % {"count": count}) for count in solved]),
    ]


def team(members: Any) -> Cell:
    """The names of a team."""
    if isinstance(members, Hidden):
        return cell(members)
    return Cell(_("、").join(called(person) for person in members))


def cell(value: Any) -> Cell:
    """A value, or the level it asks for."""
    return Cell(level=value.level) if isinstance(value, Hidden) else Cell(called(value))
