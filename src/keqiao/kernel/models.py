"""Tables of the kernel: the journal and its seals, cursors of projections, clocks, frozen versions, files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from keqiao.kernel.visibility import Level, Seen, Visible, VisibleQuerySet

if TYPE_CHECKING:
    from keqiao.kernel.access import Actor


class TransactionId(models.Func):
    """The id of the running transaction: what is below the oldest running one can no longer change."""

    function = "pg_current_xact_id"
    template = "(%(function)s()::text::bigint)"
    arity = 0
    output_field = models.BigIntegerField()


class Entry(models.Model):
    """One line of the journal: one verb on one row. Never changed, never deleted (a trigger sees to it)."""

    seq = models.BigAutoField(primary_key=True)
    transaction = models.BigIntegerField(db_default=TransactionId(), editable=False)
    at = models.DateTimeField()
    node = models.CharField(max_length=20, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_constraint=False
    )
    on_behalf_of = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_constraint=False
    )
    room = models.CharField(max_length=40)
    object_type = models.CharField(max_length=40)
    object_id = models.BigIntegerField()
    verb = models.CharField(max_length=40)
    from_state = models.CharField(max_length=30, blank=True)
    to_state = models.CharField(max_length=30, blank=True)
    changes = models.JSONField(default=dict)
    audience = models.JSONField(default=dict)
    key = models.CharField(max_length=120, blank=True)
    request = models.CharField(max_length=64, blank=True, editable=False)
    """Digest of what was sent under the key, so that another body under it is refused. Not part of the chain."""

    class Meta:
        verbose_name = _("日志条目")
        constraints = [
            models.UniqueConstraint(fields=["actor", "key"], condition=~models.Q(key=""), name="entry_one_per_key"),
        ]
        indexes = [
            models.Index(fields=["object_type", "object_id", "seq"], name="entry_of_object"),
            models.Index(fields=["transaction", "seq"], name="entry_in_order"),
            models.Index(fields=["verb", "object_type", "at"], name="entry_by_verb"),
        ]

    def __str__(self) -> str:
        return f"{self.seq} {self.object_type}/{self.object_id} {self.verb}"

    if TYPE_CHECKING:
        actor_id: int | None

    def digest_fields(self) -> dict[str, Any]:
        """What the hash covers: not the transaction id, which a restore would renumber, nor the request's digest."""
        return {
            "seq": self.seq,
            "at": self.at.isoformat(),
            "node": self.node,
            "actor": self.actor_id,
            "on_behalf_of": self.on_behalf_of_id,
            "room": self.room,
            "object": [self.object_type, self.object_id],
            "verb": self.verb,
            "states": [self.from_state, self.to_state],
            "changes": self.changes,
            "audience": self.audience,
            "key": self.key,
        }


class Seal(models.Model):
    """A link of the chain. `position` counts without gaps in the order in which entries became final."""

    position = models.BigIntegerField(primary_key=True)
    entry = models.OneToOneField(Entry, models.PROTECT, related_name="seal")
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("日志封印")

    def __str__(self) -> str:
        return f"{self.position} {self.hash[:12]}"


class Cursor(models.Model):
    """How far a projection has read the journal."""

    name = models.CharField(max_length=40, primary_key=True)
    position = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name} @ {self.position}"


class Version(models.Model):
    """The text that a decision was made on, frozen with its hash."""

    entry = models.OneToOneField(Entry, models.PROTECT, related_name="version")
    object_type = models.CharField(max_length=40)
    object_id = models.BigIntegerField()
    content = models.JSONField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("冻结版本")
        indexes = [models.Index(fields=["object_type", "object_id"], name="version_of_object")]

    def __str__(self) -> str:
        return f"{self.object_type}/{self.object_id} {self.sha256[:12]}"


class Secret(models.Model):
    """Confidential old and new values of an entry, apart from the chain so that personal data can be deleted."""

    entry = models.ForeignKey(Entry, models.PROTECT, related_name="secrets")
    field = models.CharField(max_length=60)
    salt = models.CharField(max_length=32)
    value = models.JSONField(null=True)

    class Meta:
        verbose_name = _("保密字段值")
        constraints = [models.UniqueConstraint(fields=["entry", "field"], name="secret_once")]

    def __str__(self) -> str:
        return f"{self.entry_id}/{self.field}"

    if TYPE_CHECKING:
        entry_id: int


class ClockRun(models.Model):
    """One running or stopped clock on one row. Times are working seconds of the node's calendar."""

    name = models.CharField(max_length=40)
    node = models.CharField(max_length=20, blank=True)
    object_type = models.CharField(max_length=40)
    object_id = models.BigIntegerField()
    started_at = models.DateTimeField()
    due_at = models.DateTimeField()
    paused_at = models.DateTimeField(null=True, blank=True)
    stopped_at = models.DateTimeField(null=True, blank=True)
    worked_seconds = models.BigIntegerField(default=0)
    reminded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("时钟")
        constraints = [
            models.UniqueConstraint(
                fields=["name", "object_type", "object_id"],
                condition=models.Q(stopped_at=None),
                name="clock_one_running",
            )
        ]
        indexes = [models.Index(fields=["object_type", "object_id"], name="clock_of_object")]

    def __str__(self) -> str:
        return f"{self.name} {self.object_type}/{self.object_id}"


class DayState(models.TextChoices):
    SET = "set", _("有效")
    WITHDRAWN = "withdrawn", _("已撤销")


class CalendarDay(Visible):
    """A day that a node (or all of them, with an empty node) says is worked or free, whatever the library knows."""

    field_levels: ClassVar[dict[str, Level]] = {
        "node": Level.PUBLIC,
        "day": Level.PUBLIC,
        "is_working": Level.PUBLIC,
        "name": Level.PUBLIC,
    }

    node = models.CharField(_("节点"), max_length=20, blank=True)
    day = models.DateField(_("日期"))
    is_working = models.BooleanField(_("上班"))
    name = models.CharField(_("说明"), max_length=60, blank=True)
    state = models.CharField(_("状态"), max_length=20, choices=DayState, default=DayState.SET)

    objects = VisibleQuerySet["CalendarDay"].as_manager()

    class Meta:
        verbose_name = _("工作日历")
        constraints = [
            models.UniqueConstraint(fields=["node", "day"], condition=models.Q(state="set"), name="calendar_day_once")
        ]

    def __str__(self) -> str:
        return f"{self.day} {'+' if self.is_working else '-'}"

    def get_absolute_url(self) -> str:
        return f"{reverse('calendar')}?node={self.node}&year={self.day.year}"

    def called(self, seen: Seen) -> str:
        return f"{seen.day}"

    @property
    def node_id(self) -> str:
        return self.node

    @classmethod
    def clearance_cases(cls, actor: Actor) -> list[tuple[models.Q, int]]:
        """When people work is known to everybody."""
        return []

    @classmethod
    def shown_to(cls, actor: Actor) -> models.Q:
        return models.Q(pk__gt=0)


class File(models.Model):
    """A file that belongs to a row. Its bytes lie in the storage under their hash; its type was read from them."""

    object_type = models.CharField(max_length=40)
    object_id = models.BigIntegerField()
    level = models.PositiveSmallIntegerField(default=2)
    name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    size = models.BigIntegerField()
    content_type = models.CharField(max_length=100)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()

    class Meta:
        verbose_name = _("文件")
        indexes = [models.Index(fields=["object_type", "object_id"], name="file_of_object")]

    def __str__(self) -> str:
        return self.name
