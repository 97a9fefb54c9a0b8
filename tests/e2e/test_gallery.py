"""The components in a real browser: both themes, desktop and phone, nothing that axe objects to, nothing refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import AXE

pytestmark = pytest.mark.e2e
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.mark.parametrize("phone", [False, True])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_gallery_is_accessible(visit: Callable[..., Page], theme: str, phone: bool) -> None:
    page = visit(None, "/gallery/", phone=phone)
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
    page.wait_for_selector("[data-chart] svg")
    page.evaluate(AXE.read_text())
    found: dict[str, Any] = page.evaluate(f"axe.run(document, {{runOnly: {RULES}}})")
    assert [(problem["id"], problem["nodes"][0]["html"]) for problem in found["violations"]] == []
    assert page.evaluate("document.documentElement.scrollWidth") == page.viewport_size["width"]  # type: ignore[index]


def test_theme_that_was_chosen_stays(visit: Callable[..., Page]) -> None:
    page = visit(None, "/gallery/")
    page.emulate_media(color_scheme="light")
    page.get_by_role("button", name="切换浅色和深色").first.click()
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(13, 20, 32)"


def test_menu_closes_on_escape_and_gives_the_focus_back(visit: Callable[..., Page]) -> None:
    page = visit(None, "/gallery/")
    menu = page.locator("header details").first
    menu.locator("summary").click()
    assert menu.get_attribute("open") is not None
    page.keyboard.press("Escape")
    assert menu.get_attribute("open") is None
    assert menu.locator("summary").evaluate("e => e === document.activeElement")


def test_dialog_opens_takes_the_focus_and_closes(visit: Callable[..., Page]) -> None:
    page = visit(None, "/gallery/")
    page.get_by_role("button", name="打开对话框").click()
    dialog = page.get_by_role("dialog", name="撤回这项需求？")
    expect(dialog).to_be_visible()
    assert dialog.evaluate("e => e.contains(document.activeElement)")
    dialog.get_by_role("button", name="取消").click()
    expect(dialog).to_be_hidden()


def test_compare_tray_remembers_and_forgets(visit: Callable[..., Page]) -> None:
    page = visit(None, "/gallery/")
    page.locator('[data-compare="1"]').first.click()
    page.locator('[data-compare="2"]').click()
    page.reload()
    link = page.get_by_role("link", name="并排比较")
    assert link.get_attribute("href") == "/compare/?a=1&a=2"
    assert page.locator('[data-compare="2"]').get_attribute("aria-pressed") == "true"
    page.get_by_role("button", name="清空").click()
    expect(link).to_be_hidden()


def test_counter_counts_characters_as_people_do(visit: Callable[..., Page]) -> None:
    page = visit(None, "/gallery/")
    page.fill("#g-problem", "吸光率😀")
    assert page.locator(".ask .field-count").inner_text() == "4 / 2000"


def test_help_opens_on_a_question_mark_but_not_while_typing(visit: Callable[..., Page]) -> None:
    page = visit(None, "/gallery/")
    page.locator("#g-problem").press("?")
    help_page = page.get_by_role("dialog", name="键盘操作")
    expect(help_page).to_be_hidden()
    page.locator("h1").click()
    page.keyboard.press("?")
    expect(help_page).to_be_visible()
    page.keyboard.press("Escape")
    expect(help_page).to_be_hidden()
