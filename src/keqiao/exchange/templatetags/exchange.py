"""Words of the exchange for its pages."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.utils.translation import gettext

from keqiao.exchange.enums import CooperationMode, RejectReason
from keqiao.kernel.workflow import Workflow

register = template.Library()

MODES = dict(CooperationMode.choices)
REASONS = dict(RejectReason.choices)
KEYS = {"publish": "a", "return": "r", "reject": "x"}


@register.filter
def mode_name(mode: str) -> Any:
    """A way of cooperation in words."""
    return MODES.get(mode, mode)


@register.filter
def reject_name(code: str) -> Any:
    """A coded reason of triage in words."""
    return REASONS.get(code, code)


@register.filter
def in_zone(moment: datetime, zone: str) -> str:
    """The moment on the clock of its own time zone, which is named when it is not the platform's."""
    there = moment.astimezone(ZoneInfo(zone or "Asia/Shanghai"))
    return f"{there:%Y-%m-%d %H:%M}" + ("" if zone == "Asia/Shanghai" else gettext("（%(note)s）") % {"note": zone})


@register.filter
def verb_label(name: str, workflow: Workflow[Any]) -> Any:
    """What a verb is called."""
    return workflow.verb(name).label


@register.filter
def triage_key(name: str) -> str:
    """The key that runs a verb in triage, if it has one."""
    return KEYS.get(name, "")


@register.simple_tag
def asked_need(form: Any) -> Any:
    """The title of the need that a solution answers, as far as its author may see it; empty when it is not known."""
    value = form["need"].value()
    if not str(value or "").isdigit():
        return ""
    need = form.fields["need"].queryset.filter(pk=value).first()
    return str(need.seen_by(form.actor)) if need is not None else ""
