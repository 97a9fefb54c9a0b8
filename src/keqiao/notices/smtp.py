"""Handing a mail to the mail server."""

from __future__ import annotations

import logging
import smtplib
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.validators import validate_email

if TYPE_CHECKING:
    from keqiao.notices.models import Mail

log = logging.getLogger("keqiao.mail")

BACKEND = "django.core.mail.backends.smtp.EmailBackend"


OUR_OWN = (
    smtplib.SMTPAuthenticationError,
    smtplib.SMTPConnectError,
    smtplib.SMTPHeloError,
    smtplib.SMTPSenderRefused,
)
"""Refusals of us, not of the mail: it can go once the settings are mended."""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one try.

    `final`: this mail will never be taken (RFC 5321: a reply of 5xx). `away`: the server could not be talked to at all.
    """

    accepted: bool
    final: bool = False
    away: bool = False
    problem: str = ""


def deliver(mail: Mail) -> Result:
    """Try once. Whatever goes wrong is a result, not an error: the mails behind this one are not to wait for it."""
    try:
        validate_email(mail.to)
        message = message_of(mail)
        message.message()
    except (ValidationError, ValueError) as trouble:  # an address or a header that no mail can have
        return Result(accepted=False, final=True, problem=f"{type(trouble).__name__}: {trouble}")
    try:
        return hand_over(message)
    except Exception as trouble:
        log.exception("mail %s could not be handed over", mail.pk)
        return Result(accepted=False, problem=f"{type(trouble).__name__}: {trouble}")


def hand_over(message: EmailMultiAlternatives) -> Result:
    """Give a mail to the server and understand its answer."""
    try:
        with get_connection(BACKEND) as server:
            server.send_messages([message])
    except smtplib.SMTPRecipientsRefused as refusal:
        code, words = next(iter(refusal.recipients.values()))
        return Result(accepted=False, final=code >= 500, problem=f"{code} {words!r}")
    except OUR_OWN as refusal:
        return Result(accepted=False, away=True, problem=str(refusal))
    except smtplib.SMTPResponseException as refusal:
        return Result(accepted=False, final=refusal.smtp_code >= 500, problem=str(refusal))
    except smtplib.SMTPException as trouble:
        return Result(accepted=False, problem=f"{type(trouble).__name__}: {trouble}")
    except OSError as trouble:
        return Result(accepted=False, away=True, problem=f"{type(trouble).__name__}: {trouble}")
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
