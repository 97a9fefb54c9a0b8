"""The description of the API is valid, and the API keeps to it whatever it is sent."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, settings
from jsonschema import Draft202012Validator

from keqiao.api import actions
from keqiao.api.urls import api
from keqiao.kernel.workflow import REGISTRY
from tests.factories import PersonFactory

SCHEMA = api.get_openapi_schema()


def test_every_workflow_has_its_resource() -> None:
    for name in REGISTRY:
        assert f"/api/v1/{name}" in SCHEMA["paths"]
        assert f"/api/v1/{name}/{{pk}}" in SCHEMA["paths"]


def test_every_verb_that_a_person_may_run_has_its_address() -> None:
    for name, workflow in REGISTRY.items():
        for verb in workflow.verbs:
            if verb.who.name == "is_system":
                continue
            path = f"/api/v1/{name}" if verb.name == "create" else None
            places = [path] if path else [f"/api/v1/{name}/{{pk}}/{verb.name}", f"/api/v1/{name}/{verb.name}"]
            assert any("post" in SCHEMA["paths"].get(place, {}) for place in places), (name, verb.name)


def test_component_schemas_are_valid_json_schema() -> None:
    for component in SCHEMA["components"]["schemas"].values():
        Draft202012Validator.check_schema(component)


def test_operation_ids_are_unique() -> None:
    ids = [operation["operationId"] for path in SCHEMA["paths"].values() for operation in path.values()]
    assert len(ids) == len(set(ids))


contract = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", get_wsgi_application())


@pytest.fixture
def one_connection(db: None) -> Iterator[None]:
    """Requests keep the test's own connection, as Django's test client sees to."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.slow
@pytest.mark.usefixtures("one_connection")
@contract.parametrize()
@settings(max_examples=2, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_api_keeps_to_its_description(case: schemathesis.Case) -> None:
    """Never a server error, and every answer as described, for a caller with a token."""
    person = PersonFactory()
    token = actions.issue(person, name="schemathesis")[1]
    case.call_and_validate(
        headers={"Authorization": f"Bearer {token}"},
        excluded_checks=[
            schemathesis.checks.ignored_auth,
            schemathesis.checks.positive_data_acceptance,
            schemathesis.checks.missing_required_header,
        ],
    )


@pytest.mark.parametrize("verb", ["share", "ask_to_share"])
@pytest.mark.parametrize("resource", ["needs", "achievements"])
def test_nodes_are_named_by_their_codes(resource: str, verb: str) -> None:
    body = SCHEMA["components"]["schemas"][f"{resource.title()}{verb.title().replace('_', '')}"]
    described = body["properties"]["nodes"]
    assert (described["type"], described["items"]) == ("array", {"type": "string"})


def test_records_are_named_by_their_numbers() -> None:
    body = SCHEMA["components"]["schemas"]["NeedsAssignManager"]
    assert body["properties"]["manager"]["type"] == "integer"
