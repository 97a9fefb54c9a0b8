"""Filters and tags of the pages: numbers with units, times as people say them, evidence highlighted."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django import forms, template
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext, gettext_noop

from keqiao.exchange import taxonomy
from keqiao.kernel import calendar, clocks
from keqiao.kernel.models import ClockRun

register = template.Library()

WAN = Decimal(10_000)
YI = Decimal(100_000_000)


def in_english() -> bool:
    return (get_language() or "").startswith("en")


@register.filter
def money(value: object) -> str:
    """An amount of yuan as people say it: 300 万元, 1.2 亿元; CNY 3 million in English."""
    if value in (None, "") or not value:
        return ""
    amount = Decimal(str(value))
    if in_english():
        if amount >= 1_000_000:
            return f"CNY {tidy(amount / 1_000_000)} million"
        return f"CNY {number_format(amount.normalize(), use_l10n=True, force_grouping=True)}"
    if amount >= YI:
        return f"{tidy(amount / YI)} 亿元"
    if amount >= WAN:
        return f"{tidy(amount / WAN)} 万元"
    return f"{tidy(amount)} 元"


def tidy(value: Decimal) -> str:
    """Up to two decimals, no trailing zeros."""
    return f"{value.quantize(Decimal('0.01')).normalize():f}"


AGES = (
    (3600, 60, gettext_noop("%(n)d 分钟前")),
    (86_400, 3600, gettext_noop("%(n)d 小时前")),
    (8 * 86_400, 86_400, gettext_noop("%(n)d 天前")),
)
"""Below how many seconds, counted in what unit, said how."""


@register.filter
def since(moment: datetime | None) -> str:
    """How long ago: 刚刚, 3 分钟前, 5 小时前, 2 天前, else the date."""
    if not moment:
        return ""
    seconds = (timezone.now() - moment).total_seconds()
    if seconds < 60:
        return gettext("刚刚")
    for limit, unit, words in AGES:
        if seconds < limit:
            return gettext(words) % {"n": int(seconds // unit)}
    return timezone.localdate(moment).isoformat()


# ---- figures ----------------------------------------------------------------------------------------------------

UNITS = {"degC": "℃", "percent": "%", "year": "年", "month": "个月", "hour": "h", "micrometer": "μm", "CNY": "元"}


def part(figure: Any, name: str) -> Any:
    """A part of a figure, which is a dict from the database or an object of the engine."""
    return figure.get(name) if isinstance(figure, Mapping) else getattr(figure, name, None)


@register.filter
def figure_name(figure: Any) -> str:
    """What is measured."""
    return str(part(figure, "name") or "")


@register.filter
def figure_text(figure: Any) -> str:
    """The interval with its unit: ≥ 98 %, ≤ 1.15, −40–85 ℃, 1.04."""
    low, high, unit = part(figure, "min"), part(figure, "max"), str(part(figure, "unit") or "")
    about = "≈ " if part(figure, "approx") else ""
    shown = UNITS.get(unit, unit.replace("**", "^").replace("*", "·"))
    tail = f" {shown}" if shown else ""
    if low is None and high is None:
        return ""
    if low is None:
        return f"≤ {about}{number(high)}{tail}"
    if high is None:
        return f"≥ {about}{number(low)}{tail}"
    if low == high:
        return f"{about}{number(low)}{tail}"
    return f"{about}{number(low)}–{number(high)}{tail}"


@register.filter
def figure_line(figure: Any) -> str:
    """Name and interval in one line."""
    return f"{figure_name(figure)} {figure_text(figure)}".strip()


def number(value: Any) -> str:
    """A number without a needless point, with a real minus."""
    text = f"{float(value):.6g}"
    if "e" in text:
        text = f"{float(value):,.0f}" if abs(float(value)) >= 1e6 else text
    return text.replace("-", "−")


@register.filter
def percent(value: float | None) -> str:
    return "" if value is None else f"{round(float(value) * 100)} %"


TONES = ("fill-achievement", "fill-need", "fill-thread", "fill-warn", "fill-muted")


@register.filter
def stacked(parts: Iterable[Any]) -> list[dict[str, Any]]:
    """The positive parts of a score as pieces of a bar 100 wide."""
    x, pieces = 0.0, []
    for index, piece in enumerate(parts):
        width = max(0.0, float(part(piece, "value") or 0)) * 100
        pieces.append(
            {"x": round(x, 2), "width": round(width, 2), "tone": TONES[index % 5], "name": part(piece, "name")}
        )
        x += width
    return pieces


@register.filter
def highlight(text: str, spans: Sequence[tuple[int, int]]) -> SafeString:
    """The text with <mark> around the spans (start, end); overlapping ones are joined."""
    out, position = [], 0
    for start, end in sorted((int(s), int(e)) for s, e in spans):
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
    own, english = str(row.title or ""), str(getattr(row, "title_en", "") or "")
    return (english or own) if in_english() else (own or english)


@register.filter
def field_names(codes: Iterable[str]) -> list[str]:
    """Field codes as names in the reader's language."""
    return [taxonomy.name_of(code) for code in codes or ()]


@register.filter
def region_name(code: str) -> str:
    """The name of an administrative division."""
    return taxonomy.region_name(code) if code else ""


# ---- forms ------------------------------------------------------------------------------------------------------


@register.filter
def is_group(field: forms.BoundField) -> bool:
    """Whether a field is a group of radios or checkboxes."""
    return isinstance(field.field.widget, forms.RadioSelect | forms.CheckboxSelectMultiple)


@register.filter
def is_check(field: forms.BoundField) -> bool:
    return isinstance(field.field.widget, forms.CheckboxInput)


@register.filter
def label_of(form: forms.Form | None, name: str) -> str:
    """What a field is called on the page."""
    if form is not None and name in form.fields:
        return str(form.fields[name].label or name)
    return gettext("内容") if name == "__all__" else name


@register.simple_tag
def new_key() -> str:
    """A fresh idempotency key for a form."""
    return uuid.uuid4().hex


# ---- clocks -----------------------------------------------------------------------------------------------------


@register.filter
def clock_label(run: ClockRun) -> str:
    known = clocks.REGISTRY.get(run.name)
    return str(known.label) if known else run.name


def days_left(run: ClockRun) -> float:
    """Working days until the promise; negative when it is broken."""
    now = timezone.now()
    if run.due_at >= now:
        return calendar.working_seconds(now, run.due_at, run.node) / calendar.DAY_SECONDS
    return -calendar.working_seconds(run.due_at, now, run.node) / calendar.DAY_SECONDS


@register.filter
def clock_left(run: ClockRun) -> str:
    """还剩 3 个工作日, 还剩 2 小时, 已超时 1 个工作日."""
    if run.paused_at:
        return gettext("等待补充，时钟暂停")
    left = days_left(run)
    hours = round(abs(left) * 8)
    amount = (
        gettext("%(n)d 个工作日") % {"n": round(abs(left))} if abs(left) >= 1 else gettext("%(n)d 小时") % {"n": hours}
    )
    return (
        gettext("还剩 %(amount)s") % {"amount": amount}
        if left > 0
        else gettext("已超时 %(amount)s") % {"amount": amount}
    )


@register.filter
def clock_tone(run: ClockRun) -> str:
    """good, warn or bad."""
    if run.paused_at:
        return "good"
    left = days_left(run)
    return "bad" if left <= 0 else "warn" if left < 0.5 else "good"
