"""First impressions in a browser: nothing is lost on the way, a phone will do, what has the focus is seen."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Open, log_in

PROBLEM = "我们生产红外探测器，外购消光涂层吸光率多在 95% 以下。希望吸光率达到 98% 以上，固化温度不超过 120 ℃。"


@pytest.mark.parametrize("path", ["/needs/1/", "/achievements/1/", "/people/", "/compare/?a=1&a=2&a=3&need=1"])
def test_long_english_words_do_not_widen_a_phone(visit: Open, path: str) -> None:
    page = visit(None, path, phone=True, language="en-GB")
    assert page.evaluate("document.documentElement.lang") == "en"
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0


def test_filters_of_a_phone_open_and_close(visit: Open) -> None:
    page = visit(None, "/needs/", phone=True)
    button, filters = page.get_by_role("button", name="筛选"), page.locator("#filters")
    expect(filters).to_be_hidden()
    button.click()
    expect(filters).to_be_visible()
    assert button.get_attribute("aria-expanded") == "true"
    filters.get_by_role("link", name="人才").click()
    page.wait_for_url("**/needs/?kind=talent")
    page.get_by_role("link", name="人才 取消这个筛选").click()
    page.wait_for_url("**/needs/?")


def test_filters_stand_beside_the_list_on_a_desktop(visit: Open) -> None:
    page = visit(None, "/needs/")
    expect(page.locator("#filters")).to_be_visible()
    expect(page.locator(".filters-button")).to_be_hidden()


def test_long_facets_are_folded_and_unfold(visit: Open) -> None:
    page = visit(None, "/needs/")
    group = page.locator("details.facet-group", has_text="节点")
    assert group.locator(".facet:visible").count() == 8
    group.get_by_role("button", name="全部").click()
    assert group.locator(".facet:visible").count() > 8
    group.get_by_role("button", name="收起").click()
    assert group.locator(".facet:visible").count() == 8


def test_answer_comes_into_view_on_a_phone(visit: Open) -> None:
    page = visit(None, "/", phone=True)
    page.fill("#problem", PROBLEM)
    page.get_by_role("button", name="匹配").click()
    expect(page.locator("#answer article")).to_have_count(3)
    expect(page.locator("#answer h2")).to_be_in_viewport()
    assert page.locator(".home-numbers").bounding_box()["y"] > page.locator("#answer").bounding_box()["y"]  # type: ignore[index]


def test_pasted_problem_is_on_the_need_card_after_the_login(visit: Open) -> None:
    page = visit(None, "/")
    page.fill("#problem", PROBLEM)
    page.get_by_role("button", name="匹配").click()
    page.get_by_role("link", name="把它发布成需求").click()
    page.wait_for_url("**/accounts/login/**")
    assert PROBLEM[:6] not in page.url
    page.locator("input[name=login]").fill("owner@demo.example")
    page.locator("input[name=password]").fill("keqiao-demo")
    page.locator("form:has(input[name=password]) button[type=submit]").first.click()
    page.wait_for_url("**/needs/new/")
    assert page.locator("#id_text").input_value() == PROBLEM
    page.reload()
    assert page.locator("#id_text").input_value() == ""


def test_compare_shows_only_what_differs_and_forgets_a_column(visit: Open) -> None:
    page = visit(None, "/achievements/")
    page.evaluate("localStorage.setItem('compare', JSON.stringify([{id: '1', title: 'a'}, {id: '2', title: 'b'}]))")
    page.goto("/compare/?a=1&a=2&need=1")
    same = page.locator("tbody tr:not(.differs, .compare-group)")
    expect(same.first).to_be_visible()
    page.get_by_label("只看有差别的行").check()
    expect(same.first).to_be_hidden()
    expect(page.locator("tr.differs").first).to_be_visible()
    page.locator("[data-uncompare='2']").click()
    page.wait_for_url("**/compare/?a=1&need=1")
    assert page.evaluate("JSON.parse(localStorage.getItem('compare')).map((item) => item.id)") == ["1"]


def test_comparison_is_printed_in_light_colours_without_its_buttons(visit: Open) -> None:
    page = visit(None, "/compare/?a=1&a=2&a=3&need=1")
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.querySelector('.compare-title')).color") == "rgb(20, 33, 61)"
    expect(page.get_by_role("button", name="打印")).to_be_hidden()
    expect(page.locator(".shell-header")).to_be_hidden()
    assert page.pdf(format="A4").count(b"/Type /Page\n") == 1


def test_what_has_the_focus_is_seen(visit: Open) -> None:
    page = visit(None, "/needs/")
    page.locator(".finder input[type=search]").focus()
    assert page.locator(".finder").evaluate("e => getComputedStyle(e).outlineStyle") == "solid"
    page.locator(".finder button").focus()
    for _step in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('.listing-title a')"):
            break
    card = page.locator("article:has(.listing-title a:focus-visible)")
    assert card.evaluate("e => getComputedStyle(e).outlineStyle") == "solid"


def test_search_keeps_its_filters(visit: Open) -> None:
    page = visit(None, "/search/?q=涂层&kind=achievement")
    page.locator(".finder input[type=search]").fill("消光")
    page.locator(".finder button").click()
    page.wait_for_url("**/search/?q=*&kind=achievement")
    expect(page.get_by_role("link", name="成果 取消这个筛选")).to_be_visible()


def test_header_is_one_line_for_somebody_signed_in(visit: Open) -> None:
    page = visit(None, "/")
    log_in(page, "owner")
    page.goto("/")
    assert page.locator(".shell-header > .wrap").bounding_box()["height"] <= 64  # type: ignore[index]
