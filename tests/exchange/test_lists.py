"""The public lists: what a filter leaves, what facets count, the order, the pages; one's own list; the queue."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.http import QueryDict
from django.test import Client
from django.utils import timezone

from keqiao.exchange import lists, triage
from keqiao.exchange.models import Achievement, Need
from keqiao.exchange.workflow import NEED
from keqiao.kernel.models import ClockRun
from keqiao.kernel.visibility import Level
from keqiao.kernel.workflow import run
from keqiao.parties.models import Node, Organisation, Person
from tests.factories import MembershipFactory, OrganisationFactory, PostFactory
from tests.personas import fresh

pytestmark = pytest.mark.django_db


def titles(client: Client, address: str) -> list[str]:
    """The titles on a page, in their order."""
    response = client.get(address)
    assert response.status_code == 200, address
    main = response.content.decode().split("<main")[1]
    return list(dict.fromkeys(re.findall(r"清单[^<\"\s]{1,6}", main)))


@pytest.fixture
def shelf(owner: Person, company_a: Organisation, yichang: Node) -> None:
    """Five needs in the open that differ in what the facets look at, the first the newest; and two that are not."""
    now = timezone.now()
    rows: list[dict[str, Any]] = [
        {"title": "清单甲", "kind": "technology", "fields": ["C3971"], "region": "4201", "state": "open"},
        {"title": "清单乙", "kind": "talent", "fields": ["C2641"], "region": "4205", "state": "open", "node": yichang},
        {"title": "清单丙", "kind": "technology", "fields": ["X3.3"], "region": "31", "state": "in_project"},
        {"title": "清单丁", "kind": "finance", "fields": ["C3985", "X1.2"], "region": "", "state": "solved"},
        {"title": "清单戊", "kind": "site", "fields": [], "region": "42", "state": "open"},
        {"title": "清单己", "kind": "technology", "fields": ["C3971"], "region": "4201", "state": "draft"},
        {"title": "清单庚", "kind": "technology", "fields": ["C3971"], "region": "4201", "state": "withdrawn"},
    ]
    for age, row in enumerate(rows):
        base = {"contact": owner, "organisation": company_a, "node": company_a.node, "problem": "说明。"}
        Need.objects.create(**base | row, published_at=now - timedelta(days=age))


ALL = ["清单甲", "清单乙", "清单丙", "清单丁", "清单戊"]
LEFT = [
    ("", ALL),
    ("kind=talent", ["清单乙"]),
    ("kind=technology", ["清单甲", "清单丙"]),
    ("field=C39", ["清单甲", "清单丁"]),
    ("field=C3971", ["清单甲"]),
    ("field=c3971", ["清单甲"]),
    ("field=X1", ["清单丁"]),
    ("field=X1.2", ["清单丁"]),
    ("region=42", ["清单甲", "清单乙", "清单戊"]),
    ("region=420100", ["清单甲"]),
    ("region=31", ["清单丙"]),
    ("region=湖北省", ["清单甲", "清单乙", "清单戊"]),
    ("node=yichang", ["清单乙"]),
    ("state=solved", ["清单丁"]),
    ("state=in_project", ["清单丙"]),
    ("kind=technology&region=42", ["清单甲"]),
    ("kind=technology&state=solved", []),
    ("state=draft", ALL),
    ("state=withdrawn", ALL),
]


def test_each_filter_leaves_what_it_says_newest_first(shelf: None) -> None:
    assert {query: titles(Client(), f"/needs/?{query}") for query, _left in LEFT} == dict(LEFT)


def facets_for(query: str) -> dict[str, dict[str, int]]:
    cache.clear()
    filters = lists.Filters.from_query(Need, QueryDict(query))
    found = lists.facets(filters, lists.counts(filters))
    return {name: {choice.value: choice.count for choice in choices} for name, choices in found.items()}


def test_facets_count_what_choosing_them_would_leave(shelf: None) -> None:
    found = facets_for("")
    assert found["kind"] == {"technology": 2, "finance": 1, "site": 1, "talent": 1}
    assert found["region"] == {"42": 3, "31": 1}
    assert found["node"] == {"wuhan": 4, "yichang": 1}
    for name, values in found.items():
        for value, count in values.items():
            assert len(titles(Client(), f"/needs/?{name}={value}")) == count, (name, value)


def test_a_facet_is_counted_without_its_own_choice(shelf: None) -> None:
    found = facets_for("kind=technology")
    assert found["kind"] == {"technology": 2, "finance": 1, "site": 1, "talent": 1}
    assert (found["region"], found["node"]) == ({"31": 1, "42": 1}, {"wuhan": 2})
    assert sum(found["state"].values()) == 2


def test_below_a_chosen_field_stand_its_own_line_and_children(shelf: None) -> None:
    assert facets_for("field=C39")["field"] == {"C": 3, "C39": 2, "C397": 1, "C398": 1}
    assert titles(Client(), "/needs/?field=C397") == ["清单甲"]


@pytest.mark.parametrize(
    ("query", "chosen"),
    [
        ("field=%00", {}), ("kind=a' OR", {}), ("node=" + "x" * 41, {}), ("region=火星", {}),
        ("field=Z99", {"field": "Z99"}),
        ("kind= talent ", {"kind": "talent"}), ("kind=talent&kind=site", {"kind": "site"}), ("colour=red", {}),
    ],
)  # fmt: skip
def test_values_that_mean_nothing_are_left_out(query: str, chosen: dict[str, str], db: None) -> None:
    assert lists.Filters.from_query(Need, QueryDict(query)).chosen == chosen


def many(owner: Person, company: Organisation, count: int, **values: Any) -> None:
    now = timezone.now()
    for number in range(count):
        base = {"contact": owner, "organisation": company, "node": company.node, "state": "open", "problem": "说明。"}
        Need.objects.create(**base | {"title": f"清单{number:03d}", "published_at": now} | values)


@pytest.mark.parametrize(("asked", "shown"), [("1", 20), ("2", 20), ("3", 1), ("4", 1), ("0", 1), ("-1", 1), ("x", 20)])
def test_pages_end_where_they_end(asked: str, shown: int, owner: Person, company_a: Organisation) -> None:
    many(owner, company_a, 41)
    assert len(titles(Client(), f"/needs/?page={asked}")) == shown


def test_leafing_shows_everything_once_though_all_came_at_one_moment(owner: Person, company_a: Organisation) -> None:
    many(owner, company_a, 41)
    seen = [title for page in (1, 2, 3) for title in titles(Client(), f"/needs/?page={page}")]
    assert (len(seen), len(set(seen))) == (41, 41)
    assert seen[0] == "清单040"


def test_counts_are_kept_for_a_moment_and_the_rows_are_not(owner: Person, company_a: Organisation) -> None:
    """A need withdrawn a second ago is not shown, whatever the number beside the facet still says."""
    many(owner, company_a, 2)
    assert len(titles(Client(), "/needs/")) == 2
    Need.objects.filter(title="清单000").update(state="withdrawn")
    assert titles(Client(), "/needs/") == ["清单001"]


def test_sealed_rows_are_counted_and_listed_without_their_owner(owner: Person, company_a: Organisation) -> None:
    many(owner, company_a, 1, levels={"organisation": int(Level.NDA), "contact": int(Level.NDA)})
    page = Client().get("/needs/?node=wuhan").content.decode()
    assert "清单000" in page
    assert company_a.name not in page


# ---- one's own --------------------------------------------------------------------------------------------------


def test_ones_own_list_is_of_the_house_in_every_state(
    shelf: None, owner: Person, colleague: Person, competitor: Person, operator: Person, browse: Any
) -> None:
    for person, count in ((owner, 7), (colleague, 7), (competitor, 0), (operator, 0)):
        assert len(titles(browse(person), "/needs/?mine=1")) == count, person


def test_what_was_touched_last_stands_first(shelf: None, owner: Person, browse: Any) -> None:
    Need.objects.get(title="清单丁").save()
    assert titles(browse(owner), "/needs/?mine=1")[0] == "清单丁"


def test_own_records_without_an_organisation_stay_ones_own(
    centre: Node, company_a: Organisation, professor: Person, browse: Any
) -> None:
    loner = Person.objects.create_user("loner@example.test", name="独立发明人")
    Need.objects.create(title="清单独", contact=loner, node=centre, state="draft")
    assert titles(browse(loner), "/needs/?mine=1") == ["清单独"]
    MembershipFactory(person=loner, organisation=company_a)
    assert titles(browse(fresh(loner)), "/needs/?mine=1") == ["清单独"]
    assert titles(browse(professor), "/needs/?mine=1") == []


# ---- the queue of triage ----------------------------------------------------------------------------------------


def waiting(count: int, owner: Person, company: Organisation, state: str = "triage", *, paused: bool = False) -> None:
    now = timezone.now()
    for number in range(count):
        row = Need.objects.create(
            title=f"清单{state[:1]}{number:03d}", contact=owner, organisation=company, node=company.node, state=state
        )
        ClockRun.objects.create(
            name="triage", object_type="need", object_id=row.pk, node=company.node_id, started_at=now,
            due_at=now + timedelta(hours=8) - timedelta(minutes=number), paused_at=now if paused else None,
        )  # fmt: skip


def test_those_who_wait_for_an_answer_do_not_crowd_out_the_urgent(
    owner: Person, company_a: Organisation, operator: Person
) -> None:
    """A hundred lines are shown: the most urgent hundred, whatever was begun first."""
    waiting(triage.AT_ONCE, owner, company_a, "information", paused=True)
    waiting(3, owner, company_a)
    lines = triage.queue(operator)
    assert len(lines) == triage.AT_ONCE
    assert [str(line.row) for line in lines[:3]] == ["清单t002", "清单t001", "清单t000"]
    assert triage.count_waiting(operator) == triage.AT_ONCE + 3


@pytest.mark.parametrize(
    "query", ["", "?only=nonsense", "?item=needs-0", "?item=%00", "?item=achievements-1&only=needs"]
)
def test_a_strange_address_opens_the_most_urgent(
    query: str, owner: Person, company_a: Organisation, operator: Person, browse: Any
) -> None:
    waiting(2, owner, company_a)
    page = browse(operator).get(f"/triage/{query}").content.decode()
    assert "全部处理完了" not in page
    assert "清单t001" in page


def test_the_next_card_is_open_after_a_decision(
    triage_need: Need, owner: Person, company_a: Organisation, operator: Person, browse: Any
) -> None:
    waiting(1, owner, company_a)
    client = browse(operator)
    run(NEED, triage_need.pk, "publish", actor=operator)
    page = client.get(f"/triage/?item=needs-{triage_need.pk}").content.decode()
    assert "清单t000" in page
    assert triage_need.title not in page.split("<main")[1]


def test_a_queue_is_of_both_kinds_or_of_one(
    triage_need: Need, draft_achievement: Achievement, operator: Person, browse: Any
) -> None:
    Achievement.objects.update(state="triage")
    client = browse(operator)
    for only, shown in (("", 2), ("needs", 1), ("achievements", 1)):
        page = client.get("/triage/", {"only": only}).content.decode()
        found = {title for title in (triage_need.title, draft_achievement.title) if title in page.split("<main")[1]}
        assert len(found) == shown, only


def test_an_operator_of_two_nodes_has_both_queues(
    owner: Person, company_a: Organisation, operator: Person, yichang: Node
) -> None:
    other = OrganisationFactory(node=yichang)
    waiting(1, owner, company_a)
    waiting(1, owner, other, "information")
    assert len(triage.queue(operator)) == 1
    PostFactory(person=operator, node=yichang)
    assert len(triage.queue(fresh(operator))) == 2
