"""Handing a mail to the mail server."""

from __future__ import annotations

import smtplib
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection

if TYPE_CHECKING:
    from keqiao.notices.models import Mail

BACKEND = "django.core.mail.backends.smtp.EmailBackend"


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one try. `final`: the server will never take this mail (RFC 5321: a reply of 5xx)."""

    accepted: bool
    final: bool = False
    problem: str = ""


def deliver(mail: Mail) -> Result:
    """Try once. Trouble with the network or the server is a result, not an error."""
    try:
        with get_connection(BACKEND) as server:
            server.send_messages([message_of(mail)])
    except smtplib.SMTPRecipientsRefused as refusal:
        code, words = next(iter(refusal.recipients.values()))
        return Result(accepted=False, final=code >= 500, problem=f"{code} {words!r}")
    except smtplib.SMTPAuthenticationError as refusal:
        # Our own settings are wrong, not the mail: it can go once they are mended.
        return Result(accepted=False, problem=str(refusal))
    except smtplib.SMTPResponseException as refusal:
        return Result(accepted=False, final=refusal.smtp_code >= 500, problem=str(refusal))
    except (smtplib.SMTPException, OSError) as trouble:
        return Result(accepted=False, problem=f"{type(trouble).__name__}: {trouble}")
    return Result(accepted=True)


def message_of(mail: Mail) -> EmailMultiAlternatives:
    """The mail with a Message-ID of its own: a second copy after a crash can be told from a second mail."""
    host = urlsplit(settings.PUBLIC_URL).hostname or "localhost"
    headers = {
        "Message-ID": f"<keqiao.{mail.pk}.{mail.created_at:%Y%m%d%H%M%S}@{host}>",
        "Auto-Submitted": "auto-generated",
    }
    message = EmailMultiAlternatives(mail.subject, mail.text, settings.DEFAULT_FROM_EMAIL, [mail.to], headers=headers)
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
    return message
