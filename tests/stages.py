"""A need, an achievement and the project between them: records, and who takes which step."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from keqiao.exchange.enums import AchievementState, NeedState
from keqiao.exchange.models import Achievement, Need
from keqiao.kernel.models import Entry
from keqiao.kernel.workflow import run
from keqiao.matching.enums import ProposalState
from keqiao.matching.models import Proposal
from keqiao.parties.models import Person
from keqiao.projects.models import Contract, Milestone, Project
from keqiao.projects.workflow import CONTRACT, INCOME, MILESTONE, PROJECT

ABSORPTION = {"name": "吸光率", "min": 98, "max": None, "unit": "%"}
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"

LUMP_SUM = {
    "title": "消光涂层技术开发合同",
    "type": "development_entrusted",
    "subject": "研制用于红外探测器的消光涂层及其低温喷涂工艺，交付样品与工艺文件。",
    "payment_mode": "lump_sum",
    "amount": "480000",
    "ownership": "developer",
}


def today() -> str:
    return timezone.localdate().isoformat()


def days_from_now(days: int) -> str:
    return (timezone.localdate() + timedelta(days=days)).isoformat()


def pdf(name: str = "报告.pdf", content: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type="application/pdf")


def place_of(person: Person) -> dict[str, Any]:
    """Whose a record of this person is: their own organisation's, at its node."""
    organisation = person.memberships.get().organisation
    return {"organisation": organisation, "contact": person, "node": organisation.node}


def open_need(asker: Person, manager: Person | None = None, **fields: Any) -> Need:
    """A published need of somebody's organisation."""
    given = {
        "title": "红外探测器用消光涂层",
        "problem": "外购涂层吸光率多在 95% 以下，工艺复杂，成本高，难以量产，希望找到替代工艺。",
        "targets": [ABSORPTION],
        "fields": ["C3976"],
        "manager": manager,
        "state": NeedState.OPEN,
        "published_at": timezone.now(),
    }
    return Need.objects.create(**(place_of(asker) | given | fields))


def published_achievement(provider: Person, **fields: Any) -> Achievement:
    """A published achievement of somebody's organisation."""
    given = {
        "title": "宽谱消光涂层的低温喷涂",
        "summary": "一步喷涂，八至十四微米波段吸光率高。",
        "details": "前驱体配比见附件。",
        "state": AchievementState.PUBLISHED,
        "published_at": timezone.now(),
    }
    return Achievement.objects.create(**(place_of(provider) | given | fields))


def propose(need: Need, achievement: Achievement, manager: Person, **fields: Any) -> Proposal:
    """A proposal to which both sides have agreed."""
    given = {
        "asker": need.contact,
        "asker_organisation": need.organisation,
        "provider": achievement.contact,
        "provider_organisation": achievement.organisation,
        "manager": manager,
        "node": need.node,
        "state": ProposalState.AGREED,
        "agreed_at": timezone.now(),
    }
    return Proposal.objects.create(need=need, achievement=achievement, **(given | fields))


class Steps:
    """Runs verbs as the people whose turn it is, and takes a project to a stage."""

    def __init__(self, asker: Person, provider: Person, manager: Person) -> None:
        self.asker, self.provider, self.manager = asker, provider, manager

    def on(self, row: Any, verb: str, actor: Any, files: Any = None, **data: Any) -> Entry:
        table = {"project": PROJECT, "contract": CONTRACT, "milestone": MILESTONE, "income": INCOME}
        return run(table[row._meta.model_name], row.pk, verb, actor=actor, data=data, files=files)

    def opened(self, proposal: Proposal) -> Project:
        entry = run(PROJECT, None, "create", actor=self.manager, data={"proposal": proposal.pk})
        return Project.objects.get(pk=entry.object_id)

    def drafted(self, project: Project, **terms: Any) -> Contract:
        self.on(project, "draft_contract", self.manager, **(LUMP_SUM | terms))
        return project.contract_rows.get()

    def proposed(self, project: Project, **terms: Any) -> Contract:
        contract = self.drafted(project, **terms)
        self.on(contract, "propose", self.manager)
        contract.refresh_from_db()
        return contract

    def sign(self, contract: Contract, actor: Person) -> None:
        self.on(contract, "sign", actor, agree=True, digest=contract.digest)

    def contracted(self, project: Project, **terms: Any) -> Contract:
        contract = self.proposed(project, **terms)
        self.sign(contract, self.asker)
        self.sign(contract, self.provider)
        contract.refresh_from_db()
        project.refresh_from_db()
        return contract

    def milestone(self, project: Project, title: str = "样品达标", due: int = 30, **data: Any) -> Milestone:
        self.on(project, "plan_milestone", self.manager, title=title, due_on=days_from_now(due), **data)
        return project.milestone_rows.get(title=title)

    def running(self, project: Project) -> Project:
        self.contracted(project)
        self.milestone(project)
        self.on(project, "start", self.manager)
        project.refresh_from_db()
        return project

    def sample(self, project: Project) -> None:
        self.on(project, "send_sample", self.provider, sent_on=today(), sample="第一批，改了固化温度")

    def measured(self, project: Project, value: str) -> None:
        self.sample(project)
        self.on(project, "measure", self.asker, received_on=today(), measured_on=today(), value_1=value)

    def accepted(self, project: Project) -> Project:
        self.running(project)
        self.measured(project, "98.68")
        milestone = project.milestone_rows.get()
        self.on(milestone, "deliver", self.provider, delivery_note="样品与工艺文件")
        self.on(milestone, "accept", self.asker)
        self.on(project, "request_acceptance", self.provider, request="样品三轮后达标。")
        self.on(project, "accept", self.asker, verdict="passed", evidence="第三方测试报告")
        project.refresh_from_db()
        return project
