"""Filters and tags of the pages: numbers with units, times as people say them, evidence highlighted."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django import forms, template
from django.core.cache import cache
from django.utils import timezone
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, ngettext, ngettext_lazy

from keqiao.kernel import calendar, clocks
from keqiao.kernel.dates import day_in_words, moment_in_words
from keqiao.kernel.languages import titled
from keqiao.kernel.models import ClockRun
from keqiao.kernel.money import shown
from keqiao.matching.showing import (
    figure_line,
    figure_name,
    figure_text,
    margin_text,
    measured,
    part,
    reread,
    unit_text,
)
from keqiao.parties import taxonomy
from keqiao.parties.names import called

register = template.Library()


@register.filter
def money(value: object) -> str:
    """An amount of yuan as people say it: 300 万元, 1.2 亿元; CNY 3 million in English. Nothing for no amount."""
    if value is None or not str(value):
        return ""
    return shown(Decimal(str(value)))


AGES = (
    (3600, 60, ngettext_lazy("%(n)d 分钟前", "%(n)d 分钟前", "n")),
    (86_400, 3600, ngettext_lazy("%(n)d 小时前", "%(n)d 小时前", "n")),
    (8 * 86_400, 86_400, ngettext_lazy("%(n)d 天前", "%(n)d 天前", "n")),
)
"""Below how many seconds, counted in what unit, said how."""


@register.filter
def since(at: datetime | None) -> str:
    """How long ago: 刚刚, 3 分钟前, 5 小时前, 2 天前, else the day."""
    if not at:
        return ""
    seconds = (timezone.now() - at).total_seconds()
    if seconds < 60:
        return gettext("刚刚")
    for limit, unit, words in AGES:
        if seconds < limit:
            return str(words % {"n": int(seconds // unit)})
    return day_in_words(at)


@register.filter
def day(value: date | datetime | None, year: str = "") -> str:
    """A day as people say it: 3 月 13 日. `day:"year"` always says the year."""
    return day_in_words(value, with_year=bool(year)) if value else ""


@register.filter
def moment(value: datetime | None, year: str = "") -> str:
    """A moment as people say it: 今天 14:05, 3 月 13 日 14:05."""
    return moment_in_words(value, with_year=bool(year)) if value else ""


@register.simple_tag
def this_moment() -> str:
    """When the page was made, for numbers that are true of this moment."""
    return moment_in_words(timezone.now())


# ---- figures ----------------------------------------------------------------------------------------------------

for words in (unit_text, figure_name, figure_text, figure_line, margin_text, measured, reread):
    register.filter(words)
register.filter(called)


@register.filter
def percent(value: Any) -> str:
    """A share between 0 and 1 as a whole percentage."""
    return "" if value in (None, "") else f"{round(float(str(value)) * 100)} %"


@register.filter
def share_of(value: Any, whole: Any) -> float:
    """How much of the whole, 0..100, for a bar 100 wide."""
    return round(min(100.0, max(0.0, 100 * float(value) / float(whole))), 2) if float(whole or 0) else 0.0


SCORE_TONES = {"text", "words", "figures", "field"}


def part_label(name: str) -> str:
    """What a part of a score is called."""
    labels = {
        "text": gettext("文字"),
        "words": gettext("关键词"),
        "field": gettext("领域"),
        "region": gettext("地区"),
        "figures": gettext("指标"),
        "meaning": gettext("语义"),
        "learned": gettext("人工评分"),
    }
    return labels.get(name, name)


@register.filter
def stacked(parts: Iterable[Any]) -> list[dict[str, Any]]:
    """The positive parts of a score as pieces of a bar 100 wide, each with its label and its share in words."""
    x, pieces = 0.0, []
    for piece in parts or ():
        value = float(part(piece, "value") or 0)
        if value <= 0:
            continue
        width, name = round(value * 100, 2), str(part(piece, "name"))
        tone = name if name in SCORE_TONES else "other"
        pieces.append(
            {"x": round(x, 2), "width": width, "tone": tone, "label": part_label(name), "share": percent(value)}
        )
        x += width
    return pieces


@register.filter
def lowering(parts: Iterable[Any]) -> list[dict[str, str]]:
    """The parts that lower a score (missed targets, what was learnt), each with its label and by how much in words."""
    values = [(str(part(piece, "name")), float(part(piece, "value") or 0)) for piece in parts or ()]
    return [{"label": part_label(name), "share": f"−{percent(-value)}"} for name, value in values if value <= -0.005]


PARTED = re.compile(r"(?<=\d) (?=[%‰°℃℉µμΩA-Za-z万亿元年月日天周小个项家件份倍米克])|(?<=[≥≤≈±<>]) (?=[\d−-])")


@register.filter
def together(text: str) -> str:
    """A number and its unit do not part at the end of a line: the space between them does not break.

    One sign for one sign, so that places in the text stay what they are; what is stored stays as it was written.
    """
    return PARTED.sub("\N{NO-BREAK SPACE}", str(text))


@register.filter
def highlight(text: str, spans: Sequence[tuple[int, int]]) -> SafeString:
    """The text with <mark> around the spans (start, end); overlapping ones are joined."""
    text, out, position = together(text), [], 0
    for start, end in sorted((int(first), int(last)) for first, last in spans):
        start = max(start, position)
        if end <= start:
            continue
        out += [escape(text[position:start]), "<mark>", escape(text[start:end]), "</mark>"]
        position = end
    out.append(escape(text[position:]))
    return mark_safe("".join(out))  # noqa: S308 (every piece was escaped)


# ---- languages and fields ---------------------------------------------------------------------------------------


@register.filter
def title_in_language(row: Any) -> str:
    """The title in the reader's language where there is one, else in the other."""
    return together(titled(row))


@register.filter
def field_names(codes: Iterable[str]) -> list[str]:
    """Field codes as names in the reader's language."""
    return [taxonomy.name_of(code) for code in codes or ()]


@register.filter
def sector(codes: Iterable[str]) -> str:
    """The branch of industry in a word or two, for a narrow place."""
    return taxonomy.sector_of(codes)


@register.filter
def region_name(code: str) -> str:
    """The name of an administrative division."""
    return taxonomy.region_name(code) if code else ""


# ---- forms ------------------------------------------------------------------------------------------------------


@register.filter
def is_group(field: forms.BoundField) -> bool:
    """Whether a field is a group of radios or checkboxes."""
    return isinstance(field.field.widget, forms.RadioSelect | forms.CheckboxSelectMultiple)


MANY, LONG = 4, 12


@register.filter
def layout_of_choices(field: forms.BoundField) -> str:
    """The class for a group: short options in a row, long ones each on a line of its own, many in columns."""
    labels = [str(option.choice_label) for option in field.subwidgets]
    if len(labels) > MANY:
        return "choices-many"
    return "choices-lines" if any(len(label) > LONG for label in labels) else ""


@register.filter
def is_check(field: forms.BoundField) -> bool:
    return isinstance(field.field.widget, forms.CheckboxInput)


@register.filter
def label_of(form: forms.Form | None, name: str) -> str:
    """What a field is called on the page."""
    if form is not None and name in form.fields:
        return str(form.fields[name].label or name)
    return gettext("内容") if name == "__all__" else name


@register.filter
def is_file(field: forms.BoundField) -> bool:
    return isinstance(field.field.widget, forms.FileInput)


@register.filter
def without_create(verbs: Iterable[Any]) -> list[Any]:
    """The verbs that make sense on a row that exists."""
    return [verb for verb in verbs or () if verb.name != "create"]


@register.simple_tag
def attributes(attrs: Any) -> SafeString:
    """What a component was given and did not declare, as HTML attributes, every value escaped."""
    pieces = [
        SafeString(name) if value is True else format_html('{}="{}"', SafeString(name), value)
        for name, value in attrs.attrs_dict().items()
        if value is not None and value is not False
    ]
    return SafeString(" ".join(pieces))


@register.simple_tag
def new_key() -> str:
    """A fresh idempotency key for a form."""
    return uuid.uuid4().hex


# ---- clocks -----------------------------------------------------------------------------------------------------


@register.filter
def clock_label(run: ClockRun) -> str:
    known = clocks.REGISTRY.get(run.name)
    return str(known.label) if known else run.name


def days_until(due: datetime, node: str) -> float:
    """Working days until a moment in the calendar of the node; negative when it has passed."""
    now = timezone.now()
    first, last = sorted((now, due))
    own = own_days(node) if last - first < KNOWN else None
    seconds = calendar.working_seconds(first, last, node, own)
    return (seconds if due >= now else -seconds) / calendar.DAY_SECONDS


KNOWN = timedelta(days=90)
REMEMBERED = 60
"""Seconds for which the calendar of a node is remembered: a page shows many clocks."""


def own_days(node: str) -> dict[date, bool]:
    """What the calendar table says of the days around today."""
    today = timezone.localdate()
    key = f"calendar:{node}:{today}"
    days: dict[date, bool] | None = cache.get(key)
    if days is None:
        around = KNOWN + timedelta(days=1)
        days = calendar.overrides(node, today - around, today + around)
        cache.set(key, days, REMEMBERED)
    return days


@register.filter
def clock_left(run: ClockRun) -> str:
    """还剩 3 个工作日, 还剩 2 小时, 已超时 1 个工作日."""
    return gettext("等待补充，时钟暂停") if run.paused_at else left_in_words(days_until(run.due_at, run.node))


def left_in_words(days: float) -> str:
    """Working days as people say them; hours below one day, never “0 hours”."""
    count = round(abs(days))
    amount = ngettext("%(n)d 个工作日", "%(n)d 个工作日", count) % {"n": count}
    if abs(days) < 1:
        hours = max(1, round(abs(days) * calendar.DAY_SECONDS / 3600))
        amount = ngettext("%(n)d 小时", "%(n)d 小时", hours) % {"n": hours}
    words = gettext("还剩 %(amount)s") if days > 0 else gettext("已超时 %(amount)s")
    return words % {"amount": amount}


@register.filter
def workdays_left(due: datetime | None, node: str = "") -> str:
    """How long until a moment, in working time of the node: 还剩 3 个工作日."""
    return left_in_words(days_until(due, node)) if due else ""


@register.filter
def clock_tone(run: ClockRun) -> str:
    """good, warn or bad."""
    if run.paused_at:
        return "good"
    left = days_until(run.due_at, run.node)
    return "bad" if left <= 0 else "warn" if left < 0.5 else "good"
