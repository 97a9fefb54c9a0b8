"""The mail backend of the platform: mails are first kept in the outbox, then sent."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from keqiao.notices import actions


class OutboxBackend(BaseEmailBackend):
    """Writes each mail into the outbox in the running transaction; nothing is sent for a change that is undone.

    Whatever comes this way (codes, password links) was composed elsewhere and may hold a secret, so its text is
    shown to nobody on a page and erased once it was sent.
    """

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        return len(actions.put_in_outbox(email_messages))
