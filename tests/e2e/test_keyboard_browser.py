"""The main job without a mouse: from a pasted problem to a proposal that the other side agrees to."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import Open

PROBLEM = (
    "我们生产红外探测器，外购消光涂层吸光率多在 95% 以下，工艺流程复杂、成本高，达不到量产要求。"
    "希望吸光率达到 98% 以上，并能与现有壳体工艺兼容，可以委托开发。"
)
TITLE = "红外探测器壳体消光涂层（键盘）"
STOPS = 150
"""Presses of Tab after which somebody has lost patience."""


def reach(page: Page, target: Locator) -> None:
    """Tab until the target has the focus, and see that it is seen."""
    for _stop in range(STOPS):
        if target.evaluate("element => element === document.activeElement"):
            assert target.evaluate("element => element.matches(':focus-visible')")
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not lead to {target}")


def press(page: Page, name: str) -> None:
    """Reach the button or link of that name, press Enter, and wait for the next page."""
    target = (
        page.locator("main").get_by_role("button", name=name).or_(page.locator("main").get_by_role("link", name=name))
    )
    reach(page, target.first)
    with page.expect_event("load"):
        page.keyboard.press("Enter")


def write(page: Page, target: Locator, text: str) -> None:
    reach(page, target)
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(text)


def test_the_main_job_is_done_by_keyboard_alone(visit: Open) -> None:
    owner = visit("owner", "/needs/new/")
    write(owner, owner.locator("main textarea").first, PROBLEM)
    press(owner, "整理成需求卡")
    write(owner, owner.locator("input[name=title]"), TITLE)
    press(owner, "保存草稿，下一步核对")
    need = owner.url
    press(owner, "提交给平台初审")
    expect(owner.locator("[role=status]").first).to_contain_text("已提交")

    number = re.search(r"/needs/(\d+)/", need)
    assert number, need
    operator = visit("operator", f"/triage/?item=needs-{number[1]}&only=needs")
    with operator.expect_event("load"):
        operator.keyboard.press("a")

    owner.goto(need)
    winner = owner.locator("#candidates article", has_text="98.68 %").first
    expect(winner).to_be_visible()
    reach(owner, winner.get_by_role("button", name="感兴趣"))
    with owner.expect_event("load"):
        owner.keyboard.press("Enter")
    assert "/proposals/" in owner.url

    professor = visit("professor", "/desk/")
    press(professor, TITLE)
    press(professor, "同意对接")
    expect(professor.locator("main")).to_contain_text("双方同意")


def test_what_is_missing_is_read_first_and_leads_to_its_field(visit: Open) -> None:
    page = visit("owner", "/needs/new/?blank=1")
    write(page, page.locator("input[name=title]"), "键盘写的标题")
    press(page, "保存草稿，下一步核对")
    press(page, "提交给平台初审")
    summary = page.locator("[data-error-summary]")
    expect(summary).to_be_focused()
    expect(summary).to_have_attribute("role", "alert")
    press(page, "要解决的问题")
    assert page.url.endswith("/save/#id_problem")
    expect(page.locator("#id_problem")).to_be_visible()


def test_a_draft_saves_itself_and_says_so(visit: Open) -> None:
    page = visit("owner", "/needs/new/?blank=1")
    write(page, page.locator("input[name=title]"), "自动保存的草稿")
    expect(page.locator(".saved")).to_contain_text("已保存")
    address = page.url
    assert re.search(r"/needs/\d+/", address)
    page.goto(address)
    expect(page.locator("input[name=title]")).to_have_value("自动保存的草稿")


def test_menus_open_and_close_by_keyboard_and_give_the_focus_back(visit: Open) -> None:
    page = visit("owner", "/desk/")
    face = page.locator(".shell-header details.menu summary").last
    reach(page, face)
    page.keyboard.press("Enter")
    item = page.locator(".shell-header details.menu[open] .menu-list a").first
    expect(item).to_be_visible()
    reach(page, item)
    page.keyboard.press("Escape")
    expect(item).to_be_hidden()
    expect(face).to_be_focused()


def test_the_first_stop_of_a_page_skips_to_its_text(visit: Open) -> None:
    page = visit(None, "/needs/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="跳到正文")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
