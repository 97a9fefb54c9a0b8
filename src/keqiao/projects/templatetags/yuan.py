"""Sums of money to the cent, in every language alike; and days that are kept as text."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django import template
from django.utils.translation import gettext

from keqiao.kernel.dates import day_in_words
from keqiao.kernel.languages import in_english

register = template.Library()


@register.filter
def yuan(amount: Decimal | str | None) -> str:
    """``480,000.00 元``; ``CNY 480,000.00`` in English; nothing for nothing."""
    if amount in {None, ""}:
        return ""
    exact = f"{Decimal(str(amount)):,.2f}"
    return f"CNY {exact}" if in_english() else gettext("%(amount)s 元") % {"amount": exact}


@register.filter
def is_list(value: object) -> bool:
    """Whether there are parts to go through."""
    return isinstance(value, list)


@register.filter
def digits(amount: Decimal | None) -> str:
    """``480,000.00``, for columns whose heading names the unit."""
    return "" if amount is None else f"{amount:,.2f}"


@register.filter
def iso_day(text: str) -> str:
    """``2026 年 3 月 1 日`` for ``2026-03-01``."""
    return day_in_words(date.fromisoformat(text), with_year=True)
