"""How a document is written into a Qdrant payload and read back; the same for every adapter."""

from __future__ import annotations

from typing import Any

from keqiao.engine.document import Document, Filter
from keqiao.engine.specs.figure import Figure

# Payload keys that filters look at; `field_path` and `region_path` hold a code and every prefix of it, so that
# asking for a parent finds its children by plain equality.
FILTERED = ("kind", "audience", "field_path", "region_path", "node", "language")
_LONGEST_CODE = 12


def payload_of(document: Document) -> dict[str, Any]:
    """Everything of a document, empty values left out."""
    paths = {prefix for code in document.fields for prefix in _prefixes(code)}
    payload = {
        "id": document.id,
        "kind": document.kind,
        "audience": document.audience,
        "title": document.title,
        "text": document.text,
        "fields": list(document.fields),
        "field_path": sorted(paths),
        "region": document.region,
        "region_path": _prefixes(document.region),
        "node": document.node,
        "language": document.language,
        "created": document.created,
        "figures": [figure.as_row() for figure in document.figures],
    }
    return {key: value for key, value in payload.items() if value or key == "id"}


def document_of(payload: dict[str, Any] | None) -> Document:
    """The document written by `payload_of`."""
    data = payload or {}
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


def _prefixes(code: str) -> list[str]:
    cut = [code[:length] for length in range(1, min(len(code), _LONGEST_CODE) + 1)]
    return cut if len(code) <= _LONGEST_CODE else [*cut, code]


def condition_lists(wanted: Filter) -> dict[str, list[str]]:
    """The equality parts of a filter as payload key and accepted values."""
    parts = {
        "kind": wanted.kinds,
        "audience": wanted.audiences,
        "field_path": wanted.fields,
        "region_path": wanted.regions,
        "node": wanted.nodes,
        "language": wanted.languages,
    }
    return {key: list(values) for key, values in parts.items() if values}
