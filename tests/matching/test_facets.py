"""Filters of the search, one by one and together: what each leaves, what it counts, and what it does with nonsense."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from keqiao.kernel.visibility import Level
from keqiao.matching.filters import Filters, label_of
from tests.matching.conftest import Make

SEARCH = "/api/v1/search"


def ask(client: Client, **query: Any) -> dict[str, Any]:
    response = client.get(SEARCH, query)
    assert response.status_code == 200, response.content
    found: dict[str, Any] = response.json()
    return found


def titles_of(found: dict[str, Any]) -> list[str]:
    return [item["title"] for item in found["items"]]


@pytest.fixture
def shelf(make_need: Make, make_achievement: Make, yichang: Any, indexed: Any) -> None:
    """Four coatings that differ in everything filters look at, and a need; the first is the newest."""
    now = timezone.now()
    rows: list[dict[str, Any]] = [
        {"title": "涂层甲", "fields": ["C3971"], "region": "4201", "maturity": 6,
         "intellectual_property": "patent_granted", "cooperation_modes": ["licence", "transfer"]},
        {"title": "涂层乙", "fields": ["C2641"], "region": "420500", "maturity": 9, "intellectual_property": "know_how",
         "cooperation_modes": ["licence"], "node": yichang},
        {"title": "涂层丙", "fields": ["X3.3"], "region": "31", "maturity": None, "intellectual_property": "none",
         "cooperation_modes": []},
        {"title": "涂层丁", "fields": ["C3985", "X1.2"], "region": "", "maturity": 3,
         "cooperation_modes": ["development"], "intellectual_property": "patent_pending"},
    ]  # fmt: skip
    for age, row in enumerate(rows):
        make_achievement(summary="一种消光涂层。", specifications=[], published_at=now - timedelta(days=age), **row)
    make_need(
        title="求涂层", problem="一种消光涂层。", fields=["C2641"], region="4205", published_at=now - timedelta(days=9)
    )
    indexed()


ALL = ["涂层甲", "涂层乙", "涂层丙", "涂层丁", "求涂层"]
LEFT: list[tuple[dict[str, Any], list[str]]] = [
    ({}, ALL),
    ({"kind": "achievement"}, ALL[:4]),
    ({"kind": "need"}, ["求涂层"]),
    ({"kind": ["need", "achievement"]}, ALL),
    ({"kind": "person"}, []),
    ({"kind": "solved_need"}, []),
    ({"field": "C39"}, ["涂层甲", "涂层丁"]),
    ({"field": "C26"}, ["涂层乙", "求涂层"]),
    ({"field": ["C26", "X3"]}, ["涂层乙", "涂层丙", "求涂层"]),
    ({"field": "X1"}, ["涂层丁"]),
    ({"region": "42"}, ["涂层甲", "涂层乙", "求涂层"]),
    ({"region": "4205"}, ["涂层乙", "求涂层"]),
    ({"region": ["31", "4201"]}, ["涂层甲", "涂层丙"]),
    ({"node": "yichang"}, ["涂层乙"]),
    ({"node": ["yichang", "nowhere"]}, ["涂层乙"]),
    ({"trl": "9"}, ["涂层乙"]),
    ({"trl": ["3", "6"]}, ["涂层甲", "涂层丁"]),
    ({"ip": "know_how"}, ["涂层乙"]),
    ({"mode": "licence"}, ["涂层甲", "涂层乙"]),
    ({"mode": ["transfer", "development"]}, ["涂层甲", "涂层丁"]),
    ({"mode": "licence", "region": "4201"}, ["涂层甲"]),
    ({"mode": "licence", "trl": "3"}, []),
    ({"kind": "need", "region": "42", "field": "C2641"}, ["求涂层"]),
]  # fmt: skip


@pytest.mark.parametrize("words", ["消光涂层", ""], ids=["words", "no words"])
def test_each_filter_leaves_the_same_with_words_and_without(words: str, client: Client, shelf: None) -> None:
    for query, left in LEFT:
        found = ask(client, q=words, order="newest", **query)
        assert (titles_of(found), found["total"]) == (left, len(left)), query


def test_a_facet_counts_what_choosing_it_would_leave(client: Client, shelf: None) -> None:
    """Each number beside a value is the number of results after a click on it."""
    facets = ask(client, q="消光涂层")["facets"]
    assert facets["kind"] == {"achievement": 4, "need": 1}
    for name, values in facets.items():
        for value, count in values.items():
            assert ask(client, q="消光涂层", **{name: value})["total"] == count, (name, value)


@pytest.mark.parametrize(
    ("query", "facet", "counts"),
    [
        ({"region": "42"}, "region", {"42": 3}),
        ({"region": "4205"}, "region", {"4205": 2}),
        ({"region": "65"}, "region", {"65": 0}),
        ({"trl": "8"}, "trl", {"8": 0, "6": 1}),
        ({"field": "C39"}, "field", {"C39": 2}),
        ({"node": "nowhere"}, "node", {"nowhere": 0}),
    ],
)
def test_what_is_chosen_stays_with_the_number_it_leaves(
    query: dict[str, Any], facet: str, counts: dict[str, int], client: Client, shelf: None
) -> None:
    found = ask(client, q="消光涂层", **query)["facets"][facet]
    assert {value: found[value] for value in counts} == counts


def test_a_choice_in_one_facet_narrows_the_numbers_of_the_others_alone(client: Client, shelf: None) -> None:
    facets = ask(client, q="消光涂层", ip="know_how")["facets"]
    assert facets["trl"] == {"9": 1}
    assert facets["node"] == {"yichang": 1}
    assert facets["ip"] == {"know_how": 1, "patent_granted": 1, "patent_pending": 1, "none": 1}


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"kind": ["need", "draft", ""]}, {"kind": ["need"]}),
        ({"trl": ["0", "10", "6", "６"]}, {"trl": ["6"]}),
        ({"ip": ["know_how' OR 1=1"]}, {}),
        ({"field": ["C39", "C39", "a b", "\0", "é!"]}, {"field": ["C39"]}),
        ({"node": ["wu-han", "-", "x" * 30]}, {"node": ["wu-han", "x" * 20]}),
        ({"region": "42"}, {"region": ["42"]}),
        ({"region": [str(number) for number in range(30)]}, {"region": [str(number) for number in range(20)]}),
        ({"colour": ["red"]}, {}),
    ],
)
def test_an_address_is_cleaned_of_what_means_nothing(given: dict[str, Any], kept: dict[str, list[str]]) -> None:
    assert Filters.of(given).as_dict() == kept


def test_switching_a_value_twice_changes_nothing() -> None:
    chosen = Filters(kind=("need",), trl=("6", "9"))
    assert chosen.with_value("trl", "6").as_dict() == {"kind": ["need"], "trl": ["9"]}
    assert chosen.with_value("trl", "3").trl == ("6", "9", "3")
    for facet, value in (("trl", "6"), ("kind", "need"), ("field", "C39")):
        twice = chosen.with_value(facet, value).with_value(facet, value)
        assert {name: set(values) for name, values in twice.as_dict().items()} == {"kind": {"need"}, "trl": {"6", "9"}}
    assert chosen.address(q="涂层", order="") == "q=%E6%B6%82%E5%B1%82&kind=need&trl=6&trl=9"


@pytest.mark.parametrize(
    ("facet", "value", "label"),
    [("kind", "solved_need", "已解决的需求"), ("trl", "6", "TRL 6"), ("node", "wuhan", "武汉节点"),
     ("node", "gone", "gone"),
     ("region", "4201", "湖北省 武汉市"), ("mode", "licence", "技术许可"), ("ip", "know_how", "技术秘密")],
)  # fmt: skip
def test_a_value_is_called_by_its_name(facet: str, value: str, label: str, wuhan: Any) -> None:
    assert label_of(facet, value) == label


# ---- pages and order --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", ["消光涂层", ""])
@pytest.mark.parametrize(("asked", "page", "shown"), [(1, 1, 20), (2, 2, 3), (3, 2, 3), (999, 2, 3)])
def test_pages_end_where_they_end(
    asked: int, page: int, shown: int, words: str, client: Client, make_achievement: Make, indexed: Any
) -> None:
    for number in range(23):
        make_achievement(title=f"消光涂层 {number}", specifications=[])
    indexed()
    found = ask(client, q=words, page=asked)
    assert (found["page"], found["pages"], found["total"], len(found["items"])) == (page, 2, 23, shown)


def test_leafing_shows_everything_once(client: Client, make_achievement: Make, indexed: Any) -> None:
    """Also where all were published at the very same moment."""
    moment = timezone.now()
    rows = {make_achievement(title=f"消光涂层 {n}", published_at=moment).pk for n in range(23)}
    indexed()
    for words, order in (("消光涂层", "relevance"), ("消光涂层", "newest"), ("", "relevance")):
        pages = [ask(client, q=words, order=order, page=page) for page in (1, 2)]
        seen = [item["id"] for found in pages for item in found["items"]]
        assert (len(seen), set(seen)) == (23, rows)


@pytest.mark.parametrize("query", [{"page": 0}, {"page": "x"}, {"q": "a" * 501}, {"kind": ["need"] * 5}, {"order": ""}])
def test_the_api_refuses_what_it_does_not_know(query: dict[str, Any], client: Client, db: None) -> None:
    response = client.get(SEARCH, query)
    assert (response.status_code, response["Content-Type"]) == (422, "application/problem+json")
    assert list(response.json()["errors"]) == [next(iter(query))]


def test_newest_first_keeps_to_what_has_the_words(
    client: Client, make_achievement: Make, shelf: None, indexed: Any
) -> None:
    """It is another order, not another search."""
    make_achievement(title="奶粉防结剂", summary="改善流动性。", specifications=[], fields=["C14"])
    indexed()
    by_relevance, by_time = ask(client, q="消光涂层"), ask(client, q="消光涂层", order="newest")
    assert set(titles_of(by_relevance)) == set(titles_of(by_time)) == set(ALL)
    assert titles_of(by_time) == ALL
    assert by_relevance["facets"] == by_time["facets"]


def test_the_facets_of_newest_first_keep_the_order(client: Client, shelf: None) -> None:
    page = client.get("/search/", {"q": "消光涂层", "order": "newest", "kind": "achievement"}).content.decode()
    kinds = [part.split('"')[0] for part in page.split('href="/search/?')[1:] if "trl=6" in part.split('"')[0]]
    assert kinds
    assert all("order=newest" in address and "kind=achievement" in address for address in kinds)


def test_hidden_organisations_are_counted_and_not_named(
    client: Client, make_achievement: Make, university: Any, indexed: Any
) -> None:
    make_achievement(levels={"organisation": int(Level.NDA), "contact": int(Level.NDA)})
    indexed()
    page = client.get("/search/", {"q": "消光涂层"}).content.decode()
    assert "宽谱超黑" in page
    assert university.name not in page
    assert ask(client, q=university.name)["total"] == 0
