"""What people put aside for themselves: the shortlist with its notes, saved searches with what is new in them."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from keqiao.exchange.models import Achievement
from keqiao.kernel.models import Entry
from keqiao.kernel.workflow import run
from keqiao.matching.models import SavedSearch, Shortlisted
from keqiao.matching.workflow import SAVED_SEARCHES, SHORTLIST
from keqiao.parties.models import Person
from tests.matching.conftest import Make
from tests.personas import Personas
from tests.together import at_once

OTHERS = ["colleague", "competitor", "professor", "manager", "operator", "centre_operator", "auditor"]


def html(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return str(response.content.decode())


@pytest.fixture
def kept(make_achievement: Make, owner: Person) -> Shortlisted:
    """The professor's achievement on the owner's shortlist."""
    entry = run(SHORTLIST, None, "create", actor=owner, data={"achievement": make_achievement().pk, "note": "问价格"})
    return Shortlisted.objects.get(pk=entry.object_id)


@pytest.fixture
def saved(owner: Person) -> SavedSearch:
    data = {"name": "涂层", "query": "消光涂层", "filters": json.dumps({"kind": ["achievement"], "trl": ["6"]})}
    return SavedSearch.objects.get(pk=run(SAVED_SEARCHES, None, "create", actor=owner, data=data).object_id)


# ---- the shortlist ----------------------------------------------------------------------------------------------


def test_a_note_is_shown_changed_and_taken_away(client: Client, kept: Shortlisted, owner: Person) -> None:
    client.force_login(owner)
    page = html(client, "/shortlist/")
    assert ("问价格" in page, "改备注" in page) == (True, True)
    address = f"/shortlist/{kept.pk}/note/"
    assert "问价格" in html(client, address)
    assert client.post(address, {"note": "下周寄样"})["Location"] == "/shortlist/"
    assert "下周寄样" in html(client, "/shortlist/")
    client.post(address, {"note": ""})
    page = html(client, "/shortlist/")
    assert ("下周寄样" in page, "写备注" in page) == (False, True)


def test_a_note_too_long_comes_back_and_the_old_one_stays(client: Client, kept: Shortlisted, owner: Person) -> None:
    client.force_login(owner)
    entries = Entry.objects.count()
    answer = client.post(f"/shortlist/{kept.pk}/note/", {"note": "长" * 301})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert '<a href="#id_note">备注</a>' in page
    assert "长" * 301 in page
    assert (Shortlisted.objects.get().note, Entry.objects.count()) == ("问价格", entries)


@pytest.mark.parametrize("verb", ["note", "remove"])
def test_a_shortlist_is_nobody_elses(verb: str, client: Client, kept: Shortlisted, personas: Personas) -> None:
    entries = Entry.objects.count()
    for name in OTHERS:
        client.force_login(personas[name])  # type: ignore[arg-type]
        assert client.get("/shortlist/").content.decode().count("问价格") == 0
        assert client.post(f"/shortlist/{kept.pk}/{verb}/", {"note": "改掉"}).status_code == 404
        assert client.get(f"/api/v1/shortlist/{kept.pk}").status_code == 404
    assert (Shortlisted.objects.get().note, Shortlisted.objects.get().state) == ("问价格", "kept")
    assert Entry.objects.count() == entries


def test_strangers_have_no_shortlist(client: Client, kept: Shortlisted) -> None:
    for address in ("/shortlist/", "/saved-searches/"):
        assert client.get(address)["Location"] == f"/accounts/login/?next={address}"
    assert client.post("/shortlist/toggle/", {"achievement": kept.achievement_id}).status_code == 302
    assert Shortlisted.objects.count() == 1


@pytest.mark.parametrize("given", ["", "0", "-1", "abc", "９", "999999", "9" * 30])
def test_what_is_no_achievement_is_not_kept(given: str, client: Client, owner: Person) -> None:
    client.force_login(owner)
    answer = client.post("/shortlist/toggle/", {"achievement": given})
    assert answer.status_code == 422
    assert "没有这项成果" in answer.content.decode()
    assert (Shortlisted.objects.count(), Entry.objects.count()) == (0, 0)


def test_kept_twice_over_the_api_says_so(client: Client, kept: Shortlisted, owner: Person) -> None:
    client.force_login(owner)
    answer = client.post("/api/v1/shortlist", {"achievement": kept.achievement_id}, content_type="application/json")
    assert answer.status_code == 422
    assert answer.json()["errors"] == {"achievement": ["这项成果已经在收藏里，可以直接恢复或查看。"]}
    assert Shortlisted.objects.count() == 1


def test_the_newest_stands_first_and_a_note_survives_taking_off(
    client: Client, kept: Shortlisted, make_achievement: Make, owner: Person
) -> None:
    second = make_achievement(title="另一种涂层")
    client.force_login(owner)
    client.post("/shortlist/toggle/", {"achievement": second.pk})
    page = html(client, "/shortlist/")
    assert page.index("另一种涂层") < page.index("宽谱超黑")
    for _turn in range(2):
        client.post("/shortlist/toggle/", {"achievement": kept.achievement_id})
    page = html(client, "/shortlist/")
    assert (page.count("问价格"), page.index("另一种涂层") < page.index("宽谱超黑")) == (1, True)


def test_a_toggle_leads_back_where_it_was_clicked_and_nowhere_else(
    client: Client, make_achievement: Make, owner: Person
) -> None:
    client.force_login(owner)
    pk = make_achievement().pk
    assert client.post("/shortlist/toggle/", {"achievement": pk, "next": "/search/?q=1"})["Location"] == "/search/?q=1"
    for foreign in ("https://evil.example/", "//evil.example", "javascript:alert(1)"):
        assert client.post("/shortlist/toggle/", {"achievement": pk, "next": foreign})["Location"] == "/shortlist/"


@pytest.mark.parametrize("state", ["withdrawn", "taken_down", "draft"])
def test_what_left_the_market_comes_back_with_its_note(
    state: str, client: Client, kept: Shortlisted, owner: Person
) -> None:
    client.force_login(owner)
    Achievement.objects.update(state=state)
    page = html(client, "/shortlist/")
    assert ("宽谱超黑" in page, "还没有收藏" in page) == (False, True)
    Achievement.objects.update(state="published")
    assert "问价格" in html(client, "/shortlist/")


@pytest.mark.parametrize("count", [1, 3])
def test_a_shortlist_asks_as_often_for_three_as_for_one(
    count: int, client: Client, make_achievement: Make, owner: Person, django_assert_num_queries: Any
) -> None:
    for number in range(count):
        run(SHORTLIST, None, "create", actor=owner, data={"achievement": make_achievement(title=f"涂层 {number}").pk})
    client.force_login(owner)
    html(client, "/shortlist/")
    with django_assert_num_queries(8):
        assert html(client, "/shortlist/").count('name="a"') == count


@pytest.mark.django_db(transaction=True)
def test_two_windows_that_keep_at_once_keep_one(make_achievement: Make, owner: Person) -> None:
    data = {"achievement": make_achievement().pk}
    outcomes = at_once(*[lambda: run(SHORTLIST, None, "create", actor=owner, data=data)] * 2)
    assert outcomes[0] in {"Invalid", "NotNow"}
    assert outcomes[1] == "ok"
    assert (Shortlisted.objects.count(), Entry.objects.filter(object_type="shortlisted").count()) == (1, 1)


# ---- saved searches ---------------------------------------------------------------------------------------------


def test_a_saved_search_leads_to_what_was_searched(client: Client, saved: SavedSearch, owner: Person) -> None:
    client.force_login(owner)
    page = html(client, "/saved-searches/")
    address = saved.get_absolute_url()
    assert set(address.removeprefix("/search/?").split("&")) == {
        "q=%E6%B6%88%E5%85%89%E6%B6%82%E5%B1%82", "kind=achievement", "trl=6",
    }  # fmt: skip
    assert f'href="{address.replace("&", "&amp;")}"' in page
    assert "没有新结果" in page
    assert html(client, address).count("chip chip-thread chosen") == 2


def test_what_is_new_counts_until_it_was_looked_at(
    client: Client, saved: SavedSearch, make_achievement: Make, indexed: Any, owner: Person
) -> None:
    later = timezone.now() + timedelta(minutes=5)
    for number in range(2):
        make_achievement(title=f"新消光涂层 {number}", published_at=later)
    make_achievement(title="别的消光涂层", maturity=9, published_at=later)
    indexed()
    client.force_login(owner)
    assert "2 条新结果" in html(client, "/saved-searches/")
    SavedSearch.objects.update(looked_at=later + timedelta(minutes=1))
    assert "没有新结果" in html(client, "/saved-searches/")


def test_looking_sets_the_moment_and_goes_to_the_results(client: Client, saved: SavedSearch, owner: Person) -> None:
    SavedSearch.objects.update(looked_at=timezone.now() - timedelta(days=30))
    client.force_login(owner)
    answer = client.post(f"/saved-searches/{saved.pk}/look/", {"next": saved.get_absolute_url()})
    assert answer["Location"] == saved.get_absolute_url()
    assert timezone.now() - SavedSearch.objects.get().looked_at < timedelta(minutes=1)


def test_a_search_no_longer_saved_is_gone_from_the_list(client: Client, saved: SavedSearch, owner: Person) -> None:
    client.force_login(owner)
    client.post(f"/saved-searches/{saved.pk}/remove/", {"next": "/saved-searches/"})
    assert "还没有保存搜索" in html(client, "/saved-searches/")
    entries = Entry.objects.count()
    for verb in ("remove", "look"):
        assert client.post(f"/saved-searches/{saved.pk}/{verb}/").status_code == 409
    assert Entry.objects.count() == entries


@pytest.mark.parametrize("verb", ["look", "remove"])
def test_a_saved_search_is_nobody_elses(verb: str, client: Client, saved: SavedSearch, personas: Personas) -> None:
    before = SavedSearch.objects.values().get()
    for name in OTHERS:
        client.force_login(personas[name])  # type: ignore[arg-type]
        assert client.post(f"/saved-searches/{saved.pk}/{verb}/").status_code == 404
        assert client.get("/api/v1/saved-searches").json()["items"] == []
    assert SavedSearch.objects.values().get() == before


@pytest.mark.parametrize(
    ("values", "field"),
    [({"name": ""}, "name"), ({"name": "长" * 81}, "name"), ({"query": "长" * 501}, "query"),
     ({"filters": "{"}, "filters"), ({"filters": "[1]"}, "filters")],
)  # fmt: skip
def test_what_cannot_be_saved_names_the_field(
    values: dict[str, str], field: str, client: Client, owner: Person
) -> None:
    client.force_login(owner)
    data = {"name": "涂层", "query": "消光涂层", "filters": "{}"} | values
    answer = client.post("/saved-searches/new/", data)
    assert answer.status_code == 422
    assert f'href="#id_{field}"' in answer.content.decode()
    over_api = client.post("/api/v1/saved-searches", data, content_type="application/json")
    assert (over_api.status_code, set(over_api.json()["errors"])) == (422, {field})
    assert (SavedSearch.objects.count(), Entry.objects.count()) == (0, 0)


def test_filters_that_mean_nothing_are_not_kept(owner: Person) -> None:
    filters = {
        "kind": ["achievement", "draft"],
        "trl": "6",
        "field": ["X1.2"],
        "colour": ["red"],
        "mode": [],
        "ip": None,
    }
    data = {"name": "涂层", "filters": json.dumps(filters)}
    row = SavedSearch.objects.get(pk=run(SAVED_SEARCHES, None, "create", actor=owner, data=data).object_id)
    assert row.filters == {"kind": ["achievement"], "field": ["X1.2"], "trl": ["6"]}


def test_the_newest_saved_search_stands_first(client: Client, saved: SavedSearch, owner: Person) -> None:
    run(SAVED_SEARCHES, None, "create", actor=owner, data={"name": "减速器", "query": "减速器"})
    client.force_login(owner)
    page = html(client, "/saved-searches/")
    assert page.index("减速器") < page.index("消光涂层")


def test_only_what_anybody_finds_is_counted_as_new(
    client: Client, saved: SavedSearch, make_need: Make, make_achievement: Make, indexed: Any, owner: Person
) -> None:
    """Drafts, what was withdrawn a moment ago, and what the filters leave out are no news."""
    later = timezone.now() + timedelta(minutes=5)
    gone = make_achievement(title="消光涂层旧案", published_at=later)
    make_achievement(title="消光涂层草稿", state="draft", published_at=later)
    make_need(title="求消光涂层", published_at=later)
    indexed()
    Achievement.objects.filter(pk=gone.pk).update(state="withdrawn")
    client.force_login(owner)
    assert "没有新结果" in html(client, "/saved-searches/")
