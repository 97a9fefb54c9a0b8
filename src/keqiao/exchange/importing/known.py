"""Rows that are there already: named one by one and passed over, so that the same file twice makes nothing twice.

Passed over, not refused: lists grow from month to month, and a second import of a file should end where the first did.
What is there stays as it is, whatever its state: a need that was withdrawn does not come back with an old list. Only
discarded drafts count as gone. The same number with other words is a question, and refused: it may be a correction, or
the numbers of two lists that have nothing to do with each other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet
from django.db.models.fields.json import KT
from django.utils.translation import gettext as _

from keqiao.exchange.enums import AchievementState, NeedState
from keqiao.exchange.importing.columns import plain
from keqiao.exchange.models import Achievement, Need
from keqiao.kernel import journal
from keqiao.kernel.models import Entry

if TYPE_CHECKING:
    from keqiao.exchange.importing.plan import Plan
    from keqiao.kernel.visibility import Seen

BATCH = 1_000
MODELS: dict[str, Any] = {"needs": Need, "achievements": Achievement}
TEXTS = {"needs": ("title", "title_en", "problem", "problem_en"),
         "achievements": ("title", "title_en", "summary", "summary_en")}  # fmt: skip
GONE = (NeedState.DISCARDED.value, AchievementState.DISCARDED.value)
RUNNING = ("序号",)
"""Columns that count the rows of their own list: their numbers name nothing outside it."""

Row = tuple[int, str, dict[str, Any]]
Words = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """A row that is not written: its line, why, and the record that says the same (none: a line further up)."""

    line: int
    message: str
    pk: int | None = None

    def __str__(self) -> str:
        return _("第 %(line)d 行") % {"line": self.line} + _("：") + self.message


def pass_over(made: Plan) -> Iterator[tuple[int, str]]:
    """Take out of the plan what is there already, named in `made.known`; what has to be asked comes as a problem."""
    numbers = numbers_of(made)
    lines: dict[Words, int] = {}
    rows, made.rows = made.rows, []
    for part in journal.batches(iter(rows), BATCH):
        new = list(unknown(made, part, lines))
        taken = records(made).in_bulk({numbers[number] for _line, number, _values in new if number in numbers})
        for line, number, _values in new:
            if number in numbers and numbers[number] in taken:
                words = _(
                    "编号 %(id)s 已经导入为%(record)s，内容不同。请在它的页面上修改；如果是另一条，用 --again 导入。"
                )
                yield line, words % {"id": number, "record": called(made, taken[numbers[number]].seen_by(made.owner))}
        made.rows += new


def unknown(made: Plan, part: list[Row], lines: dict[Words, int]) -> Iterator[Row]:
    """The rows of a batch that neither a record nor a line further up says in the same words."""
    there = records_of(made, part)
    for line, number, values in part:
        words = words_of(made, values.get)
        if found := there.get(words):
            said = _("已经有%(record)s，跳过。") % {"record": called(made, found)}
            made.known.append(Known(line, said, found.pk))
        elif words in lines:
            made.known.append(Known(line, _("与第 %(line)d 行相同，跳过。") % {"line": lines[words]}))
        else:
            yield line, number, values
        lines.setdefault(words, line)


def words_of(made: Plan, value: Callable[[str], Any]) -> Words:
    """Whose row it is and what it says; a text that only repeats the title (as in bare lists) says nothing."""
    title, title_en, *texts = (value(name) or "" for name in TEXTS[made.kind])
    organisation = value("organisation")
    return organisation and organisation.pk, title, title_en, *("" if text == title else text for text in texts)


def records(made: Plan) -> QuerySet[Any]:
    """What the owner of the import may see and has not discarded."""
    visible: QuerySet[Any] = MODELS[made.kind].objects.visible_to(made.owner)
    return visible.exclude(state__in=GONE).select_related("organisation")


def of_the_same(made: Plan, rows: list[Row]) -> Q:
    """Of the organisations that the rows name; without one, the owner's own."""
    named = {values["organisation"].pk for _line, _number, values in rows if values.get("organisation")}
    return Q(organisation__in=named) | Q(organisation=None, contact=made.owner.pk)


def records_of(made: Plan, part: list[Row]) -> dict[Words, Any]:
    """The records with the titles of a batch, by what the owner reads in them; of several the first."""
    titles = {values.get("title") for _line, _number, values in part} - {None, ""}
    english = {values.get("title_en") for _line, _number, values in part} - {None, ""}
    rows = records(made).filter(of_the_same(made, part), Q(title__in=titles) | Q(title_en__in=english))
    seen = [row.seen_by(made.owner) for row in rows.order_by("-pk")]
    compared = {"organisation", *TEXTS[made.kind]}
    return {words_of(made, partial(getattr, one)): one for one in seen if not compared & one.hidden.keys()}


def numbers_of(made: Plan) -> dict[str, int]:
    """The numbers under which records of the same owners were imported, where the table has a column of numbers."""
    column = next((column for column, name in made.columns.items() if name == "id"), "")
    if not column or plain(column) in RUNNING:
        return {}
    model = MODELS[made.kind]
    own = model.objects.filter(of_the_same(made, made.rows)).exclude(state__in=GONE)
    entries = Entry.objects.filter(object_type=model._meta.model_name, object_id__in=own.values("pk"))
    numbers = entries.annotate(number=KT("changes__extra__imported__id")).filter(number__gt="")
    return {str(number): pk for number, pk in numbers.values_list("number", "object_id")}


def called(made: Plan, seen: Seen) -> str:
    """The record as whoever imports knows it."""
    return _("%(kind)s #%(pk)d“%(title)s”") % {
        "kind": MODELS[made.kind]._meta.verbose_name,
        "pk": seen.pk,
        "title": seen,
    }
