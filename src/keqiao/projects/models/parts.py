"""Milestones, sample rounds, acceptance, income and reward of a project."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from keqiao.kernel.dates import day_in_words
from keqiao.kernel.models import File
from keqiao.kernel.money import shown
from keqiao.kernel.visibility import Level, Seen, VisibleQuerySet
from keqiao.parties.models import Person
from keqiao.projects.enums import IncomeState, MilestoneState, Side, Verdict
from keqiao.projects.models.project import Project, ProjectPart

NDA = Level.NDA


class Milestone(ProjectPart):
    """A step with a date, delivered by one side and accepted by the other."""

    field_levels: ClassVar[dict[str, Level]] = {
        "project": NDA,
        "title": NDA,
        "due_on": NDA,
        "payment": NDA,
        "delivery_note": NDA,
        "reason": NDA,
        "delivered_at": NDA,
        "accepted_at": NDA,
    }

    state = models.CharField(_("状态"), max_length=20, choices=MilestoneState, default=MilestoneState.PLANNED)
    title = models.CharField(_("里程碑"), max_length=120)
    due_on = models.DateField(_("应完成日期"))
    payment = models.DecimalField(_("对应付款（元）"), max_digits=14, decimal_places=2, null=True, blank=True)
    delivery_note = models.TextField(_("交付说明"), blank=True, max_length=2000)
    delivered_at = models.DateTimeField(_("交付时间"), null=True)
    delivered_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    evidence = models.ForeignKey(File, models.PROTECT, null=True, related_name="+")
    accepted_at = models.DateTimeField(_("通过时间"), null=True)
    reason = models.TextField(_("退回或取消的原因"), blank=True, max_length=2000)
    remind_at = models.DateTimeField(null=True)

    objects = VisibleQuerySet["Milestone"].as_manager()

    class Meta:
        verbose_name = _("里程碑")
        ordering = ["due_on", "pk"]

    def __str__(self) -> str:
        return self.title

    def called(self, seen: Seen) -> str:
        """With its project: whoever reads of it in a mail has many."""
        return " · ".join(filter(None, (str(seen.title), str(seen.project or ""))))

    def get_absolute_url(self) -> str:
        return reverse("project", args=[self.project_id]) + "#milestones"

    @property
    def is_overdue(self) -> bool:
        return self.state == MilestoneState.PLANNED and self.due_on < timezone.localdate()

    def content(self) -> dict[str, Any]:
        """What is frozen when the milestone is accepted."""
        return {"project": self.project_id, **self.summary()}

    def summary(self) -> dict[str, Any]:
        return {
            "id": self.pk,
            "title": self.title,
            "state": self.state,
            "state_label": self.get_state_display(),
            "due_on": self.due_on,
            "overdue": self.is_overdue,
            "payment": self.payment,
            "delivery_note": self.delivery_note,
            "reason": self.reason,
            "delivered_at": self.delivered_at,
            "accepted_at": self.accepted_at,
            "evidence": self.evidence_id,
        }

    if TYPE_CHECKING:
        evidence_id: int | None


class SampleRound(models.Model):
    """One round of a sample sent, received and measured against the targets. Written only by verbs of the project."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="round_rows", verbose_name=_("项目"))
    number = models.PositiveSmallIntegerField(_("轮次"))
    sent_on = models.DateField(_("送样日期"))
    sent_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    sample = models.TextField(_("样品说明"), blank=True, max_length=1000)
    received_on = models.DateField(_("收样日期"), null=True)
    measured_on = models.DateField(_("测试日期"), null=True)
    measured_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    values = models.JSONField(_("测量值"), default=list)
    note = models.TextField(_("测试条件与说明"), blank=True, max_length=2000)
    report = models.ForeignKey(File, models.PROTECT, null=True, related_name="+")
    unusable = models.TextField(_("无法测试的原因"), blank=True, max_length=2000)

    class Meta:
        verbose_name = _("送样测试")
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["project", "number"], name="sample_round_once")]

    def __str__(self) -> str:
        return f"{self.project_id}/{self.number}"

    @property
    def all_met(self) -> bool:
        """Whether every target was measured and met."""
        return bool(self.values) and all(value["verdict"] == "met" for value in self.values)

    def summary(self) -> dict[str, Any]:
        return {
            "number": self.number,
            "sent_on": self.sent_on,
            "sample": self.sample,
            "received_on": self.received_on,
            "measured_on": self.measured_on,
            "values": self.values,
            "all_met": self.all_met,
            "note": self.note,
            "report": self.report_id,
            "unusable": self.unusable,
        }

    if TYPE_CHECKING:
        project_id: int
        report_id: int | None


class Acceptance(models.Model):
    """A request for final acceptance and the answer to it. The answer is frozen with the project."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="acceptance_rows", verbose_name=_("项目"))
    requested_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(_("申请时间"))
    request = models.TextField(_("验收申请"), max_length=4000)
    verdict = models.CharField(_("结论"), max_length=20, choices=Verdict, blank=True)
    evidence = models.TextField(_("验收依据"), blank=True, max_length=4000)
    file = models.ForeignKey(File, models.PROTECT, null=True, related_name="+")
    decided_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(_("验收时间"), null=True)
    declined_reason = models.TextField(_("未通过的原因"), blank=True, max_length=2000)

    class Meta:
        verbose_name = _("验收")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.project_id} {self.verdict}"

    def summary(self) -> dict[str, Any]:
        return {
            "request": self.request,
            "requested_at": self.requested_at,
            "verdict": self.verdict,
            "verdict_label": self.get_verdict_display() if self.verdict else "",
            "evidence": self.evidence,
            "file": self.file_id,
            "decided_by": str(self.decided_by or ""),
            "decided_at": self.decided_at,
            "declined_reason": self.declined_reason,
        }

    if TYPE_CHECKING:
        project_id: int
        requested_by_id: int
        file_id: int | None


class Income(ProjectPart):
    """Money that came in under the contract: recorded by one side, confirmed by the other."""

    field_levels: ClassVar[dict[str, Level]] = {
        "project": NDA,
        "received_on": NDA,
        "amount": NDA,
        "note": NDA,
        "side": NDA,
        "dispute": NDA,
        "confirmed_at": NDA,
    }

    state = models.CharField(_("状态"), max_length=20, choices=IncomeState, default=IncomeState.RECORDED)
    received_on = models.DateField(_("到账日期"))
    amount = models.DecimalField(_("金额（元）"), max_digits=14, decimal_places=2)
    note = models.CharField(_("款项说明"), max_length=200, blank=True)
    side = models.CharField(_("登记方"), max_length=10, choices=Side)
    recorded_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    evidence = models.ForeignKey(File, models.PROTECT, null=True, related_name="+")
    dispute = models.TextField(_("异议"), blank=True, max_length=1000)
    confirmed_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(_("确认时间"), null=True)

    objects = VisibleQuerySet["Income"].as_manager()

    class Meta:
        verbose_name = _("到账")
        ordering = ["received_on", "pk"]
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="income_is_positive")]

    def __str__(self) -> str:
        return f"{day_in_words(self.received_on)} {shown(self.amount)}"

    def called(self, seen: Seen) -> str:
        """By its project and its day: an amount has no place in the subject of a mail."""
        return " · ".join(filter(None, (str(seen.project or ""), self.day_of(seen))))

    @staticmethod
    def day_of(seen: Seen) -> str:
        return day_in_words(seen.received_on, with_year=True) if seen.received_on else ""

    def get_absolute_url(self) -> str:
        return reverse("project", args=[self.project_id]) + "#money"

    def summary(self) -> dict[str, Any]:
        return {
            "id": self.pk,
            "state": self.state,
            "state_label": self.get_state_display(),
            "received_on": self.received_on,
            "amount": self.amount,
            "note": self.note,
            "side": self.side,
            "side_label": self.get_side_display(),
            "evidence": self.evidence_id,
            "dispute": self.dispute,
        }

    if TYPE_CHECKING:
        recorded_by_id: int
        evidence_id: int | None


class Reward(models.Model):
    """Money paid to people for the result. Recorded only; amounts by law and by the unit's rules are another matter."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="reward_rows", verbose_name=_("项目"))
    recipient = models.CharField(_("获奖人或团队"), max_length=120)
    amount = models.DecimalField(_("金额（元）"), max_digits=14, decimal_places=2)
    paid_on = models.DateField(_("发放日期"))
    basis = models.CharField(_("依据"), max_length=200, blank=True)
    recorded_by = models.ForeignKey(Person, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("奖励")
        ordering = ["paid_on", "pk"]
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="reward_is_positive")]

    def __str__(self) -> str:
        return f"{day_in_words(self.paid_on)} {shown(self.amount)}"

    def summary(self) -> dict[str, Any]:
        return {
            "id": self.pk,
            "recipient": self.recipient,
            "amount": self.amount,
            "paid_on": self.paid_on,
            "basis": self.basis,
        }
