"""Story S4 in a real browser: a published need is answered, and everybody who answers gets an answer."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.e2e.conftest import Open
from tests.e2e.test_story_s01_browser import press, send

TITLE = "机柜液冷降耗改造（浏览器）"
PROBLEM = "机房单机柜功率升到 60 kW 以后风冷压不住，全年电费占成本一半以上，希望用液冷把能耗降下来。要求 PUE ≤ 1.15。"


def test_a_need_is_answered_and_everybody_gets_an_answer(visit: Open) -> None:
    owner, operator = visit("owner", "/needs/new/"), visit("operator")
    need = publish(owner, operator)
    first = answer(visit("professor"), need, "PUE 1.08")
    second = answer(visit("competitor"), need, "PUE 1.12")

    # the company shortlists one and declines the other, with a code and words
    owner.goto(first)
    press(owner, "列入入围")
    expect(owner.locator("main")).to_contain_text("入围")
    owner.goto(second)
    press(owner, "不采纳")
    owner.locator("[name=code]").select_option("evidence")
    owner.locator("[name=reason]").fill("没有第三方测试报告。")
    send(owner, "不采纳")

    # whoever was declined reads why, and finds it on the notices page too
    told = visit("competitor", second)
    expect(told.locator("main")).to_contain_text("没有第三方测试报告。")
    expect(told.locator("main")).to_contain_text("缺少数据或样品证明")

    # the accepted one goes on; strangers never see a solution
    owner.goto(first)
    press(owner, "采纳")
    if owner.locator("main form").get_by_role("button", name="采纳").count():
        send(owner, "采纳")
    expect(owner.locator("main")).to_contain_text("已采纳")
    expect(visit(None, first).locator("main")).to_contain_text("404")


def publish(owner: Page, operator: Page) -> str:
    """A need from pasted text, accepted by triage; gives its address."""
    owner.locator("main textarea").first.fill(PROBLEM)
    press(owner, "整理成需求卡")
    owner.locator("input[name=title]").fill(TITLE)
    owner.locator("select[name=region]").select_option("4201")
    press(owner, "保存草稿，下一步核对")
    press(owner, "提交给平台初审")
    operator.goto(owner.url)
    press(operator, "通过并发布")
    return owner.url


def answer(page: Page, need: str, figure: str) -> str:
    """A submitted solution; gives its address."""
    page.goto(need)
    press(page, "应答这项需求")
    page.locator("[name=approach]").fill("服务器整机浸没在低沸点冷却液中，沸腾带走热量，冷凝器回流，余热以热水送出。")
    page.locator("[name=specifications]").fill(figure)
    page.locator("[name=evidence]").fill("12 个机柜连续运行 8 个月。")
    with page.expect_event("load"):
        page.locator("main form button:not([type=button])").last.click()
    press(page, "提交给需求方")
    return page.url
