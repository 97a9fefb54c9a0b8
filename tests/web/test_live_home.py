"""The living part of the home page: what the numbers gained lately, what comes in, in the reader's language."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from keqiao.exchange.enums import AchievementState, NeedState
from keqiao.exchange.models import Achievement, Need
from keqiao.observatory import counters, queries, stream
from keqiao.observatory.counters import BY_NAME, METRICS
from keqiao.parties.models import Person

WEEK = timedelta(days=7)


@pytest.fixture
def waiting_need(owner: Person) -> Need:
    """A need in triage, with a title in both languages."""
    organisation = owner.memberships.get().organisation
    return Need.objects.create(
        title="红外探测器用消光涂层",
        title_en="Matt coating for infrared detectors",
        problem="外购消光涂层吸光率多在 95% 以下，工艺复杂、成本高，希望找到替代工艺。",
        contact=owner,
        organisation=organisation,
        node=organisation.node,
        state=NeedState.TRIAGE,
        fields=["C39"],
    )


@pytest.fixture
def publish(client: Client, operator: Person, waiting_need: Need, sealed: Callable[[], int]) -> Callable[[], Need]:
    """The operator lets the need through triage, on the page."""

    def run() -> Need:
        client.force_login(operator)
        assert client.post(reverse("verb", args=["needs", waiting_need.pk, "publish"]), {"key": "k"}).status_code == 302
        sealed()
        client.logout()
        return waiting_need

    return run


# ---- what came in lately --------------------------------------------------------------------------------------------


def test_numbers_say_what_the_last_week_brought(publish: Callable[[], Need], client: Client) -> None:
    assert counters.came_in(WEEK) == dict.fromkeys(BY_NAME, 0)
    need = publish()
    assert counters.came_in(WEEK) == dict.fromkeys(BY_NAME, 0) | {"needs": 1, "open_needs": 1}
    assert counters.came_in(WEEK, need.node_id)["needs"] == 1
    assert counters.came_in(WEEK, "elsewhere")["needs"] == 0
    html = client.get("/").content.decode()
    assert re.search(
        r'figure-value">1<span class="figure-unit">项</span></p><p class="figure-label">'
        r"<span>科创需求</span> <span>近 7 天 \+1",
        html,
    )


def test_numbers_of_an_older_week_are_not_new(publish: Callable[[], Need]) -> None:
    publish()
    with time_machine.travel(timezone.now() + timedelta(days=8), tick=False):
        assert counters.came_in(WEEK)["needs"] == 0


def test_what_only_moves_within_a_number_is_not_new() -> None:
    needs = BY_NAME["needs"]
    assert needs.gains("need", "triage", "open")
    assert not needs.gains("need", "open", "in_project")
    assert not needs.gains("achievement", "triage", "open")
    assert BY_NAME["open_needs"].gains("need", "in_project", "open")


@pytest.mark.parametrize("metric", METRICS, ids=[metric.name for metric in METRICS])
def test_every_number_has_a_measure_word_and_verbs_that_raise_it(metric: counters.Metric) -> None:
    assert len(metric.unit) == 1
    assert metric.gaining


def test_units_are_chinese_alone(db: None) -> None:
    assert {each["unit"] for each in queries.stats()["metrics"]} == {"家", "项", "个", "对"}
    with translation.override("en"):
        assert {each["unit"] for each in queries.stats()["metrics"]} == {""}


# ---- what comes in now ----------------------------------------------------------------------------------------------


def test_news_have_the_topic_that_the_page_shows(publish: Callable[[], Need], client: Client) -> None:
    """What the stream brings looks like what the page had: a chip says the kind of the need, not the verb."""
    before = stream.newest_position()
    need = publish()
    (item,) = queries.feed(after=before)
    sent = item.as_json()
    assert (sent["topic"], sent["label"], sent["title"]) == ("技术", "通过并发布", "红外探测器用消光涂层")
    assert f'<span class="chip chip-need" data-kind>{sent["topic"]}</span>' in client.get("/").content.decode()
    assert sent["url"] == need.get_absolute_url()


@pytest.mark.parametrize(
    ("language", "title", "topic"),
    [("zh-hans", "红外探测器用消光涂层", "技术"), ("en", "Matt coating for infrared detectors", "Technology")],
)
def test_news_are_in_the_language_of_the_page_that_listens(
    publish: Callable[[], Need], language: str, title: str, topic: str
) -> None:
    before = stream.newest_position()
    publish()
    with translation.override(language):
        sent = queries.feed(after=before)[0].as_json()
    assert (sent["title"], sent["topic"]) == (title, topic)


@pytest.mark.parametrize(("language", "address"), [("zh-hans", "?language=zh-hans"), ("en", "?language=en")])
def test_the_page_asks_for_news_in_its_language(client: Client, db: None, language: str, address: str) -> None:
    client.cookies["django_language"] = language
    assert f'data-url="/api/v1/feed/stream{address}"' in client.get("/").content.decode()


@pytest.mark.parametrize(
    ("codes", "chinese", "english"),
    [
        (["C39", "X3"], "新材料", "New materials"),
        (["X7.1"], "节能环保", "Energy conservation and environmental protection"),
        (["C3976"], "制造业", "Manufacturing"),
        (["nothing"], "", ""),
        ([], "", ""),
    ],
)
def test_topic_of_an_achievement_is_its_branch(codes: list[str], chinese: str, english: str, professor: Person) -> None:
    row: Any = Achievement(
        title="涂层", fields=codes, state=AchievementState.PUBLISHED, contact=professor, node_id="wuhan"
    )
    item = queries.FeedItem(1, timezone.now(), "achievement", "publish", "", row)
    assert item.topic == chinese
    with translation.override("en"):
        assert item.topic == english
