"""The project itself: two sides, a manager, a state, and what was agreed on opening it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from keqiao.exchange.models import Achievement, Need, Solution
from keqiao.kernel.visibility import OWNER, Level, Visible, VisibleQuerySet
from keqiao.matching.models import Proposal
from keqiao.parties.models import Node, Organisation, Person, standing_of
from keqiao.parties.sides import belongs_to, speaks_for
from keqiao.projects.enums import ProjectState, Side, StopReason

if TYPE_CHECKING:
    from keqiao.kernel.access import Actor
    from keqiao.projects.models.contract import Contract
    from keqiao.projects.models.parts import Acceptance

PUBLIC, NDA = Level.PUBLIC, Level.NDA

RATINGS = ("asker_score", "asker_comment", "provider_score", "provider_comment")
SCORE = (MinValueValidator(1), MaxValueValidator(5))


def parties(actor: Actor, prefix: str = "") -> list[tuple[Q, int]]:
    """Who sees all of a project: both sides with their organisations, and its manager; then the staff of its node.

    Whoever leaves the organisation of a side, or the post of manager, sees no more of it than anybody else.
    `prefix` leads from a part of the project to the project (``"project__"``).
    """
    standing = standing_of(actor)
    cases: list[tuple[Q, int]] = []
    if actor.pk:
        people = Q(pk__in=[])
        for side in Side.values:
            people |= belongs_to(actor, f"{prefix}{side}", f"{prefix}{side}_organisation")
        if standing.manages:
            people |= Q(**{f"{prefix}manager": actor.pk})
        cases.append((people, OWNER))
    if standing.everywhere:
        cases.append((Q(pk__gt=0), int(Level.STAFF)))
    elif standing.watched:
        cases.append((Q(**{f"{prefix}node__in": standing.watched}), int(Level.STAFF)))
    return cases


class ProjectQuerySet(VisibleQuerySet["Project"]):
    """Projects, seen through their levels, each with its parts in a fixed number of queries."""

    def visible_to(self, actor: Actor) -> Self:
        return super().visible_to(actor).with_parts()

    def with_parts(self) -> Self:
        """Fetch what the declared attributes of a project are made of."""
        return self.prefetch_related(
            "contract_rows__asker_signed_by",
            "contract_rows__provider_signed_by",
            "milestone_rows",
            "round_rows",
            "acceptance_rows__decided_by",
            "income_rows",
            "reward_rows",
        )


class Project(Visible):
    """An agreed proposal on its way to a measured, accepted result."""

    field_levels: ClassVar[dict[str, Level]] = {
        "title": PUBLIC,
        "fields": PUBLIC,
        "node": PUBLIC,
        "case_summary": PUBLIC,
        "published_at": PUBLIC,
        "proposal": NDA,
        "need": NDA,
        "achievement": NDA,
        "solution": NDA,
        "asker_organisation": NDA,
        "provider_organisation": NDA,
        "asker": NDA,
        "provider": NDA,
        "manager": NDA,
        "is_confidential": NDA,
        "asker_agreed_at": NDA,
        "provider_agreed_at": NDA,
        "targets": NDA,
        "started_on": NDA,
        "accepted_at": NDA,
        "closed_at": NDA,
        "stop_reason": NDA,
        "stop_text": NDA,
        "asker_score": NDA,
        "asker_comment": NDA,
        "provider_score": NDA,
        "provider_comment": NDA,
        "asker_case_at": NDA,
        "provider_case_at": NDA,
        "contract": NDA,
        "milestones": NDA,
        "rounds": NDA,
        "acceptance": NDA,
        "acceptances": NDA,
        "incomes": NDA,
        "rewards": NDA,
        "money": NDA,
        "next_step": NDA,
    }

    proposal = models.OneToOneField(Proposal, models.PROTECT, related_name="project", verbose_name=_("对接记录"))
    need = models.ForeignKey(Need, models.PROTECT, related_name="projects", verbose_name=_("需求"))
    achievement = models.ForeignKey(
        Achievement, models.PROTECT, null=True, related_name="projects", verbose_name=_("成果")
    )
    solution = models.ForeignKey(
        Solution, models.PROTECT, null=True, related_name="projects", verbose_name=_("解决方案")
    )
    asker_organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, related_name="asked_projects", verbose_name=_("需求方单位")
    )
    provider_organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, related_name="provided_projects", verbose_name=_("供给方单位")
    )
    asker = models.ForeignKey(Person, models.PROTECT, related_name="asked_projects", verbose_name=_("需求方负责人"))
    provider = models.ForeignKey(
        Person, models.PROTECT, related_name="provided_projects", verbose_name=_("供给方负责人")
    )
    manager = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="managed_projects", verbose_name=_("技术经理人")
    )
    node = models.ForeignKey(Node, models.PROTECT, to_field="code", related_name="projects", verbose_name=_("节点"))
    state = models.CharField(_("状态"), max_length=20, choices=ProjectState, default=ProjectState.PREPARING)
    title = models.CharField(_("项目名称"), max_length=120)
    fields = models.JSONField(_("技术领域"), default=list, blank=True)
    is_confidential = models.BooleanField(_("需先签保密协议"), default=False)
    asker_agreed_at = models.DateTimeField(_("需求方签署保密协议的时间"), null=True)
    provider_agreed_at = models.DateTimeField(_("供给方签署保密协议的时间"), null=True)
    targets = models.JSONField(_("目标指标（以合同为准）"), default=list, blank=True)
    started_on = models.DateField(_("启动日期"), null=True)
    accepted_at = models.DateTimeField(_("验收时间"), null=True)
    closed_at = models.DateTimeField(_("结项时间"), null=True)
    stop_reason = models.CharField(_("中止原因"), max_length=20, choices=StopReason, blank=True)
    stop_text = models.TextField(_("中止说明"), blank=True, max_length=2000)
    asker_score = models.PositiveSmallIntegerField(_("需求方评分"), null=True, validators=SCORE)
    asker_comment = models.TextField(_("需求方评价"), blank=True, max_length=1000)
    provider_score = models.PositiveSmallIntegerField(_("供给方评分"), null=True, validators=SCORE)
    provider_comment = models.TextField(_("供给方评价"), blank=True, max_length=1000)
    asker_case_at = models.DateTimeField(_("需求方同意公开为案例的时间"), null=True)
    provider_case_at = models.DateTimeField(_("供给方同意公开为案例的时间"), null=True)
    case_summary = models.TextField(_("案例介绍"), blank=True, max_length=2000)
    published_at = models.DateTimeField(_("公开为案例的时间"), null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ProjectQuerySet.as_manager()

    class Meta:
        verbose_name = _("项目")
        indexes = [
            models.Index(fields=["node", "state"], name="project_of_node"),
            models.Index(fields=["state", "-created_at"], name="project_newest"),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(asker=models.F("provider")), name="project_between_two_people")
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("project", args=[self.pk])

    @classmethod
    def clearance_cases(cls, actor: Actor) -> list[tuple[Q, int]]:
        return parties(actor)

    @classmethod
    def shown_to(cls, actor: Actor) -> Q:
        return Q(published_at__isnull=False)

    def side_of(self, actor: Any) -> str:
        """The side on which somebody may act (see `parties.sides`); else empty."""
        for side in (Side.ASKER, Side.PROVIDER):
            if speaks_for(actor, *self.contact_of(side)):
                return str(side.value)
        return ""

    def is_managed_by(self, actor: Any) -> bool:
        """Whether this is the project's technology manager, still in that post."""
        return actor.pk is not None and self.manager_id == actor.pk and bool(standing_of(actor).manages)

    def contact_of(self, side: str) -> tuple[int, int | None]:
        """Ids of the person and the organisation of a side."""
        if side == Side.ASKER:
            return self.asker_id, self.asker_organisation_id
        return self.provider_id, self.provider_organisation_id

    def content(self) -> dict[str, Any]:
        """What is frozen when the project is decided on: what was promised, measured, accepted, paid and rated."""
        kept = ("title", "targets", "contract", "milestones", "rounds", "acceptance", "incomes", "rewards", *RATINGS)
        return {name: getattr(self, name) for name in kept} | {
            "asker": str(self.asker_organisation or self.asker),
            "provider": str(self.provider_organisation or self.provider),
        }

    # ---- parts, as plain data for pages and the API --------------------------------------------------------------

    @property
    def current_contract(self) -> Contract | None:
        """The contract that counts: the last one that was not cancelled."""
        live = [row for row in self.contract_rows.all() if row.state != "cancelled"]
        return live[-1] if live else None

    @property
    def last_acceptance(self) -> Acceptance | None:
        """The newest request for acceptance, answered or not."""
        found = list(self.acceptance_rows.all())
        return found[-1] if found else None

    @property
    def contract(self) -> dict[str, Any] | None:
        current = self.current_contract
        return current.summary() if current else None

    @property
    def milestones(self) -> list[dict[str, Any]]:
        return [row.summary() for row in self.milestone_rows.all()]

    @property
    def rounds(self) -> list[dict[str, Any]]:
        return [row.summary() for row in self.round_rows.all()]

    @property
    def acceptance(self) -> dict[str, Any] | None:
        last = self.last_acceptance
        return last.summary() if last else None

    @property
    def acceptances(self) -> list[dict[str, Any]]:
        """Every request with its answer, the refused ones too."""
        return [row.summary() for row in self.acceptance_rows.all()]

    @property
    def incomes(self) -> list[dict[str, Any]]:
        return [row.summary() for row in self.income_rows.all()]

    @property
    def rewards(self) -> list[dict[str, Any]]:
        return [row.summary() for row in self.reward_rows.all()]

    @property
    def money(self) -> dict[str, Any]:
        from keqiao.projects.money import balance  # noqa: PLC0415 (thin method)

        return balance(self)

    @property
    def next_step(self) -> dict[str, Any]:
        from keqiao.projects.turn import next_step  # noqa: PLC0415 (thin method)

        return next_step(self).summary()

    if TYPE_CHECKING:
        asker_id: int
        provider_id: int
        manager_id: int | None
        asker_organisation_id: int | None
        provider_organisation_id: int | None
        need_id: int
        proposal_id: int
        node_id: str


class ProjectPart(Visible):
    """What belongs to one project and is seen by those who see the project."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="%(class)s_rows", verbose_name=_("项目"))
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True

    @classmethod
    def clearance_cases(cls, actor: Actor) -> list[tuple[Q, int]]:
        return parties(actor, "project__")

    @classmethod
    def shown_to(cls, actor: Actor) -> Q:
        return Q(pk__in=[])

    @property
    def node_id(self) -> str:
        return self.project.node_id

    if TYPE_CHECKING:
        project_id: int
