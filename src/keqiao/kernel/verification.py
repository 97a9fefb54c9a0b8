"""Whether the journal says what it said: the chain, what stands beside it, and an end that somebody noted elsewhere.

The chain alone shows a changed, removed or exchanged entry. That its end was cut off shows in the cursors of those who
had read further. Whoever can rewrite the whole database can make a new chain: only a head noted elsewhere
(`Head`) finds that.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

from django.db.models import Exists, OuterRef

from keqiao.kernel import freeze, journal
from keqiao.kernel.models import Cursor, Entry, Seal, Secret, Version


@dataclass(frozen=True, slots=True)
class Head:
    """A link of the chain as it was noted: its position and its hash."""

    position: int
    hash: str

    def __str__(self) -> str:
        return f"{self.position}:{self.hash}"

    @classmethod
    def read(cls, text: str) -> Self:
        """From ``position:hash``, as `keqiao journal verify` prints it. Raises ValueError."""
        position, _colon, digest = text.partition(":")
        if len(digest) != 64 or set(digest) - set("0123456789abcdef"):
            raise ValueError(f"{text!r} is not position:hash as `keqiao journal verify` prints it")
        return cls(int(position), digest)


@dataclass(frozen=True, slots=True)
class Verification:
    """What a walk along the chain found; `head` is its last link, or the last one that is right."""

    sealed: int
    unsealed: int
    broken_at: int | None
    problem: str
    head: Head

    @property
    def valid(self) -> bool:
        return self.broken_at is None


Trouble = tuple[int, str]
"""A position of the chain, and what is wrong there."""


def verify(known: Head | None = None) -> Verification:
    """Walk the chain from end to end, then look at what it vouches for. Names the first thing that is wrong.

    `known`: a head noted earlier, through which the chain has to pass.
    """
    head, trouble = walk()
    trouble = trouble or ends_early(head) or misses(known) or next(beside(), None)
    position, problem = trouble or (None, "")
    return Verification(head.position, journal.tail(), position, problem, head)


# ---- the chain --------------------------------------------------------------------------------------------------


def walk() -> tuple[Head, Trouble | None]:
    """The last link that is right, and what is wrong with the next one."""
    head = Head(0, journal.GENESIS)
    for found in Seal.objects.select_related("entry").order_by("position").iterator(chunk_size=journal.BATCH):
        if problem := problem_of(found, head):
            return head, (head.position + 1, problem)
        head = Head(found.position, found.hash)
    return head, None


def problem_of(found: Seal, head: Head) -> str:
    """What is wrong with the link after `head`, or nothing."""
    if found.position != head.position + 1:
        return missing(head.position + 1)
    if found.previous_hash != head.hash:
        return "the previous hash does not match the link before"
    right = journal.link(head.hash, found.entry)
    if found.hash == right:
        return ""
    if Seal.objects.filter(position=found.position + 1, previous_hash=right).exists():
        return f"the seal of entry {found.entry_id} was changed"
    return f"entry {found.entry_id} was changed after it was sealed"


def missing(position: int) -> str:
    """What is not there: the link, or the entry under it."""
    entry = Seal.objects.filter(position=position).values_list("entry_id", flat=True).first()
    return f"position {position} is missing" if entry is None else f"entry {entry} is missing"


def ends_early(head: Head) -> Trouble | None:
    """Whether links or readers say that the chain was longer."""
    entry = Entry.objects.filter(seq=OuterRef("entry_id"))
    if Seal.objects.filter(~Exists(entry), position__gt=head.position).exists():
        return head.position + 1, missing(head.position + 1)
    cursors = list(Cursor.objects.order_by("-position"))  # before the end is asked for: sealing goes on meanwhile
    end = Seal.objects.order_by("-position").values_list("position", flat=True).first() or 0
    for cursor in cursors:
        if cursor.position > end:
            words = f"the chain ends at {end}, but {cursor.name} has read to {cursor.position}: its end was removed"
            return end + 1, words
    return None


def misses(known: Head | None) -> Trouble | None:
    """Whether the chain is another than the one of which somebody noted this link."""
    if known is None or known == Head(0, journal.GENESIS):
        return None
    found = Seal.objects.filter(position=known.position).values_list("hash", flat=True).first()
    if found is None:
        return known.position, f"the chain has no position {known.position}, which was noted"
    return None if found == known.hash else (known.position, "this is not the chain of which the link was noted")


# ---- beside the chain -------------------------------------------------------------------------------------------


def beside() -> Iterator[Trouble]:
    """Confidential values and frozen texts that are not what their digests in the chain say."""
    yield from changed_secrets()
    yield from changed_versions()


def changed_secrets() -> Iterator[Trouble]:
    """Values kept beside the journal that are not those of the entry. One that was erased is no trouble."""
    kept = Secret.objects.exclude(value__isnull=True).exclude(entry__seal=None).select_related("entry__seal")
    for secret in kept.order_by("entry_id", "field").iterator(chunk_size=journal.BATCH):
        said = secret.entry.changes.get(secret.field) or {}
        if said != {"digest": journal.SaltedValue(secret.value, secret.salt).digest}:
            yield position_of(secret.entry), f"the confidential {secret.field} of entry {secret.entry_id} was changed"


def changed_versions() -> Iterator[Trouble]:
    """Frozen texts that are not those that were decided on."""
    kept = Version.objects.exclude(entry__seal=None).select_related("entry__seal")
    for version in kept.order_by("entry_id").iterator(chunk_size=journal.BATCH):
        right = freeze.sha256_of(version.content)
        if {version.sha256, version.entry.changes.get("frozen", right)} != {right}:
            yield position_of(version.entry), f"the frozen text of entry {version.entry_id} was changed"


def position_of(entry: Entry) -> int:
    return int(entry.seal.position)
