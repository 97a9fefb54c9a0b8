"""Notices are a projection of the journal: whoever the workflow says is told, is told once."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone, translation

from keqiao.kernel import journal, workflow
from keqiao.kernel.access import NotVisible
from keqiao.kernel.models import Entry
from keqiao.kernel.projections import Projection, register
from keqiao.notices import actions
from keqiao.notices.models import Notice

if TYPE_CHECKING:
    from keqiao.kernel.visibility import Visible
    from keqiao.kernel.workflow import Verb, Workflow
    from keqiao.parties.models import Person

log = logging.getLogger("keqiao.notices")

NEWS = timedelta(days=3)
"""What is older is told on the site but no longer by mail: an imported history is no news."""


def apply(entries: Sequence[Entry]) -> None:
    """Tell the people of each entry. One entry that cannot be told does not keep the others from being told."""
    tables = telling_workflows()
    for entry in entries:
        table = tables.get(entry.object_type)
        line = table.line_of(entry) if table else None
        if table is None or line is None or not line.tells:
            continue
        try:
            with transaction.atomic():
                tell_people(table, line, entry)
        except Exception:
            log.exception("entry %s could not be told", entry.seq)


def telling_workflows() -> dict[str, Workflow[Any]]:
    """Object type → workflow, for those that tell anybody anything."""
    return {
        str(table.model._meta.model_name): table
        for table in workflow.REGISTRY.values()
        if any(verb.tells for verb in table.verbs)
    }


def tell_people(table: Workflow[Any], line: Verb, entry: Entry) -> None:
    """Make the notice of each person in the audiences of a line, but for the one who did it."""
    row = table.model._default_manager.filter(pk=entry.object_id).first()
    if row is None:
        return
    by_mail = entry.at > timezone.now() - NEWS
    for person in audience(table, line.tells, row, entry):
        if person.pk != entry.actor_id and (notice := notice_for(table, row, person)) is not None:
            notice.entry, notice.verb, notice.created_at = entry, entry.verb, entry.at
            notice.reason = reason_in(entry)
            actions.tell(notice, person, by_mail=by_mail)


def audience(table: Workflow[Any], names: Sequence[str], row: Visible, entry: Entry) -> list[Person]:
    """The people behind the names of audiences, each once, in a stable order, without closed accounts."""
    people = {
        person.pk: person
        for name in names
        if name in table.audiences
        for person in table.audiences[name](row, entry)
        if person.is_active
    }
    return [people[pk] for pk in sorted(people)]


def notice_for(table: Workflow[Any], row: Visible, person: Person) -> Notice | None:
    """The notice with the title as this person may see and read it; none when they may not know of the row."""
    try:
        seen = row.seen_by(person)
    except NotVisible:
        return None
    with translation.override(person.language):
        return Notice(resource=table.name, title=str(seen)[:240], url=seen.get_absolute_url())


def reason_in(entry: Entry) -> str:
    """The words that a decision was given with."""
    return journal.words_of(entry).get("reason", "")[:2000]


NOTICES = register(Projection("notices", apply, actions.forget_unread))
