"""The field of a deadline, and its time zone."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

ZONES = {
    "Asia/Shanghai": _("北京时间"),
    "Asia/Hong_Kong": _("香港时间"),
    "Asia/Taipei": _("台北时间"),
    "Asia/Singapore": _("新加坡时间"),
    "Asia/Tokyo": _("东京时间"),
    "Asia/Dubai": _("迪拜时间"),
    "Europe/London": _("伦敦时间"),
    "Europe/Paris": _("巴黎时间"),
    "Europe/Moscow": _("莫斯科时间"),
    "America/New_York": _("纽约时间"),
    "America/Los_Angeles": _("洛杉矶时间"),
    "Australia/Sydney": _("悉尼时间"),
    "UTC": _("协调世界时"),
}
"""The time zones of deadlines, and what people call them."""
DATE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})(?:\s*日)?")


class DeadlineField(forms.CharField):
    """A moment: `2027-03-31`, `2027年3月31日` (the end of that day) or with a time, and an offset if need be."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
        super().__init__(max_length=40, required=False, widget=widget, **kwargs)

    def clean(self, value: Any) -> datetime | None:
        if isinstance(value, datetime):
            return value
        text = unicodedata.normalize("NFKC", str(super().clean(value))).strip()
        if not text:
            return None
        try:
            return self.read(text)
        except ValueError:
            raise ValidationError(
                _("看不懂这个时间。请写成“2027-03-31”或“2027-03-31 17:00”。"), code="moment"
            ) from None

    def read(self, text: str) -> datetime:
        if match := DATE.fullmatch(text):
            year, month, day = (int(part) for part in match.groups())
            return datetime.combine(datetime(year, month, day), time(23, 59, 59))  # noqa: DTZ001 (the zone is another field)
        return datetime.fromisoformat(
            DATE.sub(lambda m: f"{m[1]}-{int(m[2]):02}-{int(m[3]):02}", text, count=1).replace("/", "-")
        )


def in_zone(moment: datetime, zone: str) -> datetime:
    """The moment in that time zone, unless it says one itself; refused when it is past or absurdly far away."""
    if timezone.is_naive(moment):
        moment = moment.replace(tzinfo=ZoneInfo(zone))
    now = timezone.now()
    if moment <= now:
        raise ValidationError(_("截止时间已经过去。请选择将来的时间。"), code="past")
    if moment > now + timedelta(days=3660):
        raise ValidationError(_("截止时间太远了。请选择十年以内的时间。"), code="far")
    return moment
