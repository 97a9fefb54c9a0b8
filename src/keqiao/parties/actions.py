"""What the verbs of parties do. The only place of this room that writes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from keqiao.kernel import journal
from keqiao.kernel import workflow as kernel
from keqiao.kernel.access import SYSTEM
from keqiao.parties import invitations
from keqiao.parties.enums import MembershipRole, MembershipState
from keqiao.parties.models import Consent, Membership, Organisation, Person

if TYPE_CHECKING:
    from keqiao.kernel.models import Entry


# ---- organisations ----------------------------------------------------------------------------------------------


def create_organisation(row: Organisation, data: dict[str, Any], actor: Person) -> dict[str, Any]:
    """A new organisation waits for verification; whoever registers it administers it."""
    extra = correct_organisation(row, data, actor)
    row.save()
    admit(person=actor, organisation=row, role=MembershipRole.ADMIN, position=data["position"])
    actor.forget_standing()
    return extra


def correct_organisation(row: Organisation, data: dict[str, Any], actor: Person) -> dict[str, Any]:
    """Who the organisation is. Says in the entry which look-alikes its people were shown."""
    row.name, row.kind, row.node = data["name"], data["kind"], data["node"]
    row.credit_code = data["credit_code"]
    row.region = row.credit_code[2:8] or row.region
    row.verified_at = None
    return {"confirmed_different": bool(data["is_different"])}


def verify_organisation(row: Organisation, data: dict[str, Any], actor: Person) -> None:
    row.verification_note = data["note"]
    row.verified_at = timezone.now()


def reject_organisation(row: Organisation, data: dict[str, Any], actor: Person) -> dict[str, Any]:
    row.verification_note = data["reason"]
    return {"reason": data["reason"], "code": data["code"]}


def invite(row: Organisation, data: dict[str, Any], actor: Person) -> None:
    """Invite whoever has this address. The answer is the same whether or not there is an account."""
    email = data["email"].lower()
    person = Person.objects.filter(email__iexact=email, is_active=True).first()
    if person is None:
        invitations.send(row, email, actor)
        return
    known = Membership.objects.filter(person=person, organisation=row).exclude(state__in=("declined", "left")).first()
    if known is None:
        member(verb="invite", person=person, organisation=row, position=data["position"])
    elif known.state == MembershipState.REQUESTED:  # both want the same
        kernel.run(kernel.REGISTRY["memberships"], known.pk, "accept", actor=actor)


def take_up_invitation(token: str, person: Person) -> Entry | None:
    """Make the person a member if the invitation was sent to the person's own, confirmed address."""
    invitation = invitations.read(token)
    if invitation is None or invitation["email"] != person.email.lower():
        return None
    organisation = Organisation.objects.filter(pk=invitation["organisation"]).first()
    known = Membership.objects.filter(person=person, organisation=organisation).exclude(state__in=("declined", "left"))
    if organisation is None or invitations.is_over(token) or known.exists():
        return None
    return admit(person=person, organisation=organisation, role=MembershipRole.MEMBER, position=person.title)


# ---- memberships ------------------------------------------------------------------------------------------------


def member(*, verb: str, person: Person, organisation: Organisation, role: str = "member", position: str = "") -> Entry:
    """Make a membership on behalf of the platform, with the verb `admit` or `invite`."""
    data = {"person": person.pk, "organisation": organisation.pk, "role": role, "position": position}
    return kernel.run(kernel.REGISTRY["memberships"], None, verb, actor=SYSTEM, data=data)


def admit(*, person: Person, organisation: Organisation, role: str, position: str = "") -> Entry:
    """A member without further questions: who registers an organisation, and who was invited by mail."""
    return member(verb="admit", person=person, organisation=organisation, role=role, position=position)


def request_membership(row: Membership, data: dict[str, Any], actor: Person) -> None:
    row.person = actor
    row.organisation, row.position = data["organisation"], data["position"]


def give_reason(row: Membership, data: dict[str, Any], actor: Person) -> dict[str, Any]:
    """The words for the person stand in the entry, not in the row."""
    return {"reason": data["reason"]}


def make_administrator(row: Membership, data: dict[str, Any], actor: Person) -> None:
    row.role = MembershipRole.ADMIN


def make_ordinary(row: Membership, data: dict[str, Any], actor: Person) -> None:
    row.role = MembershipRole.MEMBER


# ---- people -----------------------------------------------------------------------------------------------------


def join(person: Person, *, wordings: dict[str, str]) -> Entry:
    """Keep a new account, what was agreed to in the words that were shown, and the entry that says so."""
    with transaction.atomic():
        person.save()
        Consent.objects.bulk_create(
            Consent(person=person, purpose=purpose, wording=wording) for purpose, wording in wordings.items()
        )
        return journal.append(row=person, verb="join", actor=person, before={}, extra={"consents": sorted(wordings)})


def welcome(row: Person, data: dict[str, Any], actor: Person) -> None:
    row.purposes, row.name, row.title = data["purposes"], data["name"], data["title"]


def save_profile(row: Person, data: dict[str, Any], actor: Person) -> None:
    """The profile with the levels chosen in it; becoming listed and being no longer so is kept as a consent."""
    levels = {name.removeprefix("level_"): data.pop(name) for name in list(data) if name.startswith("level_")}
    row.levels = row.levels | {field: level for field, level in levels.items() if level is not None}
    row.fields = data.pop("fields_known")
    record_listing(row, listed=data["is_listed"])
    kernel.assign(row, data, actor)


def record_listing(row: Person, *, listed: bool) -> None:
    """Consent to be in the public directory, in the words shown; withdrawn when switched off (PIPL art. 15)."""
    from keqiao.parties.profile_forms import PersonForm  # noqa: PLC0415 (the words are the form's)

    if listed and not row.is_listed:
        Consent.objects.create(person=row, purpose="listed", wording=str(PersonForm.base_fields["is_listed"].help_text))
    elif row.is_listed and not listed:
        given = Consent.objects.filter(person=row, purpose="listed", withdrawn_at=None)
        given.update(withdrawn_at=timezone.now())
