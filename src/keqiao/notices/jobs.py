"""What notices do by the clock: mails that were put off, and reminders."""

from __future__ import annotations

from django.utils import timezone

from keqiao.kernel.jobs import every
from keqiao.notices import actions, reminders
from keqiao.notices.enums import MailState
from keqiao.notices.models import Mail


@every("* * * * *")
def send_waiting() -> None:
    """Send what is due: mails that a try has put off, and any whose own job was lost."""
    due = Mail.objects.filter(state=MailState.QUEUED, next_try__lte=timezone.now()).order_by("next_try")
    for pk in list(due.values_list("pk", flat=True)[:500]):
        actions.send_mail(mail=pk)


@every("*/10 * * * *")
def remind() -> None:
    """Tell people of clocks that are about to run out."""
    reminders.remind_all()
