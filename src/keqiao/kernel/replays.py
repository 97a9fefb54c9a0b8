"""Requests that come twice: the same key by the same person is answered with what it did the first time."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from keqiao.kernel.access import Invalid
from keqiao.kernel.models import Entry

if TYPE_CHECKING:
    from keqiao.kernel.access import Actor

FIELD = "Idempotency-Key"
LONGEST = 100
ASIDE = frozenset({"csrfmiddlewaretoken", "key", "next"})
"""What comes with a form and is not what the form says."""


@dataclass(frozen=True, slots=True)
class Call:
    """A verb on a row of some kind (none yet, with `pk` None), asked for under a key with a body."""

    object_type: str
    pk: int | None
    verb: str
    key: str = ""
    body: str = ""

    def __post_init__(self) -> None:
        if len(self.key) > LONGEST or not self.key.isprintable():
            problem = _("幂等键最多 %(limit)d 个可见字符。") % {"limit": LONGEST}
            raise Invalid(_("这个幂等键不能用。"), {FIELD: [problem]})

    def is_of(self, entry: Entry) -> bool:
        """Whether it was this very call that wrote the entry."""
        same = entry.verb == self.verb and entry.object_type == self.object_type and entry.request == self.body
        return same and self.pk in {None, entry.object_id}


def earlier(call: Call, actor: Actor) -> Entry | None:
    """The entry that this actor's call wrote when it came before.

    Raises:
        Invalid: the key was used for another call. A key never expires.
    """
    entry = entry_of(actor, call.key)
    if entry is not None and not call.is_of(entry):
        raise Invalid(_("这个幂等键已经用于另一个请求，请换一个新的。"), {FIELD: [_("请使用新的幂等键。")]})
    return entry


def entry_of(actor: Actor, key: str) -> Entry | None:
    """The entry that this actor wrote under a key, whatever it was for."""
    if not key or not getattr(actor, "pk", None):
        return None
    return Entry.objects.filter(actor_id=actor.pk, key=key).first()


def digest(data: Mapping[str, Any] | None, files: Mapping[str, Any] | None) -> str:
    """SHA-256 of what was sent: the values by field, the names and sizes of files."""
    sent: dict[str, Any] = {name: values_of(data, name) for name in data or () if name not in ASIDE}
    sent |= {f"file {name}": [upload.name, upload.size] for name, upload in (files or {}).items()}
    text = json.dumps(sent, default=str, ensure_ascii=True, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def values_of(data: Any, name: str) -> Any:
    """Every value of a field: forms send lists as one name several times."""
    return data.getlist(name) if hasattr(data, "getlist") else data[name]
