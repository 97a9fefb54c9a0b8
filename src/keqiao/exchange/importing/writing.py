"""Writing a good plan: all rows in one transaction, each with the entry that its verb would have written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from keqiao.exchange.actions import home_of
from keqiao.exchange.importing import known
from keqiao.exchange.importing.plan import Plan
from keqiao.kernel import bulk, calendar, freeze, journal
from keqiao.kernel.clocks import Clock
from keqiao.kernel.models import ClockRun, Version
from keqiao.kernel.workflow import REGISTRY, Workflow
from keqiao.parties.models import Node, Organisation, standing_of

BATCH = 1_000
MODELS: dict[str, Any] = known.MODELS | {"parties": Organisation}
Progress = Callable[[int], None]


IMPORT_LOCK = 0x6B71_0001


@contextmanager
def alone() -> Iterator[None]:
    """One import at a time: what one has checked, another must not change before it is written.

    The lock is the connection's: whoever is killed lets go of it.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [IMPORT_LOCK])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [IMPORT_LOCK])


def write(made: Plan, *, file: str = "", progress: Progress = lambda _done: None) -> list[int]:
    """Write every row of a plan without problems; returns the ids in the order of the file."""
    if made.problems:
        raise ValueError("a plan with problems cannot be written")
    now = timezone.now()
    maker = row_of_party if made.kind == "parties" else row_of_listing
    home = home_node(made)
    ids: list[int] = []
    with transaction.atomic():
        for part in journal.batches(iter(made.rows), BATCH):
            rows = [maker(made, values, home, now) for _line, _id, values in part]
            bulk.copy_in(MODELS[made.kind], rows)
            notes = [{"imported": {"file": file, "line": line, "id": own_id}} for line, own_id, _values in part]
            record(made, rows, notes, now)
            ids += [row.pk for row in rows]
            progress(len(rows))
    return ids


def home_node(made: Plan) -> Node:
    """The node of rows that say none: the one asked for, the owner's, else the centre's."""
    if made.node:
        return Node.objects.get(code=made.node)
    own = Organisation.objects.filter(pk__in=standing_of(made.owner).organisations).select_related("node")
    first = None if standing_of(made.owner).operates else own.order_by("pk").first()
    return first.node if first else home_of(made.owner)


def row_of_listing(made: Plan, values: dict[str, Any], home: Node, now: datetime) -> Any:
    """A need or an achievement from cleaned values, with the defaults of the model for the rest."""
    row = MODELS[made.kind]()
    for name, value in values.items():
        setattr(row, name, value)
    row.contact = made.owner
    if "node" not in values:
        row.node = row.organisation.node if row.organisation and not made.node else home
    row.state = verb_of(made).target
    row.published_at = now if made.publish else None
    row.derive()
    return row


def row_of_party(made: Plan, values: dict[str, Any], home: Node, now: datetime) -> Organisation:
    """An organisation: verified at once when an operator says so."""
    row = Organisation(**{name: value for name, value in values.items() if name != "node"})
    row.node = values.get("node", home)
    row.state = "verified" if made.publish else "unverified"
    row.verified_at = now if made.publish else None
    row.verification_note = _("批量导入时核验") if made.publish else ""
    row.derive()
    return row


def verb_of(made: Plan) -> Any:
    """The verb whose entry each row gets."""
    workflow: Workflow[Any] = REGISTRY["organisations" if made.kind == "parties" else made.kind]
    listed = made.publish and made.kind != "parties"
    return workflow.verb("bring_in" if listed else "create")


def record(made: Plan, rows: list[Any], notes: list[dict[str, Any]], now: datetime) -> None:
    """Entries, frozen versions and clocks of a batch, as the verb's line in the table says."""
    verb = verb_of(made)
    contents = [journal.snapshot(row) for row in rows]
    drafts = list(drafts_of(made, zip(rows, contents, notes, strict=True), now))
    journal.append_many(drafts)
    if verb.freezes:
        bulk.copy_in(Version, [freeze.version(text, draft.entry) for draft, text in zip(drafts, contents, strict=True)])
    verified = made.kind == "parties" and made.publish
    for clock in () if verified else verb.starts:
        bulk.copy_in(ClockRun, list(runs_of(clock, drafts, now)))


def drafts_of(made: Plan, done: Iterable[tuple[Any, dict[str, Any], Any]], now: datetime) -> Iterator[journal.Draft]:
    """One entry a row; a verified organisation was created and then verified."""
    verb = verb_of(made)
    for row, after, note in done:
        said: dict[str, Any] = {"actor": made.owner, "extra": note, "at": now}
        if made.kind != "parties" or not made.publish:
            frozen = freeze.sha256_of(after) if verb.freezes else ""
            yield journal.draft(row=row, verb=verb.name, before={}, after=after, frozen=frozen, **said)
            continue
        fresh = after | {"state": "unverified", "verified_at": None, "verification_note": ""}
        yield journal.draft(row=row, verb="create", before={}, after=fresh, **said)
        yield journal.draft(row=row, verb="verify", before=fresh, after=after, from_state="unverified", **said)


def runs_of(clock: Clock, drafts: list[journal.Draft], now: datetime) -> Iterator[ClockRun]:
    """The clock on each row; rows of one node have one due time."""
    due: dict[str, datetime] = {}
    for draft in drafts:
        node = draft.entry.node
        if node not in due:
            due[node] = calendar.add_working_seconds(now, clock.seconds, node)
        yield ClockRun(
            name=clock.name,
            node=node,
            object_type=draft.entry.object_type,
            object_id=draft.entry.object_id,
            started_at=now,
            due_at=due[node],
        )
