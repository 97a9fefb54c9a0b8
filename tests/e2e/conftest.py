"""The product as a person meets it: `keqiao up` with the small world, a real browser, a real mailbox."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from playwright.sync_api import Browser, Page, sync_playwright

from keqiao.demo.accounts import BY_KEY, PASSWORD
from tests.e2e.caller import Act, actors

AXE = Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js"
PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 900}
START_LIMIT = 180
SHIFTS = """
window.shifted = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifted += entry.value;
}).observe({type: 'layout-shift', buffered: true});
"""
"""Adds up what moves on a page by itself."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One worker runs all tests that need the platform: it is started once."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.e2e)
            item.add_marker(pytest.mark.xdist_group("platform"))


@dataclass
class Mailbox:
    """What arrived over SMTP."""

    messages: list[EmailMessage] = field(default_factory=list)

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 (the library's name)
        self.messages.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"

    def wait_for(self, address: str, containing: str = "", seconds: float = 20) -> EmailMessage:
        """The newest mail to that address with that text in it."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for message in reversed(self.messages):
                if address in str(message["To"]) and containing in text_of(message):
                    return message
            time.sleep(0.1)
        raise AssertionError(f"no mail to {address} containing {containing!r} among {len(self.messages)}")


def text_of(message: EmailMessage) -> str:
    body = message.get_body(("plain", "html"))
    return f"{message['Subject']}\n{body.get_content() if body else ''}"


@dataclass(frozen=True)
class Running:
    """The platform, running."""

    url: str
    mailbox: Mailbox
    data: Path


@pytest.fixture(scope="session")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """`keqiao up --demo small` on a free port and a folder of its own, stopped as Ctrl-C would."""
    mailbox = Mailbox()
    smtp = Controller(mailbox, hostname="127.0.0.1", port=free_port())
    smtp.start()
    data = tmp_path_factory.mktemp("platform")
    log = (data / "log").open("w+")
    process = subprocess.Popen(
        [sys.executable, "-m", "keqiao.cli", "up", "--demo", "small", "--port", "0", "--data", str(data)],
        env=environment(smtp.port),
        stdout=log,
        stderr=subprocess.STDOUT,
    )
    try:
        yield Running(address(process, data / "log"), mailbox, data)
    finally:
        process.terminate()
        process.wait(30)
        smtp.stop()
        log.close()


def free_port() -> int:
    """A port that nobody uses now; the mail server's library cannot take port 0."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(smtp_port: int) -> dict[str, str]:
    """The environment of a person's own shell, without what the other tests set."""
    ours = {"DATABASE_URL", "KEQIAO_DATA", "KEQIAO_SECRET_KEY", "DJANGO_SETTINGS_MODULE"}
    kept = {name: value for name, value in os.environ.items() if name not in ours}
    return kept | {"SMTP_HOST": "127.0.0.1", "SMTP_PORT": str(smtp_port)}


def address(process: subprocess.Popen[bytes], log: Path) -> str:
    """Where the platform says it is."""
    end = time.monotonic() + START_LIMIT
    while time.monotonic() < end:
        found = re.search(r"Keqiao\s+(http://\S+)", log.read_text())
        if found:
            return found[1]
        if process.poll() is not None:
            break
        time.sleep(0.2)
    raise AssertionError(f"the platform did not start:\n{log.read_text()[-3000:]}")


def chromium() -> str:
    """The browser that is installed."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    raise AssertionError(
        "No Chromium was found. Install Debian's package `chromium` (as root: apt-get install chromium)."
    )


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
        running = playwright.chromium.launch(executable_path=chromium(), args=arguments)
        yield running
        running.close()


@pytest.fixture(scope="session")
def act(platform: Running) -> Act:
    """The demo's people over the API: `act("owner").get("/needs")`."""
    return actors(platform.url)


Open = Callable[..., Page]


@pytest.fixture(scope="session")
def sessions(browser: Browser, platform: Running) -> Callable[[str], Any]:
    """The cookies of one of the demo's people, who logs in once: whoever logs in too often is asked to wait."""
    known: dict[str, Any] = {}

    def of(who: str) -> Any:
        if who not in known:
            context = browser.new_context(base_url=platform.url, locale="zh-CN")
            log_in(context.new_page(), who)
            known[who] = context.storage_state()
            context.close()
        return known[who]

    return of


@pytest.fixture
def visit(browser: Browser, platform: Running, sessions: Callable[[str], Any]) -> Iterator[Open]:
    """Open a browser as one of the demo's people (or a stranger): `visit("owner", "/desk/", phone=True, dark=True)`.

    Whatever a page writes to the console as an error fails the test at its end.
    """
    contexts, errors = [], []

    def open_as(
        who: str | None = None, path: str = "/", *, phone: bool = False, dark: bool = False, language: str = "zh-CN"
    ) -> Page:
        context = browser.new_context(
            base_url=platform.url,
            viewport=PHONE if phone else DESKTOP,
            locale=language,
            color_scheme="dark" if dark else "light",
            storage_state=sessions(who) if who else None,
        )
        context.add_init_script(SHIFTS)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("console", lambda line: errors.append(f"{page.url}: {line.text}") if is_trouble(line) else None)
        page.on("pageerror", lambda error: errors.append(f"{page.url}: {error}"))
        page.goto(path)
        return page

    yield open_as
    for context in contexts:
        context.close()
    assert errors == []


def is_trouble(line: Any) -> bool:
    """An error in the console; a refused form (422) is the browser's own remark about a status we mean."""
    return line.type == "error" and "status of 4" not in line.text


def log_in(page: Page, who: str) -> None:
    """Through the form, as a person does."""
    page.goto("/accounts/login/")
    page.locator("input[name=login]").fill(BY_KEY[who].email)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("form:has(input[name=password]) button[type=submit]").first.click()
    page.wait_for_url("**/desk/")


@pytest.fixture
def accessible() -> Callable[[Page], None]:
    """No violation of WCAG 2.2 A or AA that axe can find on the page."""

    def check(page: Page) -> None:
        page.evaluate(AXE.read_text())
        found = page.evaluate(
            "async () => (await axe.run({runOnly: ['wcag2a','wcag2aa','wcag21a','wcag21aa','wcag22aa']})).violations"
        )
        assert [(v["id"], [n["target"] for n in v["nodes"]]) for v in found] == []

    return check
