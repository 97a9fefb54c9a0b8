"""The page that describes the API: every operation is on it, in both languages, with types and meanings."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from keqiao.api.reference import FIRST, kind_of, parts_of, refers
from keqiao.api.urls import api
from keqiao.kernel.workflow import REGISTRY

pytestmark = pytest.mark.django_db

SCHEMA = api.get_openapi_schema()
OPERATIONS = [raw for methods in SCHEMA["paths"].values() for raw in methods.values()]
CHINESE = re.compile(r"[\u4e00-\u9fff]+")
PAGE = "/api/v1/docs"


def page(client: Client, language: str = "zh-hans") -> str:
    response = client.get(PAGE, headers={"Accept-Language": language})
    assert response.status_code == 200
    return str(response.content.decode())


def test_every_operation_has_its_place_once(client: Client) -> None:
    shown = re.findall(r'<details class="operation" id="([^"]+)">', page(client))
    assert sorted(shown) == sorted(raw["operationId"] for raw in OPERATIONS)


def test_sections_follow_the_main_job_then_the_alphabet(client: Client) -> None:
    sections = re.findall(r'<h2 id="records-([^"]+)"', page(client))
    assert sections == [*FIRST, *sorted(set(REGISTRY) - set(FIRST))]


def test_every_link_on_the_page_leads_to_a_place_on_it(client: Client) -> None:
    found = page(client)
    places = set(re.findall(r'id="([^"]+)"', found))
    assert set(re.findall(r'href="#([^"]+)"', found)) - places == set()


def test_what_needs_a_token_says_so(client: Client) -> None:
    found = page(client)
    reading = found[found.index('id="needs_read"') :].split("</details>")[0]
    writing = found[found.index('id="needs_withdraw"') :].split("</details>")[0]
    assert ("不用账号" in reading, "需要令牌" in reading) == (True, False)
    assert ("不用账号" in writing, "需要令牌" in writing) == (False, True)


def test_a_body_is_listed_with_types_and_meanings_required_ones_first(client: Client) -> None:
    found = page(client)
    operation = found[found.index('id="needs_return"') :].split("</details>")[0]
    names = re.findall(r'<td data-label="名称"><code>([^<]+)</code>', operation)
    body = SCHEMA["components"]["schemas"]["NeedsReturn"]
    assert names[: len(body["required"])] == [name for name in body["properties"] if name in body["required"]]
    assert set(names) == set(body["properties"])
    assert operation.count("必填") == len(body["required"])


def test_in_english_no_chinese_is_left_but_names(client: Client) -> None:
    found = page(client, "en")
    text = re.sub(
        r"<code>.*?</code>|<pre.*?</pre>|<header.*?</header>|<footer.*?</footer>", " ", found, flags=re.DOTALL
    )
    main = text[text.index("<main") : text.index("</main>")]
    assert CHINESE.findall(main) == []


@pytest.mark.parametrize(
    ("schema", "kind", "name"),
    [
        ({"type": "string"}, "string", ""),
        ({"type": "string", "maxLength": 120}, "string ≤ 120", ""),
        ({"type": "string", "format": "date"}, "date", ""),
        ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, "integer", ""),
        ({"anyOf": [{"type": "string"}, {"type": "number"}, {"type": "null"}]}, "string | number", ""),
        ({"enum": ["zh", "en"], "type": "string"}, '"zh" | "en"', ""),
        ({"enum": list(range(20)), "type": "integer"}, " | ".join(map(str, range(16))) + " | …", ""),
        ({"type": "array", "items": {"type": "string"}}, "string[]", ""),
        ({"type": "array", "items": {"enum": [1, 2]}}, "(1 | 2)[]", ""),
        ({"type": "array", "items": {"$ref": "#/components/schemas/RowOut"}}, "RowOut[]", "RowOut"),
        ({"anyOf": [{"$ref": "#/components/schemas/RowOut"}, {"type": "null"}]}, "RowOut", "RowOut"),
        ({}, "any", ""),
    ],
)
def test_a_type_is_said_in_a_few_letters(schema: dict[str, object], kind: str, name: str) -> None:
    assert (kind_of(schema), refers(schema)) == (kind, name)


def test_an_object_without_fields_has_no_parts() -> None:
    assert parts_of({}) == ()
