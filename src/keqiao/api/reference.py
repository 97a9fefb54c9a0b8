"""The page that describes the API: drawn from its own OpenAPI schema, in the reader's language, without scripts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from ninja import NinjaAPI
from ninja.openapi.docs import DocsBase

from keqiao.kernel.workflow import REGISTRY

EXPLAINED_ONCE = frozenset({"pk", "Idempotency-Key", "state", "cursor", "limit"})
"""Parameters that mean the same everywhere; the page says so at its head."""
SHOWN_VALUES = 16
"""So many of a field's values are listed; the rest is in the schema."""
WITHOUT_RECORD = "-"
FIRST = (WITHOUT_RECORD, "needs", "achievements", "solutions", "matches", "proposals", "projects", "contracts")
"""The main job in its order; other kinds of record follow by name."""

Json = dict[str, Any]


@dataclass(frozen=True)
class Part:
    """A parameter of an operation, or a field of a body or an answer."""

    name: str
    kind: str
    refers: str
    """Name of the object that `kind` speaks of, or nothing."""
    required: bool
    source: str

    @property
    def meaning(self) -> str:
        """Label and help in the reader's language. The schema has them in Chinese, joined by `schemas.column`."""
        return " — ".join(gettext(part) for part in self.source.split(" — ")) if self.source else ""


@dataclass(frozen=True)
class Operation:
    """One method at one address."""

    name: str
    method: str
    path: str
    source: str
    parameters: tuple[Part, ...]
    body: tuple[Part, ...]
    answer: str
    answer_refers: str
    public: bool

    @property
    def title(self) -> str:
        return gettext(self.source)


@dataclass(frozen=True)
class Section:
    """What belongs to one kind of record."""

    name: str
    operations: tuple[Operation, ...]

    @property
    def title(self) -> str:
        if self.name == WITHOUT_RECORD:
            return gettext("文本、检索与公开数字")
        return str(REGISTRY[self.name].model._meta.verbose_name)


@dataclass(frozen=True)
class Thing:
    """An object that answers and bodies have in common."""

    name: str
    parts: tuple[Part, ...]


class Reference(DocsBase):
    """Takes the place of the library's page, which brings a bundle of more than a megabyte in English."""

    def render_page(self, request: HttpRequest, api: NinjaAPI, **kwargs: Any) -> HttpResponse:
        sections, things = described(api)
        context = {
            "sections": sections,
            "things": things,
            "address": request.build_absolute_uri("/api/v1"),
            "schema": self.get_openapi_url(api, kwargs),
        }
        return render(request, "api/reference.html", context)


@cache
def described(api: NinjaAPI) -> tuple[tuple[Section, ...], tuple[Thing, ...]]:
    """Sections and common objects of an API. It does not change while the server runs, so it is read once."""
    schema = json.loads(json.dumps(api.get_openapi_schema(), default=str))
    schemas: Json = schema["components"]["schemas"]
    found: dict[str, list[Operation]] = {name: [] for name in (*FIRST, *sorted(set(REGISTRY) - set(FIRST)))}
    for path, method, raw in operations_of(schema):
        first = path.removeprefix("/api/v1/").split("/")[0]
        found[first if first in REGISTRY else WITHOUT_RECORD].append(operation(path, method, raw, schemas))
    sections = tuple(Section(name, tuple(found[name])) for name in found)
    bodies = {body_name(raw) for _path, _method, raw in operations_of(schema)}
    things = tuple(Thing(name, parts_of(one)) for name, one in schemas.items() if name not in bodies)
    return sections, things


def operations_of(schema: Json) -> Iterator[tuple[str, str, Json]]:
    for path, methods in schema["paths"].items():
        for method, raw in methods.items():
            yield path, method.upper(), raw


def operation(path: str, method: str, raw: Json, schemas: Json) -> Operation:
    """An operation as the page shows it."""
    answer = raw["responses"]["200"]["content"]["application/json"]["schema"]
    return Operation(
        name=raw["operationId"],
        method=method,
        path=path.replace("{pk}", "{id}"),
        source=raw["summary"],
        parameters=tuple(parameter(each) for each in raw.get("parameters", ()) if each["name"] not in EXPLAINED_ONCE),
        body=parts_of(schemas.get(body_name(raw), {})),
        answer=kind_of(answer),
        answer_refers=refers(answer),
        public=any("Anyone" in way for way in raw.get("security", ({"Anyone": []},))),
    )


def parameter(raw: Json) -> Part:
    schema = raw["schema"]
    about = raw.get("description") or schema.get("description", "")
    return Part(raw["name"], kind_of(schema), refers(schema), raw.get("required", False), about)


def parts_of(schema: Json) -> tuple[Part, ...]:
    """Fields of an object, the required ones first."""
    required = schema.get("required", ())
    parts = [
        Part(name, kind_of(one), refers(one), name in required, one.get("description", ""))
        for name, one in schema.get("properties", {}).items()
    ]
    return tuple(sorted(parts, key=lambda part: not part.required))


def body_name(raw: Json) -> str:
    """Name of the schema of an operation's body, or nothing."""
    content = raw.get("requestBody", {}).get("content", {})
    return refers(content["application/json"]["schema"]) if content else ""


def refers(schema: Json) -> str:
    """The named object in a type, however deep."""
    if "$ref" in schema:
        return str(schema["$ref"].rsplit("/", 1)[1])
    inner = [*schema.get("anyOf", ()), *([schema["items"]] if "items" in schema else [])]
    return next((name for name in map(refers, inner) if name), "")


def kind_of(schema: Json) -> str:
    """A type in a few letters: `string ≤ 120`, `integer`, `"a" | "b"`, `Figure[]`. Null is allowed and not said."""
    if "$ref" in schema:
        return refers(schema)
    if "anyOf" in schema:
        kinds = [kind_of(one) for one in schema["anyOf"] if one.get("type") != "null"]
        return " | ".join(dict.fromkeys(kinds))
    if "enum" in schema:
        return values(schema["enum"])
    if schema.get("type") == "array":
        kind = kind_of(schema["items"])
        return f"({kind})[]" if " | " in kind else f"{kind}[]"
    name = schema.get("format") or schema.get("type", "any")
    return f"{name} ≤ {schema['maxLength']}" if "maxLength" in schema else str(name)


def values(allowed: list[Any]) -> str:
    shown = " | ".join(json.dumps(one, ensure_ascii=False) for one in allowed[:SHOWN_VALUES])
    return f"{shown} | …" if len(allowed) > SHOWN_VALUES else shown
