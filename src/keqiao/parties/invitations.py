"""Invitations of people who have no account yet: a mail with a link that proves it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse

from keqiao.kernel.access import Actor
from keqiao.parties.enums import OrganisationState
from keqiao.parties.models import Organisation

SALT = "keqiao.invitation"
DAYS = 14


def token_for(organisation: Organisation, email: str) -> str:
    """Proof of an invitation, for the link in the mail."""
    return signing.dumps({"organisation": organisation.pk, "email": email}, salt=SALT)


def read(token: str) -> dict[str, Any] | None:
    """What an invitation says, or nothing when it is forged or older than two weeks."""
    try:
        found: dict[str, Any] = signing.loads(token, salt=SALT, max_age=DAYS * 86_400)
    except signing.BadSignature:
        return None
    return found


def is_over(token: str) -> bool:
    """Whether the organisation that invites was rejected meanwhile."""
    found = read(token)
    rejected = Organisation.objects.filter(state=OrganisationState.REJECTED)
    return found is not None and rejected.filter(pk=found["organisation"]).exists()


def send(organisation: Organisation, email: str, actor: Actor) -> None:
    """Invite an address to join an organisation, with a link that proves it."""
    link = settings.PUBLIC_URL + reverse("invitation", args=[token_for(organisation, email)])
    context = {"organisation": organisation.name, "inviter": str(actor), "link": link, "days": DAYS}
    subject = render_to_string("parties/mail/invitation_subject.txt", context).strip()
    EmailMultiAlternatives(subject, render_to_string("parties/mail/invitation.txt", context), to=[email]).send()
