"""What the pages of nodes and of the working calendar show."""

from __future__ import annotations

import calendar as months
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Count, Q, QuerySet

from keqiao.kernel import calendar
from keqiao.kernel.models import CalendarDay
from keqiao.kernel.visibility import Seen
from keqiao.kernel.workflow import REGISTRY, Verb
from keqiao.parties.enums import OrganisationState, PostRole, PostState
from keqiao.parties.models import Node, Post

if TYPE_CHECKING:
    from keqiao.kernel.access import Actor

ROLES = [PostRole.OPERATOR, PostRole.MANAGER, PostRole.AUDITOR]


def nodes_with_counts() -> QuerySet[Node]:
    """Every node, the centres first, with how many organisations and people in office it has."""
    organisations = Q(organisations__state__in=(OrganisationState.UNVERIFIED, OrganisationState.VERIFIED))
    in_office = Q(posts__state=PostState.ACTIVE)
    return Node.objects.annotate(
        organisation_count=Count("organisations", filter=organisations, distinct=True),
        operator_count=Count("posts", filter=in_office & Q(posts__role=PostRole.OPERATOR), distinct=True),
        manager_count=Count("posts", filter=in_office & Q(posts__role=PostRole.MANAGER), distinct=True),
    ).order_by("-parent_id", "code")


@dataclass(frozen=True, slots=True)
class Line:
    """A row with what the viewer can do about it."""

    row: Seen
    verbs: list[Verb]


def posts_at(node: Node, actor: Actor) -> list[Line]:
    """Who is in office at a node, as far as the viewer may know: operators first."""
    rows = Post.objects.visible_to(actor).filter(node=node, state=PostState.ACTIVE).select_related("person", "node")
    in_order = sorted(rows, key=lambda post: (ROLES.index(PostRole(post.role)), post.pk))
    return [Line(row.seen_by(actor), REGISTRY["posts"].available(row, actor)) for row in in_order]


@dataclass(frozen=True, slots=True)
class Day:
    """One day as the calendar of a node has it."""

    day: date
    is_working: bool
    own: CalendarDay | None
    """The line that says so, where it is not the law."""


@dataclass(frozen=True, slots=True)
class Month:
    """A month in weeks from Monday to Sunday; None stands where a week begins or ends in another month."""

    first: date
    weeks: list[list[Day | None]]

    @property
    def working_days(self) -> int:
        return sum(1 for week in self.weeks for day in week if day and day.is_working)


def year_of(node: str, year: int) -> list[Month]:
    """The months of a year as a node works."""
    own = {line.day: line for line in calendar.lines(node, date(year, 1, 1), date(year, 12, 31))}
    return [month_of(date(year, number, 1), own) for number in range(1, 13)]


def month_of(first: date, own: dict[date, CalendarDay]) -> Month:
    weeks = months.Calendar().monthdatescalendar(first.year, first.month)
    return Month(first, [[day_of(day, own) if day.month == first.month else None for day in week] for week in weeks])


def day_of(day: date, own: dict[date, CalendarDay]) -> Day:
    line = own.get(day)
    return Day(day, line.is_working if line else calendar.is_working_day_by_law(day), line)


def lines_of(node: str, year: int, actor: Actor) -> list[Line]:
    """What people have set for a year at a node, those for all nodes included, by date."""
    set_by_people = calendar.lines(node, date(year, 1, 1), date(year, 12, 31))
    rows = set_by_people.visible_to(actor).order_by("day", "node")
    return [Line(row.seen_by(actor), REGISTRY["calendar"].available(row, actor)) for row in rows]
