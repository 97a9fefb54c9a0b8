"""Words of the exchange for its pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django import template
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from keqiao.exchange.enums import CooperationMode, RejectReason
from keqiao.exchange.fields import ZONES
from keqiao.exchange.published import Few, few_of
from keqiao.kernel.dates import day_in_words
from keqiao.kernel.workflow import Workflow

if TYPE_CHECKING:
    from keqiao.exchange.lists import Choice

register = template.Library()

MODES = dict(CooperationMode.choices)
REASONS = dict(RejectReason.choices)
KEYS = {"publish": "a", "return": "r", "reject": "x"}
FACET_TITLES = {"kind": _("类型"), "state": _("状态"), "field": _("技术领域"), "region": _("地区"), "node": _("节点")}


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
    said = f"{day_in_words(there.date(), with_year=True)} {there:%H:%M}"
    return said if zone == "Asia/Shanghai" else said + gettext("（%(note)s）") % {"note": ZONES.get(zone, zone)}


@register.simple_tag(takes_context=True)
def published_by(context: Any, organisation: int) -> list[Few]:
    """What an organisation has published, as far as the reader may know that it is theirs."""
    return few_of(organisation, context["request"].user)


@register.filter
def verb_label(name: str, workflow: Workflow[Any]) -> Any:
    """What a verb is called."""
    return workflow.verb(name).label


@register.filter
def triage_key(name: str) -> str:
    """The key that runs a verb in triage, if it has one."""
    return KEYS.get(name, "")


@register.filter
def facet_groups(facets: Mapping[str, Sequence[Choice]]) -> list[tuple[str, Any, Sequence[Choice]]]:
    """Facets as a page shows them: name, title and values; those that leave no choice are left out."""
    groups = ((name, title, facets.get(name, ())) for name, title in FACET_TITLES.items())
    return [(name, title, values) for name, title, values in groups if len(values) > 1 or any(v.chosen for v in values)]


@register.simple_tag(takes_context=True)
def switched(context: Any, name: str, choice: Choice) -> str:
    """The address of this list with one value of a facet taken in, or dropped if it was in; from the first page on."""
    query = context["request"].GET.copy()
    query.pop("page", None)
    query.pop(name, None)
    if not choice.chosen:
        query[name] = choice.value
    return f"?{query.urlencode()}"
