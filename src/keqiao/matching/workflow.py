"""What can happen to proposals, matches found, grades, shortlists and saved searches, and who may do it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from keqiao.exchange.models import Achievement, Need, Solution
from keqiao.kernel.access import is_signed_in, is_system
from keqiao.kernel.models import Entry
from keqiao.kernel.workflow import NEW, Verb, VerbForm, Workflow, assign
from keqiao.matching import actions, clocks
from keqiao.matching.enums import WAITING, GradeState, KeptState, MatchState, RankingState
from keqiao.matching.enums import ProposalState as P
from keqiao.matching.forms import (
    CloseForm,
    DeclineForm,
    DismissForm,
    GradeForm,
    KeepForm,
    NewGradeForm,
    NonDisclosureForm,
    NoteForm,
    ProposalForm,
    SaveSearchForm,
    SetAsideForm,
    WordsForm,
)
from keqiao.matching.models import Grade, Match, Proposal, Ranking, SavedSearch, Shortlisted
from keqiao.matching.rules import (
    is_asking_side,
    is_broker,
    is_grader,
    is_own,
    is_providing_side,
    may_look_closer,
    needs_agreement,
    runs_the_platform,
    works_on_need,
)
from keqiao.parties.models import Person
from keqiao.parties.sides import spokespeople


class FoundForm(VerbForm):
    """What the platform found; only the platform fills this in."""

    need = forms.ModelChoiceField(queryset=Need.objects.all())
    achievement = forms.ModelChoiceField(queryset=Achievement.objects.all())
    evidence = forms.JSONField()


class TrainedForm(VerbForm):
    """What training gave; only the platform fills this in."""

    content = forms.CharField(strip=False)
    measures = forms.JSONField()
    counted_until = forms.DateTimeField(required=False)


class SolutionForm(VerbForm):
    """The accepted solution that a proposal comes from."""

    solution = forms.ModelChoiceField(queryset=Solution.objects.all())


def asker(row: Any, entry: Entry) -> list[Person]:
    """The contact of the side that asks, or who speaks for it since they left."""
    return spokespeople(row.asker, row.asker_organisation_id)


def provider(row: Any, entry: Entry) -> list[Person]:
    """The contact of the side that offers, or who speaks for it since they left."""
    return spokespeople(row.provider, row.provider_organisation_id)


def unanswered(row: Any, entry: Entry) -> list[Person]:
    """The sides whose answer is still waited for: who is reminded of it."""
    waiting = [] if row.asker_accepted_at else asker(row, entry)
    return waiting if row.provider_accepted_at else [*waiting, *provider(row, entry)]


def manager(row: Any, entry: Entry) -> list[Person]:
    """The technology manager in charge, and who proposed it, where these are neither side."""
    people = {person.pk: person for person in (row.manager, row.proposed_by) if person is not None}
    return [person for pk, person in people.items() if pk not in (row.asker_id, row.provider_id)]


def owner_of_need(row: Any, entry: Entry) -> list[Person]:
    """The person who published the need, and its manager."""
    return [
        *spokespeople(row.need.contact, row.need.organisation_id),
        *([row.need.manager] if row.need.manager else []),
    ]


def nda_comes_first(row: Proposal) -> dict[str, list[str]]:
    """A double-blind proposal becomes a project only after the agreement on confidentiality."""
    if row.is_sealed and row.nda_signed_at is None:
        return {"nda_signed_at": [gettext("这项需求要求先签保密协议：请供给方先签署。")]}
    return {}


# fmt: off
PROPOSALS = Workflow(
    name="proposals",
    model=Proposal,
    states=P,
    audiences={"asker": asker, "provider": provider, "manager": manager, "unanswered": unanswered},
    verbs=(
        Verb(name="create", label=_("发起对接"), source=NEW, target=P.PROPOSED, who=is_signed_in, form=ProposalForm,
             do=actions.propose, starts=(clocks.PROPOSAL_ANSWER,), tells=("asker", "provider"), freezes=True,
             notice=_("已向双方发出对接邀请。")),
        Verb(name="interested", label=_("感兴趣"), source=NEW, target=P.ACCEPTED_BY_NEED, who=is_signed_in,
             form=ProposalForm, do=actions.propose_as_asker, starts=(clocks.PROPOSAL_ANSWER,),
             tells=("provider", "manager"), freezes=True, notice=_("已告诉对方您感兴趣，等待答复。")),
        Verb(name="from_solution", label=_("由采纳的方案达成"), source=NEW, target=P.AGREED, who=is_system,
             form=SolutionForm, do=actions.propose_solution, tells=("asker", "provider", "manager"), freezes=True),
        Verb(name="accept", label=_("同意对接"), source=P.PROPOSED, target=P.ACCEPTED_BY_NEED, who=is_asking_side,
             do=actions.accept_as_asker, tells=("provider", "manager"), tone="primary"),
        Verb(name="accept", label=_("同意对接"), source=P.PROPOSED, target=P.ACCEPTED_BY_OFFER, who=is_providing_side,
             do=actions.accept_as_provider, tells=("asker", "manager"), tone="primary"),
        Verb(name="accept", label=_("同意对接"), source=P.ACCEPTED_BY_OFFER, target=P.AGREED, who=is_asking_side,
             do=actions.accept_as_asker, stops=(clocks.PROPOSAL_ANSWER,), tells=("provider", "manager"),
             freezes=True, tone="primary"),
        Verb(name="accept", label=_("同意对接"), source=P.ACCEPTED_BY_NEED, target=P.AGREED, who=is_providing_side,
             do=actions.accept_as_provider, stops=(clocks.PROPOSAL_ANSWER,), tells=("asker", "manager"),
             freezes=True, tone="primary"),
        Verb(name="sign_nda", label=_("签署保密协议"), source=P.AGREED, target=P.NDA_SIGNED,
             who=is_providing_side & needs_agreement, form=NonDisclosureForm, do=actions.sign_non_disclosure,
             tells=("asker", "manager"), freezes=True, tone="primary"),
        Verb(name="sign_nda", label=_("签署保密协议"), source=P.AGREED, target=P.NDA_SIGNED,
             who=is_providing_side & may_look_closer, form=NonDisclosureForm, do=actions.sign_non_disclosure,
             tells=("asker", "manager"), freezes=True),
        Verb(name="decline", label=_("谢绝"), source=(*WAITING, P.AGREED, P.NDA_SIGNED), target=P.DECLINED,
             who=is_asking_side | is_providing_side, form=DeclineForm, do=actions.decline,
             stops=(clocks.PROPOSAL_ANSWER,), tells=("asker", "provider", "manager"), tone="danger"),
        Verb(name="withdraw", label=_("撤回对接"), source=WAITING, target=P.WITHDRAWN, who=is_broker, form=WordsForm,
             do=actions.withdraw, stops=(clocks.PROPOSAL_ANSWER,), tells=("asker", "provider", "manager")),
        Verb(name="close", label=_("自动结束"), source=(*WAITING, P.AGREED, P.NDA_SIGNED), target=P.DECLINED,
             who=is_system, form=CloseForm, do=actions.decline, stops=(clocks.PROPOSAL_ANSWER,),
             tells=("asker", "provider", "manager")),
        Verb(name="open_project", label=_("进入合作"), source=(P.AGREED, P.NDA_SIGNED), target=P.IN_PROJECT,
             who=is_system, guard=nda_comes_first),
    ),
)

MATCHES = Workflow(
    name="matches",
    model=Match,
    states=MatchState,
    audiences={"owner": owner_of_need},
    verbs=(
        Verb(name="find", label=_("发现新成果"), source=NEW, target=MatchState.FOUND, who=is_system, form=FoundForm,
             do=actions.keep_match, tells=("owner",)),
        Verb(name="take", label=_("感兴趣，发起对接"), source=MatchState.FOUND, target=MatchState.TAKEN,
             who=works_on_need, do=actions.take_match, tone="primary"),
        Verb(name="dismiss", label=_("不合适"), source=MatchState.FOUND, target=MatchState.DISMISSED,
             who=works_on_need, form=DismissForm, do=actions.dismiss_match),
        Verb(name="set_aside", label=_("不再推荐"), source=NEW, target=MatchState.DISMISSED, who=is_signed_in,
             form=SetAsideForm, do=actions.set_aside, quiet=True),
    ),
)

GRADES = Workflow(
    name="grades",
    model=Grade,
    states=GradeState,
    verbs=(
        Verb(name="create", label=_("评分"), source=NEW, target=GradeState.GIVEN, who=is_signed_in, form=GradeForm,
             do=actions.grade, quiet=True),
        Verb(name="revise", label=_("修改评分"), source=(GradeState.GIVEN, GradeState.REMOVED),
             target=GradeState.GIVEN, who=is_grader, form=NewGradeForm, do=actions.revise_grade, quiet=True),
        Verb(name="remove", label=_("作废评分"), source=GradeState.GIVEN, target=GradeState.REMOVED, who=is_grader,
             quiet=True),
    ),
)

SHORTLIST = Workflow(
    name="shortlist",
    model=Shortlisted,
    states=KeptState,
    verbs=(
        Verb(name="create", label=_("收藏"), source=NEW, target=KeptState.KEPT, who=is_signed_in, form=KeepForm,
             do=actions.keep, quiet=True),
        Verb(name="note", label=_("写备注"), source=KeptState.KEPT, who=is_own, form=NoteForm, do=assign, quiet=True),
        Verb(name="remove", label=_("取消收藏"), source=KeptState.KEPT, target=KeptState.REMOVED, who=is_own,
             quiet=True),
        Verb(name="restore", label=_("重新收藏"), source=KeptState.REMOVED, target=KeptState.KEPT, who=is_own,
             quiet=True),
    ),
)

SAVED_SEARCHES = Workflow(
    name="saved-searches",
    model=SavedSearch,
    states=KeptState,
    verbs=(
        Verb(name="create", label=_("保存搜索"), source=NEW, target=KeptState.KEPT, who=is_signed_in,
             form=SaveSearchForm, do=actions.save_search, quiet=True),
        Verb(name="look", label=_("标为已看"), source=KeptState.KEPT, who=is_own, do=actions.look, quiet=True),
        Verb(name="remove", label=_("删除"), source=KeptState.KEPT, target=KeptState.REMOVED, who=is_own, quiet=True),
    ),
)

RANKINGS = Workflow(
    name="rankings",
    model=Ranking,
    states=RankingState,
    verbs=(
        Verb(name="train", label=_("训练完成，胜过原有排序"), source=NEW, target=RankingState.TRAINED, who=is_system,
             form=TrainedForm, do=actions.keep_ranking),
        Verb(name="file", label=_("训练完成，未胜过原有排序"), source=NEW, target=RankingState.NOT_BETTER,
             who=is_system, form=TrainedForm, do=actions.keep_ranking),
        Verb(name="use", label=_("启用"), source=(RankingState.TRAINED, RankingState.RETIRED),
             target=RankingState.IN_USE, who=runs_the_platform | is_system, do=actions.use_ranking,
             confirm=_("启用后，候选、搜索和反向匹配都按这个模型排序，正在使用的模型同时停用。几秒钟内生效，随时可以换回。"),
             notice=_("已启用，几秒钟内生效。")),
        Verb(name="retire", label=_("停用"), source=RankingState.IN_USE, target=RankingState.RETIRED,
             who=runs_the_platform | is_system, do=actions.retire_ranking,
             confirm=_("停用后，候选、搜索和反向匹配回到未经学习的原有排序。几秒钟内生效，随时可以重新启用。"),
             notice=_("已停用，几秒钟内回到原有排序。")),
    ),
)
# fmt: on
