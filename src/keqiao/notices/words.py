"""The words of a notice, put together in the reader's language from the workflow tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import formats, timezone, translation
from django.utils.translation import gettext as _

from keqiao.kernel import clocks, workflow
from keqiao.notices.enums import NoticeKind

if TYPE_CHECKING:
    from keqiao.kernel.workflow import Verb
    from keqiao.notices.models import Notice


@dataclass(frozen=True, slots=True)
class Words:
    """What is said: one line, and the sentences under it."""

    headline: str
    details: Sequence[str]


def words_of(notice: Notice) -> Words:
    """The notice in the language that is active now."""
    return reminder(notice) if notice.kind == NoticeKind.REMINDER else progress(notice)


def progress(notice: Notice) -> Words:
    """Something happened to a row."""
    headline = _("%(what)s：%(verb)s") % {"what": subject(notice), "verb": verb_label(notice)}
    details = [_("现在的状态：%(state)s") % {"state": state}] if (state := state_label(notice)) else []
    if notice.reason:
        details.append(_("说明：%(reason)s") % {"reason": notice.reason})
    return Words(headline, details)


def reminder(notice: Notice) -> Words:
    """A promise about time is about to run out."""
    clock = clocks.REGISTRY.get(notice.clock)
    label = str(clock.label) if clock else notice.clock
    headline = _("快到时限：%(what)s（%(clock)s）") % {"what": subject(notice), "clock": label}
    if notice.due_at is None:
        return Words(headline, [])
    due = formats.date_format(timezone.localtime(notice.due_at), "DATETIME_FORMAT")
    return Words(headline, [_("应在 %(due)s 之前完成。") % {"due": due}])


def subject(notice: Notice) -> str:
    """The kind of row and its title, as far as the person may see it."""
    found = workflow.REGISTRY.get(notice.resource)
    kind = str(found.model._meta.verbose_name) if found else notice.resource
    return _("%(kind)s“%(title)s”") % {"kind": kind, "title": notice.title} if notice.title else kind


def verb_label(notice: Notice) -> str:
    """What happened, as the button said it."""
    line = line_of(notice)
    return str(line.label) if line else notice.verb


def line_of(notice: Notice) -> Verb | None:
    """The line of the workflow table that ran."""
    found = workflow.REGISTRY.get(notice.resource)
    if found is None:
        return None
    line = found.line_of(notice.entry) if notice.entry else None
    return line or next((verb for verb in found.verbs if verb.name == notice.verb), None)


def state_label(notice: Notice) -> str:
    """The state that the row came to."""
    found = workflow.REGISTRY.get(notice.resource)
    state = notice.entry.to_state if notice.entry else ""
    if found is None or state not in found.states.values:
        return ""
    return str(found.states(state).label)


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail as it will be sent."""

    subject: str
    text: str
    html: str


def letter_of(notice: Notice, language: str) -> Letter:
    """The notice as a mail in the person's language."""
    with translation.override(language):
        words = words_of(notice)
        context = {"words": words, "link": settings.PUBLIC_URL + notice.url, "site": settings.SITE_NAME}
        return Letter(
            subject=" ".join(words.headline.split())[:200],
            text=render_to_string("notices/mail/notice.txt", context),
            html=render_to_string("notices/mail/notice.html", context),
        )
