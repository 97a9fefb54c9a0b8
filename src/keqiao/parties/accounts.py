"""Joining: what the platform changes in django-allauth."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import SignupForm
from django.http import HttpRequest
from django.utils.translation import get_language

from keqiao.parties.models import Person


class JoinForm(SignupForm):  # type: ignore[misc]
    """E-mail address and password, nothing more: the rest is asked once the address is confirmed."""


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts keep the language they were made in."""

    def save_user(self, request: HttpRequest, user: Person, form: Any, commit: bool = True) -> Person:
        user.language = get_language() or user.language
        saved: Person = super().save_user(request, user, form, commit=commit)
        return saved
