"""What everybody may open: home, pages of words, the numbers and what lies behind them, the way on when lost."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from keqiao.exchange.enums import AchievementState, NeedState
from keqiao.exchange.models import Achievement, Need, Solution
from keqiao.exchange.templatetags.exchange import facet_groups, switched
from keqiao.kernel.visibility import Hidden, Level
from keqiao.matching.comparing import Cell, Row
from keqiao.matching.templatetags.matching import without_column
from keqiao.observatory import breakdown, counters
from keqiao.observatory.counters import BY_NAME, METRICS
from keqiao.observatory.models import Counter
from keqiao.parties.models import Node, Person
from keqiao.parties.names import called
from tests.factories import NodeFactory, OrganisationFactory

Ask = Callable[..., str]


@pytest.fixture
def ask(client: Client, db: None) -> Ask:
    """A page as a stranger gets it."""

    def get(address: str, status: int = 200, language: str = "zh-hans") -> str:
        client.cookies["django_language"] = language
        response = client.get(address)
        assert response.status_code == status
        html = response.content.decode()
        assert "<c-" not in html
        assert "{{" not in html
        assert len(re.findall("<h1", html)) == 1
        return html

    return get


@pytest.fixture
def need(owner: Person) -> Need:
    """A need that everybody sees."""
    organisation = owner.memberships.get().organisation
    return Need.objects.create(
        title="红外探测器用消光涂层",
        problem="吸光率多在 95% 以下。",
        contact=owner,
        organisation=organisation,
        node=organisation.node,
        state=NeedState.OPEN,
        fields=["C39"],
        published_at=timezone.now(),
    )


# ---- words --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("path", "title"), [("/about/", "关于科桥"), ("/privacy/", "隐私"), ("/terms/", "使用规则")])
def test_page_of_words_has_its_title_and_is_in_the_footer(ask: Ask, path: str, title: str) -> None:
    assert f"<h1>{title}</h1>" in ask(path)
    assert f'<a href="{path}">{title}</a>' in ask("/needs/")


def test_privacy_names_the_four_levels(ask: Ask) -> None:
    levels = re.findall(r"<dt>([^<]+)</dt>", ask("/privacy/"))
    assert levels == ["公开", "注册用户可见", "签署保密协议后可见", "平台工作人员"]


# ---- home ---------------------------------------------------------------------------------------------------------


def test_home_is_read_as_box_answer_numbers_news(ask: Ask) -> None:
    html = ask("/")
    places = [html.index(part) for part in ('id="problem"', 'id="answer"', 'class="home-numbers"', "bridge-threads")]
    assert places == sorted(places)


def test_home_counts_characters_before_any_script_runs(ask: Ask) -> None:
    assert '<span class="field-count" x-text="text">0 / 2000</span>' in ask("/")


def test_home_says_what_will_stand_where_nothing_is_yet(ask: Ask) -> None:
    html = ask("/")
    assert "企业发布并通过初审的需求会滚动出现在这里。" in html
    assert "科研团队发布并通过初审的成果会滚动出现在这里。" in html


def test_home_takes_a_problem_along_to_the_need_card(client: Client, owner: Person) -> None:
    client.force_login(owner)
    assert 'data-carried="problem"' in client.get(reverse("need_new")).content.decode()


# ---- numbers ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", list(BY_NAME))
def test_every_number_opens_something_for_a_stranger(ask: Ask, name: str) -> None:
    assert f'href="{BY_NAME[name].link}"' in ask("/definitions/")
    ask(BY_NAME[name].link)


def test_a_clock_without_a_sample_says_so(ask: Ask) -> None:
    html = ask("/definitions/")
    assert html.count("还没有</td>") == 4
    assert 'id="clocks"' in html


def test_number_is_parted_by_node_and_state(ask: Ask, need: Need, centre: Node) -> None:
    Counter.objects.create(metric="open_needs", node=need.node_id, value=3)
    Counter.objects.create(metric="open_needs", node=centre.code, value=5)
    Counter.objects.create(metric="open_needs", node="", value=1)
    Counter.objects.create(metric="needs", node=centre.code, value=70)
    shares = breakdown.by_node(BY_NAME["open_needs"])
    assert [(share.label, share.value) for share in shares] == [
        (centre.name, 5),
        (need.node.name, 3),
        ("未分节点", 1),
    ]
    assert [(str(s.label), s.value) for s in breakdown.by_state(BY_NAME["needs"])] == [("对接中", 1)]


def test_number_says_how_many_and_not_which(ask: Ask, need: Need, professor: Person) -> None:
    Solution.objects.create(
        need=need, contact=professor, state="submitted", approach="不公开的技术路线", node=need.node
    )
    Counter.objects.create(metric="solutions", node=need.node_id, value=1)
    html = ask("/definitions/solutions/")
    assert '<span class="figures">1</span>' in html
    assert "为什么看不到逐条记录" in html
    assert "不公开的技术路线" not in html
    assert need.title not in html
    assert professor.name not in html


def test_number_leaves_the_switch_of_nodes_alone(ask: Ask, need: Need) -> None:
    Counter.objects.create(metric="solutions", node=need.node_id, value=1)
    for language, name in (("zh-hans", need.node.name), ("en", need.node.name_en or need.node.name)):
        html = ask("/definitions/solutions/", language=language)
        assert f'<a href="/needs/?node={need.node_id}">{name}</a>' in html


def test_number_that_does_not_exist_is_not_found(ask: Ask) -> None:
    assert "没有这个数字。" in ask("/definitions/happiness/", 404)


def test_breakdown_of_every_metric_equals_its_recount(need: Need) -> None:
    recounted = counters.recount()
    for metric in METRICS:
        assert sum(share.value for share in breakdown.by_state(metric)) == recounted[metric.name]


# ---- lost ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/nowhere/", "/needs/999999/"])
def test_who_is_lost_can_search(ask: Ask, path: str) -> None:
    html = ask(path, 404)
    assert '<form class="finder" method="get" action="/search/" role="search">' in html


def test_who_may_not_enter_is_sent_home_not_to_the_search(client: Client, owner: Person) -> None:
    client.force_login(owner)
    response = client.get("/verification/")
    assert response.status_code == 403
    assert 'class="finder"' not in response.content.decode()


# ---- lists --------------------------------------------------------------------------------------------------------


def test_chosen_filter_can_be_dropped_and_the_rest_stays(ask: Ask, need: Need) -> None:
    html = ask(f"/needs/?kind=technology&node={need.node_id}&page=3")
    dropped = re.findall(r'class="chip chip-thread chosen" href="([^"]+)"', html)
    assert dropped == [f"?node={need.node_id}", "?kind=technology"]
    assert '<a class="link small" href="/needs/">清除筛选</a>' in html


def test_list_without_filters_offers_none_to_drop(ask: Ask, need: Need) -> None:
    html = ask("/needs/")
    assert "chosen" not in html
    assert "清除筛选" not in html


def test_list_searches_its_own_kind(ask: Ask) -> None:
    assert '<input type="hidden" name="kind" value="need">' in ask("/needs/")
    assert '<input type="hidden" name="kind" value="achievement">' in ask("/achievements/")


class Value:
    """A value of a facet as `lists.Choice` has it."""

    def __init__(self, value: str, chosen: bool = False) -> None:
        self.value, self.chosen = value, chosen


def test_facet_that_leaves_no_choice_is_not_shown() -> None:
    facets: dict[str, Any] = {
        "region": [Value("42")],
        "kind": [Value("a"), Value("b")],
        "node": [Value("wuhan", chosen=True)],
        "field": [],
    }
    assert [name for name, _title, _values in facet_groups(facets)] == ["kind", "node"]


@pytest.mark.parametrize(
    ("now", "value", "address"),
    [
        ("", Value("talent"), "?kind=talent"),
        ("kind=talent&page=4", Value("talent", chosen=True), "?"),
        ("kind=talent&node=wuhan&page=4", Value("site"), "?node=wuhan&kind=site"),
    ],
)
def test_facet_switches_one_value_and_begins_again(rf: Any, now: str, value: Any, address: str) -> None:
    assert switched({"request": rf.get(f"/needs/?{now}")}, "kind", value) == address


# ---- comparing ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "differs"),
    [
        ([Cell("98 %"), Cell("98 %")], False),
        ([Cell("98 %"), Cell("")], False),
        ([Cell("98 %"), Cell("95 %")], True),
        ([Cell("98 %", "met"), Cell("", "unknown")], True),
        ([Cell("", "unknown"), Cell("", "unknown")], False),
        ([Cell(level=Level.NDA), Cell(level=Level.REGISTERED)], False),
    ],
)
def test_row_differs_when_something_else_is_said(cells: list[Cell], differs: bool) -> None:
    assert Row("吸光率", cells).differs is differs


def published(professor: Person, title: str) -> Achievement:
    organisation = professor.memberships.get().organisation
    return Achievement.objects.create(
        title=title,
        contact=professor,
        organisation=organisation,
        node=organisation.node,
        state=AchievementState.PUBLISHED,
        published_at=timezone.now(),
    )


def test_column_can_be_taken_out_and_the_need_stays(ask: Ask, professor: Person, need: Need) -> None:
    one, two = (published(professor, title) for title in ("甲涂层", "乙涂层"))
    assert without_column([one, two], one, need) == f"/compare/?a={two.pk}&need={need.pk}"
    html = ask(f"/compare/?a={one.pk}&a={two.pk}&need={need.pk}")
    assert f'href="/compare/?a={one.pk}&amp;need={need.pk}"' in html
    assert 'aria-label="从比较中移除：甲涂层"' in html
    assert 'id="only-differences"' in html


def test_one_column_has_nothing_to_differ_from(ask: Ask, professor: Person) -> None:
    html = ask(f"/compare/?a={published(professor, '甲涂层').pk}")
    assert "only-differences" not in html
    assert "compare-drop" not in html


# ---- names --------------------------------------------------------------------------------------------------------


def test_party_is_called_in_the_language_of_the_reader(db: None) -> None:
    row = OrganisationFactory(name="丙午试验大学", name_en="Bingwu Test University")
    assert called(row) == "丙午试验大学"
    with translation.override("en"):
        assert called(row) == "Bingwu Test University"
        assert called(OrganisationFactory(name="没有英文名的单位")) == "没有英文名的单位"
        assert called(NodeFactory(code="w", name="武汉节点", name_en="Wuhan node")) == "Wuhan node"


@pytest.mark.parametrize("nobody", [None, "", Hidden(Level.NDA)])
def test_nobody_is_called_nothing(nobody: Any) -> None:
    assert called(nobody) == ""


def test_what_browsers_ask_for_beside_a_page_sets_no_cookie(client: Client) -> None:
    """With a cookie of its own the answer would make the form invalid that was fetched at the same moment."""
    answer = client.get("/favicon.ico")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/static/keqiao/mark.svg")
    assert dict(answer.cookies) == {}


@pytest.mark.django_db
def test_a_form_that_waited_too_long_is_refused_in_our_own_words() -> None:
    answer = Client(enforce_csrf_checks=True).post("/accounts/signup/", {"email": "a@b.example"})
    assert answer.status_code == 403
    html = answer.content.decode()
    assert "这一页等得太久了" in html
    assert "没有权限" not in html
    assert "<style" not in answer.content.decode()
