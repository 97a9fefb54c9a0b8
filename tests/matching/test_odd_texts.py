"""Texts that nobody would call a need, pasted into the box and sent to the API: an answer in words, never an error."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from tests.matching.conftest import Make

ODD = {
    "digits": "20260101",
    "emoji": "😀🎉👩‍🔬😀",
    "markup": "<script>alert(1)</script><b>《》</b>",
    "signs": "<" * 2000,
    "comments": "<!--" * 500,
    "nines": "９" * 2000,
    "too large": "≥" + "9" * 1900 + "mm",
    "nothing in it": "\u200b\u200b\u200b\u200b\u200b",
    "zero bytes": "a\0b\0c\0",
    "other writing": "русский العربية Ελληνικά",
}
SAME = {
    "simplified": "希望消光涂层的吸光率达到98%以上",
    "traditional": "希望消光塗層的吸光率達到98%以上",
    "full width": "希望消光涂层的吸光率达到９８％以上",
    "markup": "<p>希望<b>消光涂层</b>的吸光率达到98%以上</p>",
}


@pytest.mark.parametrize("name", list(ODD))
def test_box_and_api_answer_an_odd_text_with_no_candidate(
    name: str, client: Client, make_achievement: Make, market: object, indexed: Callable[[], None]
) -> None:
    make_achievement()
    indexed()
    for address in ("match", "match_figures"):
        response = client.post(reverse(address), {"text": ODD[name]}, headers={"HX-Request": "true"})
        html = response.content.decode()
        assert response.status_code == 200
        assert "<script>alert" not in html
        assert "<mark>" not in html
    asked = json.dumps({"text": ODD[name]})
    response = client.post("/api/v1/match", asked, content_type="application/json")
    assert response.status_code == 200, response.content
    answer = json.loads(response.content, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    assert answer["candidates"] == []


@pytest.mark.parametrize("name", list(SAME))
def test_however_a_need_is_written_it_finds_the_same_and_reads_the_same_figure(
    name: str, client: Client, make_achievement: Make, market: object, indexed: Callable[[], None]
) -> None:
    fit = make_achievement()
    indexed()
    response = client.post("/api/v1/match", json.dumps({"text": SAME[name]}), content_type="application/json")
    answer = response.json()
    assert response.status_code == 200
    assert len(answer["candidates"]) == 1
    assert str(fit.pk) in json.dumps(answer["candidates"][0])
    [figure] = answer["figures"]
    assert (figure["min"], figure["max"], figure["unit"]) == (98, None, "%")


def test_a_text_of_a_hundred_thousand_characters_is_refused_with_the_limit_named(client: Client, db: object) -> None:
    text = "消光涂层，吸光率≥98%。" * 8000
    response = client.post(reverse("match"), {"text": text}, headers={"HX-Request": "true"})
    assert response.status_code == 422
    assert f"最多 2000 字，现在有 {len(text)} 字" in response.content.decode()
    response = client.post("/api/v1/match", json.dumps({"text": text}), content_type="application/json")
    assert response.status_code == 422
    assert response.json()["status"] == 422
    assert "text" in json.dumps(response.json())
