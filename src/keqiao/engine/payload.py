"""How a document is written into a Qdrant payload and read back; the same for every adapter."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from keqiao.engine.document import Document, Filter
from keqiao.engine.specs.figure import Figure

# The payload key that filters look at: words like `kind:need`, `node:wuhan`, and for a field or region code the code
# and every prefix of it, so that asking for a parent finds its children by plain equality. One key, one index.
TAGS = "tags"
WRITTEN = "document"
"""The payload key under which the document is."""
GRAMS = "grams"
"""The vector of a point that holds its terms."""
_LONGEST_CODE = 12
_BATCH = 1000


def batches_of_latest(documents: Sequence[Document]) -> Iterator[list[Document]]:
    """What to write, `_BATCH` at a time; of several documents of one id the last."""
    latest = list({document.id: document for document in documents}.values())
    for start in range(0, len(latest), _BATCH):
        yield latest[start : start + _BATCH]


def point_id(document_id: str) -> int:
    """The number of a document as a Qdrant point: 64 bits of BLAKE2b."""
    return int.from_bytes(hashlib.blake2b(document_id.encode(), digest_size=8).digest(), "big")


def payload_of(document: Document) -> dict[str, Any]:
    """What a point holds beside its vectors: the document as one text, and apart from it what is looked at.

    One text, because a payload of lists and numbers takes three times as long to hand over as all the rest.
    """
    payload: dict[str, Any] = {"id": document.id, WRITTEN: written(document)}
    if tags := _tags(document):
        payload[TAGS] = tags
    if document.created:
        payload["created"] = document.created
    return payload


def document_of(payload: Mapping[str, Any] | None) -> Document:
    """The document in a payload."""
    return read((payload or {})[WRITTEN])


def written(document: Document) -> str:
    """Everything of a document as a line of JSON, empty values left out."""
    values = {
        "id": document.id,
        "kind": document.kind,
        "audience": document.audience,
        "title": _sound(document.title),
        "text": _sound(document.text),
        "fields": document.fields,
        "region": document.region,
        "node": document.node,
        "language": document.language,
        "created": document.created,
        "figures": [figure.as_row() for figure in document.figures],
    }
    return _as_json({key: value for key, value in values.items() if value or key == "id"})


_as_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def read(line: str) -> Document:
    """The document written by `written`."""
    data = json.loads(line)
    return Document(
        id=str(data["id"]),
        kind=data.get("kind", ""),
        audience=data.get("audience", ""),
        title=data.get("title", ""),
        text=data.get("text", ""),
        fields=tuple(data.get("fields", ())),
        region=data.get("region", ""),
        node=data.get("node", ""),
        language=data.get("language", ""),
        created=int(data.get("created", 0)),
        figures=tuple(Figure.from_json(row) for row in data.get("figures", ())),
    )


def _tags(document: Document) -> list[str]:
    values = {
        "kind": [document.kind],
        "audience": [document.audience],
        "field": sorted({prefix for code in document.fields for prefix in _prefixes(code)}),
        "region": _prefixes(document.region),
        "node": [document.node],
        "language": [document.language],
    }
    return [f"{name}:{value}" for name, given in values.items() for value in given if value]


def _sound(text: str) -> str:
    """The text with halves of surrogate pairs, which UTF-8 cannot hold, as question marks."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def _prefixes(code: str) -> list[str]:
    cut = [code[:length] for length in range(1, min(len(code), _LONGEST_CODE) + 1)]
    return cut if len(code) <= _LONGEST_CODE else [*cut, code]


def wanted_tags(wanted: Filter) -> list[list[str]]:
    """The equality parts of a filter: of every list one tag must be there."""
    parts = {
        "kind": wanted.kinds,
        "audience": wanted.audiences,
        "field": wanted.fields,
        "region": wanted.regions,
        "node": wanted.nodes,
        "language": wanted.languages,
    }
    return [[f"{name}:{value}" for value in values] for name, values in parts.items() if values]
