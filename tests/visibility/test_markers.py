"""Everybody finds on every surface no marker but the allowed ones, and on a record's own pages all of those."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.apps import apps
from django.db import transaction
from django.test import Client

from keqiao.api.urls import api as openapi
from keqiao.kernel.visibility import Visible
from keqiao.kernel.workflow import REGISTRY
from tests.visibility.cast import PERSONAS, World
from tests.visibility.filling import NOT_YET, markable
from tests.visibility.marks import Key
from tests.visibility.rules import CLEARANCE, allowed, fields_seen
from tests.visibility.surfaces import NOT_ASKED, PAGES, api, client_of, forms_of, own_pages, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("visibility")]

WITH_PAGE = {"need", "achievement", "solution", "proposal", "match", "project", "contract", "organisation", "person"}
ADDRESS = {table.model: name for name, table in REGISTRY.items()}


def test_every_kind_of_record_is_in_the_world(world: World) -> None:
    kinds = {
        model for model in apps.get_models() if issubclass(model, Visible) and model.__module__.startswith("keqiao")
    }
    assert {type(row) for row in world.rows.values()} == kinds
    assert set(world.rows) == set(CLEARANCE)


def test_every_field_that_can_has_its_marker(world: World) -> None:
    missing = set()
    for record, row in world.rows.items():
        for name in type(row).field_levels:
            if markable(type(row), name) is None:
                continue
            text = json.dumps(getattr(row, name), default=str)
            if not any(
                key[0] == record and key[1].removesuffix(".value") == name for key in world.marks.found_in(text)
            ):
                missing.add((record, name))
    assert missing == NOT_YET


def test_every_address_is_asked() -> None:
    asked = {name for name in PAGES if not name.startswith(("account_", "mfa_", "access_"))}
    assert own_pages() == asked | NOT_ASKED | {"verb"}


def test_every_reading_operation_of_the_api_is_asked() -> None:
    reads = {path for path, methods in openapi.get_openapi_schema()["paths"].items() if "get" in methods}
    of_records = {f"/api/v1/{name}{more}" for name in REGISTRY for more in ("", "/{pk}")}
    others = {"/api/v1/stats", "/api/v1/feed", "/api/v1/search", "/api/v1/needs/{pk}/candidates"}
    others |= {f"/api/v1/{name}/{{pk}}/alike" for name in ("needs", "achievements")}
    assert reads == of_records | others


def listed(wrong: dict[str, Any]) -> str:
    return "\n".join(
        f"{name}: {sorted(found) if isinstance(found, set) else found}" for name, found in wrong.items() if found
    )


def marked(world: World, record: str, persona: str) -> set[Key]:
    """The markers of a record that this person may see in it (files and words of the journal stand elsewhere)."""
    fields, keys = fields_seen(world, record, persona) or set(), world.marks.keys.values()
    return {key for key in keys if key[0] == record and key[1].partition(".")[0] in fields}


@pytest.mark.parametrize("persona", PERSONAS)
def test_api_objects_have_the_allowed_fields_and_no_other(world: World, persona: str) -> None:
    client, may, wrong = client_of(world, persona), allowed(world, persona), {}
    for resource in REGISTRY:
        answer = client.get(f"/api/v1/{resource}", {"limit": 200})
        wrong[resource] = sorted(world.marks.found_in(answer.text) - may)
        items = {item["id"]: item for item in answer.json()["items"]}
        for record in (name for name, row in world.rows.items() if ADDRESS[type(row)] == resource):
            wrong[record] = compared(world, record, persona, items.get(world.rows[record].pk))
        for pk in list(items)[:1]:
            assert client.get(f"/api/v1/{resource}/{pk}").json()["fields"] == items[pk]["fields"]
    assert not any(wrong.values()), listed(wrong)


def compared(world: World, record: str, persona: str, item: Any) -> list[str]:
    """What is wrong with a record as the API gives it to this person (None: it does not)."""
    expected = fields_seen(world, record, persona)
    if item is None or expected is None:
        return [] if item is expected else ["hidden" if item is None else "shown"]
    missing = marked(world, record, persona) - world.marks.found_in(json.dumps(item, ensure_ascii=False))
    return sorted(set(item["fields"]) ^ expected) + sorted(f"lacks {name}" for _record, name in missing)


ENGLISH_AND_NOTES = {"title_en", "problem_en", "summary_en", "introduction_en", "published_at", "staff_note"}
NOT_ON_PAGE: dict[str, set[str]] = {
    **dict.fromkeys(("need", "achievement", "organisation", "person"), ENGLISH_AND_NOTES),
    "solution": {"decline_text", "dialogue", "dialogue.value", "specifications", "specifications.value",
                 "submitted_at"},
    "proposal": {"agreed_at"},
    "project": {"accepted_at", "asker_agreed_at", "asker_case_at", "asker_comment", "case_summary", "closed_at",
                "provider_agreed_at", "provider_case_at", "provider_comment", "published_at", "started_on",
                "stop_text"},
    "contract": {"redraft_reason", "rule_version", "signed_on", "trial_ends_on", "trial_terms"},
}  # fmt: skip
"""What the record's own page (in Chinese, in its present state) does not show; the API gives it."""


def sent_empty(client: Client, address: str) -> Any:
    """What a form answers that was sent without anything in it; what it changed, if it did, is taken back."""
    with transaction.atomic():
        answer = client.post(address, {})
        transaction.set_rollback(True)
    return answer


def crawl(world: World, persona: str) -> dict[str, set[Key]]:
    """Every address there is, asked by this person, with the markers in each answer. Forms are also sent empty."""
    client, found = client_of(world, persona), {}
    forms = forms_of(world, persona)
    asked = [address for of in PAGES.values() for address in of(world)]
    for address in (*asked, *forms, *api(world)):
        answer = client.get(address)
        assert answer.status_code < 500, address
        found[address] = world.marks.found_in(text_of(answer))
    return found | {f"POST {address}": world.marks.found_in(text_of(sent_empty(client, address))) for address in forms}


@pytest.mark.parametrize("persona", PERSONAS)
def test_surfaces_show_what_is_allowed_and_nothing_else(world: World, persona: str) -> None:
    found, may = crawl(world, persona), allowed(world, persona)
    leaks = {address: sorted(keys - may) for address, keys in found.items() if keys - may}
    assert not leaks, listed(leaks)
    missing = {}
    for record, row in world.rows.items():
        kind = str(row._meta.model_name)
        if kind in WITH_PAGE and fields_seen(world, record, persona) is not None:
            lacks = marked(world, record, persona) - found[row.get_absolute_url()]
            missing[record] = {name for _record, name in lacks} - NOT_ON_PAGE.get(kind, set())
    assert not any(missing.values()), listed(missing)
