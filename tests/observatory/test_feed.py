"""The feed: what became public, as a stranger may see it now, in the order of the chain."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from keqiao.exchange.workflow import ACHIEVEMENT, NEED
from keqiao.kernel.models import Seal
from keqiao.kernel.visibility import Level
from keqiao.kernel.workflow import run
from keqiao.observatory import queries
from keqiao.parties.models import Organisation, Person
from tests.observatory.conftest import Publish, achievement_of, need_of
from tests.personas import Personas

Sealed = Callable[[], int]


def feed(query: str = "", *, who: Any = None, language: str = "zh-hans") -> list[dict[str, Any]]:
    client = Client(headers={"Accept-Language": language})
    if isinstance(who, Person):
        client.force_login(who)
    answer = client.get(f"/api/v1/feed{query}")
    assert answer.status_code == 200
    found: list[dict[str, Any]] = answer.json()
    return found


def titles(query: str = "", **options: Any) -> list[str]:
    return [item["title"] for item in feed(query, **options)]


def test_a_published_need_is_told_with_its_title_and_address(publish: Publish, sealed: Sealed) -> None:
    entry = publish("红外消光涂层")
    sealed()
    item = feed()[0]
    assert item.pop("at").startswith(entry.at.isoformat(timespec="milliseconds")[:19])
    assert item == {
        "position": entry.seal.position,
        "type": "need",
        "verb": "publish",
        "topic": "技术",
        "label": "通过并发布",
        "title": "红外消光涂层",
        "url": f"/needs/{entry.object_id}/",
    }


def test_labels_follow_the_reader_s_language(publish: Publish, sealed: Sealed) -> None:
    publish()
    sealed()
    assert feed(language="en")[0]["label"].isascii()


@pytest.mark.parametrize("state", ["draft", "returned", "triage", "information", "rejected", "withdrawn", "taken_down"])
def test_what_is_not_public_any_more_or_not_yet_is_not_told(publish: Publish, sealed: Sealed, state: str) -> None:
    need = need_of(publish())
    need.state = state
    need.save()
    sealed()
    assert feed() == []


@pytest.mark.parametrize("state", ["open", "in_project", "solved", "expired"])
def test_what_stays_public_stays_in_the_feed(publish: Publish, sealed: Sealed, state: str) -> None:
    need = need_of(publish())
    need.state = state
    need.save()
    sealed()
    assert titles() == ["消光涂层"]


def test_everybody_reads_the_same_feed(publish: Publish, sealed: Sealed, personas: Personas, owner: Person) -> None:
    """The owner's own draft and what staff sees in triage are no news either."""
    publish("公开的")
    run(NEED, None, "create", actor=owner, data={"kind": "technology", "title": "自己的草稿"})
    sealed()
    expected = feed()
    assert [item["title"] for item in expected] == ["公开的"]
    for name, who in personas.items():
        assert feed(who=who) == expected, name


def test_verbs_that_the_tables_keep_quiet_are_not_told(publish: Publish, sealed: Sealed, owner: Person) -> None:
    entry = publish()
    run(NEED, entry.object_id, "withdraw", actor=owner, data={"reason": "不再需要"})
    run(NEED, entry.object_id, "revise", actor=owner)
    sealed()
    assert feed() == []
    assert feed("?after=0") == []


def test_nothing_is_told_before_it_is_sealed(publish: Publish, sealed: Sealed) -> None:
    publish()
    assert feed() == []
    sealed()
    assert titles() == ["消光涂层"]


def test_newest_comes_first_and_limit_cuts(publish: Publish, publish_achievement: Publish, sealed: Sealed) -> None:
    publish("第一")
    publish_achievement("第二")
    publish("第三")
    sealed()
    assert titles() == ["第三", "第二", "第一"]
    assert titles("?limit=2") == ["第三", "第二"]


def matures(achievement: Any, actor: Person, level: int) -> None:
    data = {
        "maturity": level,
        "maturity_evidence": "第三方检测报告",
        "maturity_assessor": "专家组",
        "maturity_date": "2026-06-01",
    }
    run(ACHIEVEMENT, achievement.pk, "update_maturity", actor=actor, data=data)


def test_a_row_is_told_once_with_its_newest_event(
    publish_achievement: Publish, publish: Publish, sealed: Sealed, professor: Person
) -> None:
    achievement = achievement_of(publish_achievement("喷涂"))
    publish("之间的")
    matures(achievement, professor, 6)
    sealed()
    assert [(item["title"], item["verb"]) for item in feed()] == [("喷涂", "update_maturity"), ("之间的", "publish")]


def test_after_a_position_every_event_comes_oldest_first(
    publish_achievement: Publish, sealed: Sealed, professor: Person
) -> None:
    entry = publish_achievement("喷涂")
    achievement = achievement_of(entry)
    matures(achievement, professor, 5)
    matures(achievement, professor, 6)
    sealed()
    found = feed(f"?after={entry.seal.position}")
    assert [item["verb"] for item in found] == ["update_maturity", "update_maturity"]
    assert [item["position"] for item in found] == [entry.seal.position + 1, entry.seal.position + 2]


def test_reading_on_from_the_last_position_gives_each_event_once(
    publish: Publish, sealed: Sealed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the journal is looked through in parts, with rows that are gone between."""
    monkeypatch.setattr(queries, "PART", 2)
    for number in range(9):
        need = need_of(publish(f"第{number}项"))
        if number % 3 == 1:
            need.state = "taken_down"
            need.save()
    sealed()
    position, read = 0, []
    while part := feed(f"?after={position}&limit=2"):
        assert len(part) <= 2
        read += [item["title"] for item in part]
        position = part[-1]["position"]
    assert read == [f"第{number}项" for number in range(9) if number % 3 != 1]


def test_rows_that_are_gone_do_not_empty_the_feed(
    publish: Publish, sealed: Sealed, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish("还在")
    for _number in range(5):
        need = need_of(publish("撤下的"))
        need.state = "taken_down"
        need.save()
    sealed()
    assert titles("?limit=2") == ["还在"]
    monkeypatch.setattr(queries, "LOOKS", 1)
    assert titles("?limit=2") == []  # the search backwards ends somewhere


def test_one_kind_only(publish: Publish, publish_achievement: Publish, sealed: Sealed) -> None:
    publish("需求")
    publish_achievement("成果")
    sealed()
    assert [str(item.row) for item in queries.feed(kind="achievement")] == ["成果"]


def test_a_position_beyond_the_end_has_nothing_after_it(publish: Publish, sealed: Sealed) -> None:
    publish()
    sealed()
    assert feed(f"?after={Seal.objects.count()}") == []
    assert feed("?after=4611686018427387904") == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "field"), [("after=-1", "after"), ("after=x", "after"), ("limit=0", "limit"), ("limit=101", "limit")]
)
def test_a_wrong_question_is_explained_by_field(query: str, field: str) -> None:
    answer = Client().get(f"/api/v1/feed?{query}")
    assert (answer.status_code, answer["Content-Type"]) == (422, "application/problem+json")
    assert list(answer.json()["errors"]) == [field]


def test_more_rows_are_no_more_questions(publish: Publish, publish_achievement: Publish, sealed: Sealed) -> None:
    counted = []
    for _round in range(2):
        publish()
        publish_achievement()
        sealed()
        with CaptureQueriesContext(connection) as asked:
            feed()
        counted.append(len(asked))
    assert counted[0] == counted[1]


def test_no_confidential_value_gets_into_the_feed(
    publish: Publish, sealed: Sealed, personas: Personas, company_a: Organisation
) -> None:
    """A word that stands in every field above “public” comes out to nobody, by whatever way."""
    secret = "保密标记词"
    levels = {"organisation": Level.NDA, "contact": Level.NDA, "problem": Level.NDA, "background": Level.STAFF}
    Organisation.objects.filter(pk=company_a.pk).update(name=secret, verification_note=secret)
    Person.objects.filter(pk=personas["owner"].pk).update(name=secret)
    publish("公开的标题", levels=levels, problem=secret, background=secret, staff_note=secret, reject_reason=secret)
    sealed()
    for name, who in personas.items():
        for query in ("", "?after=0"):
            found = feed(query, who=who)
            assert [item["title"] for item in found] == ["公开的标题"], name
            assert secret not in str(found), name
    assert secret not in Client().get("/").content.decode()
