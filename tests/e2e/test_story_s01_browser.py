"""Story S1 in a real browser: everybody acts under their own account, on the pages that they would use."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.e2e.conftest import Open

PROBLEM = (
    "我们生产红外探测器，外购消光涂层吸光率多在 95% 以下，工艺流程复杂、成本高，达不到量产要求。"
    "希望吸光率达到 98% 以上，并能与现有壳体工艺兼容，可以委托开发。"
)
TITLE = "红外探测器壳体消光涂层（浏览器）"
Accessible = Callable[[Page], None]


def press(page: Page, name: str) -> None:
    """Press the button or follow the link of that name, and wait for the next page."""
    target = page.get_by_role("button", name=name).or_(page.get_by_role("link", name=name)).first
    more = page.locator(".verb-bar summary")
    if not target.is_visible() and more.count():
        more.click()
    with page.expect_event("load"):
        target.click()


def test_a_stranger_pastes_a_problem_and_sees_who_can_solve_it(visit: Open, accessible: Accessible) -> None:
    page = visit()
    page.locator("#problem").fill(PROBLEM)
    page.get_by_role("button", name="匹配").click()
    answer = page.locator("#answer")
    expect(answer.get_by_text("候选成果")).to_be_visible()
    expect(answer.get_by_text("98.68 %").first).to_be_visible()
    assert answer.locator("mark").count() > 0
    accessible(page)


def test_a_need_is_carried_to_a_measured_result(visit: Open) -> None:
    owner, operator = visit("owner", "/needs/new/"), visit("operator")
    professor, manager = visit("professor"), visit("manager")

    # 1 free text becomes a card; what is missing is said
    owner.locator("main textarea").first.fill(PROBLEM)
    press(owner, "整理成需求卡")
    expect(owner.get_by_text("还缺什么")).to_be_visible()
    assert "98" in owner.locator("textarea[name=targets]").input_value()
    owner.locator("input[name=title]").fill(TITLE)
    owner.locator("select[name=region]").select_option("4201")
    owner.locator("input[name=budget_maximum]").fill("300 万元")
    press(owner, "保存草稿，下一步核对")
    need = owner.url
    press(owner, "提交给平台初审")

    # 2 triage accepts
    operator.goto(need)
    press(operator, "通过并发布")
    operator.goto(need)

    # 4 a technology manager with capacity and the right field is assigned
    suggested = operator.locator("li", has_text="唐牧之")
    with operator.expect_event("load"):
        suggested.get_by_role("button", name="指派").click()
    expect(operator.locator("main")).to_contain_text("唐牧之")

    # 3 candidates with evidence; the owner wants to talk to the one that meets the target
    owner.goto(need)
    winner = owner.locator("article", has_text="98.68 %").first
    expect(winner).to_be_visible()
    with owner.expect_event("load"):
        winner.get_by_role("button", name="感兴趣").click()

    # both sides accept
    professor.goto("/desk/")
    press(professor, TITLE)
    press(professor, "同意对接")
    expect(professor.locator("main")).to_contain_text("双方同意")
    proposal = professor.url

    # 5 a project: contract signed by both, three sample rounds
    manager.goto(proposal)
    press(manager, "立项")
    press(manager, "立项") if "/new/" in manager.url else None
    project = re.search(r"/projects/\d+/", manager.url)
    assert project, manager.url
    sign(owner, professor, manager, project[0])
    plan(manager, project[0])
    for value in ("93.1", "97.2", "98.68"):
        measure(owner, professor, project[0], value)
    owner.goto(project[0])
    expect(owner.locator("main")).to_contain_text("98.68")

    # 6 acceptance closes it: registration, income confirmed by the other side, ratings
    accept(owner, professor, project[0])
    settle(owner, professor, manager, project[0])
    expect(manager.locator("main")).to_contain_text("已结项")
    owner.goto(need)
    expect(owner.locator("main")).to_contain_text("已解决")

    # 7 nobody else sees the project; the need is public without its budget
    stranger = visit(None, project[0])
    expect(stranger.locator("main")).to_contain_text("404")
    stranger.goto(need)
    expect(stranger.locator("main")).to_contain_text(TITLE)
    expect(stranger.locator("main")).not_to_contain_text("300 万元")


def send(page: Page, name: str) -> None:
    """Send the form of the page with the button of that name."""
    with page.expect_event("load"):
        page.locator("main form").get_by_role("button", name=name).last.click()


def sign(owner: Page, professor: Page, manager: Page, project: str) -> None:
    """The manager drafts; both sides sign the same text."""
    manager.goto(project)
    press(manager, "起草合同")
    manager.locator("input[name=title]").fill("消光涂层委托开发合同")
    manager.locator("select[name=type]").select_option("development_entrusted")
    manager.locator("textarea[name=subject]").fill("开发吸光率不低于 98 % 的消光涂层。")
    manager.locator("select[name=payment_mode]").select_option("lump_sum")
    manager.locator("input[name=amount]").fill("300万元")
    manager.locator("select[name=ownership]").select_option("shared")
    send(manager, "起草合同")
    manager.goto(project)
    with manager.expect_event("load"):
        manager.locator("a[href^='/contracts/']").first.click()
    press(manager, "提交双方签署")
    contract = manager.url
    for page in (owner, professor):
        page.goto(contract)
        press(page, "签署合同")
        page.locator("input[name=agree]").check()
        send(page, "签署合同")


def plan(manager: Page, project: str) -> None:
    """One milestone, then the project starts."""
    manager.goto(project)
    press(manager, "添加里程碑")
    manager.locator("input[name=title]").fill("样品达标")
    manager.locator("input[name=due_on]").fill("2027-06-30")
    send(manager, "添加里程碑")
    manager.goto(project)
    press(manager, "启动项目")


def measure(owner: Page, professor: Page, project: str, value: str) -> None:
    """A sample is sent and measured."""
    professor.goto(project)
    press(professor, "登记送样")
    professor.locator("input[name=sent_on]").fill(today(professor))
    professor.locator("[name=sample]").fill(f"批次 {value}")
    send(professor, "登记送样")
    owner.goto(project)
    press(owner, "填写测量值")
    owner.locator("input[name=received_on]").fill(today(owner))
    owner.locator("input[name=measured_on]").fill(today(owner))
    owner.locator("input[name^=value]").first.fill(value)
    send(owner, "填写测量值")


def today(page: Page) -> str:
    """The platform's day."""
    return str(page.evaluate("new Date().toLocaleDateString('sv', {timeZone: 'Asia/Shanghai'})"))


def accept(owner: Page, professor: Page, project: str) -> None:
    """The milestone is delivered and accepted, then the whole result."""
    professor.goto(project)
    press(professor, "交付")
    professor.locator("[name=delivery_note]").fill("第三轮样品 98.68 %")
    send(professor, "交付")
    owner.goto(project)
    press(owner, "通过")
    professor.goto(project)
    press(professor, "申请验收")
    professor.locator("[name=request]").fill("三轮送样，最后一轮吸光率 98.68 %。")
    send(professor, "申请验收")
    owner.goto(project)
    press(owner, "作出验收结论")
    owner.locator("[name=verdict]").first.check()
    owner.locator("[name=evidence]").fill("复测 98.68 %，合格。")
    send(owner, "作出验收结论")


def settle(owner: Page, professor: Page, manager: Page, project: str) -> None:
    """Registration, income and its confirmation, ratings, close."""
    manager.goto(project)
    with manager.expect_event("load"):
        manager.locator("a[href^='/contracts/']").first.click()
    press(manager, "登记认定编号")
    manager.locator("[name=registration_number]").fill("2026420101000099")
    manager.locator("[name=registration_authority]").fill("试验登记点")
    manager.locator("[name=registered_on]").fill(today(manager))
    manager.locator("[name=technical_amount]").fill("300万元")
    send(manager, "登记认定编号")
    professor.goto(project)
    press(professor, "登记到账")
    professor.locator("[name=received_on]").fill(today(professor))
    professor.locator("[name=amount]").fill("300万元")
    send(professor, "登记到账")
    owner.goto(project)
    press(owner, "确认到账")
    for page in (owner, professor):
        page.goto(project)
        press(page, "评价这次合作")
        page.locator("select[name=score]").select_option("5")
        send(page, "评价这次合作")
    manager.goto(project)
    press(manager, "结项")
