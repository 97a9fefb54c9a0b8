"""What can happen to a project, its contract, its milestones and its income; who may do it, and what it sets off."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from keqiao.exchange.forms import AssignForm
from keqiao.kernel.access import Actor, is_signed_in, is_system, rule
from keqiao.kernel.models import Entry
from keqiao.kernel.workflow import NEW, M, Verb, Workflow, assign
from keqiao.parties.enums import PostRole, PostState
from keqiao.parties.models import Person
from keqiao.parties.sides import spokespeople
from keqiao.projects import actions, clocks, contract_actions, forms, guards, rules
from keqiao.projects.contract_forms import ContractForm, RegisterForm, SignForm
from keqiao.projects.enums import ContractState as C
from keqiao.projects.enums import IncomeState as I
from keqiao.projects.enums import MilestoneState as W
from keqiao.projects.enums import ProjectState as S
from keqiao.projects.measure import measurable
from keqiao.projects.models import Contract, Income, Milestone, Project
from keqiao.projects.rules import project_of

BEFORE_ACCEPTANCE = (S.PREPARING, S.CONTRACTED, S.RUNNING, S.TESTING, S.ACCEPTING)
PLANNING = (S.PREPARING, S.CONTRACTED, S.RUNNING, S.TESTING)
EARNING = (S.CONTRACTED, S.RUNNING, S.TESTING, S.ACCEPTING, S.ACCEPTED, S.CLOSED)
FINISHED = (S.ACCEPTED, S.CLOSED)
EVERY_CLOCK = (clocks.TO_CONTRACT, clocks.FIRST_SAMPLE, clocks.SAMPLE_ANSWER, clocks.ACCEPTANCE_ANSWER)


@dataclass(frozen=True, kw_only=True)
class PartWorkflow(Workflow[M]):
    """A workflow of parts: the project is locked before its part, so that two verbs never wait for each other."""

    def load(self, pk: int, *, for_: Actor) -> M:
        Project.objects.select_for_update().filter(**{f"{self.model._meta.model_name}_rows": pk}).first()
        return super().load(pk, for_=for_)


def somebody(*roles: str) -> Callable[[Any, Entry], list[Person]]:
    """An audience: the people who hold these roles in the project."""

    def find(row: Any, entry: Entry) -> list[Person]:
        return [person for role in roles for person in holders(project_of(row), role)]

    return find


def holders(project: Project, role: str) -> list[Person]:
    """Who is told for a role: its person; for a contact who has left, the administrators of the organisation."""
    return spokespeople(getattr(project, role), getattr(project, f"{role}_organisation_id", None))


def operators(row: Any, entry: Entry) -> list[Person]:
    """The operators of the project's node."""
    node = project_of(row).node_id
    return list(
        Person.objects.filter(posts__node=node, posts__role=PostRole.OPERATOR, posts__state=PostState.ACTIVE).distinct()
    )


AUDIENCES = {
    "asker": somebody("asker"),
    "provider": somebody("provider"),
    "manager": somebody("manager"),
    "both": somebody("asker", "provider"),
    "all": somebody("asker", "provider", "manager"),
    "operators": operators,
}


@rule(_("只有平台自动执行这一步。"))
def is_system_with_targets(row: Any, actor: Any) -> bool:
    """The system, on a project that has something to measure: only then a first sample is promised."""
    contract = row.current_contract
    return bool(is_system(row, actor)) and contract is not None and bool(measurable(contract.targets))


# fmt: off
PROJECT = Workflow(
    name="projects",
    model=Project,
    states=S,
    audiences=AUDIENCES,
    verbs=(
        Verb(name="create", label=_("立项"), source=NEW, target=S.PREPARING, who=is_signed_in, form=forms.OpenForm,
             do=actions.open_project, starts=(clocks.TO_CONTRACT,), tells=("all", "operators"), tone="primary",
             notice=_("已立项。接下来做什么、轮到谁，写在“下一步”里。")),
        Verb(name="agree", label=_("签署保密协议"), source=S.PREPARING, who=rules.has_not_agreed,
             form=forms.AgreeForm, do=actions.agree, tells=("all",), tone="primary"),
        Verb(name="draft_contract", label=_("起草合同"), source=S.PREPARING, who=rules.is_party_or_manager,
             guard=guards.can_draft_contract, form=ContractForm, do=contract_actions.draft_contract, tells=("both",),
             tone="primary"),
        Verb(name="take_effect", label=_("合同生效"), source=S.PREPARING, target=S.CONTRACTED,
             who=is_system_with_targets, do=contract_actions.take_effect, stops=(clocks.TO_CONTRACT,),
             starts=(clocks.FIRST_SAMPLE,), tells=("all", "operators")),
        Verb(name="take_effect", label=_("合同生效"), source=S.PREPARING, target=S.CONTRACTED, who=is_system,
             do=contract_actions.take_effect, stops=(clocks.TO_CONTRACT,), tells=("all", "operators")),
        Verb(name="start", label=_("启动项目"), source=S.CONTRACTED, target=S.RUNNING, who=rules.is_party_or_manager,
             guard=guards.has_milestones, do=actions.start_project, tells=("all",), tone="primary"),
        Verb(name="send_sample", label=_("登记送样"), source=S.RUNNING, target=S.TESTING, who=rules.is_provider,
             guard=guards.has_targets, form=forms.SampleForm, do=actions.send_sample, stops=(clocks.FIRST_SAMPLE,),
             starts=(clocks.SAMPLE_ANSWER,), tells=("asker", "manager"), tone="primary"),
        Verb(name="measure", label=_("填写测量值"), source=S.TESTING, target=S.RUNNING, who=rules.is_asker,
             form=forms.MeasureForm, do=actions.measure_sample, stops=(clocks.SAMPLE_ANSWER,),
             tells=("provider", "manager"), freezes=True, tone="primary"),
        Verb(name="return_sample", label=_("样品无法测试"), source=S.TESTING, target=S.RUNNING, who=rules.is_asker,
             form=forms.ReasonForm, do=actions.return_sample, stops=(clocks.SAMPLE_ANSWER,),
             tells=("provider", "manager")),
        Verb(name="request_acceptance", label=_("申请验收"), source=S.RUNNING, target=S.ACCEPTING,
             who=rules.is_provider, form=forms.RequestAcceptanceForm, do=actions.request_acceptance,
             stops=(clocks.FIRST_SAMPLE,), starts=(clocks.ACCEPTANCE_ANSWER,), tells=("asker", "manager"),
             tone="primary"),
        Verb(name="accept", label=_("作出验收结论"), source=S.ACCEPTING, target=S.ACCEPTED, who=rules.may_accept,
             guard=guards.milestones_are_done, form=forms.AcceptForm, do=actions.accept_project,
             stops=(clocks.ACCEPTANCE_ANSWER,), tells=("all", "operators"), freezes=True, tone="primary"),
        Verb(name="decline_acceptance", label=_("退回，继续完善"), source=S.ACCEPTING, target=S.RUNNING,
             who=rules.is_asker, form=forms.ReasonForm, do=actions.decline_acceptance,
             stops=(clocks.ACCEPTANCE_ANSWER,), tells=("provider", "manager")),
        Verb(name="plan_milestone", label=_("添加里程碑"), source=PLANNING, who=rules.is_party_or_manager,
             form=forms.MilestoneForm, do=actions.plan_milestone, quiet=True),
        Verb(name="record_income", label=_("登记到账"), source=(*EARNING, S.STOPPED), who=rules.is_party,
             guard=guards.has_signed_contract, form=forms.IncomeForm, do=actions.record_income, tells=("both",)),
        Verb(name="record_reward", label=_("登记奖励"), source=FINISHED,
             who=rules.is_provider | rules.is_manager_or_operator, form=forms.RewardForm, do=actions.record_reward),
        Verb(name="rate", label=_("评价这次合作"), source=(*FINISHED, S.STOPPED), who=rules.has_not_rated,
             form=forms.RateForm, do=actions.rate),
        Verb(name="close", label=_("结项"), source=S.ACCEPTED, target=S.CLOSED, who=rules.is_manager_or_operator,
             guard=guards.can_close, do=actions.close_project, tells=("all",), freezes=True, tone="primary"),
        Verb(name="agree_case", label=_("同意公开为案例"), source=FINISHED, who=rules.has_not_agreed_to_case,
             form=forms.CaseConsentForm, do=actions.agree_to_case, tells=("manager",)),
        Verb(name="withdraw_case", label=_("收回公开同意"), source=FINISHED, who=rules.has_agreed_to_case,
             do=actions.withdraw_from_case, tells=("all",), confirm=_("收回后案例立即不再公开。继续吗？")),
        Verb(name="publish_case", label=_("公开为案例"), source=FINISHED, who=rules.is_manager_or_operator,
             guard=guards.both_agreed_to_case, form=forms.PublishCaseForm, do=actions.publish_case, tells=("all",),
             in_feed=True),
        Verb(name="hand_over", label=_("更换本方负责人"), source=tuple(S.values), who=rules.acts_for_organisation,
             form=forms.HandOverForm, do=actions.hand_over, tells=("all",)),
        Verb(name="assign_manager", label=_("更换技术经理人"), source=tuple(S.values),
             who=rules.is_manager_or_operator, form=AssignForm, do=assign, tells=("all",)),
        Verb(name="upload", label=_("上传文件"), source=tuple(S.values), who=rules.is_anybody_involved,
             form=forms.UploadForm, do=actions.upload, quiet=True),
        Verb(name="stop", label=_("中止项目"), source=BEFORE_ACCEPTANCE, target=S.STOPPED,
             who=rules.is_anybody_involved, form=forms.StopForm, do=actions.stop_project, stops=EVERY_CLOCK,
             tells=("all", "operators"), tone="danger",
             confirm=_("中止后不能恢复，需求会重新开放对接。继续吗？")),
    ),
)

CONTRACT = PartWorkflow(
    name="contracts",
    model=Contract,
    states=C,
    audiences=AUDIENCES,
    verbs=(
        Verb(name="save", label=_("修改合同"), source=C.DRAFT, who=rules.is_party_or_manager, form=ContractForm,
             do=assign, quiet=True),
        Verb(name="propose", label=_("提交双方签署"), source=C.DRAFT, target=C.SIGNING, who=rules.is_party_or_manager,
             guard=guards.contract_is_complete, do=contract_actions.propose_contract, tells=("both",), freezes=True,
             tone="primary"),
        Verb(name="sign", label=_("签署合同"), source=C.SIGNING, target=C.HALF_SIGNED, who=rules.has_not_signed,
             form=SignForm, do=contract_actions.sign_contract, tells=("all",), tone="primary"),
        Verb(name="sign", label=_("签署合同"), source=C.HALF_SIGNED, target=C.SIGNED, who=rules.has_not_signed,
             form=SignForm, do=contract_actions.sign_contract, tells=("all",), tone="primary"),
        Verb(name="redraft", label=_("退回修改"), source=(C.SIGNING, C.HALF_SIGNED), target=C.DRAFT,
             who=rules.is_party_or_manager, form=forms.ReasonForm, do=contract_actions.redraft_contract,
             tells=("all",)),
        Verb(name="register", label=_("登记认定编号"), source=C.SIGNED, target=C.REGISTERED,
             who=rules.is_manager_or_operator, form=RegisterForm, do=assign, tells=("all",)),
        Verb(name="cancel", label=_("作废"), source=(C.DRAFT, C.SIGNING, C.HALF_SIGNED), target=C.CANCELLED,
             who=is_system, tells=("all",)),
    ),
)

MILESTONE = PartWorkflow(
    name="milestones",
    model=Milestone,
    states=W,
    audiences=AUDIENCES,
    verbs=(
        Verb(name="save", label=_("修改里程碑"), source=W.PLANNED, who=rules.is_party_or_manager,
             form=forms.MilestoneForm, do=actions.save_milestone, quiet=True),
        Verb(name="deliver", label=_("交付"), source=W.PLANNED, target=W.DELIVERED, who=rules.is_provider,
             form=forms.DeliverForm, do=actions.deliver_milestone, tells=("asker", "manager"), tone="primary"),
        Verb(name="accept", label=_("通过"), source=W.DELIVERED, target=W.ACCEPTED, who=rules.may_accept_milestone,
             do=actions.accept_milestone, tells=("provider", "manager"), freezes=True, tone="primary"),
        Verb(name="return", label=_("退回"), source=W.DELIVERED, target=W.PLANNED, who=rules.is_asker,
             form=forms.ReasonForm, do=actions.return_milestone, tells=("provider", "manager")),
        Verb(name="cancel", label=_("取消"), source=(W.PLANNED, W.DELIVERED), target=W.CANCELLED,
             who=rules.is_asker | rules.is_manager, form=forms.ReasonForm, do=actions.cancel_milestone,
             tells=("all",), tone="danger"),
        Verb(name="lapse", label=_("随项目中止"), source=(W.PLANNED, W.DELIVERED), target=W.CANCELLED, who=is_system),
        Verb(name="remind", label=_("到期提醒"), source=W.PLANNED, who=is_system, at="remind_at",
             do=actions.remind_milestone, tells=("all",)),
    ),
)

INCOME = PartWorkflow(
    name="incomes",
    model=Income,
    states=I,
    audiences=AUDIENCES,
    verbs=(
        Verb(name="confirm", label=_("确认到账"), source=(I.RECORDED, I.DISPUTED), target=I.CONFIRMED,
             who=rules.is_other_side, do=actions.confirm_income, tells=("both",), freezes=True, tone="primary"),
        Verb(name="dispute", label=_("提出异议"), source=I.RECORDED, target=I.DISPUTED, who=rules.is_other_side,
             form=forms.DisputeForm, do=actions.dispute_income, tells=("both", "manager")),
        Verb(name="withdraw", label=_("撤回登记"), source=(I.RECORDED, I.DISPUTED), target=I.WITHDRAWN,
             who=rules.is_recording_side, tells=("both",), confirm=_("撤回后这笔到账不再计入。继续吗？")),
    ),
)
# fmt: on
