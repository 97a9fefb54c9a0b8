"""What the verbs of projects and their parts do. With `contract_actions` the only place of this room that writes."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _

from keqiao.exchange.enums import NeedState
from keqiao.exchange.models import NonDisclosure
from keqiao.kernel import files
from keqiao.kernel.access import SYSTEM, Invalid, NotAllowed
from keqiao.kernel.visibility import OWNER, Level
from keqiao.kernel.workflow import REGISTRY, assign, run
from keqiao.matching.enums import ProposalState
from keqiao.matching.models import Proposal
from keqiao.parties.models import Consent
from keqiao.projects import clocks
from keqiao.projects.enums import ContractState, MilestoneState, Reach, Side
from keqiao.projects.forms import CASE_CONSENT, CONFIDENTIALITY
from keqiao.projects.models import (
    Acceptance,
    Income,
    Milestone,
    Project,
    Reward,
    SampleRound,
)

if TYPE_CHECKING:
    from keqiao.kernel.models import File
    from keqiao.parties.models import Person

Data = dict[str, Any]
Extra = dict[str, Any]


def as_system(resource: str, pk: int, verb: str) -> None:
    """Move another row, in the same transaction."""
    run(REGISTRY[resource], pk, verb, actor=SYSTEM)


def keep(row: Project, data: Data, field: str, actor: Person, level: int = Level.STAFF) -> File | None:
    """The upload of a form's field, attached to the project, if there is one."""
    upload = data.get(field)
    return files.attach(row, upload, actor=actor, level=level) if upload else None  # type: ignore[arg-type]


# ---- opening ----------------------------------------------------------------------------------------------------


def open_project(row: Project, data: Data, actor: Person) -> None:
    """An agreed proposal becomes a project; its need leaves the market."""
    proposal = Proposal.objects.select_for_update().get(pk=data["proposal"].pk)
    describe(row, proposal)
    row.title = data.get("title") or proposal.need.title
    if not (row.side_of(actor) == Side.ASKER or row.is_managed_by(actor)):
        raise NotAllowed(_("只有需求方或负责对接的技术经理人可以立项。"))
    if problem := cannot_open(proposal):
        raise Invalid(_("还不能立项。"), {"proposal": [problem]})
    row.save()
    as_system("needs", row.need_id, "start_project")
    as_system("proposals", proposal.pk, "open_project")


def describe(row: Project, proposal: Proposal) -> None:
    """Take over from the proposal who works with whom on what."""
    need = proposal.need
    row.proposal, row.need, row.node = proposal, need, need.node
    row.achievement, row.solution, row.manager = proposal.achievement, proposal.solution, proposal.manager
    row.asker, row.asker_organisation = proposal.asker, proposal.asker_organisation
    row.provider, row.provider_organisation = proposal.provider, proposal.provider_organisation
    row.fields, row.targets = need.fields, need.targets
    row.is_confidential = proposal.is_sealed
    row.provider_agreed_at = proposal.nda_signed_at


def cannot_open(proposal: Proposal) -> str:
    """Why this proposal cannot become a project, or nothing."""
    if Project.objects.filter(proposal=proposal).exists():
        return _("这项对接已经立项，请到“项目”里查看。")
    if proposal.is_sealed and proposal.state == ProposalState.AGREED:
        return _("需求是保密发布的：请供给方先签署保密协议，再立项。")
    if not proposal.is_ready_for_project:
        return _("请等双方都接受这项对接之后再立项。")
    if proposal.need.state != NeedState.OPEN:
        return _("这项需求已经不在对接中，可能已进入另一个项目。")
    if proposal.asker_id == proposal.provider_id or (
        proposal.asker_organisation_id and proposal.asker_organisation_id == proposal.provider_organisation_id
    ):
        return _("合作双方不能是同一个人或同一家单位。")
    return ""


def agree(row: Project, data: Data, actor: Person) -> Extra:
    """One side signs the non-disclosure agreement and may from now on see the other side's confidential fields."""
    side = row.side_of(actor)
    now = timezone.now()
    setattr(row, f"{side}_agreed_at", now)
    other = [row.need] if side == Side.PROVIDER else [row.achievement, row.solution]
    _person, organisation = row.contact_of(side)
    for record in other:
        if record is not None:
            NonDisclosure.objects.create(
                object_type=record._meta.model_name or "",
                object_id=record.pk,
                organisation_id=organisation,
                person=actor,
                wording=str(CONFIDENTIALITY),
                signed_at=now,
            )
    return {"side": side}


def hand_over(row: Project, data: Data, actor: Person) -> Extra:
    """Another member of the same organisation takes this side over."""
    side = row.side_of(actor)
    setattr(row, side, data["person"])
    return {"side": side}


# ---- milestones -------------------------------------------------------------------------------------------------


def plan_milestone(row: Project, data: Data, actor: Person) -> Extra:
    milestone = Milestone(project=row)
    save_milestone(milestone, data, actor)
    milestone.save()
    return {"milestone": milestone.pk}


def save_milestone(row: Milestone, data: Data, actor: Person) -> None:
    """Keep what the form says; the reminder goes out some days before the date."""
    assign(row, data, actor)
    row.remind_at = next_reminder(row.due_on)


def next_reminder(due_on: datetime.date) -> datetime.datetime | None:
    """The next of the two reminders of a milestone, before its date and after it, if there is one to come."""
    moments = (start_of(due_on + datetime.timedelta(days=days)) for days in (-clocks.REMIND_DAYS, 1))
    return next((moment for moment in moments if moment > timezone.now()), None)


def start_of(day: datetime.date) -> datetime.datetime:
    """Nine o'clock of a day, in the platform's time zone."""
    return datetime.datetime.combine(day, datetime.time(9), timezone.get_default_timezone())


def remind_milestone(row: Milestone, data: Data, actor: Any) -> None:
    """Told once before the date and once after it."""
    overdue = start_of(row.due_on + datetime.timedelta(days=1))
    row.remind_at = overdue if row.remind_at is not None and row.remind_at < overdue else None


def deliver_milestone(row: Milestone, data: Data, actor: Person) -> None:
    row.delivery_note = data["delivery_note"]
    row.delivered_by, row.delivered_at = actor, timezone.now()
    row.evidence = keep(row.project, data, "evidence", actor)
    row.remind_at = None


def accept_milestone(row: Milestone, data: Data, actor: Person) -> None:
    row.accepted_at = timezone.now()


def return_milestone(row: Milestone, data: Data, actor: Person) -> Extra:
    """Not yet: the reason stands with the milestone until it is delivered again."""
    row.delivered_by = row.delivered_at = None
    row.reason = data["reason"]
    row.remind_at = next_reminder(row.due_on)
    return {"reason": data["reason"]}


def cancel_milestone(row: Milestone, data: Data, actor: Person) -> Extra:
    """No longer wanted: nobody is reminded of it."""
    row.reason = data["reason"]
    row.remind_at = None
    return {"reason": data["reason"]}


# ---- running ----------------------------------------------------------------------------------------------------


def start_project(row: Project, data: Data, actor: Person) -> None:
    row.started_on = timezone.localdate()


def send_sample(row: Project, data: Data, actor: Person) -> Extra:
    """A new round, numbered from one without gaps (the project is locked)."""
    number = row.round_rows.count() + 1
    SampleRound.objects.create(
        project=row, number=number, sent_on=data["sent_on"], sent_by=actor, sample=data["sample"]
    )
    return {"round": number}


def measure_sample(row: Project, data: Data, actor: Person) -> Extra:
    """The values of the round under way, each judged against its target."""
    current = row.round_rows.filter(measured_on=None).latest("number")
    current.received_on, current.measured_on = data["received_on"], data["measured_on"]
    current.measured_by, current.values, current.note = actor, data["judged"], data["note"]
    current.report = keep(row, data, "report", actor)
    current.save()
    return {"round": current.number}


def return_sample(row: Project, data: Data, actor: Person) -> Extra:
    """The sample under way was lost, broken or the wrong one: its round ends without values."""
    current = row.round_rows.filter(measured_on=None).latest("number")
    current.unusable = data["reason"]
    current.save()
    return {"round": current.number, "reason": data["reason"]}


def request_acceptance(row: Project, data: Data, actor: Person) -> None:
    Acceptance.objects.create(project=row, requested_by=actor, requested_at=timezone.now(), request=data["request"])


def decline_acceptance(row: Project, data: Data, actor: Person) -> Extra:
    last = row.acceptance_rows.latest("pk")
    last.decided_by, last.decided_at, last.declined_reason = actor, timezone.now(), data["reason"]
    last.save()
    return {"reason": data["reason"]}


def accept_project(row: Project, data: Data, actor: Person) -> None:
    """The asker's verdict ends the work and solves the need; the project is frozen as it was accepted."""
    last = row.acceptance_rows.latest("pk")
    last.verdict, last.evidence = data["verdict"], data["evidence"]
    last.file = keep(row, data, "file", actor)
    last.decided_by = actor
    last.decided_at = row.accepted_at = timezone.now()
    last.save()
    as_system("needs", row.need_id, "solve")


def stop_project(row: Project, data: Data, actor: Person) -> Extra:
    """What is open is cancelled, and the need goes back to the market."""
    row.stop_reason = data["code"]
    row.stop_text = data["reason"]
    for milestone in row.milestone_rows.filter(state__in=(MilestoneState.PLANNED, MilestoneState.DELIVERED)):
        as_system("milestones", milestone.pk, "lapse")
    unsigned = (ContractState.DRAFT, ContractState.SIGNING, ContractState.HALF_SIGNED)
    for contract in row.contract_rows.filter(state__in=unsigned):
        as_system("contracts", contract.pk, "cancel")
    as_system("needs", row.need_id, "reopen")
    return {"reason": data["reason"], "code": data["code"]}


# ---- result -----------------------------------------------------------------------------------------------------


def record_income(row: Project, data: Data, actor: Person) -> Extra:
    income = Income(project=row, side=row.side_of(actor), recorded_by=actor)
    income.received_on, income.amount, income.note = data["received_on"], data["amount"], data["note"]
    income.evidence = keep(row, data, "evidence", actor)
    income.save()
    return {"income": income.pk}


def confirm_income(row: Income, data: Data, actor: Person) -> None:
    row.confirmed_by, row.confirmed_at = actor, timezone.now()


def dispute_income(row: Income, data: Data, actor: Person) -> Extra:
    """What does not fit is read by the side that recorded it, with the news."""
    row.dispute = data["dispute"]
    return {"reason": data["dispute"]}


def record_reward(row: Project, data: Data, actor: Person) -> Extra:
    return {"reward": Reward.objects.create(project=row, recorded_by=actor, **data).pk}


def rate(row: Project, data: Data, actor: Person) -> Extra:
    side = row.side_of(actor)
    setattr(row, f"{side}_score", data["score"])
    setattr(row, f"{side}_comment", data["comment"])
    return {"side": side}


def close_project(row: Project, data: Data, actor: Person) -> None:
    row.closed_at = timezone.now()


def upload(row: Project, data: Data, actor: Person) -> Extra:
    level = OWNER if data["reach"] == Reach.PARTIES else int(Level.STAFF)
    kept = keep(row, data, "file", actor, level)
    return {"file": kept.pk if kept else None}


# ---- case -------------------------------------------------------------------------------------------------------


def agree_to_case(row: Project, data: Data, actor: Person) -> Extra:
    """One side's consent, in the words that were shown."""
    side = row.side_of(actor)
    setattr(row, f"{side}_case_at", timezone.now())
    Consent.objects.create(
        person=actor, purpose="case", wording=str(CASE_CONSENT), object_type="project", object_id=row.pk
    )
    return {"side": side}


def withdraw_from_case(row: Project, data: Data, actor: Person) -> Extra:
    """A consent taken back takes the case off the public pages at once."""
    side = row.side_of(actor)
    setattr(row, f"{side}_case_at", None)
    row.published_at = None
    given = Consent.objects.filter(person=actor, purpose="case", object_type="project", object_id=row.pk)
    given.filter(withdrawn_at=None).update(withdrawn_at=timezone.now())
    return {"side": side}


def publish_case(row: Project, data: Data, actor: Person) -> None:
    row.case_summary = data["case_summary"]
    row.published_at = timezone.now()
