"""Whose turn it is: the next step of a project, in words, from its state and its contract."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.functional import Promise
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from keqiao.projects.enums import ContractState, IncomeState, MilestoneState, Side
from keqiao.projects.enums import ProjectState as S
from keqiao.projects.measure import measurable, missed

if TYPE_CHECKING:
    from keqiao.projects.models import Contract, Milestone, Project, SampleRound

BOTH, MANAGER, OFFICE, NOBODY = "both", "manager", "office", ""

TURNS: dict[str, str | Promise] = {
    Side.ASKER.value: gettext_lazy("需求方"),
    Side.PROVIDER.value: gettext_lazy("供给方"),
    BOTH: gettext_lazy("双方"),
    MANAGER: gettext_lazy("技术经理人"),
    OFFICE: gettext_lazy("本节点平台运营人员"),
    NOBODY: gettext_lazy("无需操作"),
}


@dataclass(frozen=True, slots=True)
class Step:
    """What is to be done next, by whom, and with which verb of which resource."""

    turn: str
    text: str
    resource: str = ""
    pk: int | None = None
    verb: str = ""

    def summary(self) -> dict[str, Any]:
        return {
            "turn": self.turn,
            "turn_label": str(TURNS[self.turn]),
            "text": self.text,
            "resource": self.resource,
            "id": self.pk,
            "verb": self.verb,
        }

    def is_for(self, side: str, *, manages: bool = False, operates: bool = False) -> bool:
        """Whether the step waits for somebody on this side (or for the manager, or for the operators of the node)."""
        if self.turn in {MANAGER, OFFICE}:
            return manages if self.turn == MANAGER else operates
        return bool(side) and self.turn in {BOTH, side}


def next_step(project: Project) -> Step:
    """The next step of a project."""
    return STEPS[project.state](project)


def other(side: str) -> str:
    """The opposite side."""
    return Side.PROVIDER.value if side == Side.ASKER else Side.ASKER.value


def on_project(project: Project, turn: str, text: str, verb: str = "") -> Step:
    return Step(turn, text, "projects", project.pk, verb)


def preparing(project: Project) -> Step:
    """First the non-disclosure agreement where one is asked for, then the contract."""
    if project.is_confidential and (waiting := missing(project, "agreed_at")):
        return on_project(project, waiting, _("签署保密协议，之后才能看到对方的保密内容并起草合同。"), "agree")
    contract = project.current_contract
    if contract is None:
        return on_project(project, MANAGER if project.manager_id else BOTH, _("起草技术合同。"), "draft_contract")
    return contract_step(contract)


def contract_step(contract: Contract) -> Step:
    """Complete the draft, then sign."""
    if contract.state == ContractState.DRAFT:
        return Step(BOTH, draft_text(contract), "contracts", contract.pk, "propose")
    return Step(missing(contract, "signed_at"), _("核对合同文本并签署。"), "contracts", contract.pk, "sign")


def draft_text(contract: Contract) -> str:
    """What a draft waits for; one that was sent back says why."""
    if contract.redraft_reason:
        words = _("合同被退回修改（%(reason)s）。改好后再次提交双方签署。")
        return words % {"reason": short(contract.redraft_reason)}
    return _("补齐合同条款，然后提交双方签署。")


def short(reason: str) -> str:
    """The beginning of a reason, to stand within a sentence."""
    return Truncator(reason).chars(80).rstrip("。.")


def missing(row: Any, field: str) -> str:
    """Which side has not yet filled its field of this name: one of them, both, or nobody."""
    sides = [side.value for side in Side if getattr(row, f"{side.value}_{field}") is None]
    return BOTH if len(sides) == 2 else sides[0] if sides else NOBODY


def contracted(project: Project) -> Step:
    planned = any(row.state == MilestoneState.PLANNED for row in project.milestone_rows.all())
    if planned:
        return on_project(project, BOTH, _("里程碑已排好，启动项目。"), "start")
    return on_project(project, BOTH, _("合同已生效：排出至少一个里程碑，然后启动项目。"), "plan_milestone")


def running(project: Project) -> Step:
    """Milestones that wait for an answer come first; then samples until the targets are met; then acceptance."""
    for row in project.milestone_rows.all():
        if row.state == MilestoneState.DELIVERED:
            return accept_milestone(row)
    rounds = list(project.round_rows.all())
    if measurable(project.targets) and not (rounds and rounds[-1].all_met):
        return on_project(project, Side.PROVIDER.value, sample_text(rounds), "send_sample")
    for row in project.milestone_rows.all():
        if row.state == MilestoneState.PLANNED:
            return Step(Side.PROVIDER.value, delivery_text(row), "milestones", row.pk, "deliver")
    return on_project(project, Side.PROVIDER.value, request_text(project), "request_acceptance")


def sample_text(rounds: list[SampleRound]) -> str:
    """The next round, and what was wrong with the last one."""
    text = _("寄送第 %(number)d 轮样品。") % {"number": len(rounds) + 1}
    if not rounds:
        return text
    last = rounds[-1]
    if last.unusable:
        words = _("第 %(number)d 轮样品无法测试（%(reason)s）。")
        return words % {"number": last.number, "reason": short(last.unusable)} + text
    words = _("第 %(number)d 轮还有指标没有达到（%(names)s）。")
    return words % {"number": last.number, "names": "、".join(missed(last.values))} + text


def delivery_text(row: Milestone) -> str:
    if row.reason:
        words = _("里程碑“%(title)s”被退回（%(reason)s）。补齐后再次交付。")
        return words % {"title": row.title, "reason": short(row.reason)}
    return _("完成并交付里程碑“%(title)s”。") % {"title": row.title}


def request_text(project: Project) -> str:
    last = project.last_acceptance
    if last is not None and last.declined_reason:
        return _("验收申请被退回（%(reason)s）。完善后再次申请验收。") % {"reason": short(last.declined_reason)}
    return _("指标与里程碑都已完成，申请验收。") if measurable(project.targets) else _("里程碑都已完成，申请验收。")


def accept_milestone(row: Milestone) -> Step:
    text = _("验收已交付的里程碑“%(title)s”。") % {"title": row.title}
    return Step(Side.ASKER.value, text, "milestones", row.pk, "accept")


def testing(project: Project) -> Step:
    number = len(project.round_rows.all())
    text = _("收到第 %(number)d 轮样品后测量，并填写测量值。") % {"number": number}
    return on_project(project, Side.ASKER.value, text, "measure")


def accepting(project: Project) -> Step:
    """Milestones first: nothing that was planned may be open when the project is accepted."""
    for row in project.milestone_rows.all():
        if row.state == MilestoneState.DELIVERED:
            return accept_milestone(row)
        if row.state == MilestoneState.PLANNED:
            text = _("里程碑“%(title)s”还没有交付：先交付，或请需求方取消它，然后才能验收。") % {"title": row.title}
            return Step(Side.PROVIDER.value, text, "milestones", row.pk, "deliver")
    words = _("核对测试结果，作出验收结论。") if measurable(project.targets) else _("核对交付的内容，作出验收结论。")
    return on_project(project, Side.ASKER.value, words, "accept")


def income_step(project: Project) -> Step | None:
    """The first income that waits for somebody: to be confirmed, or to be put right after an objection."""
    for row in project.income_rows.all():
        if row.state == IncomeState.RECORDED:
            return Step(other(row.side), _("核对并确认到账。"), "incomes", row.pk, "confirm")
        if row.state == IncomeState.DISPUTED:
            text = _("对方对一笔到账有异议：核对后撤回、按实际重新登记，或向对方说明，请对方确认。")
            return Step(row.side, text, "incomes", row.pk, "withdraw")
    return None


def accepted(project: Project) -> Step:
    """Income that waits, ratings, registration (which nobody is bound to); then close."""
    if step := income_step(project):
        return step
    if waiting := missing(project, "score"):
        return on_project(project, waiting, _("为这次合作评分并写一句话。"), "rate")
    closes = MANAGER if project.manager_id else OFFICE
    contract = project.current_contract
    if contract is not None and contract.state == ContractState.SIGNED:
        text = _("登记技术合同认定编号与技术交易额；不办理认定登记的，直接结项。")
        return Step(closes, text, "contracts", contract.pk, "register")
    return on_project(project, closes, _("到账、登记与评价都已齐全，可以结项。"), "close")


def closed(project: Project) -> Step:
    return income_step(project) or Step(NOBODY, _("项目已结项。之后的提成到账仍可登记。"))


def stopped(project: Project) -> Step:
    return income_step(project) or Step(NOBODY, _("项目已中止，需求已重新开放对接。"))


STEPS: dict[str, Callable[[Project], Step]] = {
    S.PREPARING: preparing,
    S.CONTRACTED: contracted,
    S.RUNNING: running,
    S.TESTING: testing,
    S.ACCEPTING: accepting,
    S.ACCEPTED: accepted,
    S.CLOSED: closed,
    S.STOPPED: stopped,
}
