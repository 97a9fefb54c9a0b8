"""Pages over HTTP: from the pasted problem to the answered need; forms, drafts, lists, languages, bad input."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from keqiao.exchange.models import Achievement, Need, Solution
from keqiao.kernel.models import Entry
from keqiao.parties.models import Person
from tests.exchange.conftest import ACHIEVEMENT_CARD, ANSWER, NEED_CARD
from tests.exchange.test_coach import COATING

pytestmark = pytest.mark.django_db


def text_of(response: Any) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def posted(card: dict[str, Any]) -> dict[str, Any]:
    """A card as a browser posts it: figures as lines."""
    lines = {name: "\n".join(card[name]) for name in ("targets", "specifications", "team") if name in card}
    return card | lines


@pytest.fixture
def asker(owner: Person, company_a: Any, browse: Any) -> Client:
    return browse(owner)


def test_a_need_from_the_pasted_text_to_publication(asker: Client, operator: Person, browse: Any) -> None:
    assert "把难题贴在这里" in text_of(asker.get("/needs/new/"))
    card = text_of(asker.post("/needs/coach/", {"text": COATING}))
    assert 'value="消光涂层吸光率达到 98% 以上"' in card
    assert "预算：大约准备投入多少？" in card
    assert not Need.objects.exists()
    saved = asker.post("/needs/new/", posted(NEED_CARD) | {"key": "k"})
    need = Need.objects.get()
    assert (saved.status_code, saved["Location"]) == (302, f"/needs/{need.pk}/")
    page = text_of(asker.get(f"/needs/{need.pk}/"))
    assert "提交给平台初审" in page
    assert "能解决？" not in page
    assert asker.post(f"/needs/{need.pk}/submit/").status_code == 302
    assert browse(operator).post(f"/needs/{need.pk}/publish/").status_code == 302
    assert need.title in text_of(Client().get(f"/needs/{need.pk}/"))


def test_an_answer_over_pages(open_need: Need, owner: Person, professor: Person, university: Any, browse: Any) -> None:
    answerer = browse(professor)
    assert "应答这项需求" in text_of(answerer.get(f"/needs/{open_need.pk}/"))
    form = text_of(answerer.get(f"/solutions/new/?need={open_need.pk}"))
    assert f'name="need" value="{open_need.pk}"' in form
    assert open_need.title in form
    made = answerer.post("/solutions/new/", posted(ANSWER) | {"need": open_need.pk})
    solution = Solution.objects.get()
    assert made["Location"] == f"/solutions/{solution.pk}/"
    answerer.post(f"/solutions/{solution.pk}/submit/")
    page = text_of(browse(owner).get(f"/solutions/{solution.pk}/"))
    assert "98.68 %" in page
    assert "采纳" in page
    received = text_of(browse(owner).get("/solutions/?side=received"))
    assert open_need.title in received


def test_autosave_makes_one_draft_and_then_saves_it(asker: Client) -> None:
    first = asker.post("/needs/new/", {"title": "半"}, headers={"X-Autosave": "1"})
    need = Need.objects.get()
    assert (first.status_code, first["X-Saved-Id"]) == (204, str(need.pk))
    again = asker.post(f"/needs/{need.pk}/save/", {"title": "半张卡"}, headers={"X-Autosave": "1"})
    assert again.status_code == 204
    assert Need.objects.get().title == "半张卡"


def test_a_bad_form_comes_back_with_what_was_typed(asker: Client) -> None:
    card = posted(NEED_CARD) | {"targets": "外观好看", "budget_maximum": "300", "deadline": "2020-01-01T08:00"}
    response = asker.post("/needs/new/", card)
    page = text_of(response)
    assert response.status_code == 422
    assert "看不懂“外观好看”" in page
    assert "请写明单位：300 万元还是 300 元？" in page
    assert "截止时间已经过去" in page
    assert NEED_CARD["problem"] in page
    assert 'value="C3983"' in page
    assert not Need.objects.exists()


def test_ten_megabytes_of_text_get_a_sentence(asker: Client) -> None:
    response = asker.post("/needs/new/", {"title": "长", "problem": "a" * (10 * 2**20)})
    assert response.status_code == 422
    assert "最多 8000 字，现在有 10485760 字" in text_of(response)
    assert not Need.objects.exists()


def test_emoji_and_full_width_digits_are_kept_and_understood(asker: Client) -> None:
    card = posted(NEED_CARD) | {
        "title": "求助🔥消光涂层👍🏽",
        "targets": "吸光率 ≥ ９８．５ ％",
        "budget_maximum": "８０万元",
    }
    asker.post("/needs/new/", card)
    need = Need.objects.get()
    assert (need.title, need.targets[0]["min"], need.budget_maximum) == ("求助🔥消光涂层👍🏽", 98.5, 800_000)
    assert "求助🔥消光涂层👍🏽" in text_of(asker.get(f"/needs/{need.pk}/"))


def test_markup_in_a_text_is_shown_as_text(asker: Client) -> None:
    asker.post("/needs/new/", posted(NEED_CARD) | {"title": "<script>alert(1)</script>"})
    page = text_of(asker.get(f"/needs/{Need.objects.get().pk}/"))
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_an_achievement_over_pages(professor: Person, university: Any, browse: Any) -> None:
    author = browse(professor)
    assert author.get("/achievements/new/").status_code == 200
    author.post("/achievements/new/", posted(ACHIEVEMENT_CARD))
    row = Achievement.objects.get()
    page = text_of(author.get(f"/achievements/{row.pk}/"))
    assert "6 级：正样在模拟环境中演示" in page
    assert "分散剂配方与烘烤曲线。" in page
    form = text_of(author.get(f"/achievements/{row.pk}/save/"))
    assert "professor@example.test 负责人" in form


def test_what_is_hidden_says_what_it_takes(published_achievement: Achievement) -> None:
    page = text_of(Client().get(f"/achievements/{published_achievement.pk}/"))
    assert "签署保密协议后可见" in page
    assert "注册用户可见" in page


def test_each_language_shows_its_own_text_and_says_which_is_the_original(open_need: Need) -> None:
    Need.objects.filter(pk=open_need.pk).update(
        title_en="Extinction coating", problem_en="Coatings we buy absorb too little."
    )
    chinese = text_of(Client().get(f"/needs/{open_need.pk}/"))
    english = text_of(Client(headers={"Accept-Language": "en"}).get(f"/needs/{open_need.pk}/"))
    assert "红外探测器用消光涂层</h1>" in chinese
    assert "Coatings we buy" not in chinese
    assert "Extinction coating</h1>" in english
    assert "Coatings we buy absorb too little." in english
    assert "外购消光涂层" not in english.split("<aside")[0].split("<h1>")[1].split("现状")[0]


def test_steps_with_their_words_are_for_the_parties(
    triage_need: Need, owner: Person, operator: Person, browse: Any
) -> None:
    browse(operator).post(f"/needs/{triage_need.pk}/return/", {"reason": "请补充年用量。"})
    assert "请补充年用量。" in text_of(browse(owner).get(f"/needs/{triage_need.pk}/"))


def test_field_picker_adds_and_drops(asker: Client) -> None:
    found = text_of(asker.get("/fields/search/?field_search=涂料"))
    assert "涂料制造" in found
    picked = text_of(asker.get("/fields/pick/?fields=C39&add=C2641"))
    assert re.findall(r'name="fields" value="(\w+)"', picked)[:2] == ["C39", "C2641"]
    dropped = text_of(asker.get("/fields/pick/?fields=C39&fields=C2641&drop=C39"))
    assert re.findall(r'name="fields" value="(\w+)"', dropped)[:1] == ["C2641"]


@pytest.mark.parametrize(
    "path", ["/needs/999999/", "/achievements/999999/", "/solutions/999999/", "/needs/999999/alike/"]
)
def test_what_is_not_there_is_not_found(asker: Client, path: str) -> None:
    assert asker.get(path).status_code == 404


@pytest.mark.parametrize("path", ["/needs/?mine=1", "/achievements/?mine=1", "/solutions/", "/triage/", "/needs/new/"])
def test_own_pages_ask_strangers_to_log_in(path: str, centre: Any) -> None:
    response = Client().get(path)
    assert (response.status_code, response["Location"].split("?")[0]) == (302, "/accounts/login/")


@pytest.mark.parametrize("kind", ["needs", "achievements"])
def test_a_list_asks_as_often_for_three_rows_as_for_one(
    kind: str, open_need: Need, published_achievement: Achievement, django_assert_num_queries: Any
) -> None:
    row = open_need if kind == "needs" else published_achievement
    Client().get(f"/{kind}/")
    expected = queries_of(f"/{kind}/?page=1")
    for number in range(2):
        row.pk, row._state.adding = None, True
        row.title = f"另一项 {number}"
        row.save()
    with django_assert_num_queries(expected):
        Client().get(f"/{kind}/?page=1")


def queries_of(path: str) -> int:
    from django.core.cache import cache
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    cache.clear()
    with CaptureQueriesContext(connection) as caught:
        Client().get(path)
    number = len(caught)
    cache.clear()
    return number


def test_facets_count_and_filter(open_need: Need, published_achievement: Achievement) -> None:
    page = text_of(Client().get("/needs/?field=C39&region=42&kind=technology&node=wuhan&state=open"))
    assert open_need.title in page
    for other in ("field=C40", "region=31", "kind=talent", "node=yichang", "state=solved"):
        assert open_need.title not in text_of(Client().get(f"/needs/?{other}")), other


@pytest.mark.parametrize(
    "query", ["field=%00", "region='", "kind=nonsense", "page=abc", "page=99", "state=draft", "node=x"]
)
def test_nonsense_in_the_address_is_no_error(open_need: Need, query: str) -> None:
    assert Client().get(f"/needs/?{query}").status_code == 200


def test_own_list_shows_drafts_to_their_owner_only(
    draft_need: Need, asker: Client, competitor: Person, browse: Any
) -> None:
    assert draft_need.title in text_of(asker.get("/needs/?mine=1"))
    assert draft_need.title not in text_of(browse(competitor).get("/needs/?mine=1"))
    assert draft_need.title not in text_of(asker.get("/needs/"))


def test_a_denied_verb_over_http_changes_nothing(
    triage_need: Need, competitor: Person, owner: Person, browse: Any
) -> None:
    before = Entry.objects.count()
    assert browse(competitor).post(f"/needs/{triage_need.pk}/publish/").status_code == 404
    assert browse(owner).post(f"/needs/{triage_need.pk}/publish/").status_code == 403
    assert Client().post(f"/needs/{triage_need.pk}/publish/").status_code == 302
    assert (Need.objects.get().state, Entry.objects.count()) == ("triage", before)


@pytest.mark.parametrize(
    ("side", "says", "way_on"),
    [("given", "还没有方案", "/needs/?state=open"), ("received", "还没有收到方案", "/needs/new/")],
)
def test_no_solutions_says_how_either_side_begins(asker: Client, side: str, says: str, way_on: str) -> None:
    page = text_of(asker.get(f"/solutions/?side={side}"))
    assert f">{says}<" in page
    assert f'class="link" href="{way_on}"' in page
