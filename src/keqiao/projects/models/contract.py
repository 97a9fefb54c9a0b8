"""The technology contract of a project: type, price and way of payment, rights, signatures, registration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from keqiao.kernel.visibility import Level, VisibleQuerySet
from keqiao.parties.models import Person
from keqiao.projects.enums import (
    ROLES,
    ContractState,
    ContractType,
    OwnershipClause,
    PaymentMode,
    RateTrend,
    RoyaltyBase,
    Side,
)
from keqiao.projects.models.project import ProjectPart

NDA = Level.NDA

TERMS = (
    "title",
    "type",
    "subject",
    "payment_mode",
    "amount",
    "instalments",
    "royalty_base",
    "rate_trend",
    "rates",
    "book_inspection",
    "try_first",
    "trial_ends_on",
    "trial_terms",
    "ownership",
    "ownership_text",
    "text",
    "targets",
)
"""The fields that make the text of a contract: what both sides sign."""


class ContractQuerySet(VisibleQuerySet["Contract"]):
    """Contracts, seen by those who see their project."""


class Contract(ProjectPart):
    """One draft or signed contract. Once put up for signature its text is frozen and its hash is what is signed."""

    field_levels: ClassVar[dict[str, Level]] = {
        "project": NDA,
        **dict.fromkeys(TERMS, NDA),
        "roles": NDA,
        "digest": NDA,
        "asker_signed_by": NDA,
        "asker_signed_at": NDA,
        "provider_signed_by": NDA,
        "provider_signed_at": NDA,
        "signed_on": NDA,
        "registration_number": NDA,
        "registration_authority": NDA,
        "registered_on": NDA,
        "rule_version": NDA,
        "technical_amount": NDA,
        "redraft_reason": NDA,
    }

    state = models.CharField(_("状态"), max_length=20, choices=ContractState, default=ContractState.DRAFT)
    title = models.CharField(_("合同名称"), max_length=120, blank=True)
    type = models.CharField(_("合同类型"), max_length=30, choices=ContractType, blank=True)
    subject = models.TextField(_("标的与内容"), blank=True, max_length=4000)
    payment_mode = models.CharField(_("支付方式"), max_length=20, choices=PaymentMode, blank=True)
    amount = models.DecimalField(_("合同金额或入门费（元）"), max_digits=14, decimal_places=2, null=True, blank=True)
    instalments = models.JSONField(_("分期"), default=list, blank=True)
    royalty_base = models.CharField(_("提成基数"), max_length=20, choices=RoyaltyBase, blank=True)
    rate_trend = models.CharField(_("提成比例"), max_length=10, choices=RateTrend, blank=True)
    rates = models.JSONField(_("各年提成比例（%）"), default=list, blank=True)
    book_inspection = models.TextField(_("查账办法"), blank=True, max_length=1000)
    try_first = models.BooleanField(_("先用后付"), default=False)
    trial_ends_on = models.DateField(_("试用截止"), null=True, blank=True)
    trial_terms = models.TextField(_("试用后如何计价、转正或归还"), blank=True, max_length=1000)
    ownership = models.CharField(_("成果归属"), max_length=20, choices=OwnershipClause, blank=True)
    ownership_text = models.TextField(_("归属的具体约定"), blank=True, max_length=2000)
    text = models.TextField(_("其他条款"), blank=True, max_length=20000)
    targets = models.JSONField(_("验收指标"), default=list, blank=True)
    digest = models.CharField(_("合同文本的 SHA-256"), max_length=64, blank=True)
    asker_signed_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    asker_signed_at = models.DateTimeField(_("需求方签署时间"), null=True)
    provider_signed_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    provider_signed_at = models.DateTimeField(_("供给方签署时间"), null=True)
    signed_on = models.DateField(_("签订日期"), null=True)
    registration_number = models.CharField(_("认定登记编号"), max_length=60, blank=True)
    registration_authority = models.CharField(_("登记机构"), max_length=120, blank=True)
    registered_on = models.DateField(_("登记日期"), null=True)
    rule_version = models.CharField(_("适用的登记办法"), max_length=120, blank=True)
    technical_amount = models.DecimalField(_("技术交易额（元）"), max_digits=14, decimal_places=2, null=True)
    redraft_reason = models.TextField(_("退回修改的原因"), blank=True, max_length=2000)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ContractQuerySet.as_manager()

    class Meta:
        verbose_name = _("合同")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["project"], condition=~Q(state="cancelled"), name="contract_one_in_force"),
            models.UniqueConstraint(
                fields=["registration_number"],
                condition=~Q(registration_number=""),
                name="contract_one_per_registration",
            ),
        ]

    def __str__(self) -> str:
        return self.title or f"#{self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("contract", args=[self.pk])

    @property
    def roles(self) -> tuple[str, str]:
        """What the two sides are called in this type of contract: who asks, who provides."""
        asker, provider = ROLES.get(self.type, (Side.ASKER.label, Side.PROVIDER.label))
        return str(asker), str(provider)

    def content(self) -> dict[str, Any]:
        """The text of the contract: what the digest is made of and both sides sign."""
        between = {
            "project": self.project_id,
            "asker": str(self.project.asker_organisation or self.project.asker),
            "provider": str(self.project.provider_organisation or self.project.provider),
        }
        return between | {name: getattr(self, name) for name in TERMS}

    def summary(self) -> dict[str, Any]:
        """The contract as plain data for the project's page and the API."""
        return {
            "id": self.pk,
            "url": self.get_absolute_url(),
            "state": self.state,
            "state_label": self.get_state_display(),
            "title": self.title,
            "type": self.type,
            "type_label": self.get_type_display(),
            "payment_mode": self.payment_mode,
            "payment_label": self.get_payment_mode_display(),
            "amount": self.amount,
            "digest": self.digest,
            "signed_on": self.signed_on,
            "asker_signed_at": self.asker_signed_at,
            "asker_signed_by": str(self.asker_signed_by or ""),
            "provider_signed_at": self.provider_signed_at,
            "provider_signed_by": str(self.provider_signed_by or ""),
            "registration_number": self.registration_number,
            "registration_authority": self.registration_authority,
            "registered_on": self.registered_on,
            "technical_amount": self.technical_amount,
        }

    if TYPE_CHECKING:
        asker_signed_by_id: int | None
        provider_signed_by_id: int | None
