"""Mails that parties send to people who have no account yet."""

from __future__ import annotations

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse

from keqiao.kernel.access import Actor
from keqiao.parties.actions import invitation_token
from keqiao.parties.models import Organisation


def send_invitation(organisation: Organisation, email: str, actor: Actor) -> None:
    """Invite an address to join an organisation, with a link that proves it."""
    link = settings.PUBLIC_URL + reverse("invitation", args=[invitation_token(organisation, email)])
    context = {"organisation": organisation.name, "inviter": str(actor), "link": link, "days": 14}
    subject = render_to_string("parties/mail/invitation_subject.txt", context).strip()
    EmailMultiAlternatives(subject, render_to_string("parties/mail/invitation.txt", context), to=[email]).send()
