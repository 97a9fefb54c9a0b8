"""What can happen to a need, an achievement and a solution, who may do it, and what it sets off."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from keqiao.exchange import actions, audiences, clocks, forms, guards, solving
from keqiao.exchange.cards import AchievementForm, NeedForm, SolutionForm
from keqiao.exchange.enums import AchievementState as A
from keqiao.exchange.enums import NeedState as N
from keqiao.exchange.enums import SolutionState as S
from keqiao.exchange.maturity import MaturityUpdateForm
from keqiao.exchange.models import Achievement, Need, Solution
from keqiao.exchange.rules import has_standing, is_asker, is_manager, is_operator, is_owner
from keqiao.kernel.access import is_signed_in, is_system
from keqiao.kernel.workflow import NEW, Verb, Workflow
from keqiao.parties.rules import is_operator_of_node

HANDED_IN_N = (N.RETURNED, N.TRIAGE, N.INFORMATION)
HANDED_IN_A = (A.RETURNED, A.TRIAGE, A.INFORMATION)
EDITABLE_N = (N.DRAFT, *HANDED_IN_N)
EDITABLE_A = (A.DRAFT, *HANDED_IN_A)

# fmt: off
NEED = Workflow(
    name="needs",
    model=Need,
    states=N,
    audiences={"owner": audiences.owner, "operators": audiences.operators, "manager": audiences.manager,
               "answerers": audiences.answerers, "shared": audiences.shared_operators},
    verbs=(
        Verb(name="create", label=_("新建需求"), source=NEW, target=N.DRAFT, who=is_signed_in, form=NeedForm,
             do=actions.create_need, quiet=True, notice=_("草稿已保存。检查无误后请提交给平台初审。")),
        Verb(name="bring_in", label=_("直接发布（迁移旧数据）"), source=NEW, target=N.OPEN, who=is_operator,
             form=NeedForm, do=actions.bring_in, starts=(clocks.FIRST_ANSWER,), in_feed=True, freezes=True),
        Verb(name="submit", label=_("提交给平台初审"), source=(N.DRAFT, N.RETURNED), target=N.TRIAGE, who=is_owner,
             guard=guards.need_is_complete, starts=(clocks.TRIAGE,), tells=("operators",), freezes=True,
             tone="primary", notice=_("已提交。平台会在 1 个工作日内给出首次人工答复。")),
        Verb(name="save", label=_("修改"), source=EDITABLE_N, who=is_owner, form=NeedForm,
             do=actions.save_need, quiet=True, notice=_("已保存。")),
        Verb(name="publish", label=_("通过并发布"), source=N.TRIAGE, target=N.OPEN, who=is_operator_of_node,
             do=actions.publish, stops=(clocks.TRIAGE,), starts=(clocks.FIRST_ANSWER,),
             tells=("owner", "shared"), in_feed=True, freezes=True, tone="primary"),
        Verb(name="request_information", label=_("请发布人补充"), source=N.TRIAGE, target=N.INFORMATION,
             who=is_operator_of_node, form=forms.QuestionForm, do=actions.record_words, pauses=(clocks.TRIAGE,),
             tells=("owner",)),
        Verb(name="answer", label=_("答复平台的问题"), source=N.INFORMATION, target=N.TRIAGE, who=is_owner,
             form=forms.AnswerForm, do=actions.record_words, resumes=(clocks.TRIAGE,), tells=("operators",),
             tone="primary"),
        Verb(name="return", label=_("退回修改"), source=(N.TRIAGE, N.INFORMATION), target=N.RETURNED,
             who=is_operator_of_node, form=forms.ReturnForm, do=actions.record_reason, stops=(clocks.TRIAGE,),
             tells=("owner",)),
        Verb(name="reject", label=_("不予通过"), source=(N.TRIAGE, N.INFORMATION), target=N.REJECTED,
             who=is_operator_of_node, form=forms.CodedReasonForm, do=actions.record_reason, stops=(clocks.TRIAGE,),
             tells=("owner",), tone="danger"),
        Verb(name="edit", label=_("修改已发布的内容"), source=N.OPEN, who=is_owner, form=NeedForm,
             do=actions.edit_need, tells=("manager", "answerers"), freezes=True),
        Verb(name="assign_manager", label=_("指派技术经理人"), source=(N.TRIAGE, N.OPEN, N.IN_PROJECT),
             who=is_operator_of_node | is_system, form=forms.AssignForm, do=actions.assign_manager,
             tells=("manager", "owner")),
        Verb(name="share", label=_("共享给其他节点"), source=(N.TRIAGE, N.INFORMATION, N.OPEN), who=is_owner,
             form=forms.ShareForm, do=actions.share, tells=("shared",)),
        Verb(name="ask_to_share", label=_("请发布人同意共享"), source=(N.TRIAGE, N.OPEN), who=is_operator_of_node,
             form=forms.AskToShareForm, do=actions.ask_to_share, tells=("owner",)),
        Verb(name="refuse_share", label=_("不同意共享"), source=(N.TRIAGE, N.INFORMATION, N.OPEN), who=is_owner,
             guard=guards.is_asked_to_share, do=actions.refuse_share, tells=("operators",)),
        Verb(name="unshare", label=_("收回共享"), source=(N.TRIAGE, N.INFORMATION, N.OPEN, N.IN_PROJECT),
             who=is_owner, guard=guards.is_shared, do=actions.unshare, tells=("operators",)),
        Verb(name="receive_answer", label=_("收到首个答复"), source=N.OPEN, who=is_system,
             stops=(clocks.FIRST_ANSWER,), quiet=True),
        Verb(name="start_project", label=_("进入合作"), source=(N.OPEN, N.EXPIRED), target=N.IN_PROJECT,
             who=is_system, stops=(clocks.FIRST_ANSWER,), tells=("owner",)),
        Verb(name="reopen", label=_("重新开放"), source=N.IN_PROJECT, target=N.OPEN, who=is_system, tells=("owner",)),
        Verb(name="solve", label=_("已解决"), source=N.IN_PROJECT, target=N.SOLVED, who=is_system,
             do=actions.solve_need, tells=("owner",), in_feed=True),
        Verb(name="expire", label=_("到期关闭"), source=N.OPEN, target=N.EXPIRED, who=is_system, at="deadline",
             stops=(clocks.FIRST_ANSWER,), tells=("owner", "manager")),
        Verb(name="discard", label=_("放弃草稿"), source=N.DRAFT, target=N.DISCARDED, who=is_owner,
             confirm=_("放弃后草稿不会提交给任何人，只有您和本单位的同事看得到；以后可以恢复。继续吗？")),
        Verb(name="withdraw", label=_("撤回需求"), source=(*HANDED_IN_N, N.OPEN, N.EXPIRED),
             target=N.WITHDRAWN, who=is_owner, form=forms.ReasonForm, do=actions.close_need,
             stops=(clocks.TRIAGE, clocks.FIRST_ANSWER), tells=("operators", "manager"), tone="danger"),
        Verb(name="take_down", label=_("下架"), source=(N.OPEN, N.EXPIRED), target=N.TAKEN_DOWN,
             who=is_operator_of_node, form=forms.CodedReasonForm, do=actions.close_need,
             stops=(clocks.FIRST_ANSWER,), tells=("owner", "manager"), tone="danger"),
        Verb(name="restore", label=_("恢复发布"), source=N.TAKEN_DOWN, target=N.OPEN, who=is_operator_of_node,
             guard=guards.need_is_complete, do=actions.publish, starts=(clocks.FIRST_ANSWER,), tells=("owner",)),
        Verb(name="revise", label=_("修改后重新提交"), source=(N.REJECTED, N.WITHDRAWN, N.EXPIRED, N.DISCARDED),
             target=N.DRAFT, who=is_owner, do=actions.revise, quiet=True, notice=_("已转为草稿，修改后请重新提交。")),
    ),
)

ACHIEVEMENT = Workflow(
    name="achievements",
    model=Achievement,
    states=A,
    audiences={"owner": audiences.owner, "operators": audiences.operators, "shared": audiences.shared_operators},
    verbs=(
        Verb(name="create", label=_("新建成果"), source=NEW, target=A.DRAFT, who=is_signed_in, form=AchievementForm,
             do=actions.create_achievement, quiet=True, notice=_("草稿已保存。检查无误后请提交给平台初审。")),
        Verb(name="bring_in", label=_("直接发布（迁移旧数据）"), source=NEW, target=A.PUBLISHED, who=is_operator,
             form=AchievementForm, do=actions.bring_in, in_feed=True, freezes=True),
        Verb(name="submit", label=_("提交给平台初审"), source=(A.DRAFT, A.RETURNED), target=A.TRIAGE, who=is_owner,
             guard=guards.achievement_is_complete, starts=(clocks.TRIAGE,), tells=("operators",), freezes=True,
             tone="primary", notice=_("已提交。平台会在 1 个工作日内给出首次人工答复。")),
        Verb(name="save", label=_("修改"), source=EDITABLE_A, who=is_owner,
             form=AchievementForm, do=actions.save_achievement, quiet=True, notice=_("已保存。")),
        Verb(name="publish", label=_("通过并发布"), source=A.TRIAGE, target=A.PUBLISHED, who=is_operator_of_node,
             do=actions.publish, stops=(clocks.TRIAGE,), tells=("owner", "shared"), in_feed=True, freezes=True,
             tone="primary"),
        Verb(name="request_information", label=_("请发布人补充"), source=A.TRIAGE, target=A.INFORMATION,
             who=is_operator_of_node, form=forms.QuestionForm, do=actions.record_words, pauses=(clocks.TRIAGE,),
             tells=("owner",)),
        Verb(name="answer", label=_("答复平台的问题"), source=A.INFORMATION, target=A.TRIAGE, who=is_owner,
             form=forms.AnswerForm, do=actions.record_words, resumes=(clocks.TRIAGE,), tells=("operators",),
             tone="primary"),
        Verb(name="return", label=_("退回修改"), source=(A.TRIAGE, A.INFORMATION), target=A.RETURNED,
             who=is_operator_of_node, form=forms.ReturnForm, do=actions.record_reason, stops=(clocks.TRIAGE,),
             tells=("owner",)),
        Verb(name="reject", label=_("不予通过"), source=(A.TRIAGE, A.INFORMATION), target=A.REJECTED,
             who=is_operator_of_node, form=forms.CodedReasonForm, do=actions.record_reason, stops=(clocks.TRIAGE,),
             tells=("owner",), tone="danger"),
        Verb(name="edit", label=_("修改已发布的内容"), source=A.PUBLISHED, who=is_owner, form=AchievementForm,
             do=actions.edit_achievement, freezes=True),
        Verb(name="update_maturity", label=_("更新就绪度"), source=A.PUBLISHED, who=is_owner, form=MaturityUpdateForm,
             do=actions.update_maturity, in_feed=True, freezes=True),
        Verb(name="share", label=_("共享给其他节点"), source=(A.TRIAGE, A.INFORMATION, A.PUBLISHED), who=is_owner,
             form=forms.ShareForm, do=actions.share, tells=("shared",)),
        Verb(name="ask_to_share", label=_("请发布人同意共享"), source=(A.TRIAGE, A.PUBLISHED),
             who=is_operator_of_node, form=forms.AskToShareForm, do=actions.ask_to_share, tells=("owner",)),
        Verb(name="refuse_share", label=_("不同意共享"), source=(A.TRIAGE, A.INFORMATION, A.PUBLISHED), who=is_owner,
             guard=guards.is_asked_to_share, do=actions.refuse_share, tells=("operators",)),
        Verb(name="unshare", label=_("收回共享"), source=(A.TRIAGE, A.INFORMATION, A.PUBLISHED), who=is_owner,
             guard=guards.is_shared, do=actions.unshare, tells=("operators",)),
        Verb(name="discard", label=_("放弃草稿"), source=A.DRAFT, target=A.DISCARDED, who=is_owner,
             confirm=_("放弃后草稿不会提交给任何人，只有您和本单位的同事看得到；以后可以恢复。继续吗？")),
        Verb(name="withdraw", label=_("撤回成果"), source=(*HANDED_IN_A, A.PUBLISHED),
             target=A.WITHDRAWN, who=is_owner, form=forms.ReasonForm, do=actions.record_reason,
             stops=(clocks.TRIAGE,), tells=("operators",), tone="danger"),
        Verb(name="take_down", label=_("下架"), source=A.PUBLISHED, target=A.TAKEN_DOWN, who=is_operator_of_node,
             form=forms.CodedReasonForm, do=actions.record_reason, tells=("owner",), tone="danger"),
        Verb(name="restore", label=_("恢复发布"), source=A.TAKEN_DOWN, target=A.PUBLISHED, who=is_operator_of_node,
             do=actions.publish, tells=("owner",)),
        Verb(name="revise", label=_("修改后重新提交"), source=(A.REJECTED, A.WITHDRAWN, A.DISCARDED), target=A.DRAFT,
             who=is_owner, do=actions.revise, quiet=True, notice=_("已转为草稿，修改后请重新提交。")),
    ),
)

SOLUTION = Workflow(
    name="solutions",
    model=Solution,
    states=S,
    audiences={"answerer": audiences.owner, "asker": audiences.asker, "manager": audiences.manager},
    verbs=(
        Verb(name="create", label=_("应答这项需求"), source=NEW, target=S.DRAFT, who=has_standing, form=SolutionForm,
             do=solving.create_solution, quiet=True, notice=_("草稿已保存。检查无误后请提交给需求方。")),
        Verb(name="submit", label=_("提交给需求方"), source=S.DRAFT, target=S.SUBMITTED, who=is_owner,
             guard=guards.solution_is_complete, do=solving.submit_solution, starts=(clocks.SOLUTION_ANSWER,),
             tells=("asker", "manager"), freezes=True, tone="primary"),
        Verb(name="save", label=_("修改"), source=S.DRAFT, who=is_owner, form=SolutionForm,
             do=solving.save_solution, quiet=True, notice=_("已保存。")),
        Verb(name="accept", label=_("采纳"), source=(S.SUBMITTED, S.SHORTLISTED), target=S.ACCEPTED, who=is_asker,
             form=forms.AcceptForm, do=solving.accept, stops=(clocks.SOLUTION_ANSWER,),
             tells=("answerer", "manager"), freezes=True, tone="primary",
             confirm=_("采纳后双方进入对接：可以签保密协议、建立项目。继续吗？")),
        Verb(name="shortlist", label=_("列入入围"), source=S.SUBMITTED, target=S.SHORTLISTED,
             who=is_asker | is_manager, stops=(clocks.SOLUTION_ANSWER,), tells=("answerer",)),
        Verb(name="ask", label=_("向对方提问"), source=(S.SUBMITTED, S.SHORTLISTED), who=is_asker | is_manager,
             form=forms.SolutionQuestionForm, do=solving.ask, pauses=(clocks.SOLUTION_ANSWER,), tells=("answerer",)),
        Verb(name="reply", label=_("回复提问"), source=(S.SUBMITTED, S.SHORTLISTED), who=is_owner,
             guard=guards.is_asked, form=forms.ReplyForm, do=solving.reply, resumes=(clocks.SOLUTION_ANSWER,),
             tells=("asker", "manager"), tone="primary"),
        Verb(name="decline", label=_("不采纳"), source=(S.SUBMITTED, S.SHORTLISTED), target=S.DECLINED,
             who=is_asker, form=forms.DeclineForm, do=solving.decline, stops=(clocks.SOLUTION_ANSWER,),
             tells=("answerer", "manager"), tone="danger"),
        Verb(name="withdraw", label=_("撤回方案"), source=(S.DRAFT, S.SUBMITTED, S.SHORTLISTED), target=S.WITHDRAWN,
             who=is_owner, form=forms.ReasonForm, do=solving.withdraw_solution, stops=(clocks.SOLUTION_ANSWER,),
             tells=("asker", "manager"), tone="danger"),
        Verb(name="close", label=_("随需求关闭"), source=(S.SUBMITTED, S.SHORTLISTED), target=S.DECLINED,
             who=is_system, do=solving.close, stops=(clocks.SOLUTION_ANSWER,), tells=("answerer",)),
    ),
)
# fmt: on

__all__ = ["ACHIEVEMENT", "NEED", "SOLUTION"]
