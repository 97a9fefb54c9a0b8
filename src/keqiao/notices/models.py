"""What people are told: in-site notices, and the outbox of mails."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from keqiao.kernel.models import Entry
from keqiao.notices.enums import MailState, NoticeKind


class Notice(models.Model):
    """One thing that one person is told. The words are put together when it is read, in the reader's language.

    `title` is the title of the row as this very person was allowed to see it when the notice was made.
    """

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notices")
    entry = models.ForeignKey(Entry, models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=20, choices=NoticeKind, default=NoticeKind.TOLD)
    resource = models.CharField(max_length=40)
    verb = models.CharField(max_length=40, blank=True)
    clock = models.CharField(max_length=40, blank=True)
    title = models.CharField(max_length=240, blank=True)
    reason = models.TextField(blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    url = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("通知")
        ordering = ["-created_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["entry", "person"], name="notice_once")]
        indexes = [
            models.Index(fields=["person", "-created_at"], name="notice_newest"),
            models.Index(fields=["person"], condition=models.Q(read_at=None), name="notice_unread"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.resource}/{self.verb or self.clock}"

    if TYPE_CHECKING:
        person_id: int
        entry_id: int | None


class Mail(models.Model):
    """A mail in the outbox: written with the change it tells of, sent by the sender job, kept with its fate."""

    to = models.EmailField(_("收件人"))
    subject = models.CharField(_("主题"), max_length=300)
    text = models.TextField(_("正文"))
    html = models.TextField(blank=True)
    language = models.CharField(max_length=10, blank=True)
    is_secret = models.BooleanField(default=False)
    state = models.CharField(_("状态"), max_length=10, choices=MailState, default=MailState.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_try = models.DateTimeField(default=timezone.now)
    problem = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)
    entry = models.ForeignKey(Entry, models.PROTECT, null=True, related_name="+")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    class Meta:
        verbose_name = _("邮件")
        ordering = ["-created_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["entry", "person"], name="mail_once")]
        indexes = [
            models.Index(fields=["next_try"], condition=models.Q(state="queued"), name="mail_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.state}"

    @property
    def is_readable(self) -> bool:
        """Whether an operator may read the text: a secret only where it went nowhere else."""
        return bool(self.text) and (not self.is_secret or self.state == MailState.KEPT)

    if TYPE_CHECKING:
        entry_id: int | None
        person_id: int | None
