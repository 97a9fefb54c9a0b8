"""What the verbs of needs and achievements do. Of this room only this module and `solving` write."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _

from keqiao.exchange.enums import SolutionState
from keqiao.exchange.forms import SHARING_WORDS
from keqiao.exchange.guards import achievement_is_complete, need_is_complete
from keqiao.exchange.models import Achievement, Listing, Need, Solution, TeamMember
from keqiao.kernel.access import SYSTEM, Invalid
from keqiao.kernel.workflow import REGISTRY, run
from keqiao.parties.models import Consent, Node, Organisation, standing_of

if TYPE_CHECKING:
    from keqiao.parties.models import Person

Data = dict[str, Any]


# ---- cards ------------------------------------------------------------------------------------------------------


def place(row: Any, organisation: Organisation | None, actor: Person) -> None:
    """A new record belongs to its author, to the organisation chosen (else the author's), and to its node."""
    own = sorted(standing_of(actor).organisations)
    row.contact = actor
    row.organisation = organisation or (Organisation.objects.get(pk=own[0]) if own else None)
    row.node = row.organisation.node if row.organisation else home_of(actor)


def home_of(person: Person) -> Node:
    """Where records belong that have no organisation: the node that the person operates, else the centre."""
    operated = standing_of(person).operates
    return Node.objects.get(code=min(operated)) if operated else first_centre()


def first_centre() -> Node:
    """Where records of people without an organisation belong."""
    centre = Node.objects.filter(parent=None).order_by("code").first()
    if centre is None:
        raise Invalid(_("平台还没有建立中心节点，暂时不能保存。请联系平台运营方。"))
    return centre


def fill(row: Any, data: Data) -> None:
    """Keep what the form says; an organisation left open stays as it was."""
    for name, value in data.items():
        if name == "team" or (name == "organisation" and value is None):
            continue
        setattr(row, name, value)
    if data.get("organisation") and row.state == "draft":
        row.node = row.organisation.node


def create_need(row: Need, data: Data, actor: Person) -> None:
    place(row, data["organisation"], actor)
    fill(row, data)


def save_need(row: Need, data: Data, actor: Person) -> None:
    fill(row, data)


def edit_need(row: Need, data: Data, actor: Person) -> None:
    """Change what is already published: it must stay complete."""
    fill(row, data)
    refuse_incomplete(need_is_complete(row))


def create_achievement(row: Achievement, data: Data, actor: Person) -> Data:
    place(row, data["organisation"], actor)
    fill(row, data)
    row.save()
    return set_team(row, data)


def save_achievement(row: Achievement, data: Data, actor: Person) -> Data:
    fill(row, data)
    return set_team(row, data)


def edit_achievement(row: Achievement, data: Data, actor: Person) -> Data:
    """Change what is already published: it must stay complete."""
    fill(row, data)
    refuse_incomplete(achievement_is_complete(row))
    return set_team(row, data)


def set_team(row: Achievement, data: Data) -> Data:
    """The team becomes what the form says; the entry keeps who was in it and in which role, by number."""
    members = data.get("team") or []
    row.members.all().delete()
    TeamMember.objects.bulk_create(TeamMember(achievement=row, person=who, role=role) for who, role in members)
    return {"team": [who.pk for who, _role in members]}


def refuse_incomplete(problems: dict[str, list[str]]) -> None:
    if problems:
        raise Invalid(_("修改后缺少必要内容，补齐后再保存。"), problems)


def update_maturity(row: Achievement, data: Data, actor: Person) -> None:
    fill(row, data)


# ---- triage -----------------------------------------------------------------------------------------------------


def publish(row: Listing, data: Data, actor: Person) -> None:
    """Accepted by triage: from now on it is matched and can be answered."""
    row.published_at = row.published_at or timezone.now()
    row.reject_reason = ""


def bring_in(row: Any, data: Data, actor: Person) -> None:
    """An operator publishes what comes from an earlier system; a title and a field of text are enough."""
    create = create_need if isinstance(row, Need) else create_achievement
    publish(row, data, actor)
    create(row, data, actor)
    text = (row.problem or row.problem_en) if isinstance(row, Need) else (row.summary or row.summary_en)
    if not (row.title or row.title_en):
        raise Invalid(_("缺少标题。"), {"title": [_("请写一个标题，一句话说清是什么。")]})
    if not text:
        field = "problem" if isinstance(row, Need) else "summary"
        raise Invalid(_("缺少正文。"), {field: [_("请写出内容，至少一句话。")]})


def record_reason(row: Listing, data: Data, actor: Person) -> Data:
    """Keep a coded reason on the row and the words with the entry."""
    row.reject_reason = data.get("code", "")
    return {"reason": data["reason"], "code": data.get("code", "")}


def record_words(row: Listing, data: Data, actor: Person) -> Data:
    """Keep what was asked or answered with the entry."""
    return dict(data)


def revise(row: Listing, data: Data, actor: Person) -> None:
    """Back to a draft, to be handed in again and published anew; who answered the old text is told."""
    row.reject_reason, row.published_at = "", None
    if isinstance(row, Need):
        close_answers(row)


def close_need(row: Need, data: Data, actor: Person) -> Data:
    """The need is no longer there to be answered."""
    close_answers(row)
    return record_reason(row, data, actor)


def solve_need(row: Need, data: Data, actor: Person) -> None:
    """The need is met: what else was offered is not needed any more."""
    close_answers(row)


def close_answers(row: Need) -> None:
    """Nobody who answered is left without a word."""
    waiting = (SolutionState.SUBMITTED, SolutionState.SHORTLISTED)
    for solution in Solution.objects.filter(need=row, state__in=waiting).order_by("pk"):
        run(REGISTRY["solutions"], solution.pk, "close", actor=SYSTEM)


def assign_manager(row: Need, data: Data, actor: Person) -> None:
    row.manager = data["manager"]


# ---- sharing ----------------------------------------------------------------------------------------------------


def share(row: Listing, data: Data, actor: Person) -> Data:
    """Show the record to the staff of other nodes, under a consent in the words that were shown."""
    row.shared_with, row.share_asked = data["nodes"], []
    Consent.objects.create(
        person=actor,
        purpose="share",
        wording=f"{SHARING_WORDS} {', '.join(data['nodes'])}",
        object_type=row._meta.model_name or "",
        object_id=row.pk,
    )
    return {"nodes": data["nodes"]}


def ask_to_share(row: Listing, data: Data, actor: Person) -> Data:
    row.share_asked = sorted({*row.share_asked, *data["nodes"]} - set(row.shared_with))
    return {"nodes": data["nodes"], "reason": data["reason"]}


def refuse_share(row: Listing, data: Data, actor: Person) -> None:
    row.share_asked = []


def unshare(row: Listing, data: Data, actor: Person) -> None:
    """Take the consent back: other nodes lose sight of the record at once."""
    row.shared_with = []
    given = Consent.objects.filter(
        purpose="share", object_type=row._meta.model_name, object_id=row.pk, withdrawn_at=None
    )
    given.update(withdrawn_at=timezone.now())
