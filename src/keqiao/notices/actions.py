"""What happens to mails and notices. The only place of this room that writes."""

from __future__ import annotations

from collections.abc import Sequence
from email.utils import parseaddr

from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.db import transaction
from django.utils.translation import get_language

from keqiao.notices.models import Mail


def put_in_outbox(messages: Sequence[EmailMessage]) -> list[Mail]:
    """Keep ready-made mails (codes, password links) for the sender, one row for each recipient."""
    with transaction.atomic():
        return [
            Mail.objects.create(
                to=parseaddr(address)[1],
                subject=str(message.subject),
                text=str(message.body),
                html=html_of(message),
                language=get_language() or "",
                is_secret=True,
            )
            for message in messages
            for address in message.recipients()
        ]


def html_of(message: EmailMessage) -> str:
    """The HTML alternative of a mail, if it has one."""
    if not isinstance(message, EmailMultiAlternatives):
        return ""
    return next((str(content) for content, kind in message.alternatives if kind == "text/html"), "")
