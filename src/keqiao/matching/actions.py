"""What the verbs of matching do. The only place of this room that writes."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from keqiao.exchange.enums import NeedState, SolutionState
from keqiao.exchange.models import Achievement, Need, NonDisclosure, Solution
from keqiao.exchange.rules import is_owner
from keqiao.kernel import workflow as kernel
from keqiao.kernel.access import SYSTEM, Invalid, NotAllowed, NotNow
from keqiao.matching import ranking
from keqiao.matching.enums import GOING_ON, RankingState
from keqiao.matching.forms import NDA_WORDING
from keqiao.matching.models import Grade, Match, Proposal, Ranking, SavedSearch, Shortlisted
from keqiao.matching.queries import shared_evidence
from keqiao.matching.rules import may_grade, may_propose
from keqiao.parties.models import standing_of

if TYPE_CHECKING:
    from keqiao.parties.models import Person

Data = dict[str, Any]


# ---- proposals --------------------------------------------------------------------------------------------------


def propose(row: Proposal, data: Data, actor: Person) -> None:
    """Bring a need and an offer together, with the evidence as it is at this moment."""
    need = data["need"]
    if not may_propose(need, actor):
        raise NotAllowed(_("只有需求方、负责这项需求的技术经理人或平台运营人员可以发起对接。"))
    row.proposed_by = actor
    row.note = data["note"]
    row.manager_id = need.manager_id or (actor.pk if need.node_id in actor.standing.manages else None)
    take_asker(row, need)
    take_offer(row, data.get("achievement"), data.get("person"))
    check_pair(row)


def propose_as_asker(row: Proposal, data: Data, actor: Person) -> None:
    """“感兴趣”: the side that asks proposes, and has thereby agreed."""
    if not is_owner(data["need"], actor):
        raise NotAllowed(_("只有需求方可以表示感兴趣；技术经理人和平台运营人员请发起对接。"))
    propose(row, data, actor)
    row.asker_accepted_at = timezone.now()


def propose_solution(row: Proposal, data: Data, actor: Any) -> None:
    """An accepted solution: both sides have already said yes."""
    solution = Solution.objects.select_related("need__organisation", "achievement").get(pk=data["solution"].pk)
    if solution.state != SolutionState.ACCEPTED:
        raise NotNow(_("这份解决方案还没有被采纳。"))
    row.solution = solution
    row.manager_id = solution.need.manager_id
    take_asker(row, solution.need)
    if solution.achievement is not None:
        row.achievement = solution.achievement
        freeze_evidence(row)
    row.provider, row.provider_organisation = solution.contact, solution.organisation
    now = timezone.now()
    row.asker_accepted_at = row.provider_accepted_at = row.agreed_at = now
    note_answer(solution.need_id)


def take_asker(row: Proposal, need: Need) -> None:
    """The side that asks, as it is now."""
    row.need, row.node_id = need, need.node_id
    row.asker, row.asker_organisation = need.contact, need.organisation
    row.is_sealed = need.is_sealed


def take_offer(row: Proposal, achievement: Achievement | None, person: Person | None) -> None:
    """The side that offers, as it is now."""
    row.achievement, row.person = achievement, person
    if achievement is not None:
        row.provider, row.provider_organisation = achievement.contact, achievement.organisation
        freeze_evidence(row)
    elif person is not None:
        row.provider = person


def freeze_evidence(row: Proposal) -> None:
    """Keep why the pair fits; only what both sides may read."""
    if row.achievement is not None:
        row.evidence = shared_evidence(row.need, row.achievement)
        row.score = row.evidence.get("score", 0.0)


def check_pair(row: Proposal) -> None:
    """The two must be two, and not already be talking."""
    field = "person" if row.achievement is None else "achievement"
    if comes_from_the_asker(row):
        raise Invalid(_("需求和供给来自同一方，不需要对接。"), {field: [_("请选择其他单位的成果或人才。")]})
    if Proposal.objects.filter(need=row.need, state__in=GOING_ON, **{field: getattr(row, field)}).exists():
        raise Invalid(_("这一对已经在对接中。"), {field: [_("请在对接看板里找到它，或选择其他成果。")]})


def comes_from_the_asker(row: Proposal) -> bool:
    """Whether the offer is the asker's own: the same person, the same house, or somebody who works there."""
    asking = row.asker_organisation_id
    if asking is None:
        return row.asker_id == row.provider_id
    return row.asker_id == row.provider_id or asking in (
        row.provider_organisation_id,
        *(standing_of(row.person).organisations if row.person is not None else ()),
    )


def accept_as_asker(row: Proposal, data: Data, actor: Person) -> None:
    """The side that asks says yes."""
    row.asker_accepted_at = timezone.now()
    note_agreement(row)


def accept_as_provider(row: Proposal, data: Data, actor: Person) -> None:
    """The side that offers says yes."""
    row.provider_accepted_at = timezone.now()
    note_agreement(row)


def note_agreement(row: Proposal) -> None:
    """Both have said yes."""
    if row.asker_accepted_at and row.provider_accepted_at:
        row.agreed_at = timezone.now()
        note_answer(row.need_id)


def note_answer(need: int) -> None:
    """The need has an answer that both sides want: the promise of a first answer is kept."""
    if Need.objects.filter(pk=need, state=NeedState.OPEN).exists():
        kernel.run(kernel.REGISTRY["needs"], need, "receive_answer", actor=SYSTEM)


def decline(row: Proposal, data: Data, actor: Person) -> Data:
    """One side says no, with a coded reason and words for the other."""
    row.decline_reason, row.decline_text = data["code"], data["reason"]
    return {"code": data["code"], "reason": data["reason"]}


def withdraw(row: Proposal, data: Data, actor: Person) -> Data:
    """Whoever proposed it takes it back, with a reason that both sides read."""
    row.decline_text = data["reason"]
    return {"reason": data["reason"]}


def sign_non_disclosure(row: Proposal, data: Data, actor: Person) -> Data:
    """The side that offers signs; from now on its people may see what the need shows under agreement."""
    with override("zh-hans"):
        wording = str(NDA_WORDING)
    row.nda_signed_at = timezone.now()
    NonDisclosure.objects.create(
        object_type="need",
        object_id=row.need_id,
        organisation=row.provider_organisation,
        person=None if row.provider_organisation_id else row.provider,
        wording=wording,
        signed_at=row.nda_signed_at,
    )
    return {"wording_sha256": hashlib.sha256(wording.encode()).hexdigest()}


# ---- matches ----------------------------------------------------------------------------------------------------


def keep_match(row: Match, data: Data, actor: Any) -> None:
    """Keep what the platform found."""
    row.need, row.achievement = data["need"], data["achievement"]
    row.score, row.evidence = data["evidence"]["score"], data["evidence"]
    row.found_at = timezone.now()


def take_match(row: Match, data: Data, actor: Person) -> Data:
    """Make a proposal of it: the side that asks agrees thereby, staff propose to both."""
    verb = "interested" if is_owner(row.need, actor) else "create"
    pair = {"need": row.need_id, "achievement": row.achievement_id, "note": data.get("note", "")}
    entry = kernel.run(kernel.REGISTRY["proposals"], None, verb, actor=actor, data=pair)
    return {"proposal": entry.object_id}


def set_aside(row: Match, data: Data, actor: Person) -> None:
    """A candidate that does not fit is not shown for this need again."""
    need, achievement = data["need"], data["achievement"]
    if not may_propose(need, actor):
        raise NotAllowed(_("只有需求方、负责这项需求的技术经理人或平台运营人员可以这样做。"))
    if Match.objects.filter(need=need, achievement=achievement).exists():
        raise Invalid(_("这一对已经有匹配记录。"), {"achievement": [_("请在匹配记录里处理它。")]})
    evidence = shared_evidence(need, achievement)
    keep_match(row, {"need": need, "achievement": achievement, "evidence": {"score": 0.0, **evidence}}, actor)
    dismiss_match(row, data, actor)


def dismiss_match(row: Match, data: Data, actor: Person) -> None:
    """It does not fit, and why: the reason is counted and learned from."""
    row.dismiss_reason, row.dismiss_text = data["code"], data["reason"]


# ---- grades -----------------------------------------------------------------------------------------------------


def grade(row: Grade, data: Data, actor: Person) -> None:
    """Keep a grade with what the engine said of the pair at that moment."""
    need, achievement = data["need"], data["achievement"]
    if not may_grade(need, actor):
        raise NotAllowed(_("只有负责这项需求的技术经理人或平台运营人员可以评分。"))
    if Grade.objects.filter(need=need, achievement=achievement, by=actor).exists():
        raise Invalid(_("您已经给这一对评过分。"), {"grade": [_("请修改原来的评分。")]})
    row.need, row.achievement, row.by = need, achievement, actor
    row.features = shared_evidence(need, achievement)
    revise_grade(row, data, actor)


def revise_grade(row: Grade, data: Data, actor: Person) -> None:
    """Another grade for the same pair; the journal keeps the first."""
    row.grade, row.graded_at = data["grade"], timezone.now()


# ---- learnt rankings --------------------------------------------------------------------------------------------


def keep_ranking(row: Ranking, data: Data, actor: Any) -> None:
    """Keep what was trained, with what it is worth."""
    row.content, row.measures, row.counted_until = data["content"], data["measures"], data["counted_until"]
    row.digest = hashlib.sha256(row.content.encode()).hexdigest()
    row.trained_at = timezone.now()


def use_ranking(row: Ranking, data: Data, actor: Any) -> None:
    """Rank with this model from now on; the one used before is retired."""
    if trouble := ranking.trouble_with(row):
        raise NotNow(_("这个模型不能使用：%(why)s") % {"why": trouble})
    for pk in Ranking.objects.filter(state=RankingState.IN_USE).values_list("pk", flat=True):
        kernel.run(kernel.REGISTRY["rankings"], pk, "retire", actor=actor)
    ranking.look_again()


def retire_ranking(row: Ranking, data: Data, actor: Any) -> None:
    """Rank as before anything was learnt."""
    ranking.look_again()


# ---- what people put aside --------------------------------------------------------------------------------------


def keep(row: Shortlisted, data: Data, actor: Person) -> None:
    """Put an achievement on the shortlist."""
    row.person, row.achievement, row.note = actor, data["achievement"], data["note"]


def save_search(row: SavedSearch, data: Data, actor: Person) -> None:
    """Keep a search; what is there now has been seen."""
    row.person, row.name, row.query, row.filters = actor, data["name"], data["query"], data["filters"]
    row.looked_at = timezone.now()


def look(row: SavedSearch, data: Data, actor: Person) -> None:
    """Everything up to now has been seen."""
    row.looked_at = timezone.now()
