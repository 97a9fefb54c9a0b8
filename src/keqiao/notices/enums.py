"""States of mails and kinds of notices."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class NoticeKind(TextChoices):
    TOLD = "told", _("进展")
    REMINDER = "reminder", _("到期提醒")


class MailState(TextChoices):
    QUEUED = "queued", _("待发送")
    SENT = "sent", _("已发送")
    KEPT = "kept", _("未外发")
    FAILED = "failed", _("发送失败")
