"""Sums of money to the cent, in every language alike."""

from __future__ import annotations

from decimal import Decimal

from django import template
from django.utils.translation import gettext

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
