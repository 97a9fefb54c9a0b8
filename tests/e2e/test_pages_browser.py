"""Every page, as everybody who has one: accessible, still, light; nothing inline, nothing sideways, no error."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.e2e.caller import Act, soon
from tests.e2e.conftest import Open, Running

TODAY = datetime.now(ZoneInfo("Asia/Shanghai")).date()
PAGES = [
    (None, "/"),
    (None, "/search/?q=消光涂层"),
    (None, "/search/?q=zzzzqqqq"),
    (None, "/api/v1/docs"),
    (None, "/needs/"),
    (None, "/needs/?state=solved"),
    (None, "/needs/1/"),
    (None, "/achievements/"),
    (None, "/achievements/1/"),
    (None, "/people/"),
    (None, "/organisations/"),
    (None, "/organisations/1/"),
    (None, "/organisations/1/needs/"),
    (None, "/compare/?a=1&a=2&a=3&a=4&need=1"),
    (None, "/projects/"),
    (None, "/definitions/"),
    (None, "/definitions/matches/"),
    (None, "/about/"),
    (None, "/privacy/"),
    (None, "/terms/"),
    (None, "/accounts/login/"),
    (None, "/accounts/signup/"),
    (None, "/accounts/password/reset/"),
    (None, "/nowhere/"),
    ("owner", "/"),
    ("owner", "/desk/"),
    ("owner", "/needs/new/"),
    ("owner", "/needs/new/?blank=1"),
    ("owner", "/needs/?mine=1"),
    ("owner", "/needs/1/"),
    ("owner", "/solutions/?side=received"),
    ("owner", "/proposals/"),
    ("owner", "/projects/"),
    ("owner", "/shortlist/"),
    ("owner", "/saved-searches/"),
    ("owner", "/compare/"),
    ("owner", "/notices/"),
    ("owner", "/welcome/organisation/"),
    ("owner", "/accounts/email/"),
    ("owner", "/accounts/2fa/"),
    ("owner", "/accounts/tokens/"),
    ("owner", "/triage/"),
    ("professor", "/desk/"),
    ("professor", "/achievements/new/"),
    ("professor", "/achievements/1/"),
    ("professor", "/achievements/?mine=1"),
    ("professor", "/solutions/"),
    ("manager", "/desk/"),
    ("operator", "/desk/"),
    ("operator", "/triage/"),
    ("operator", "/managers/"),
    ("operator", "/verification/"),
    ("other_operator", "/triage/"),
    ("centre_operator", "/desk/"),
    ("centre_operator", "/outbox/"),
    ("centre_operator", "/rankings/"),
    ("auditor", "/desk/"),
    ("auditor", "/verification/"),
    ("colleague", "/desk/"),
    ("competitor", "/desk/"),
]
MADE = [
    ("owner", "draft"),
    ("owner", "draft edit"),
    ("owner", "triage"),
    ("owner", "open"),
    ("professor", "open"),
    ("professor", "open answer"),
    ("operator", "open"),
    ("operator", "triage return"),
    ("operator", "triage reject"),
    ("professor", "locked proposal"),
    ("professor", "locked agreement"),
    ("owner", "locked proposal"),
    ("manager", "locked project"),
    ("owner", "project"),
    ("professor", "project"),
    ("manager", "project"),
    ("owner", "project measure"),
    ("owner", "project stop"),
    ("manager", "project milestone"),
    ("owner", "contract"),
]


VIEWS: dict[str, dict[str, bool]] = {"desktop": {}, "phone": {"phone": True, "dark": True}}
"""Both widths and both themes, each once."""
CROSSED = {"dark desktop": {"dark": True}, "light phone": {"phone": True}}
STILL = 0.02
"""What may move of a page by itself: a fifth of what is called good."""
HEAVIEST = 300_000
"""Bytes over the wire, all that a page brings without its charts."""
INLINE = re.compile(r"<style|\sstyle=|\son[a-z]+=\"|<script(?![^>]*\ssrc=)(?![^>]*application/json)")
WEIGHT = """() => [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
  .filter((entry) => !entry.name.includes('/charts.')).reduce((sum, entry) => sum + entry.transferSize, 0)"""
LOADING = ".htmx-request, #candidates .waiting"


def check(page: Page, accessible: Callable[[Page], None]) -> None:
    """What is asked of every page."""
    expect(page.locator(LOADING)).to_have_count(0)
    assert page.locator("h1").count() == 1
    assert page.locator("main").inner_text().strip() != ""
    assert "<c-" not in page.content()
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    assert page.evaluate("window.shifted") <= STILL
    assert page.evaluate(WEIGHT) <= HEAVIEST
    accessible(page)


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize(("who", "path"), PAGES, ids=[f"{who or 'stranger'} {path}" for who, path in PAGES])
def test_page(visit: Open, accessible: Callable[[Page], None], who: str | None, path: str, view: str) -> None:
    check(visit(who, path, **VIEWS[view]), accessible)


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize(("who", "name"), MADE, ids=[f"{who} {name}" for who, name in MADE])
def test_page_of_work_under_way(
    visit: Open, accessible: Callable[[Page], None], made: dict[str, str], who: str, name: str, view: str
) -> None:
    check(visit(who, made[name], **VIEWS[view]), accessible)


@pytest.mark.parametrize("view", CROSSED)
@pytest.mark.parametrize("path", ["/", "/needs/1/", "/achievements/1/", "/compare/?a=1&a=2&a=3&need=1"])
def test_page_in_the_other_theme(visit: Open, accessible: Callable[[Page], None], path: str, view: str) -> None:
    check(visit(None, path, **CROSSED[view]), accessible)


@pytest.mark.parametrize(("who", "path"), PAGES, ids=[f"{who or 'stranger'} {path}" for who, path in PAGES])
def test_page_as_sent_has_nothing_inline(sent: Callable[..., str], who: str | None, path: str) -> None:
    assert INLINE.findall(sent(who, path)) == []


@pytest.fixture(scope="module")
def sent(browser: Browser, platform: Running, sessions: Callable[[str], Any]) -> Iterator[Callable[..., str]]:
    """A page as the server sends it, before any script: `sent("owner", "/desk/")`."""
    contexts: dict[str | None, BrowserContext] = {}

    def get(who: str | None, path: str) -> str:
        if who not in contexts:
            contexts[who] = browser.new_context(base_url=platform.url, storage_state=sessions(who) if who else None)
        return contexts[who].request.get(path).text()

    yield get
    for context in contexts.values():
        context.close()


# ---- what the pages above show --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def made(act: Act) -> dict[str, str]:
    """Addresses of records at the stages that the demo may not have: made over the API by the demo's people."""
    draft = act("owner").run("/needs", {"kind": "technology", "problem": "粉体受潮结块。"})["id"]
    waiting = handed_in(act, "等待初审的涂层")
    first, second = published(act, "公开的涂层"), published(act, "带锁的涂层", levels={"background": "nda"})
    locked = agreed(act, second)
    project, contract = under_way(act, agreed(act, published(act, "合作中的涂层")))
    return {
        "draft": f"/needs/{draft}/",
        "draft edit": f"/needs/{draft}/save/",
        "triage": f"/needs/{waiting}/",
        "triage return": f"/needs/{waiting}/return/",
        "triage reject": f"/needs/{waiting}/reject/",
        "open": f"/needs/{first}/",
        "open answer": f"/solutions/new/?need={first}",
        "locked proposal": f"/proposals/{locked}/",
        "locked agreement": f"/proposals/{locked}/sign_nda/",
        "locked project": f"/projects/new/?proposal={locked}",
        "project": f"/projects/{project}/",
        "project measure": f"/projects/{project}/measure/",
        "project stop": f"/projects/{project}/stop/",
        "project milestone": f"/projects/{project}/plan_milestone/",
        "contract": f"/contracts/{contract}/",
    }


def handed_in(act: Act, title: str, **fields: Any) -> int:
    """A need that waits for triage."""
    card = {
        "kind": "technology",
        "title": f"{title} {time.time():.0f}",
        "problem": "外购消光涂层吸光率多在 95% 以下，工艺流程复杂、成本高，达不到量产要求，希望找到替代工艺。",
        "targets": ["吸光率 ≥ 98 %"],
        "fields": ["C39"],
        "region": "4201",
        "background": "国内第二条量产线。",
        "cooperation_modes": ["development"],
    }
    need = int(act("owner").run("/needs", card | fields)["id"])
    act("owner").run(f"/needs/{need}/submit")
    return need


def published(act: Act, title: str, **fields: Any) -> int:
    """A need that triage accepted."""
    need = handed_in(act, title, **fields)
    act("operator").run(f"/needs/{need}/publish")
    return need


def agreed(act: Act, need: int) -> int:
    """A proposal to which both sides said yes."""
    offer = soon(lambda: candidate(act, need))
    proposal = int(act("operator").run("/proposals", {"need": need, "achievement": offer})["id"])
    act("owner").run(f"/proposals/{proposal}/accept")
    act("professor").run(f"/proposals/{proposal}/accept")
    return proposal


def candidate(act: Act, need: int) -> int | None:
    """The coating of the demo's professor among the candidates."""
    found = act("owner").get(f"/needs/{need}/candidates")["achievements"]
    return next((int(each["id"]) for each in found if 98.68 in offered(each)), None)


def offered(found: dict[str, Any]) -> list[float]:
    """What a candidate offers for the targets."""
    return [check["offered"]["min"] for check in found["evidence"]["checks"] if check["offered"]]


def under_way(act: Act, proposal: int) -> tuple[int, int]:
    """A project whose second sample waits to be measured, and its contract."""
    owner, professor = act("owner"), act("professor")
    project = int(owner.run("/projects", {"proposal": proposal})["id"])
    terms = {
        "title": "消光涂层委托开发合同",
        "type": "development_entrusted",
        "subject": "吸光率 ≥ 98 % 的消光涂层",
        "payment_mode": "lump_sum",
        "amount": "3000000",
        "ownership": "shared",
    }
    drafted = owner.run(f"/projects/{project}/draft_contract", terms)
    contract = int(drafted["fields"]["contract"]["id"])
    digest = owner.run(f"/contracts/{contract}/propose")["fields"]["digest"]
    for side in (owner, professor):
        side.run(f"/contracts/{contract}/sign", {"agree": True, "digest": digest})
    owner.run(
        f"/projects/{project}/plan_milestone",
        {"title": "样品达标", "due_on": (TODAY + timedelta(days=60)).isoformat()},
    )
    owner.run(f"/projects/{project}/start")
    sample = {"sent_on": TODAY.isoformat(), "sample": "第一批"}
    professor.run(f"/projects/{project}/send_sample", sample)
    day = TODAY.isoformat()
    owner.run(f"/projects/{project}/measure", {"received_on": day, "measured_on": day, "values": {"吸光率": 97.1}})
    professor.run(f"/projects/{project}/send_sample", sample | {"sample": "第二批"})
    return project, contract


# ---- by keyboard alone ----------------------------------------------------------------------------------------------


def test_triage_is_worked_by_keyboard(visit: Open, act: Act) -> None:
    """J and K move, ? explains, A accepts what is open, and the next one comes up."""
    need = handed_in(act, "键盘初审")
    page = visit("operator", f"/triage/?item=needs-{need}&only=needs")
    first = page.locator("[data-row][aria-current]").inner_text()
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("退回修改")
    page.keyboard.press("Escape")
    expect(dialog).not_to_be_visible()
    with page.expect_navigation():
        page.keyboard.press("k")
    assert page.locator("[data-row][aria-current]").inner_text() != first
    with page.expect_navigation():
        page.keyboard.press("j")
    assert page.locator("[data-row][aria-current]").inner_text() == first
    with page.expect_navigation():
        page.keyboard.press("a")
    expect(page.locator("[role=status]").first).to_contain_text("通过并发布")
    assert page.locator(f'a[href*="needs-{need}"]').count() == 0
    assert act("operator").get(f"/needs/{need}")["state"] == "open"


def test_triage_shows_the_queue_or_one_card_on_a_phone(visit: Open, act: Act) -> None:
    need = handed_in(act, "手机初审")
    page = visit("operator", "/triage/?only=needs", phone=True)
    expect(page.locator("nav.queue")).to_be_visible()
    expect(page.locator(".queue-open")).to_be_hidden()
    page.locator(f'[data-row][href*="needs-{need}"]').click()
    expect(page.locator("nav.queue")).to_be_hidden()
    expect(page.locator(".queue-open h2")).to_contain_text("手机初审")
    page.get_by_role("link", name="回到列表").click()
    expect(page.locator("nav.queue")).to_be_visible()


def test_a_candidate_is_graded_by_keyboard(visit: Open, act: Act) -> None:
    need = published(act, "键盘评分")
    soon(lambda: act("owner").get(f"/needs/{need}/candidates")["achievements"])
    page = visit("operator", f"/needs/{need}/")
    grade = page.locator("#candidates form:has(button[name=grade])").first
    grade.locator("button[name=grade][value='3']").focus()
    page.keyboard.press("Enter")
    expect(grade.get_by_role("status")).to_contain_text("已评：较强")


def test_the_board_is_walked_by_keyboard(visit: Open, made: dict[str, str]) -> None:
    page = visit("professor", "/proposals/")
    card = page.locator(f'.board a[href="{made["locked proposal"]}"]')
    card.focus()
    assert card.evaluate("element => element === document.activeElement")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("带锁的涂层")
    expect(page.get_by_role("link", name="签署保密协议")).to_be_visible()


def test_a_contract_prints_without_the_frame_of_the_page(visit: Open, made: dict[str, str]) -> None:
    page = visit("owner", made["contract"])
    page.emulate_media(media="print")
    for part in (".shell-header", ".shell-footer", ".verb-bar", "[data-prints]"):
        assert page.locator(part).first.is_hidden() or page.locator(part).count() == 0
    expect(page.locator("article.contract")).to_contain_text("三、价款与支付")
    assert page.pdf(format="A4")[:5] == b"%PDF-"
