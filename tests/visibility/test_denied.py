"""Whoever may not run a verb is told so in the right way, on every surface, and nothing changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from keqiao.api.urls import api
from keqiao.kernel import workflow as kernel
from keqiao.kernel.access import NotAllowed, NotNow, NotVisible, Refusal
from keqiao.kernel.workflow import NEW, REGISTRY, Workflow
from tests.visibility.cast import PERSONAS, World
from tests.visibility.rules import CLEARANCE, X
from tests.visibility.surfaces import client_of, records

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("visibility")]

OVER_HTTP = ("stranger", "auditor")
"""Who tries it on the pages and over the API as well: nobody, and who sees everything and may do nothing."""

CLOSE = ("owner", "professor", "operator")
"""Who also tries it on another record of the kind, in another state."""

FORBIDDEN, HIDDEN, TOO_LATE = 403, 404, 409
SESSIONS = {"django_session"}


def digest() -> dict[str, str]:
    """Every table, and the stored files, by a hash of what is in them."""
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            if table not in SESSIONS:
                cursor.execute(f"SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {table} t")
                found[table] = cursor.fetchone()[0]
    files = sorted(str(path) for path in Path(settings.MEDIA_ROOT).rglob("*"))
    return found | {"files": repr(files)}


@contextmanager
def nothing_changes() -> Iterator[None]:
    before = digest()
    yield
    after = digest()
    assert {name for name in after if after[name] != before.get(name)} == set()


def name_of(world: World, row: Any) -> str:
    return next(name for name, known in world.rows.items() if known is row)


def refused(world: World, table: Workflow[Any], row: Any, verb: str, persona: str) -> int:
    """How this verb has to be refused; 0 where it is this person's now."""
    if CLEARANCE[name_of(world, row)][persona] == X:
        return HIDDEN
    person = world.person(persona)
    lines = [line for line in table.verbs if line.name == verb and line.who(row, person)]
    if not lines:
        return FORBIDDEN
    return 0 if any(row.state in line.sources for line in lines) else TOO_LATE


def verbs_of(table: Workflow[Any]) -> list[str]:
    return list(dict.fromkeys(verb.name for verb in table.verbs))


@pytest.mark.parametrize("resource", sorted(REGISTRY))
def test_denied_verbs_change_nothing(world: World, resource: str) -> None:
    """Every line of every table, by everybody whose it is not."""
    table, wrong, tried = REGISTRY[resource], {}, 0
    with nothing_changes():
        for persona in PERSONAS:
            person = world.person(persona)
            rows = records(world, resource)
            for row in {rows[0].pk: rows[0], rows[-1].pk: rows[-1]}.values() if persona in CLOSE else rows[:1]:
                for verb in verbs_of(table):
                    expected = refused(world, table, row, verb, persona)
                    if expected:
                        tried += 1
                        if (found := status_of(table, row.pk, verb, person)) != expected:
                            wrong[persona, name_of(world, row), verb] = (found, expected)
    assert wrong == {}
    assert tried > 10


def status_of(table: Workflow[Any], pk: int, verb: str, person: Any) -> int:
    try:
        kernel.run(table, pk, verb, actor=person, data={})
    except (NotAllowed, NotNow, NotVisible) as refusal:
        return refusal.status
    except Refusal as other:
        return other.status
    return 200


@pytest.mark.parametrize("persona", OVER_HTTP)
def test_pages_and_api_refuse_alike(world: World, persona: str) -> None:
    client, bodies, wrong = client_of(world, persona), schema_bodies(), {}
    with nothing_changes():
        for resource, table in sorted(REGISTRY.items()):
            row = records(world, resource)[0]
            for verb in verbs_of(table):
                expected = refused(world, table, row, verb, persona)
                if not expected or all(line.source == NEW for line in table.verbs if line.name == verb):
                    continue
                for surface, ask in (("page", ask_page), ("api", ask_api)):
                    wanted = {"page": 302, "api": 401}[surface] if persona == "stranger" else expected
                    found = ask(client, bodies, resource, row.pk, verb)
                    if found not in (wanted, None):
                        wrong[surface, resource, verb] = (found, wanted)
    assert wrong == {}


def ask_page(client: Client, bodies: Any, resource: str, pk: int, verb: str) -> int:
    return client.post(f"/{resource}/{pk}/{verb}/", {}).status_code


def ask_api(client: Client, bodies: dict[str, Any], resource: str, pk: int, verb: str) -> int | None:
    """The status; None where the API has no such operation (verbs of the platform itself)."""
    body = bodies.get(f"{resource}_{verb}")
    if body is None:
        return None
    return client.post(f"/api/v1/{resource}/{pk}/{verb}", body, content_type="application/json").status_code


def schema_bodies() -> dict[str, Any]:
    """For each operation a body that its schema accepts, so that the refusal is not about the body."""
    schema = api.get_openapi_schema()
    parts = schema["components"]["schemas"]
    found = {}
    for path in schema["paths"].values():
        for operation in path.values():
            if "operationId" in operation:
                content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
                found[operation["operationId"]] = example(content.get("schema", {}), parts)
    return found


EXAMPLES: dict[str, Callable[[], Any]] = {
    "string": lambda: "x", "integer": lambda: 1, "number": lambda: 1, "boolean": lambda: True, "array": list,
}  # fmt: skip
FORMATS = {"date": "2026-01-05", "date-time": "2026-01-05T00:00:00Z"}


def example(schema: dict[str, Any], parts: dict[str, Any]) -> Any:
    """The least that a schema accepts."""
    if "$ref" in schema:
        return example(parts[schema["$ref"].rpartition("/")[2]], parts)
    if "enum" in schema:
        return schema["enum"][0]
    if "const" in schema:
        return schema["const"]
    if "anyOf" in schema:
        return example(schema["anyOf"][0], parts)
    if schema.get("format") in FORMATS:
        return FORMATS[schema["format"]]
    if schema.get("type") in EXAMPLES:
        return EXAMPLES[schema["type"]]()
    return {name: example(schema["properties"][name], parts) for name in schema.get("required", ())}
