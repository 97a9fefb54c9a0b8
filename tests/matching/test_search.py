"""Search: words, facets, order, pages; never a hint of what is hidden."""

from __future__ import annotations

import datetime

import pytest
from django.utils import timezone

from keqiao.exchange.models import Achievement, Need
from keqiao.kernel.visibility import Level
from keqiao.matching.filters import Filters
from keqiao.matching.queries import NEWEST, candidates
from keqiao.matching.search import fresh, search
from tests.matching.conftest import Make
from tests.personas import Personas

NOTHING = Filters()
SEALED = {"problem": int(Level.NDA), "current_state": int(Level.NDA), "organisation": int(Level.NDA)}
HIDDEN = "铯蒸气腐蚀"


def found(results) -> list[str]:
    return [str(item.row) for item in results.items]


def shown(results) -> str:
    return "".join(text for item in results.items for part in ("title", "theirs") for text, _ in item.evidence[part])


def test_words_find_what_shares_them_and_nothing_else(make_achievement: Make, market, indexed, stranger) -> None:
    make_achievement()
    indexed()
    assert found(search("消光涂层", NOTHING, actor=stranger)) == ["宽谱超黑消光涂层的低温喷涂工艺"]
    assert found(search("量子纠缠存储", NOTHING, actor=stranger)) == []


@pytest.mark.parametrize("name", ["owner", "colleague", "competitor", "professor", "manager", "operator",
                                  "other_operator", "centre_operator", "auditor", "stranger"])  # fmt: skip
def test_hidden_words_find_nothing_for_anybody(name: str, personas: Personas, make_need: Make, market, indexed) -> None:
    make_need(problem=f"我们遇到{HIDDEN}，涂层失效。", current_state="旧法用铼。", levels=SEALED)
    indexed()
    actor = personas[name]
    assert search(HIDDEN, NOTHING, actor=actor).total == 0
    assert search("铯蒸气", NOTHING, actor=actor).total == 0
    visible = search("消光涂层", NOTHING, actor=actor)
    assert visible.total == 1
    assert "铯" not in shown(visible)
    assert "甲辰" not in shown(visible)


@pytest.mark.parametrize("name", ["competitor", "professor", "stranger"])
def test_hidden_words_do_not_change_what_is_found(
    name: str, personas: Personas, make_need: Make, market, indexed
) -> None:
    need = make_need(problem="涂层失效。", levels=SEALED)
    indexed()
    before = search("红外探测器 涂层", NOTHING, actor=personas[name])
    need.problem = f"我们遇到{HIDDEN}。" * 20
    need.save()
    indexed()
    after = search("红外探测器 涂层", NOTHING, actor=personas[name])
    assert found(before) == found(after)
    assert [item.evidence["theirs"] for item in before.items] == [item.evidence["theirs"] for item in after.items]


def test_name_of_a_sealed_asker_finds_nothing(make_need: Make, market, indexed, competitor) -> None:
    make_need(levels=SEALED)
    indexed()
    assert search("甲辰试验光电", NOTHING, actor=competitor).total == 0


def test_record_withdrawn_a_moment_ago_is_not_shown(make_achievement: Make, market, indexed, stranger) -> None:
    achievement = make_achievement()
    indexed()
    Achievement.objects.filter(pk=achievement.pk).update(state="withdrawn")
    assert search("消光涂层", NOTHING, actor=stranger).total == 0


def test_text_hidden_a_moment_ago_is_not_quoted(make_need: Make, market, indexed, stranger) -> None:
    need = make_need(problem=f"我们遇到{HIDDEN}，涂层失效。")
    indexed()
    assert "铯" in shown(search(HIDDEN, NOTHING, actor=stranger))
    Need.objects.filter(pk=need.pk).update(levels=SEALED)
    assert shown(search(HIDDEN, NOTHING, actor=stranger)) == ""


def test_facets_count_what_the_other_facets_leave(
    make_need: Make, make_achievement: Make, market, indexed, stranger
) -> None:
    make_need()
    make_achievement()
    make_achievement(title="黑色消光涂层电镀", maturity=9, intellectual_property="know_how", fields=["C33"])
    indexed()
    everything = search("消光涂层", NOTHING, actor=stranger).facets
    assert {facet.value: facet.count for facet in everything["kind"]} == {"achievement": 2, "need": 1}
    assert {facet.value: facet.count for facet in everything["trl"]} == {"6": 1, "9": 1}
    assert {facet.value: facet.count for facet in everything["ip"]} == {"patent_granted": 1, "know_how": 1}
    narrowed = search("消光涂层", Filters(trl=("9",)), actor=stranger)
    assert found(narrowed) == ["黑色消光涂层电镀"]
    assert {facet.value: facet.count for facet in narrowed.facets["trl"]} == {"6": 1, "9": 1}
    assert {facet.value: facet.count for facet in narrowed.facets["kind"]} == {"achievement": 1}
    assert narrowed.facets["trl"][0].address == "q=%E6%B6%88%E5%85%89%E6%B6%82%E5%B1%82&trl=9&trl=6"


def test_field_finds_what_lies_below_it(make_achievement: Make, market, indexed, stranger) -> None:
    make_achievement(fields=["C3971"])
    indexed()
    assert search("消光涂层", Filters(field=("C39",)), actor=stranger).total == 1
    assert search("消光涂层", Filters(field=("C38",)), actor=stranger).total == 0
    assert search("", Filters(field=("C39",)), actor=stranger).total == 1


def test_facet_columns_are_public_for_every_row() -> None:
    for model in (Need, Achievement):
        for name in ("fields", "region", "node", "cooperation_modes"):
            assert model.field_levels[name] == Level.PUBLIC
            assert name not in model.choosable
    for name in ("maturity", "intellectual_property"):
        assert Achievement.field_levels[name] == Level.PUBLIC
        assert name not in Achievement.choosable


def days_ago(days: int) -> datetime.datetime:
    return timezone.now() - datetime.timedelta(days=days)


def test_newest_first_is_always_possible(make_need: Make, make_achievement: Make, market, indexed, owner) -> None:
    make_achievement(published_at=days_ago(9))
    make_achievement(title="消光涂层旧配方", summary="消光。", specifications=[], published_at=days_ago(1))
    indexed()
    best, latest = "宽谱超黑消光涂层的低温喷涂工艺", "消光涂层旧配方"
    assert found(search("探测器喷涂消光涂层", NOTHING, actor=owner)) == [best, latest]
    assert found(search("探测器喷涂消光涂层", NOTHING, actor=owner, order=NEWEST)) == [latest, best]
    by_time = candidates(make_need(), owner, limit=20, order=NEWEST).achievements
    created = [int(item.row.published_at.timestamp()) for item in by_time]
    assert created == sorted(created, reverse=True)


def test_without_words_everything_newest_first(make_need: Make, market, indexed, stranger) -> None:
    make_need(published_at=days_ago(30))
    indexed()
    results = search("", NOTHING, actor=stranger)
    assert (results.total, results.order) == (len(market) + 1, NEWEST)
    assert found(results)[-1] == "红外探测器用消光涂层"
    assert search("", Filters(kind=("need",)), actor=stranger).total == 1
    assert search("", Filters(kind=("need",), trl=("6",)), actor=stranger).total == 0


def test_pages_hold_what_they_say(market, indexed, stranger) -> None:
    indexed()
    first = search("", NOTHING, actor=stranger, size=3)
    last = search("", NOTHING, actor=stranger, size=3, page=3)
    beyond = search("", NOTHING, actor=stranger, size=3, page=99)
    assert (first.pages, len(first.items), len(last.items), beyond.page) == (3, 3, 2, 3)
    assert not {item.row.pk for item in first.items} & {item.row.pk for item in last.items}


@pytest.mark.parametrize("text", ["", "   ", "🙂🙂", "<script>", "　", "a" * 600, "'; DROP TABLE", "\x00涂层"])
def test_strange_words_do_no_harm(text: str, market, indexed, stranger) -> None:
    indexed()
    assert search(text, NOTHING, actor=stranger).page == 1


def test_how_much_is_new_since_a_moment(make_achievement: Make, market, indexed, stranger) -> None:
    make_achievement(published_at=days_ago(5))
    make_achievement(title="消光涂层新配方", published_at=days_ago(1))
    indexed()
    since = int(days_ago(3).timestamp())
    assert fresh("消光涂层", NOTHING, since, stranger) == 1
    assert fresh("消光涂层", Filters(kind=("need",)), since, stranger) == 0
    assert fresh("", Filters(kind=("achievement",)), since, stranger) == len(market) + 1


@pytest.mark.parametrize("count", [1, 3])
def test_search_asks_as_much_for_three_as_for_one(
    count: int, make_achievement: Make, market, indexed, owner, django_assert_num_queries
) -> None:
    for number in range(count):
        make_achievement(title=f"消光涂层 {number} 号")
    indexed()
    search("消光涂层", NOTHING, actor=owner)
    with django_assert_num_queries(2):
        assert search("消光涂层", NOTHING, actor=owner).total == count
