"""Pages of matching: what they show to whom, and how often they ask the database."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from keqiao.kernel.visibility import Level
from keqiao.kernel.workflow import run
from keqiao.matching.models import Grade, Match, Proposal, SavedSearch, Shortlisted
from keqiao.matching.workflow import MATCHES, PROPOSALS
from tests.matching.conftest import Make
from tests.personas import Personas

SEALED = {name: int(Level.NDA) for name in ("problem", "organisation", "contact")}
PROBLEM = "我们外购的消光涂层吸光率多在 95% 以下。希望吸光率达到 98% 以上，适合红外探测器。"


def page(client: Client, address: str, actor: Any = None, status: int = 200, **data: Any) -> str:
    if actor is not None:
        client.force_login(actor)
    response = client.get(address, data)
    assert response.status_code == status
    html = response.content.decode()
    assert "<c-" not in html
    return html


# ---- the box on the home page -----------------------------------------------------------------------------------


def test_box_answers_a_stranger_with_figures_and_candidates(client, make_achievement: Make, market, indexed) -> None:
    make_achievement()
    indexed()
    response = client.post(reverse("match"), {"text": PROBLEM}, headers={"HX-Request": "true"})
    html = response.content.decode()
    assert response.status_code == 200
    assert "<mark>消光涂层</mark>" in html
    assert "98.68" in html
    assert "达到" in html
    assert "<html" not in html
    assert "还缺：" not in html  # the box above says it already


def test_box_works_without_scripts(client, market, indexed) -> None:
    indexed()
    response = client.post(reverse("match"), {"text": PROBLEM})
    html = response.content.decode()
    assert response.status_code == 200
    assert "<html" in html
    assert "还缺：批量规模、预算、时间" in html


@pytest.mark.parametrize(
    ("text", "words"), [("", "请写下"), ("涂", "请写下"), ("长" * 2001, "最多 2000 字，现在有 2001 字")]
)
def test_box_says_what_is_wrong_with_a_text(client, text: str, words: str) -> None:
    response = client.post(reverse("match"), {"text": text}, headers={"HX-Request": "true"})
    assert response.status_code == 422
    assert words in response.content.decode()


def test_box_keeps_nothing(client, market, indexed, db) -> None:
    from django.contrib.sessions.models import Session

    from keqiao.kernel.models import Entry

    indexed()
    client.post(reverse("match"), {"text": PROBLEM})
    assert (Session.objects.count(), Entry.objects.count()) == (0, 0)


def test_figures_are_read_while_typing(client) -> None:
    html = client.post(reverse("match_figures"), {"text": PROBLEM}).content.decode()
    assert "98" in html
    assert "预算" in html
    assert client.get(reverse("match_figures")).status_code == 405


# ---- search -----------------------------------------------------------------------------------------------------


def test_search_page_shows_facets_and_highlights(client, make_achievement: Make, market, indexed) -> None:
    make_achievement()
    indexed()
    html = page(client, reverse("search"), q="消光涂层")
    assert "<mark>消光涂层</mark>" in html
    assert "TRL 6" in html
    assert "保存搜索" not in html


def test_newest_first_is_remembered(client, market, indexed, owner) -> None:
    indexed()
    address = reverse("search")
    assert '<b aria-current="true">相关优先</b>' in page(client, address, owner, q="工艺")
    assert '<b aria-current="true">最新优先</b>' in page(client, address, q="工艺", order="newest")
    assert '<b aria-current="true">最新优先</b>' in page(client, address, q="工艺")


def test_search_without_words_lists_the_newest(client, market, indexed) -> None:
    indexed()
    html = page(client, reverse("search"), kind="achievement")
    assert html.count("listing-title") == len(market)


@pytest.mark.parametrize(
    "query", ["?page=abc", "?page=-1", "?page=9999999999", "?kind=%00", "?field=';--", "?order=x", "?q=%F0%9F%99%82"]
)
def test_strange_addresses_are_answered(client, query: str, market, indexed) -> None:
    indexed()
    page(client, reverse("search") + query)


def test_nothing_found_says_what_to_do(client, market, indexed) -> None:
    indexed()
    assert "换一种说法" in page(client, reverse("search"), q="量子纠缠存储")


# ---- candidates of a need ----------------------------------------------------------------------------------------

MAY_SEE = ("owner", "colleague", "manager", "operator", "centre_operator")


@pytest.fixture
def need_with_fit(make_need: Make, make_achievement: Make, market, indexed, manager) -> Any:
    need = make_need(manager=manager, levels=SEALED)
    make_achievement()
    indexed()
    return need


@pytest.mark.parametrize("name", MAY_SEE)
def test_candidates_for_those_who_work_on_the_need(client, name: str, personas: Personas, need_with_fit) -> None:
    html = page(client, reverse("need_candidates", args=[need_with_fit.pk]), personas[name])
    assert "98.68" in html
    assert ("感兴趣" in html) == (name == "owner")
    assert ("向双方提议" in html) == (name in {"manager", "operator", "centre_operator"})
    assert ("强相关" in html) == (name in {"manager", "operator", "centre_operator"})


@pytest.mark.parametrize("name", ["competitor", "professor", "other_operator"])
def test_candidates_are_not_for_others(client, name: str, personas: Personas, need_with_fit) -> None:
    html = page(client, reverse("need_candidates", args=[need_with_fit.pk]), personas[name], 403)
    assert "98.68" not in html


def test_an_auditor_reads_the_candidates_and_decides_nothing(client, auditor, need_with_fit) -> None:
    html = page(client, reverse("need_candidates", args=[need_with_fit.pk]), auditor, 200)
    assert "98.68" in html
    assert [word for word in ("感兴趣", "向双方提议", "强相关", "不合适") if word in html] == []


def test_stranger_is_asked_to_log_in(client, need_with_fit) -> None:
    assert client.get(reverse("need_candidates", args=[need_with_fit.pk])).status_code == 302


def test_draft_of_others_is_not_there(client, make_need: Make, competitor) -> None:
    page(client, reverse("need_candidates", args=[make_need(state="draft").pk]), competitor, 404)


@pytest.mark.parametrize("count", [1, 3])
def test_candidates_ask_as_much_for_three_as_for_one(
    client, count: int, make_need: Make, make_achievement: Make, market, indexed, operator, django_assert_num_queries
) -> None:
    need = make_need()
    for number in range(count):
        make_achievement(title=f"红外消光涂层 {number}")
    indexed()
    client.force_login(operator)
    address = reverse("need_candidates", args=[need.pk])
    client.get(address)
    with django_assert_num_queries(12):
        client.get(address)


def test_candidates_open_with_three_and_bring_the_rest_when_asked(
    client, make_need: Make, make_achievement: Make, market, indexed, operator
) -> None:
    need = make_need()
    rows = [make_achievement(title=f"红外消光涂层 {number}") for number in range(5)]
    indexed()
    address = reverse("need_candidates", args=[need.pk])
    first, everything = page(client, address, operator), page(client, address, all="1")
    assert [first.count('id="candidate-'), everything.count('id="candidate-')] == [1 + 3, 1 + 5]
    assert "再看 2 项" in first
    assert f'hx-get="{address}?all=1"' in first
    assert "再看" not in everything
    places = [everything.index(f'id="candidate-{row.pk}"') for row in rows]
    in_order = sorted(rows, key=lambda row: places[rows.index(row)])
    assert all(f'id="candidate-{row.pk}"' in first for row in in_order[:3])


def test_interest_makes_a_proposal(client, need_with_fit, owner) -> None:
    achievement = need_with_fit.matches.model.achievement.field.related_model.objects.get(title__startswith="宽谱")
    client.force_login(owner)
    response = client.post(reverse("propose", args=[need_with_fit.pk]), {"achievement": achievement.pk})
    proposal = Proposal.objects.get()
    assert response.url == reverse("proposal", args=[proposal.pk])
    assert proposal.state == "accepted_by_need"
    assert "已在对接" in page(client, reverse("need_candidates", args=[need_with_fit.pk]))


def test_candidate_set_aside_is_not_shown_again(
    client, make_need: Make, make_achievement: Make, market, indexed, owner
) -> None:
    need, achievement = make_need(), make_achievement()
    indexed()
    client.force_login(owner)
    client.post(reverse("set_aside", args=[need.pk]), {"achievement": achievement.pk, "code": "cost"})
    assert Match.objects.get().state == "dismissed"
    assert "98.68" not in page(client, reverse("need_candidates", args=[need.pk]))


def test_staff_grade_a_pair_and_change_their_mind(
    client, make_need: Make, make_achievement: Make, indexed, operator
) -> None:
    need, achievement = make_need(), make_achievement()
    indexed()
    client.force_login(operator)
    for grade in ("4", "3"):
        data = {"achievement": achievement.pk, "grade": grade}
        html = client.post(reverse("grade_pair", args=[need.pk]), data, headers={"HX-Request": "true"}).content.decode()
    assert "较强" in html
    assert [(row.grade, row.by) for row in Grade.objects.all()] == [(3, operator)]


def test_owner_may_not_grade(client, need_with_fit, owner, market) -> None:
    client.force_login(owner)
    response = client.post(reverse("grade_pair", args=[need_with_fit.pk]), {"achievement": market[0].pk, "grade": "4"})
    assert (response.status_code, Grade.objects.count()) == (403, 0)


# ---- proposals --------------------------------------------------------------------------------------------------


@pytest.fixture
def sealed_proposal(make_need: Make, make_achievement: Make, market, indexed, manager) -> Proposal:
    need, achievement = make_need(manager=manager, levels=SEALED), make_achievement()
    indexed()
    entry = run(PROPOSALS, None, "create", actor=manager, data={"need": need.pk, "achievement": achievement.pk})
    return Proposal.objects.get(pk=entry.object_id)


def test_proposal_page_is_double_blind(client, sealed_proposal, owner, professor, company_a, university) -> None:
    address = reverse("proposal", args=[sealed_proposal.pk])
    as_asker = page(client, address, owner)
    assert university.name not in as_asker
    assert professor.name not in as_asker
    assert "双方同意后可见" in as_asker
    assert reverse("achievement", args=[sealed_proposal.achievement_id]) not in as_asker
    as_provider = page(client, address, professor)
    assert company_a.name not in as_provider
    assert owner.name not in as_provider
    assert "签署保密协议后可见" in as_provider
    assert "同意对接" in as_provider


@pytest.mark.parametrize("name", ["owner", "professor"])
def test_board_is_double_blind_too(
    client, name: str, personas: Personas, sealed_proposal, company_a, university
) -> None:
    html = page(client, reverse("proposals"), personas[name])
    hidden = university if name == "owner" else company_a
    assert "红外探测器用消光涂层" in html
    assert hidden.name not in html


@pytest.mark.parametrize(
    ("name", "status"), [("competitor", 404), ("other_operator", 404), ("colleague", 200), ("auditor", 200)]
)
def test_who_finds_a_proposal(client, name: str, status: int, personas: Personas, sealed_proposal) -> None:
    page(client, reverse("proposal", args=[sealed_proposal.pk]), personas[name], status)


@pytest.mark.parametrize("role", ["", "asker"])
def test_board_without_proposals_says_how_to_start(client, role: str, personas: Personas) -> None:
    html = page(client, reverse("proposals"), personas["competitor"], role=role)
    assert "还没有对接" in html
    assert f'href="{reverse("needs")}?mine=1"' in html
    assert "等对方答复" not in html


def test_board_puts_what_waits_first(client, sealed_proposal, owner, manager) -> None:
    html = page(client, reverse("proposals"), owner)
    assert html.index("等您答复") < html.index("红外探测器用消光涂层") < html.index("等对方答复")
    html = page(client, reverse("proposals"), manager, role="manager")
    assert html.index("等对方答复") < html.index("红外探测器用消光涂层") < html.rindex("双方同意")
    assert "红外探测器用消光涂层" not in page(client, reverse("proposals"), manager, role="asker")


@pytest.mark.parametrize("count", [1, 3])
def test_board_asks_as_much_for_three_as_for_one(
    client, count: int, make_need: Make, make_achievement: Make, indexed, operator, django_assert_num_queries
) -> None:
    need = make_need()
    pairs = [{"need": need.pk, "achievement": make_achievement(title=f"涂层 {n}").pk} for n in range(count)]
    indexed()
    for pair in pairs:
        run(PROPOSALS, None, "create", actor=operator, data=pair)
    client.force_login(operator)
    client.get(reverse("proposals"))
    with django_assert_num_queries(9):
        client.get(reverse("proposals"))


def test_match_page_asks_to_decide(
    client, make_need: Make, make_achievement: Make, market, indexed, owner, competitor
) -> None:
    from keqiao.matching.reverse import match_achievement

    make_need()
    achievement = make_achievement()
    indexed()
    match_achievement(achievement.pk)
    match = Match.objects.get()
    html = page(client, match.get_absolute_url(), owner)
    assert "感兴趣，发起对接" in html
    assert "不合适" in html
    page(client, match.get_absolute_url(), competitor, 404)
    run(MATCHES, match.pk, "take", actor=owner)
    assert "感兴趣，发起对接" not in page(client, match.get_absolute_url(), owner)


# ---- compare, shortlist, saved searches ---------------------------------------------------------------------------


def test_compare_checks_targets_first(client, make_need: Make, make_achievement: Make, indexed, owner) -> None:
    need = make_need()
    good = make_achievement(price_idea="面议")
    weak = make_achievement(
        title="常规涂层", specifications=[{"name": "吸光率", "min": 95, "max": 95, "unit": "%"}], summary=""
    )
    html = page(client, reverse("compare"), owner, a=[good.pk, weak.pk], need=need.pk)
    assert html.index("98.68 %") < html.index("技术就绪度") < html.rindex("丙午试验大学")
    assert (html.count("tone-good"), html.count("tone-bad")) == (1, 1)
    assert html.index("吸光率") < html.index("技术就绪度")


def test_compare_hides_from_strangers_what_is_for_registered_people(client, make_achievement: Make, competitor) -> None:
    achievement = make_achievement(price_idea="一百万元")
    assert "一百万元" not in page(client, reverse("compare"), a=[achievement.pk])
    assert "一百万元" in page(client, reverse("compare"), competitor, a=[achievement.pk])


def test_compare_takes_four_and_forgives_nonsense(client, market) -> None:
    html = page(client, reverse("compare"), a=[row.pk for row in market])
    assert html.count('scope="col"') == 4
    assert "还没有选择成果" in page(client, reverse("compare") + "?a=abc&a=999999&need=zzz")


def test_compare_leaves_out_drafts_of_others(client, make_achievement: Make, competitor) -> None:
    draft = make_achievement(state="draft")
    assert draft.title not in page(client, reverse("compare"), competitor, a=[draft.pk])


def test_shortlist_takes_in_and_lets_go(client, make_achievement: Make, owner, competitor) -> None:
    achievement = make_achievement()
    client.force_login(owner)
    address = reverse("toggle_shortlist")
    states = []
    for _turn in range(3):
        client.post(address, {"achievement": achievement.pk})
        states.append(Shortlisted.objects.get().state)
    assert states == ["kept", "removed", "kept"]
    assert achievement.title in page(client, reverse("shortlist"))
    assert achievement.title not in page(client, reverse("shortlist"), competitor)


def test_shortlist_refuses_what_one_may_not_see(client, make_achievement: Make, competitor) -> None:
    client.force_login(competitor)
    response = client.post(reverse("toggle_shortlist"), {"achievement": make_achievement(state="draft").pk})
    assert (response.status_code, Shortlisted.objects.count()) == (422, 0)


def test_withdrawn_achievement_leaves_the_shortlist(client, make_achievement: Make, owner) -> None:
    achievement = make_achievement()
    client.force_login(owner)
    client.post(reverse("toggle_shortlist"), {"achievement": achievement.pk})
    achievement.state = "withdrawn"
    achievement.save()
    assert achievement.title not in page(client, reverse("shortlist"))


def test_saved_search_counts_what_is_new(client, make_achievement: Make, market, indexed, owner, competitor) -> None:
    import datetime

    from django.utils import timezone

    client.force_login(owner)
    data = {
        "name": "涂层",
        "query": "消光涂层",
        "filters": '{"kind": ["achievement"], "bad": ["x"]}',
        "next": "/shortlist/",
    }
    assert client.post(reverse("new", args=["saved-searches"]), data).status_code == 302
    saved = SavedSearch.objects.get()
    assert (saved.query, saved.filters) == ("消光涂层", {"kind": ["achievement"]})
    make_achievement(published_at=timezone.now() + datetime.timedelta(minutes=1))
    indexed()
    assert "1 条新结果" in page(client, reverse("saved_searches"))
    assert saved.name not in page(client, reverse("saved_searches"), competitor)


@pytest.mark.parametrize("name", ["operator", "centre_operator", "auditor"])
def test_staff_do_not_see_what_people_put_aside(name: str, personas: Personas, owner, make_achievement: Make) -> None:
    Shortlisted.objects.create(person=owner, achievement=make_achievement())
    assert not Shortlisted.objects.visible_to(personas[name]).exists()
