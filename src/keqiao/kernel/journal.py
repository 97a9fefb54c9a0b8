"""The journal: append-only, one entry per verb, chained by hashes in the order in which entries became final.

Writers never queue for the chain: they append, and one sealer (`seal`) links what can no longer change, in short
batches. "Can no longer change" is PostgreSQL's own word: the id of the entry's transaction lies below the oldest
transaction still running (`pg_snapshot_xmin`), so nothing can later appear before it.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import secrets as random_secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models, transaction
from django.db.models import Q
from django.utils import timezone

from keqiao.kernel import bulk
from keqiao.kernel.models import Entry, Seal, Secret
from keqiao.kernel.visibility import Level, Visible

if TYPE_CHECKING:
    from keqiao.kernel.access import Actor

T = TypeVar("T")

GENESIS = "0" * 64
CHANNEL = "keqiao_journal"
SEALED_CHANNEL = "keqiao_sealed"
SEALER_LOCK = 7_310_001
WORDS = "words"
SPOKEN = frozenset({"reason", "question", "answer"})
"""What people write with a verb. It may name people and hold what is confidential, so it stands beside the chain."""
BATCH = 2_000
WINDOW = 20_000


def canonical(value: object) -> str:
    """JSON with sorted keys and no spaces: the same value always gives the same text."""
    return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


AS_THEY_ARE = frozenset({str, int, bool})
WRITTEN = frozenset({datetime, date, Decimal})
ENCODER = DjangoJSONEncoder()


def plain(value: object) -> Any:
    """The value as JSON keeps it (dates as ISO text, decimals as text)."""
    if value is None or type(value) in AS_THEY_ARE:
        return value
    if type(value) in WRITTEN:
        return ENCODER.default(value)
    return json.loads(canonical(value))


def as_stored(value: Any) -> Any:
    """JSON values as PostgreSQL gives them back: 1e16 comes back as a whole number, -0.0 as 0.0."""
    if isinstance(value, float):
        return int(Decimal(repr(value))) if "e+" in repr(value) else value + 0.0
    if isinstance(value, dict):
        return {name: as_stored(inner) for name, inner in value.items()}
    return [as_stored(inner) for inner in value] if isinstance(value, list | tuple) else value


def snapshot(row: models.Model) -> dict[str, Any]:
    """The stored values of a row, by field, as JSON keeps them; without the columns that it never keeps."""
    left_out = row.unjournalled if isinstance(row, Visible) else frozenset()
    return {
        field.name: plain(field.value_from_object(row))
        for field in row._meta.concrete_fields
        if field.name not in left_out
    }


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry that is not yet written, with the confidential values that go beside it."""

    entry: Entry
    hidden: dict[str, SaltedValue]

    def secrets(self) -> list[Secret]:
        return [Secret(entry=self.entry, field=f, salt=s.salt, value=s.value) for f, s in self.hidden.items()]


def draft(
    *,
    row: models.Model,
    verb: str,
    actor: Actor,
    before: dict[str, Any],
    after: dict[str, Any] | None = None,
    key: str = "",
    request: str = "",
    from_state: str = "",
    extra: dict[str, Any] | None = None,
    frozen: str = "",
    at: datetime | None = None,
) -> Draft:
    """The entry for what `verb` did to `row`, from the values before and after; `frozen`: the hash of its version."""
    after = snapshot(row) if after is None else after
    changed = {name: value for name, value in after.items() if is_change(name, value, before)}
    changes, hidden = split_by_level(row, changed, before)
    if words := {name: value for name, value in (extra or {}).items() if name in SPOKEN and value}:
        hidden[WORDS] = SaltedValue(plain(words), random_secrets.token_hex(16))
    changes |= {name: {"digest": secret.digest} for name, secret in hidden.items()}
    if kept := {name: value for name, value in (extra or {}).items() if name not in SPOKEN}:
        changes["extra"] = plain(kept)
    if frozen:
        changes["frozen"] = frozen
    entry = Entry(
        at=at or timezone.now(),
        node=node_of(row),
        actor_id=getattr(actor, "pk", None),
        room=row._meta.app_label,
        object_type=row._meta.model_name or "",
        object_id=row.pk,
        verb=verb,
        from_state=from_state,
        to_state=str(after.get("state", "")),
        changes=changes,
        audience=audience_of(row),
        key=key,
        request=request,
    )
    return Draft(entry, hidden)


def is_change(name: str, value: Any, before: dict[str, Any]) -> bool:
    """Whether a verb set this value; what a new row leaves empty is no change."""
    if name not in before and value in ("", [], {}):
        return False
    return bool(before.get(name) != value)


def words_of(entry: Entry) -> dict[str, str]:
    """What somebody wrote with the verb: a reason, a question, an answer. Lists prefetch ``secrets``."""
    if WORDS not in entry.changes:
        return {}
    return next((dict(secret.value or {}) for secret in entry.secrets.all() if secret.field == WORDS), {})


def append(**what: Any) -> Entry:
    """Write one entry in the running transaction (arguments as for `draft`); confidential values go to `Secret`."""
    drafted = draft(**what)
    drafted.entry.save(force_insert=True)
    Secret.objects.bulk_create(drafted.secrets())
    ring()
    return drafted.entry


def append_many(drafts: Iterable[Draft], batch_size: int = BATCH) -> int:
    """Write many entries in the running transaction, in the order given (imports, loaders). Returns how many."""
    total = 0
    for part in batches(drafts, batch_size):
        bulk.copy_in(Entry, [one.entry for one in part])
        bulk.copy_in(Secret, [secret for one in part for secret in one.secrets()])
        total += len(part)
    ring()
    return total


def batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Lists of at most `size` items."""
    iterator = iter(items)
    while part := list(itertools.islice(iterator, size)):
        yield part


def ring() -> None:
    """Tell the sealer that there is something new; PostgreSQL delivers this when the transaction commits."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [CHANNEL])


@dataclass(frozen=True, slots=True)
class SaltedValue:
    """A confidential value and the digest that stands for it in the journal."""

    value: Any
    salt: str

    @property
    def digest(self) -> str:
        return hashlib.sha256(f"{self.salt}{canonical(as_stored(self.value))}".encode()).hexdigest()


def split_by_level(
    row: models.Model, changed: dict[str, Any], before: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, SaltedValue]]:
    """Changes that may stand in clear as [old, new], and those that may not."""
    in_clear: dict[str, Any] = {}
    hidden: dict[str, SaltedValue] = {}
    for name, value in changed.items():
        if level_in_journal(row, name) > Level.REGISTERED:
            hidden[name] = SaltedValue(value, random_secrets.token_hex(16))
        else:
            in_clear[name] = [before.get(name), value]
    return in_clear, hidden


def level_in_journal(row: models.Model, field: str) -> int:
    """The level of a field's value in the journal. Fields that no page shows (states, keys) stand in clear."""
    if isinstance(row, Visible) and field in row.erasable:
        return int(Level.STAFF)
    if isinstance(row, Visible) and field in row.field_levels:
        return int(row.level_of(field))
    return int(Level.PUBLIC)


def audience_of(row: models.Model) -> dict[str, int]:
    """Field → level, for the fields of the row that have one."""
    if not isinstance(row, Visible):
        return {}
    return {name: int(row.level_of(name)) for name in row.field_levels}


def node_of(row: models.Model) -> str:
    """The code of the node that a row belongs to, empty when it belongs to none."""
    node = getattr(row, "node_id", None)
    return str(node) if node is not None else ""


def history(row: models.Model) -> models.QuerySet[Entry]:
    """Every entry of one row, oldest first."""
    return Entry.objects.filter(object_type=row._meta.model_name, object_id=row.pk).order_by("seq")


# ---- the chain --------------------------------------------------------------------------------------------------


def link(previous_hash: str, entry: Entry) -> str:
    """The hash of one link: SHA-256 (FIPS 180-4) over the previous hash and the entry's canonical JSON."""
    return hashlib.sha256(f"{previous_hash}{canonical(entry.digest_fields())}".encode()).hexdigest()


def seal(limit: int = BATCH, *, include_running: bool = False, recent: bool = False) -> int:
    """Link up to `limit` final entries to the chain. Returns how many; 0 also when another sealer is at work.

    `recent` looks only at the newest `WINDOW` entries, which is where new ones are unless a long transaction held them
    back; somebody has to look at all of them from time to time.

    `include_running` also takes the entries of the caller's own open transaction: for loaders and tests that write
    and seal in one go, alone in the database.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [SEALER_LOCK])
        if not cursor.fetchone()[0]:
            return 0
        last = Seal.objects.order_by("-position").first()
        position, previous = (last.position, last.hash) if last else (0, GENESIS)
        links = []
        for entry in unsealed(include_running=include_running, recent=recent)[:limit]:
            position += 1
            previous_hash, previous = previous, link(previous, entry)
            links.append(Seal(position=position, entry=entry, previous_hash=previous_hash, hash=previous))
        bulk.copy_in(Seal, links)
        if links:
            cursor.execute("SELECT pg_notify(%s, %s)", [SEALED_CHANNEL, str(position)])
        return len(links)


def seal_all(limit: int = BATCH, *, include_running: bool = False, recent: bool = False) -> int:
    """Seal until nothing final is left unsealed. Returns how many entries were sealed."""
    total = 0
    while done := seal(limit, include_running=include_running, recent=recent):
        total += done
    return total


class OldestRunning(models.Func):
    """The id of the oldest transaction still running."""

    template = "(pg_snapshot_xmin(pg_current_snapshot())::text::bigint)"
    arity = 0
    output_field = models.BigIntegerField()


class NotYetGiven(models.Func):
    """An id above those of all transactions that there have been on this server, our own included."""

    template = "(greatest(pg_snapshot_xmax(pg_current_snapshot()), pg_current_xact_id_if_assigned())::text::bigint)"
    arity = 0
    output_field = models.BigIntegerField()


def unsealed(*, include_running: bool = False, recent: bool = False) -> models.QuerySet[Entry]:
    """Entries that are final and not yet in the chain, in the order in which they will be."""
    waiting = Entry.objects.filter(seal=None).order_by("transaction", "seq")
    if recent:
        newest = Entry.objects.order_by("-seq").values_list("seq", flat=True).first() or 0
        waiting = waiting.filter(seq__gt=newest - WINDOW)
    if include_running:
        return waiting
    # what we can see from a transaction that has not been yet was restored from another server: final, too
    return waiting.filter(Q(transaction__lt=OldestRunning()) | Q(transaction__gt=NotYetGiven()))


def tail() -> int:
    """How many entries wait for the sealer."""
    return Entry.objects.filter(seal=None).count()


def export() -> Iterator[dict[str, Any]]:
    """Every entry with its seal, oldest first, as JSON-ready objects."""
    for entry in Entry.objects.select_related("seal").order_by("seq").iterator(chunk_size=BATCH):
        chained = getattr(entry, "seal", None)
        yield entry.digest_fields() | {
            "position": chained.position if chained else None,
            "previous_hash": chained.previous_hash if chained else None,
            "hash": chained.hash if chained else None,
        }
