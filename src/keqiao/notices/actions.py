"""What happens to notices and mails. The only place of this room that writes."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from email.utils import parseaddr
from typing import TYPE_CHECKING

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.cache import cache
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import get_language

from keqiao.kernel.jobs import urgent_job
from keqiao.notices import smtp
from keqiao.notices.enums import MailState
from keqiao.notices.models import Mail, Notice
from keqiao.notices.words import letter_of

if TYPE_CHECKING:
    from keqiao.kernel.access import Actor
    from keqiao.parties.models import Person

log = logging.getLogger("keqiao.mail")

PAUSES = (60, 300, 1800, 7200, 21600, 86400)
"""Seconds between tries; after the last one the mail has failed (about a day and a half in all)."""

AWAY = "keqiao.mail_server_away"
AWAY_FOR = 60
"""Seconds for which a server that could not be talked to is left alone: each try may take as long as the time-out, and
other jobs wait meanwhile."""

MAIL_LOCK = 7_310_002 << 32
"""Mails are locked under this number plus their own, by advisory locks: they hold no transaction open while a server
answers slowly, which would hold up the sealing of the journal."""


# ---- notices ----------------------------------------------------------------------------------------------------


def tell(notice: Notice, person: Person, *, by_mail: bool) -> None:
    """Keep a notice for one person, once for each entry, and put the mail about it into the outbox."""
    if notice.entry_id and Notice.objects.filter(entry=notice.entry_id, person=person).exists():
        return
    notice.person = person
    notice.save()
    if (
        not by_mail
        or not takes_mail(person)
        or (notice.entry_id and Mail.objects.filter(entry=notice.entry_id, person=person).exists())
    ):
        return
    letter = letter_of(notice, person.language)
    post(
        Mail(
            to=person.email,
            subject=letter.subject,
            text=letter.text,
            html=letter.html,
            language=person.language,
            entry=notice.entry,
            person=person,
        )
    )


def takes_mail(person: Person) -> bool:
    """Whether mail to this person reaches that person: not while the address waits to be confirmed."""
    return not EmailAddress.objects.filter(user=person.pk, email__iexact=person.email, verified=False).exists()


def mark_read(actor: Actor, pks: Iterable[int] | None = None) -> int:
    """Mark one's own notices as read: these, or all. Returns how many were unread."""
    unread = Notice.objects.filter(person=actor.pk, read_at=None)
    if pks is not None:
        unread = unread.filter(pk__in=list(pks))
    return unread.update(read_at=timezone.now())


def forget_unread() -> None:
    """Before notices are made again from the journal. What was read stays read; mails that went out stay sent."""
    Notice.objects.filter(read_at=None, entry__isnull=False).delete()


# ---- the outbox -------------------------------------------------------------------------------------------------


def put_in_outbox(messages: Sequence[EmailMessage]) -> list[Mail]:
    """Keep ready-made mails (codes, password links) for the sender, one row for each recipient."""
    with transaction.atomic():
        return [
            post(
                Mail(
                    to=parseaddr(address)[1],
                    subject=str(message.subject),
                    text=str(message.body),
                    html=html_of(message),
                    language=get_language() or "",
                    is_secret=True,
                )
            )
            for message in messages
            for address in message.recipients()
        ]


def html_of(message: EmailMessage) -> str:
    """The HTML alternative of a mail, if it has one."""
    if not isinstance(message, EmailMultiAlternatives):
        return ""
    return next((str(content) for content, kind in message.alternatives if kind == "text/html"), "")


def post(mail: Mail) -> Mail:
    """Put one mail into the outbox and wake the sender, both with the running transaction."""
    mail.save()
    send_mail.later(mail=mail.pk)
    return mail


@urgent_job
def send_mail(mail: int) -> None:
    """Send one mail, if it still waits and is due. Two senders at once: one sends, the other leaves it."""
    with held(mail) as is_mine:
        found = Mail.objects.filter(pk=mail, state=MailState.QUEUED, next_try__lte=timezone.now()).first()
        if is_mine and found is not None:
            send(found)


@contextmanager
def held(mail: int) -> Iterator[bool]:
    """Hold a mail for this connection; says whether it was free. Let go of by the database if we die."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [MAIL_LOCK + mail])
        is_mine = bool(cursor.fetchone()[0])
    try:
        yield is_mine
    finally:
        if is_mine:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [MAIL_LOCK + mail])


def send(mail: Mail) -> None:
    """Hand one mail to the mail server and keep what became of it."""
    if not settings.EMAIL_HOST:
        keep_here(mail)
        return
    if cache.get(AWAY):
        mail.next_try = timezone.now() + timedelta(seconds=AWAY_FOR)
        mail.save(update_fields=["next_try"])
        return
    mail.attempts += 1
    result = smtp.deliver(mail)
    if result.away:
        cache.set(AWAY, value=True, timeout=AWAY_FOR)
    note(mail, result)


def note(mail: Mail, result: smtp.Result) -> None:
    """Keep what a try has come to: sent, failed for good, or when it is tried again."""
    mail.problem = result.problem[:500]
    if result.accepted:
        mail.state, mail.sent_at = MailState.SENT, timezone.now()
        erase_secret(mail)
    elif result.final or mail.attempts > len(PAUSES):
        mail.state = MailState.FAILED
        erase_secret(mail)
        log.error("mail %s failed for good: %s", mail.pk, mail.problem)
    else:
        mail.next_try = timezone.now() + timedelta(seconds=PAUSES[mail.attempts - 1])
        log.warning("mail %s waits for try %s: %s", mail.pk, mail.attempts + 1, mail.problem)
    mail.save()


def keep_here(mail: Mail) -> None:
    """Without a mail server nothing goes out: the mail stays for the operator to read, and codes are printed."""
    mail.state = MailState.KEPT
    mail.save()
    if mail.is_secret:
        log.warning("No mail server is set (SMTP_HOST). Mail to %s: %s\n%s", mail.to, mail.subject, mail.text)


def erase_secret(mail: Mail) -> None:
    """A code or a password link is of no use to us once it is with its reader, and a danger."""
    if mail.is_secret:
        mail.text = mail.html = ""


def retry(pk: int) -> bool:
    """Queue a mail again that failed or was kept, unless its text is gone. Says whether it was."""
    again = (MailState.FAILED, MailState.KEPT)
    with transaction.atomic():
        mail = Mail.objects.select_for_update().filter(pk=pk, state__in=again).exclude(text="").first()
        if mail is None:
            return False
        mail.state, mail.attempts, mail.next_try, mail.problem = MailState.QUEUED, 0, timezone.now(), ""
        post(mail)
        return True
